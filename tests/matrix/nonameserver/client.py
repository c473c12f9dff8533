# SPDX-License-Identifier: LGPL-2.1-or-later
"""Asks for one after the other until there are no more"""

import sys

from stock import connect, kind

quotes = connect(sys.argv[1])
for number in range(5):
    try:
        print(quotes.quote(number))
    except IndexError as error:
        print(kind(error))
