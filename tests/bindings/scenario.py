#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Usage: scenario.py server | scenario.py client URI"""

import sys

import gi

gi.require_version("Pyrog", "1")
from gi.repository import GLib, GObject, Pyrog  # noqa: E402

# ---- The server ----


class Scenario(Pyrog.Servant):
    level = GObject.Property(type=int, default=3, minimum=0, maximum=100)

    def __init__(self):
        super().__init__()
        self.add_method("subclassed", "s text", "s", None)
        self.expose_property("level", Pyrog.Access.READWRITE)

    def do_invoke(self, invocation):
        (text,) = invocation.get_args().unpack()
        invocation.return_value(GLib.Variant("s", text + "!"))


def add(invocation, args):
    a, b = args.unpack()
    invocation.return_value(GLib.Variant("x", a + b))


def echo(invocation, args):
    invocation.return_value(args.get_child_value(0).get_variant())


def boom(invocation, args):
    raise GLib.Error.new_literal(Pyrog.error_quark(), "boom", Pyrog.Error.VALUE_ERROR)


def throws(invocation, args):
    raise IndexError("raised in the language")


def later(invocation, args):
    invocation.hold()

    def answer():
        invocation.return_value(GLib.Variant("s", "late"))
        return GLib.SOURCE_REMOVE
    GLib.idle_add(answer)


def blob(invocation, args):
    argument = invocation.get_blob()
    invocation.return_value(
        GLib.Variant("(vv)", (argument.get_info(), argument.deserialize(None))))


class Notes:
    text = ""
    color = "red"

    def note(self, invocation, args):
        (self.text,) = args.unpack()
        invocation.return_none()

    def noted(self, invocation, args):
        invocation.return_value(GLib.Variant("s", self.text))

    def get_color(self, name):
        return GLib.Variant("s", self.color)

    def set_color(self, name, value):
        self.color = value.unpack()
        return True


def make_servant():
    servant = Scenario()
    notes = Notes()
    servant.add_method("add", "x a, x b", "x", add)
    servant.add_method("echo", "v value", None, echo)
    servant.add_method("boom", "", None, boom)
    servant.add_method("throws", "", None, throws)
    servant.add_method("later", "", "s", later)
    servant.add_method("blob", None, None, blob)
    servant.add_method("note", "s text", None, notes.note)
    servant.set_oneway("note", True)
    servant.add_method("noted", "", "s", notes.noted)
    servant.add_attribute("color", "s", notes.get_color)
    servant.add_setter("color", notes.set_color)
    return servant


def serve():
    daemon = Pyrog.Daemon.new(None)
    uri = daemon.register("scenario", make_servant())
    daemon.start()
    print("READY", uri.to_string(), flush=True)
    GLib.MainLoop().run()


# ---- The client ----


def fails(code, function, *args):
    try:
        function(*args)
    except GLib.Error as error:
        assert error.matches(Pyrog.error_quark(), code), error
        return error
    raise AssertionError("nothing was raised")


def call_async(proxy, method, args, reply_type):
    loop = GLib.MainLoop()
    results = []

    def done(source, result):
        results.append(source.call_finish(result))
        loop.quit()
    proxy.call(method, args, reply_type, None, done)
    loop.run()
    return results[0].unpack()


def submit(batch):
    loop = GLib.MainLoop()
    done = []

    def callback(source, result):
        done.append(result)
        loop.quit()
    batch.submit(None, callback)
    loop.run()
    return batch.submit_finish(done[0])


def check_batch(proxy):
    batch = Pyrog.Batch.new(proxy)
    batch.add("add", GLib.Variant("(ii)", (3, 4)))
    batch.add("later", None)
    batch.add("boom", None)
    batch.add("add", GLib.Variant("(ii)", (5, 6)))
    results = submit(batch)
    assert results.get_size() == 3
    assert results.next("x").unpack() == 7
    assert results.next("s").unpack() == "late"
    fails(Pyrog.Error.VALUE_ERROR, results.next, None)
    assert results.next(None) is None
    batch.add("nosuch", None)
    fails(Pyrog.Error.ATTRIBUTE_ERROR, submit, batch)
    batch.add("note", GLib.Variant("(s)", ("in a batch",)))
    assert batch.submit_oneway_sync(None)
    wait_for_note(batch.get_proxy(), "in a batch")
    batch.add("noted", None)
    assert batch.submit_sync(None).next("s").unpack() == "in a batch"


def wait_for_note(proxy, expected):
    """A oneway call has arrived some time"""
    while proxy.call_sync("noted", None, "s", None).unpack() != expected:
        pass


def check_blob(proxy):
    data = Pyrog.SerializedBlob.new(GLib.Variant("s", "topic"), GLib.Variant("as", ["a", "b"]))
    answer = proxy.call_blob_sync("blob", data, "(sas)", None, None)
    assert answer.unpack() == ("topic", ["a", "b"])


def client(uri):
    proxy = Pyrog.Proxy.new(uri, None)
    proxy.set_timeout(20)

    def call(method, args=None, reply_type=None):
        return proxy.call_sync(method, args, reply_type, None).unpack()
    assert call("add", GLib.Variant("(ii)", (3, 4)), "x") == 7
    assert call_async(proxy, "add", GLib.Variant("(xx)", (1, 2)), "x") == 3
    assert call("echo", GLib.Variant("(as)", (["a", "b"],)), "as") == ["a", "b"]
    error = fails(Pyrog.Error.VALUE_ERROR, call, "boom")
    assert error.message == "boom", error.message
    try:
        call("throws")
        raise AssertionError("nothing was raised")
    except GLib.Error as thrown:
        assert not thrown.matches(Pyrog.error_quark(), Pyrog.Error.TIMEOUT), thrown
    fails(Pyrog.Error.ATTRIBUTE_ERROR, call, "nosuch")
    assert call("later", None, "s") == "late"
    assert call("subclassed", GLib.Variant("(s)", ("hi",)), "s") == "hi!"
    call("note", GLib.Variant("(s)", ("noted",)))
    wait_for_note(proxy, "noted")
    proxy.set_attribute_sync("color", GLib.Variant("s", "blue"), None)
    assert proxy.get_attribute_sync("color", "s", None).unpack() == "blue"
    proxy.set_attribute_sync("level", GLib.Variant("i", 42), None)
    assert proxy.get_attribute_sync("level", "i", None).unpack() == 42
    kwargs = GLib.Variant("a{sv}", {"a": GLib.Variant("i", 5), "b": GLib.Variant("i", 6)})
    result, _outcome = proxy.call_full_sync("add", None, kwargs, "x", None, None)
    assert result.unpack() == 11
    options = Pyrog.CallOptions.new()
    options.set_oneway(True)
    # Nobody waits for the answer, which is an exception
    result, _outcome = proxy.call_full_sync("boom", None, None, None, options, None)
    assert result.n_children() == 0
    proxy.call_full_sync("subclassed", GLib.Variant("(s)", ("hi",)), None, None, options, None)
    assert call("noted", None, "s") == "noted"
    check_batch(proxy)
    check_blob(proxy)
    print("RESULT ok")


if sys.argv[1] == "server":
    serve()
else:
    client(sys.argv[2])
