# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two markets that tell the prices of what is traded there, one after the other"""

import Pyro5.api
from stock import serve


@Pyro5.api.expose
class Market:
    def __init__(self, **prices):
        self.prices = prices

    def symbols(self):
        return sorted(self.prices)

    def quotes(self, count):
        for step in range(count):
            for symbol in self.symbols():
                yield symbol, self.prices[symbol] + step * len(symbol)


serve({"newyork": Market(ACME=100, CORP=50), "london": Market(TEA=7)})
