# SPDX-License-Identifier: LGPL-2.1-or-later
"""Items one by one"""

import Pyro5.api
from stock import serve


@Pyro5.api.expose
class Streamer:
    def list(self):
        return [1, 2, 3]

    def squares(self, end):
        return (number * number for number in range(end))

    def fails(self):
        yield 1
        yield 2
        raise ValueError("there is no third one")


serve({"streamer": Streamer()})
