# SPDX-License-Identifier: LGPL-2.1-or-later
import sys

from frame import GLib, call, connect

game = connect(sys.argv[1])
print(call(game, "join", "rustbucket", 1, 1), call(game, "join", "stumbler", 3, 1))
for name, dx, dy in (("rustbucket", 1, 0), ("rustbucket", 1, 0), ("stumbler", 0, -2),
                     ("stumbler", 4, 3), ("rustbucket", 1, 0)):
    try:
        call(game, "move", name, dx, dy)
    except GLib.Error as error:
        print(error.message)
print("\n".join(call(game, "screen")))
