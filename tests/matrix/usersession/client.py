# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two users at the same time, and one who is not one"""

import sys

from stock import connect, kind

ada, bob, eve = connect(sys.argv[1]), connect(sys.argv[1]), connect(sys.argv[1])
ada.login("ada", "lovelace")
bob.login("bob", "builder")
ada.write("engine")
print(ada.who(), ada.read(), bob.who(), bob.read())
try:
    eve.login("ada", "dunno")
except PermissionError as error:
    print(kind(error), error)
try:
    eve.read()
except PermissionError as error:
    print(kind(error), error)
ada._pyroRelease()
try:
    ada.read()
except PermissionError as error:
    print(kind(error), error)
