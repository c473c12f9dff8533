# SPDX-License-Identifier: LGPL-2.1-or-later
"""One class, with an object for all, for each connection, and for each call"""

import Pyro5.api
from stock import serve


class Counter:
    def __init__(self):
        self.number = 0

    @Pyro5.api.expose
    def count(self):
        self.number += 1
        return self.number


@Pyro5.api.behavior(instance_mode="single")
class Single(Counter):
    pass


@Pyro5.api.behavior(instance_mode="session")
class Session(Counter):
    pass


@Pyro5.api.behavior(instance_mode="percall")
class PerCall(Counter):
    pass


serve({"single": Single, "session": Session, "percall": PerCall})
