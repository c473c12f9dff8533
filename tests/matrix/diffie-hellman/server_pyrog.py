# SPDX-License-Identifier: LGPL-2.1-or-later
from frame import GLib, servant, serve

PRIME, BASE, SECRET = 2**127 - 1, 43, 123456789012345678901234567
shared = 0


def exchange(public):
    """Numbers of more than 64 bits are decimal digits in a GVariant mms"""
    global shared
    shared = pow(int(public), SECRET, PRIME)
    digits = GLib.Variant("s", str(pow(BASE, SECRET, PRIME)))
    return GLib.Variant.new_maybe(None, GLib.Variant.new_maybe(None, digits))


def fingerprint():
    return shared % 1000003


serve({"exchange": servant(exchange, fingerprint)})
