# SPDX-License-Identifier: LGPL-2.1-or-later
"""Listens on a unix socket"""

import os

import Pyro5.api
from stock import serve


@Pyro5.api.expose
class Thing:
    def message(self, text):
        return text.upper()


serve({"thing": Thing()}, Pyro5.api.Daemon(unixsocket=os.path.join(os.getcwd(), "thing.sock")))
