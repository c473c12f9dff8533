# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls of several kinds, as many as there are; how fast they are is measured elsewhere"""

import sys

from stock import connect

bench = connect(sys.argv[1])
for _ in range(200):
    bench.nothing()
print(sum(bench.length("x" * number) for number in range(200)))
for number in range(100):
    bench.told(number)
while bench.count() < 500:
    pass
print(bench.count())
