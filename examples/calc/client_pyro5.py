#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Usage: client_pyro5.py URI: a client written for Pyro5, which knows nothing of pyrog"""

import sys

import Pyro5.api

with Pyro5.api.Proxy(sys.argv[1]) as calc:
    print("  add(3, b=4) ->", calc.add(3, b=4))
    calc.memory = 42
    print("  memory = 42, memory ->", calc.memory)
    print("  think() ->", calc.think())
    try:
        calc.divide(1, 0)
    except ZeroDivisionError as error:
        print("  divide(1, 0) -> a ZeroDivisionError:", error)
