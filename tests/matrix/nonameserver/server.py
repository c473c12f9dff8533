# SPDX-License-Identifier: LGPL-2.1-or-later
"""An object that is found by its uri only"""

import Pyro5.api
from stock import serve


@Pyro5.api.expose
class QuoteOfTheDay:
    def quote(self, number):
        return ["be brief", "be kind", "be gone"][number]


serve({"quotes": QuoteOfTheDay()})
