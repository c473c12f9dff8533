# SPDX-License-Identifier: LGPL-2.1-or-later
"""Watches both markets"""

import sys

from stock import connect

for uri in sys.argv[1:]:
    market = connect(uri)
    print(",".join(market.symbols()))
    for symbol, price in market.quotes(3):
        print(symbol, price)
