# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two visitors come and go, one after the other; who stays sees it"""

import sys

from stock import connect

watcher = connect(sys.argv[1])
print(watcher.enter("watcher"), watcher.gone())
for name in "ada", "bob":
    with connect(sys.argv[1]) as visitor:
        print(visitor.enter(name))
    while name not in watcher.gone():
        pass
print(watcher.gone())
