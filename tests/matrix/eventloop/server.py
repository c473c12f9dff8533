# SPDX-License-Identifier: LGPL-2.1-or-later
"""A loop of its own that looks after the daemon's sockets, and after something else"""

import select

import Pyro5.api

Pyro5.api.config.SERVERTYPE = "multiplex"
ticks = 0


@Pyro5.api.expose
class Clock:
    def ticks(self):
        return ticks

    def add(self, a, b):
        return a + b


daemon = Pyro5.api.Daemon()
print(daemon.register(Clock(), "clock"), flush=True)
while True:
    ready, _, _ = select.select(daemon.sockets, [], [], 0.01)
    ticks += 1
    if ready:
        daemon.events(ready)
