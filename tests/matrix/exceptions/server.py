# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fails in every way"""

import Pyro5.api
from stock import serve


@Pyro5.api.expose
class Trouble:
    def plain(self):
        raise ValueError("this is wrong")

    def several(self):
        raise RuntimeError("first", 2, 3.5)

    def labelled(self):
        error = OSError("the oven is too hot")
        error.degrees = 300
        raise error

    def divide(self, a, b):
        return a // b

    def fine(self):
        return "nothing happened"


serve({"trouble": Trouble()})
