# SPDX-License-Identifier: LGPL-2.1-or-later
import sys

from frame import GLib, call, connect, kind

slow = connect(sys.argv[1])
print(call(slow, "quick"))
slow.set_timeout(0.3)
try:
    call(slow, "never")
except GLib.Error as error:
    print(kind(error))
print(not slow.get_connected())
slow.set_timeout(30)
print(call(slow, "quick"))
