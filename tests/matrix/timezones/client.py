# SPDX-License-Identifier: LGPL-2.1-or-later
"""One moment in four zones"""

import sys

from stock import connect

clock = connect(sys.argv[1])
times = [clock.at(hours) for hours in (0, 1, -5, 5.5)]
for time in times:
    print(time)
print(clock.same(times[0], times[3]), clock.same(times[1], "2024-03-01T01:00:00+01:00"))
