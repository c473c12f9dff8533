#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The client of client.c in Python, with PyGObject. Usage: client.py NAME URI"""

import sys

import gi

gi.require_version("Pyrog", "1")
from gi.repository import GLib, Pyrog  # noqa: E402


def accept_certificate(proxy, request):
    """Asked before a byte of Pyro's protocol is sent. Key, signature, dates and the host of the uri
    are checked already."""
    # Other servers of this host have good certificates, too, but are not the greeter
    return Pyrog.certificate_dup_common_name(request.get_certificate()) == "greeter"


name, uri = sys.argv[1:]
config = Pyrog.Config(
    # With TLS or not at all; of servers only those count whose certificate our own CA has signed
    ssl=True,
    ssl_cacerts="ca-cert.pem",
    # Who we are
    ssl_clientcert=name + "-cert.pem",
    ssl_clientkey=name + "-key.pem",
)
greeter = Pyrog.Proxy.new(uri, config)
greeter.connect("accept-certificate", accept_certificate)
try:
    # The first call connects, and certificates are judged then
    print("  greet() ->", greeter.call_sync("greet", None, "s", None).unpack())
except GLib.Error as error:
    print("  an error:", error.message)
    sys.exit(1)
