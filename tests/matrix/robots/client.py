# SPDX-License-Identifier: LGPL-2.1-or-later
"""Steers two robots"""

import sys

from stock import connect

game = connect(sys.argv[1])
print(game.join("rustbucket", 1, 1), game.join("stumbler", 3, 1))
for name, dx, dy in (("rustbucket", 1, 0), ("rustbucket", 1, 0), ("stumbler", 0, -2),
                     ("stumbler", 4, 3), ("rustbucket", 1, 0)):
    try:
        game.move(name, dx, dy)
    except ValueError as error:
        print(error)
print("\n".join(game.screen()))
