# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls objects that it was given, and does not know where they are"""

import sys

from stock import connect

factory = connect(sys.argv[1])
things = [factory.make(name) for name in ("parrot", "robot")]
for thing in things:
    print(type(thing).__name__, thing.speak("hello"))
print(things[0]._pyroUri == things[1]._pyroUri)
