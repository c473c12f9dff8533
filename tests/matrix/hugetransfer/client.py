# SPDX-License-Identifier: LGPL-2.1-or-later
"""Four megabytes in one message, in both directions"""

import sys

from stock import connect

SIZE = 4000000

store = connect(sys.argv[1])
store._pyroSerializer = "marshal"
print(store.put(b"x" * SIZE))
data = store.get(SIZE)
print(len(data), data[:12].decode(), data[-3:].decode())
