# SPDX-License-Identifier: LGPL-2.1-or-later
import concurrent.futures
import sys

from frame import call, connect


def meet(uri):
    return call(connect(uri), "meet")


for uri in sys.argv[1:]:
    one, two = connect(uri), connect(uri)
    print([call(proxy, "add", 1, number) for number in range(3) for proxy in (one, two)])
with concurrent.futures.ThreadPoolExecutor() as pool:
    print(*pool.map(meet, [sys.argv[2]] * 2))
