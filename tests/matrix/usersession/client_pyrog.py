# SPDX-License-Identifier: LGPL-2.1-or-later
import sys

from frame import GLib, call, connect, kind


def fail(proxy, method, *values):
    try:
        call(proxy, method, *values)
    except GLib.Error as error:
        print(kind(error), error.message)


ada, bob, eve = connect(sys.argv[1]), connect(sys.argv[1]), connect(sys.argv[1])
call(ada, "login", "ada", "lovelace")
call(bob, "login", "bob", "builder")
call(ada, "write", "engine")
print(*[call(user, method) for user in (ada, bob) for method in ("who", "read")])
fail(eve, "login", "ada", "dunno")
fail(eve, "read")
ada.release()
fail(ada, "read")
