# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads streams to their ends, closes one early, and sees one fail"""

import sys

from stock import connect, kind

streamer = connect(sys.argv[1])
print(*streamer.list())
print(*streamer.squares(10))
squares = streamer.squares(1000000)
print(next(squares), next(squares), next(squares))
squares.close()
numbers = streamer.fails()
print(next(numbers), next(numbers))
try:
    next(numbers)
except ValueError as error:
    print(kind(error), error)
