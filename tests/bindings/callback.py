#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Usage: callback.py serve
          callback.py call URI"""

import sys

import gi

gi.require_version("Pyrog", "1")
from gi.repository import GLib, Pyrog  # noqa: E402


def new_counter():
    total = 0

    def add(invocation, args):
        nonlocal total
        total += args.unpack()[0]
        invocation.return_value(GLib.Variant("x", total))
    servant = Pyrog.Servant()
    servant.add_method("add", "(x)", "x", add)
    return servant


def serve():
    def call_back(invocation, args):
        held = invocation.hold()
        proxy = Pyrog.Proxy.new_from_variant(args.get_child_value(0).get_variant(), None)

        def answered(_proxy, result):
            held.return_value(proxy.call_finish(result))
        proxy.call("add", GLib.Variant("(x)", (args.unpack()[1],)), "x", None, answered)

    def make(invocation, _args):
        counter = new_counter()
        daemon.register(None, counter)
        invocation.return_value(daemon.proxy_for(counter, invocation.get_connection()))

    servant = Pyrog.Servant()
    servant.add_method("call_back", "(vx)", None, call_back)
    servant.add_method("make", "()", None, make)
    daemon = Pyrog.Daemon()
    uri = daemon.register("callback", servant)
    daemon.start()
    print(uri.to_string(), flush=True)
    daemon.run(None)


def call(proxy, method, args):
    loop = GLib.MainLoop()
    results = []

    def came(_proxy, result):
        results.append(proxy.call_finish(result))
        loop.quit()
    proxy.call(method, args, None, None, came)
    loop.run()
    return results[0]


def run_client(uri):
    daemon = Pyrog.Daemon()
    counter = new_counter()
    daemon.register(None, counter)
    daemon.start()
    server = Pyrog.Proxy.new(uri, None)
    for number in range(1, 4):
        passed = daemon.proxy_for(counter, None)
        answer = call(server, "call_back", GLib.Variant("(vx)", (passed, 10)))
        assert answer.unpack() == 10 * number, answer
    made = Pyrog.Proxy.new_from_variant(call(server, "make", None), None)
    assert call(made, "add", GLib.Variant("(x)", (5,))).unpack() == 5
    assert call(made, "add", GLib.Variant("(x)", (2,))).unpack() == 7
    try:
        Pyrog.Proxy.new_from_variant(GLib.Variant("s", "nothing"), None)
        raise AssertionError("no error")
    except GLib.Error as error:
        assert error.matches(Pyrog.error_quark(), Pyrog.Error.TYPE_ERROR), error


if sys.argv[1] == "serve":
    serve()
else:
    run_client(sys.argv[2])
