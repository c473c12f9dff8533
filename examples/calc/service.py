#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The service of service.c in Python, with PyGObject"""

import gi

gi.require_version("Pyrog", "1")
from gi.repository import GLib, GObject, Pyrog  # noqa: E402


class Calc(Pyrog.Servant):
    memory = GObject.Property(type=GObject.TYPE_INT64)

    def __init__(self):
        super().__init__()
        self.add_method("add", "x a, x b", "x", self.add)
        self.add_method("divide", "(dd)", "d", self.divide)
        self.add_method("think", "", "s", self.think)
        self.expose_property("memory", Pyrog.Access.READWRITE)

    def add(self, invocation, args):
        invocation.return_value(GLib.Variant("x", sum(args.unpack())))

    def divide(self, invocation, args):
        a, b = args.unpack()
        if b == 0:
            raise GLib.Error.new_literal(Pyrog.error_quark(), "division by zero",
                                         Pyrog.Error.ZERO_DIVISION_ERROR)
        invocation.return_value(GLib.Variant("d", a / b))

    def think(self, invocation, args):
        def answer():
            invocation.return_value(GLib.Variant("s", "here it is"))
            return GLib.SOURCE_REMOVE
        invocation.hold()
        GLib.timeout_add(100, answer)


daemon = Pyrog.Daemon.new(None)
uri = daemon.register("example.calc", Calc())
print("READY", uri.to_string(), flush=True)
daemon.run(None)
