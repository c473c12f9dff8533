# SPDX-License-Identifier: LGPL-2.1-or-later
"""Adds up what it is told"""

import threading

import Pyro5.api
from stock import serve


@Pyro5.api.expose
class Adder:
    def __init__(self):
        self.lock = threading.Lock()
        self.sum = 0

    def add(self, number):
        with self.lock:
            self.sum += number
        return number

    def total(self):
        return self.sum


serve({"adder": Adder()})
