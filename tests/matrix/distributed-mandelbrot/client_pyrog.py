# SPDX-License-Identifier: LGPL-2.1-or-later
import sys

from frame import call, connect

servers = [connect(uri) for uri in sys.argv[1:]]
for number in range(21):
    print(call(servers[number % 2], "line", -1.0 + 0.1 * number, 60))
