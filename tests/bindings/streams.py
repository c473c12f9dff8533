#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Usage: streams.py serve
          streams.py read URI"""

import sys

import gi

gi.require_version("Pyrog", "1")
from gi.repository import Gio, GLib, Pyrog  # noqa: E402


def int64(number):
    return GLib.Variant("x", number)


def numbers(end, fails):
    yield from range(end)
    if fails:
        raise GLib.Error.new_literal(Pyrog.error_quark(), "enough", Pyrog.Error.VALUE_ERROR)


def new_stream(end, fails):
    generator = numbers(end, fails)

    def make_item():
        number = next(generator, None)
        return int64(number) if number is not None else None
    return Pyrog.ItemStream.new(make_item)


def push(queue, number):
    """The next one when there was room for this one"""
    def pushed(_queue, result):
        queue.push_finish(result)
        push(queue, number + 1)
    if number == 3:
        queue.end()
    else:
        queue.push(int64(number), None, pushed)




def serve():
    def events(invocation, args):
        queue = Pyrog.ItemQueue.new(1)
        push(queue, 0)
        invocation.return_stream(queue)

    def get_numbers(name):
        store = Gio.ListStore.new(Gio.SimpleAction)
        for number in range(3):
            store.append(Gio.SimpleAction.new(str(number), None))
        return Pyrog.ItemStream.new_for_model(store, lambda item: int64(int(item.get_name())))

    servant = Pyrog.Servant()
    servant.add_method("count", "x end, b fails", None, lambda invocation, args:
                       invocation.return_stream(new_stream(*args.unpack())))
    servant.add_method("events", "", None, events)
    servant.add_stream_attribute("numbers", get_numbers)
    daemon = Pyrog.Daemon()
    uri = daemon.register("streams", servant)
    daemon.start()
    print(uri.to_string(), flush=True)
    daemon.run(None)


def items_of(stream):
    return [item.unpack() for item in iter(lambda: stream.next_sync(None), None)]


def read(uri):
    proxy = Pyrog.Proxy.new(uri, None)
    stream = proxy.stream_sync("count", GLib.Variant("(xb)", (100, False)), None)
    assert items_of(stream) == list(range(100))

    failing = proxy.stream_sync("count", GLib.Variant("(xb)", (1, True)), None)
    assert failing.next_value().unpack() == 0
    try:
        failing.next_value()
        raise AssertionError("no error")
    except GLib.Error as error:
        assert error.matches(Pyrog.error_quark(), Pyrog.Error.VALUE_ERROR), error
    assert failing.next_value() is None

    kwargs = GLib.Variant("a{sv}", {"end": int64(4), "fails": GLib.Variant("b", False)})
    full = proxy.stream_full_sync("count", None, kwargs, Pyrog.CallOptions.new(), None)
    assert items_of(full) == [0, 1, 2, 3]
    assert items_of(proxy.stream_sync("events", None, None)) == [0, 1, 2]
    left = proxy.stream_attribute_sync("numbers", None)
    assert left.next_value().unpack() == 0
    left.close()
    assert left.next_value() is None
    read_later(proxy)


def read_later(proxy):
    loop = GLib.MainLoop()
    items = []

    def came(stream, result):
        item = stream.next_finish(result)
        if item is None:
            loop.quit()
            return
        items.append(item.unpack())
        stream.next(None, came)
    proxy.stream("events", None, None,
                 lambda _proxy, result: proxy.stream_finish(result).next(None, came))
    loop.run()
    assert items == [0, 1, 2], items


if sys.argv[1] == "serve":
    serve()
else:
    read(sys.argv[2])
