# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sees the loop go on while it serves calls"""

import sys

from stock import connect

clock = connect(sys.argv[1])
print(clock.add(3, 4))
before = clock.ticks()
while clock.ticks() < before + 5:
    pass
print("it ticks")
print(clock.add(5, 6))
