# SPDX-License-Identifier: LGPL-2.1-or-later
import sys

from frame import GLib, call, connect

dispatcher, worker = connect(sys.argv[1]), connect(sys.argv[1])
print([call(dispatcher, "put_work", {"id": "job %d" % n, "number": n * n + 1}) for n in range(4)])
try:
    while True:
        item = call(worker, "get_work")
        item["factors"] = [n for n in range(1, item["number"] + 1) if item["number"] % n == 0]
        call(worker, "put_result", item)
except GLib.Error as error:
    print(error.message)
for _ in range(4):
    item = call(dispatcher, "get_result")
    print(item["id"], item["number"], item["factors"])
try:
    call(dispatcher, "get_result")
except GLib.Error as error:
    print(error.message)
