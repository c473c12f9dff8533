# SPDX-License-Identifier: LGPL-2.1-or-later
"""The same object in a multiplex server and in a thread server"""

import threading

import Pyro5.api


@Pyro5.api.expose
class Thing:
    barrier = threading.Barrier(2)

    def add(self, a, b):
        return a + b

    def meet(self):
        """Waits for another caller"""
        self.barrier.wait()
        return "met"


daemons = []
for servertype in "multiplex", "thread":
    Pyro5.api.config.SERVERTYPE = servertype
    daemons.append(Pyro5.api.Daemon())
print(*[daemon.register(Thing(), "thing") for daemon in daemons], flush=True)
for daemon in daemons:
    threading.Thread(target=daemon.requestLoop).start()
