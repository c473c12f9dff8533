# SPDX-License-Identifier: LGPL-2.1-or-later
"""Knows who went away"""

import Pyro5.api
from stock import serve

names = {}
gone = []


class Daemon(Pyro5.api.Daemon):
    def clientDisconnect(self, conn):
        if conn in names:
            gone.append(names.pop(conn))


@Pyro5.api.expose
class House:
    def enter(self, name):
        names[Pyro5.api.current_context.client] = name
        return "welcome, " + name

    def gone(self):
        return gone


serve({"house": House()}, Daemon())
