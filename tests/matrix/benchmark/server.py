# SPDX-License-Identifier: LGPL-2.1-or-later
"""Methods that cost next to nothing"""

import Pyro5.api
from stock import serve


@Pyro5.api.expose
class Bench:
    def __init__(self):
        self.calls = 0

    def nothing(self):
        self.calls += 1

    def length(self, text):
        self.calls += 1
        return len(text)

    @Pyro5.api.oneway
    def told(self, number):
        self.calls += 1

    def count(self):
        return self.calls


serve({"bench": Bench()})
