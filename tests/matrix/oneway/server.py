# SPDX-License-Identifier: LGPL-2.1-or-later
"""Takes orders without an answer, and can say afterwards what they were"""

import Pyro5.api
from stock import serve

done = []


@Pyro5.api.expose
class Worker:
    @Pyro5.api.oneway
    def start(self, job):
        if not job:
            raise ValueError("nobody will hear of this")
        done.append(job)

    def finish(self, job):
        done.append(job)
        return len(done)

    def jobs(self):
        return done


serve({"worker": Worker()})
