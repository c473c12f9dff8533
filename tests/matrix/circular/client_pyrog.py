# SPDX-License-Identifier: LGPL-2.1-or-later
import sys

from frame import call, connect

uris = sys.argv[1:]
nodes = [connect(uri) for uri in uris]
for node, uri in zip(nodes, uris[1:] + uris[:1]):
    call(node, "set_next", uri)
for node in nodes:
    print(*call(node, "pass_on", []))
