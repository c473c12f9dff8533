# SPDX-License-Identifier: LGPL-2.1-or-later
import sys

from frame import call, connect

watcher = connect(sys.argv[1])
print(call(watcher, "enter", "watcher"), call(watcher, "gone"))
for name in "ada", "bob":
    visitor = connect(sys.argv[1])
    print(call(visitor, "enter", name))
    visitor.release()
    while name not in call(watcher, "gone"):
        pass
print(call(watcher, "gone"))
