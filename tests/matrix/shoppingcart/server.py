# SPDX-License-Identifier: LGPL-2.1-or-later
"""A shop that gives each customer a cart, which is an object of its own"""

import Pyro5.api
from stock import serve

PRICES = {"soap": 3, "apple": 1, "hammer": 20}


@Pyro5.api.expose
class Cart:
    def __init__(self):
        self.items = []

    def put(self, item):
        if item not in PRICES:
            raise LookupError("we have no " + item)
        self.items.append(item)
        return len(self.items)

    def contents(self):
        return self.items


@Pyro5.api.expose
class Shop:
    def enter(self, customer):
        cart = Cart()
        self._pyroDaemon.register(cart)
        return cart

    def pay(self, cart):
        """It is a proxy by now"""
        return sum(PRICES[item] for item in cart.contents())


serve({"shop": Shop()})
