#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The service of service.c in Python, with PyGObject. Usage: service.py NAME"""

import sys

import gi

gi.require_version("Pyrog", "1")
from gi.repository import GLib, Pyrog  # noqa: E402


def greet(invocation, args):
    # Each call knows who makes it
    certificate = invocation.get_connection().get_peer_certificate()
    caller = Pyrog.certificate_dup_common_name(certificate)
    invocation.return_value(GLib.Variant("s", "hello, " + caller))


def accept_certificate(daemon, request):
    """Asked for each client, before a byte of Pyro's protocol is read. Key, signature and dates are
    checked already: True says no more than "no objection". False refuses, and so does a handler
    that raises an exception."""
    # Our CA knows bob as well, but he has no business here
    return Pyrog.certificate_dup_common_name(request.get_certificate()) == "alice"


config = Pyrog.Config(
    # Everything is encrypted; who does not speak TLS is not heard at all
    ssl=True,
    ssl_servercert=sys.argv[1] + "-cert.pem",
    ssl_serverkey=sys.argv[1] + "-key.pem",
    # Clients have to show a certificate, and only our own CA counts for it
    ssl_requireclientcert=True,
    ssl_cacerts="ca-cert.pem",
)
# Nothing can be called that is not named here
greeter = Pyrog.Servant()
greeter.add_method("greet", "", "s", greet)
daemon = Pyrog.Daemon.new(config)
daemon.connect("accept-certificate", accept_certificate)
# What is wrong with our own certificate or key is an error here
uri = daemon.register("example.greeter", greeter)
print("READY", uri.to_string(), flush=True)
daemon.run(None)
