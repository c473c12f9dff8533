# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two visitors"""

import sys

from stock import connect, kind

warehouse = connect(sys.argv[1])
print(", ".join(warehouse.list_contents()))
for who in "Janet", "Henry":
    print(warehouse.store(who, "box of " + who))
    try:
        print(warehouse.take(who, "bike"))
    except ValueError as error:
        print(kind(error), error)
print(", ".join(warehouse.list_contents()))
