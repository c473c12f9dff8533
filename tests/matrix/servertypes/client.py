# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two connections to each; in the thread server calls can wait for each other"""

import concurrent.futures
import sys

from stock import connect


def meet(uri):
    with connect(uri) as thing:
        return thing.meet()


for uri in sys.argv[1:]:
    with connect(uri) as one, connect(uri) as two:
        print([proxy.add(1, number) for number in range(3) for proxy in (one, two)])
with concurrent.futures.ThreadPoolExecutor() as pool:
    print(*pool.map(meet, [sys.argv[2]] * 2))
