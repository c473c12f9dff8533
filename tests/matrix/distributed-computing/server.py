# SPDX-License-Identifier: LGPL-2.1-or-later
"""Keeps what there is to do, and what was done"""

import Pyro5.api
from stock import serve

work = []
results = []


@Pyro5.api.expose
class Dispatcher:
    def put_work(self, item):
        work.append(item)
        return len(work)

    def get_work(self):
        if not work:
            raise LookupError("nothing to do")
        return work.pop(0)

    def put_result(self, item):
        results.append(item)

    def get_result(self):
        if not results:
            raise LookupError("nothing was done")
        return results.pop(0)


serve({"dispatcher": Dispatcher()})
