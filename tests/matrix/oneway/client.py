# SPDX-License-Identifier: LGPL-2.1-or-later
"""Oneway calls return nothing, errors neither"""

import sys

from stock import connect

worker = connect(sys.argv[1])
worker._pyroBind()
print(",".join(worker._pyroOneway))
print(worker.start("sweep"), worker.start(""))
while "sweep" not in worker.jobs():
    pass
print(worker.finish("wash"))
print(worker.jobs())
