# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the programs in Python, with PyGObject, share."""

import builtins
import types

import gi

gi.require_version("Pyrog", "1")
from gi.repository import GLib, Pyrog  # noqa: E402


def pack(value):
    """The GVariant for a value of Python"""
    if isinstance(value, GLib.Variant):
        return value
    if value is None:
        return GLib.Variant("mv", None)
    if isinstance(value, bytes):
        return GLib.Variant.new_from_bytes(GLib.VariantType("ay"), GLib.Bytes.new(value), True)
    if isinstance(value, list):
        return GLib.Variant("av", [pack(item) for item in value])
    if isinstance(value, tuple):
        return arguments(*value)
    if isinstance(value, dict):
        return GLib.Variant("a{sv}", {key: pack(item) for key, item in value.items()})
    return GLib.Variant({bool: "b", int: "x", float: "d", str: "s"}[type(value)], value)


def arguments(*values):
    return GLib.Variant.new_tuple(*[pack(value) for value in values])


def unpack(variant):
    if variant.get_type_string() == "v":
        return unpack(variant.get_variant())
    if variant.get_type_string() == "ay":
        return variant.get_data_as_bytes().get_data()
    value = variant.unpack()
    if isinstance(value, dict) and value.get("__class__") == "Pyro5.client.Proxy":
        return Pyrog.Proxy.new_from_variant(variant, None)
    return value


def failure(code, text):
    """An error of ours, as it may be raised to pyrog"""
    return GLib.Error.new_literal(Pyrog.error_quark(), text, code)


def stream(iterator):
    def next_item():
        item = next(iterator, None)
        return None if item is None else pack(item)
    return Pyrog.ItemStream.new(next_item)


def answer(invocation, function, *values):
    """Calls the function and answers with what it returns or raises"""
    try:
        result = function(*values)
    except Exception as error:
        known = hasattr(builtins, type(error).__name__)
        remote_class = "%s.%s" % ("builtins" if known else "matrix", type(error).__name__)
        invocation.return_exception(remote_class, arguments(*error.args), pack(vars(error)))
        return
    if isinstance(result, types.GeneratorType):
        invocation.return_stream(stream(result))
    else:
        invocation.return_value(pack(result))


def servant(*functions, oneway=(), invocation=()):
    """A servant whose methods are functions on values; those that are named in invocation get the
    invocation as well"""
    made = Pyrog.Servant()

    def add(function):
        name = function.__name__

        def call(context, args):
            values = [unpack(args.get_child_value(i)) for i in range(args.n_children())]
            extra = [context] if name in invocation else []
            answer(context, function, *extra, *values)
        made.add_method(name, None, None, call)
        made.set_oneway(name, name in oneway)
    for function in functions:
        add(function)
    return made


def serve(objects, daemon=None):
    """Serves servants by their ids, and prints their uris on one line"""
    daemon = daemon or Pyrog.Daemon.new(None)
    uris = [daemon.register(name, thing) for name, thing in objects.items()]
    daemon.start()
    print(*[uri.to_string() for uri in uris], flush=True)
    GLib.MainLoop().run()


def connect(uri, config=None):
    proxy = Pyrog.Proxy.new(uri, config)
    proxy.set_timeout(30)
    return proxy


def call(proxy, method, *values):
    return unpack(proxy.call_sync(method, arguments(*values), None, None))


def kind(error):
    """The name of the class of the exception that a GLib.Error stands for"""
    quark = GLib.quark_from_string(error.domain)
    return Pyrog.error_to_class(quark, error.code).rpartition(".")[2]
