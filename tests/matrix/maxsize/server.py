# SPDX-License-Identifier: LGPL-2.1-or-later
"""Takes and gives texts of any length"""

import Pyro5.api
from stock import serve


@Pyro5.api.expose
class Texts:
    def put(self, text):
        return len(text)

    def get(self, size):
        return "x" * size


serve({"texts": Texts()})
