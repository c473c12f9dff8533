# SPDX-License-Identifier: LGPL-2.1-or-later
"""Agrees with a client on a number that nobody else knows"""

import Pyro5.api
from stock import serve

PRIME, BASE, SECRET = 2**127 - 1, 43, 123456789012345678901234567


@Pyro5.api.expose
class KeyExchange:
    shared = 0

    def exchange(self, public):
        self.shared = pow(public, SECRET, PRIME)
        return pow(BASE, SECRET, PRIME)

    def fingerprint(self):
        return self.shared % 1000003


serve({"exchange": KeyExchange()})
