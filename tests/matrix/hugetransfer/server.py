# SPDX-License-Identifier: LGPL-2.1-or-later
"""Takes and gives a lot of bytes"""

import Pyro5.api
from stock import serve


@Pyro5.api.expose
class Store:
    def put(self, data):
        return len(data)

    def get(self, size):
        return b"0123456789" * (size // 10)


serve({"store": Store()})
