# SPDX-License-Identifier: LGPL-2.1-or-later
"""Three objects, each of which passes a message on to the next one, until it is back"""

import Pyro5.api
from stock import connect, serve


@Pyro5.api.expose
class Node:
    def __init__(self, name):
        self.name = name
        self.next = None

    def set_next(self, uri):
        self.next = uri

    def pass_on(self, path):
        if self.name in path:
            return path + [self.name, "complete"]
        with connect(self.next) as proxy:
            return proxy.pass_on(path + [self.name])


serve({name: Node(name) for name in ("A", "B", "C")})
