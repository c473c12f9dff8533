#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Usage: context.py serve | context.py call URI

What comes along with a call: annotations, correlation ids, the peer's software."""

import sys

import gi

gi.require_version("Pyrog", "1")
from gi.repository import GLib, Pyrog  # noqa: E402

ID = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"


def describe(invocation, args):
    note = invocation.get_annotation("NOTE").get_data()
    invocation.set_reply_annotation("RESP", GLib.Bytes.new(b"re: " + note))
    Pyrog.CallOptions.new_for_invocation(invocation)
    software = invocation.get_connection().props.peer_software
    assert invocation.ensure_correlation_id() == invocation.get_correlation_id()
    invocation.return_value(GLib.Variant("s", "%s %s" % (invocation.get_correlation_id(), software)))


def serve():
    servant = Pyrog.Servant()
    servant.add_method("describe", "", "s", describe)
    daemon = Pyrog.Daemon.new(None)
    daemon.set_annotation("SHRD", GLib.Bytes.new(b"x"))
    daemon.set_annotation("GONE", GLib.Bytes.new(b"x"))
    daemon.set_annotation("GONE", None)
    print(daemon.register("context", servant).to_string(), flush=True)
    daemon.run(None)


def call(uri):
    options = Pyrog.CallOptions.new()
    options.set_annotation("NOTE", GLib.Bytes.new(b"n"))
    options.set_correlation_id(ID)
    proxy = Pyrog.Proxy.new(uri, None)
    result, outcome = proxy.call_full_sync("describe", None, None, "s", options, None)
    assert outcome.get_correlation_id() == ID
    annotations = outcome.get_annotations().unpack()
    print("%s %s" % (result.unpack(), proxy.props.peer_software),
          *("%s=%s" % (name, bytes(annotations[name]).decode()) for name in sorted(annotations)))


if sys.argv[1] == "serve":
    serve()
else:
    call(sys.argv[2])
