# SPDX-License-Identifier: LGPL-2.1-or-later
"""Answers when it pleases"""

import threading

import Pyro5.api
from stock import serve

never = threading.Event()


@Pyro5.api.expose
class Slow:
    def quick(self):
        return "at once"

    def never(self):
        never.wait()


serve({"slow": Slow()})
