# SPDX-License-Identifier: LGPL-2.1-or-later
"""Lends things out, and takes them back when their borrower has gone"""

import Pyro5.api
from stock import serve

lent = []


class Thing:
    def __init__(self, name):
        self.name = name

    def close(self):
        lent.remove(self)


@Pyro5.api.expose
class Lender:
    def borrow(self, name):
        thing = Thing(name)
        lent.append(thing)
        Pyro5.api.current_context.track_resource(thing)

    def bring_back(self, name):
        thing = next(thing for thing in lent if thing.name == name)
        Pyro5.api.current_context.untrack_resource(thing)
        thing.close()

    def lent(self):
        return [thing.name for thing in lent]


serve({"lender": Lender()})
