# SPDX-License-Identifier: LGPL-2.1-or-later
"""Something to calculate with, that counts the calls"""

import Pyro5.api
from stock import serve


@Pyro5.api.expose
class Thing:
    calls = 0

    def multiply(self, a, b):
        self.calls += 1
        return a * b

    def divide(self, a, b):
        self.calls += 1
        return a // b

    def count(self):
        return self.calls


serve({"thing": Thing()})
