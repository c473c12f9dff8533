# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tells its caller how far it is"""

import Pyro5.api
from stock import serve


@Pyro5.api.expose
class Worker:
    def work(self, steps, listener):
        for step in range(steps):
            listener.progress("%d of %d" % (step + 1, steps))
        return "done"


serve({"worker": Worker()})
