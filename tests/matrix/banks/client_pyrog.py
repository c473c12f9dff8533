# SPDX-License-Identifier: LGPL-2.1-or-later
import sys

from frame import GLib, call, connect, kind

for uri in sys.argv[1:]:
    bank = connect(uri)
    print(call(bank, "deposit", "ada", 70), call(bank, "deposit", "bob", 10),
          call(bank, "deposit", "ada", 30))
    for who, amount in ("ada", 60), ("bob", 50), ("carl", 1), ("bob", 500):
        try:
            print(who, call(bank, "withdraw", who, amount))
        except GLib.Error as error:
            print(who, kind(error), error.message)
    print(", ".join("%s %d" % item for item in sorted(call(bank, "everyone").items())))
