# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes objects, and gives them away as proxies"""

import Pyro5.api
from stock import serve


@Pyro5.api.expose
class Thing:
    def __init__(self, name):
        self.name = name

    def speak(self, words):
        return "%s says %s" % (self.name, words)


@Pyro5.api.expose
class Factory:
    def make(self, name):
        thing = Thing(name)
        self._pyroDaemon.register(thing)
        return thing


serve({"factory": Factory()})
