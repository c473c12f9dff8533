# SPDX-License-Identifier: LGPL-2.1-or-later
import sys

from frame import GLib, Pyrog, call, connect

print(call(connect(sys.argv[1]), "put", "x" * 6000))
texts = connect(sys.argv[1], Pyrog.Config(max_message_size=5000))
for method, value in (("put", "x" * 4000), ("put", "x" * 6000), ("get", 4000), ("get", 6000),
                      ("put", "the end")):
    try:
        result = call(texts, method, value)
        print(result if isinstance(result, int) else len(result))
    except GLib.Error as error:
        if not error.matches(Pyrog.error_quark(), Pyrog.Error.MESSAGE_TOO_LARGE):
            raise
        print("too much")
