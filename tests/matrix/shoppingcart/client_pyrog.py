# SPDX-License-Identifier: LGPL-2.1-or-later
import sys

from frame import GLib, call, connect

shop = connect(sys.argv[1])
anna, bert = call(shop, "enter", "anna"), call(shop, "enter", "bert")
print(call(anna, "put", "soap"), call(bert, "put", "hammer"), call(anna, "put", "apple"))
try:
    call(bert, "put", "elephant")
except GLib.Error as error:
    print(error.message)
print(",".join(call(anna, "contents")), ",".join(call(bert, "contents")))
print(call(shop, "pay", anna.to_variant()), call(shop, "pay", bert.to_variant()))
