# SPDX-License-Identifier: LGPL-2.1-or-later
from frame import servant, serve

things = {}


def borrow(invocation, name):
    connection = invocation.get_connection()
    things[name] = connection.track(lambda connection: things.pop(name))


def bring_back(invocation, name):
    invocation.get_connection().untrack(things.pop(name))


def lent():
    return list(things)


serve({"lender": servant(borrow, bring_back, lent, invocation=["borrow", "bring_back"])})
