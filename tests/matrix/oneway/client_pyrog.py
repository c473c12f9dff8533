# SPDX-License-Identifier: LGPL-2.1-or-later
import sys

from frame import arguments, call, connect

worker = connect(sys.argv[1])
worker.bind_sync(None)
print(",".join(worker.list_oneway()))


def start(job):
    return worker.call_sync("start", arguments(job), None, None).unpack() or None


print(start("sweep"), start(""))
while "sweep" not in call(worker, "jobs"):
    pass
print(call(worker, "finish", "wash"))
print(call(worker, "jobs"))
