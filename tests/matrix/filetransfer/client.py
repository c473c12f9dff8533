# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fetches all files; the serializer is one that has bytes"""

import sys

from stock import connect

files = connect(sys.argv[1])
files._pyroSerializer = "marshal"
for name in files.list():
    pieces = list(files.read(name))
    data = b"".join(pieces)
    print(name, files.size(name), len(pieces), len(data), sum(data))
