# SPDX-License-Identifier: LGPL-2.1-or-later
"""Gives work, is the worker as well, and collects the results"""

import sys

from stock import connect

dispatcher, worker = connect(sys.argv[1]), connect(sys.argv[1])
print([dispatcher.put_work({"id": "job %d" % n, "number": n * n + 1}) for n in range(4)])
try:
    while True:
        item = worker.get_work()
        item["factors"] = [n for n in range(1, item["number"] + 1) if item["number"] % n == 0]
        worker.put_result(item)
except LookupError as error:
    print(error)
for _ in range(4):
    item = dispatcher.get_result()
    print(item["id"], item["number"], item["factors"])
try:
    dispatcher.get_result()
except LookupError as error:
    print(error)
