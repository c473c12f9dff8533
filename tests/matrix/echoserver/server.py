# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sends everything back, and fails if it is told to"""

import Pyro5.api
from stock import serve


@Pyro5.api.expose
class Echo:
    def echo(self, value):
        return value

    def error(self, text):
        raise ValueError(text)


serve({"echo": Echo()})
