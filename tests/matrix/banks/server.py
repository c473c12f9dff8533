# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two banks: one of them lets its customers owe it something"""

import Pyro5.api
from stock import serve


@Pyro5.api.expose
class Bank:
    def __init__(self, credit):
        self.credit = credit
        self.accounts = {}

    def deposit(self, who, amount):
        self.accounts[who] = self.accounts.get(who, 0) + amount
        return self.accounts[who]

    def withdraw(self, who, amount):
        if who not in self.accounts:
            raise LookupError("no account of " + who)
        if self.accounts[who] - amount < -self.credit:
            raise ValueError("not enough money")
        self.accounts[who] -= amount
        return self.accounts[who]

    def everyone(self):
        return self.accounts


serve({"north": Bank(0), "south": Bank(100)})
