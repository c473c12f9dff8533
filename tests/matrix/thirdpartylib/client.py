# SPDX-License-Identifier: LGPL-2.1-or-later
"""Uses the class from afar"""

import sys

from stock import connect

library = connect(sys.argv[1])
print(library.weird_count())
library.add("Evelina")
print(library.weird_count())
for book in library.find("E"):
    print(book)
