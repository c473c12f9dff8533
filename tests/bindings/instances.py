#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A daemon that makes the objects that are called, and tells who came and went"""

import gi

gi.require_version("Pyrog", "1")
from gi.repository import GLib, GObject, Pyrog  # noqa: E402

MODES = {
    "single": Pyrog.InstanceMode.SINGLE,
    "session": Pyrog.InstanceMode.SESSION,
    "percall": Pyrog.InstanceMode.PERCALL,
}


class Counter(GObject.Object):
    count = GObject.Property(type=int, default=0, minimum=0, maximum=1000)


def increment(invocation, args):
    counter = invocation.get_instance()
    counter.count += 1
    invocation.return_value(GLib.Variant("i", counter.count))


def make_counter(invocation):
    assert invocation.get_session() > 0
    return Counter()


def fail_to_make(invocation):
    raise GLib.Error.new_literal(Pyrog.error_quark(), "no counter", Pyrog.Error.VALUE_ERROR)


def describe_counter():
    servant = Pyrog.Servant.new_for_type(Counter)
    servant.add_method("increment", "", "i", increment)
    servant.expose_property("count", Pyrog.Access.READWRITE)
    return servant


class Story:
    def __init__(self, daemon):
        self.lines = []
        self.sessions = {}
        daemon.connect("client-connected", self.connected)
        daemon.connect("client-disconnected", self.disconnected)
        daemon.connect("method-failed", self.failed)

    def connected(self, daemon, connection):
        self.sessions[connection.get_session()] = 0
        self.lines.append("connected")

    def disconnected(self, daemon, connection):
        self.lines.append("disconnected after %d" % self.sessions.pop(connection.get_session()))

    def failed(self, daemon, invocation, error):
        oneway = " oneway" if invocation.get_oneway() else ""
        self.lines.append("failed %s%s: %s" % (invocation.get_method_name(), oneway, error.message))

    def tell(self, invocation, args):
        invocation.return_value(GLib.Variant("as", self.lines))

    def count(self, invocation, args):
        self.sessions[invocation.get_session()] += 1
        invocation.return_value(GLib.Variant("i", self.sessions[invocation.get_session()]))

    def track(self, invocation, args):
        connection = invocation.get_connection()
        connection.track(lambda connection: self.lines.append("first ended"))
        connection.track(lambda connection: self.lines.append("second ended"))
        connection.untrack(connection.track(lambda connection: self.lines.append("never")))
        invocation.return_none()

    def fail(self, invocation, args):
        raise GLib.Error.new_literal(Pyrog.error_quark(), "nobody hears", Pyrog.Error.KEY_ERROR)


def main():
    daemon = Pyrog.Daemon.new(None)
    story = Story(daemon)
    servant = Pyrog.Servant()
    servant.add_method("tell", "", "as", story.tell)
    servant.add_method("count", "", "i", story.count)
    servant.add_method("track", "", None, story.track)
    servant.add_method("fail", "", None, story.fail)
    servant.set_oneway("fail", True)
    uri = daemon.register("story", servant)
    for name, mode in MODES.items():
        daemon.register_factory(name, describe_counter(), mode, make_counter)
    daemon.register_factory("typed", describe_counter(), Pyrog.InstanceMode.SESSION, None)
    daemon.register_factory("broken", describe_counter(), Pyrog.InstanceMode.SINGLE, fail_to_make)
    daemon.register_factory("nothing", describe_counter(), Pyrog.InstanceMode.SINGLE,
                            lambda invocation: None)
    daemon.start()
    print("READY", uri.to_string(), flush=True)
    GLib.MainLoop().run()


main()
