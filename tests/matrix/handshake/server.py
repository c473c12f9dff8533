# SPDX-License-Identifier: LGPL-2.1-or-later
"""Lets in who knows the word"""

import Pyro5.api
from stock import serve


class Daemon(Pyro5.api.Daemon):
    def validateHandshake(self, conn, data):
        if data != {"word": "sesame"}:
            raise ValueError("wrong word")
        return "welcome"


@Pyro5.api.expose
class Cave:
    def treasure(self):
        return "gold"


serve({"cave": Cave()}, Daemon())
