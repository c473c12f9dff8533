# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes a circle of the objects, and starts a message at each of them"""

import sys

from stock import connect

uris = sys.argv[1:]
nodes = [connect(uri) for uri in uris]
for node, uri in zip(nodes, uris[1:] + uris[:1]):
    node.set_next(uri)
for node in nodes:
    print(*node.pass_on([]))
