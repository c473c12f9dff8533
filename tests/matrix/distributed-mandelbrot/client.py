# SPDX-License-Identifier: LGPL-2.1-or-later
"""The picture, with the lines of two servers in turn"""

import sys

from stock import connect

servers = [connect(uri) for uri in sys.argv[1:]]
for number in range(21):
    print(servers[number % 2].line(-1.0 + 0.1 * number, 60))
