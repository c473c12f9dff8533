#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Usage: client.py URI: with PyGObject"""

import sys

import gi

gi.require_version("Pyrog", "1")
from gi.repository import GLib, Pyrog  # noqa: E402

calc = Pyrog.Proxy.new(sys.argv[1], None)
print("  add(3, 4) ->", calc.call_sync("add", GLib.Variant("(ii)", (3, 4)), "x", None).unpack())
try:
    calc.call_sync("divide", GLib.Variant("(ii)", (1, 0)), "d", None)
except GLib.Error as error:
    if not error.matches(Pyrog.error_quark(), Pyrog.Error.ZERO_DIVISION_ERROR):
        raise
    print("  divide(1, 0) -> an error:", error.message)
