#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Errors of a program's own domain on the way from a server to a client, each of ours or of the
real Pyro5, which knows them as exceptions of a class of its own."""

import os
import subprocess
import sys
import types

if "PYRO5_PATH" not in os.environ:
    print("1..0 # SKIP PYRO5_PATH does not name a Pyro5")
    sys.exit(0)
sys.path.insert(0, os.environ["PYRO5_PATH"])

import Pyro5.api  # noqa: E402
import Pyro5.errors  # noqa: E402

import tap  # noqa: E402

# The same shop as in errors-scenario.c; the module `shop` gives the classes their full names
SHOP = '''
import types
import Pyro5.api

shop = types.ModuleType("shop")
exec("class OutOfStock(Exception): pass\\nclass Closed(Exception): pass", shop.__dict__)

@Pyro5.api.expose
class Shop:
    def order(self, what):
        if what == "apples":
            raise shop.OutOfStock("no apples left")
        if what == "pears":
            raise shop.Closed("come tomorrow")
        if what == "names":
            raise Pyro5.errors.PyroError("no class")
        return what

    @property
    def owner(self):
        raise shop.Closed("nobody is here")

daemon = Pyro5.api.Daemon()
print("READY", daemon.register(Shop(), "shop"), flush=True)
daemon.requestLoop()
'''

SCENARIO = os.environ["ERRORS_SCENARIO"]
PROGRAMS = {"pyrog": [SCENARIO, "serve"], "Pyro5": [sys.executable, "-c", SHOP]}


class Server:
    """A running shop; as a context it ends at the end of the block"""

    def __init__(self, kind):
        self.process = subprocess.Popen(
            PROGRAMS[kind], stdout=subprocess.PIPE, text=True,
            env=dict(os.environ, PYTHONPATH=os.environ["PYRO5_PATH"]))
        words = self.process.stdout.readline().split()
        if words[:1] != ["READY"]:
            raise RuntimeError("The shop did not open")
        self.uri = words[1]

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def run_scenario(*arguments):
    result = subprocess.run([SCENARIO] + list(arguments), timeout=60, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert result.returncode == 0, result.stdout


@tap.case("serpent")
@tap.case("marshal")
@tap.case("json")
@tap.case("msgpack")
def test_in_one_process(serializer):
    run_scenario("both", serializer)


@tap.case("pyrog", "serpent")
@tap.case("pyrog", "marshal")
@tap.case("pyrog", "json")
@tap.case("pyrog", "msgpack")
@tap.case("Pyro5", "serpent")
@tap.case("Pyro5", "marshal")
@tap.case("Pyro5", "json")
@tap.case("Pyro5", "msgpack")
def test_pyrog_client(server, serializer):
    with Server(server) as shop:
        run_scenario("call", shop.uri, serializer)
        run_scenario("call-unregistered", shop.uri, serializer)


def failure_of(function, *arguments):
    try:
        function(*arguments)
    except Exception as error:  # whatever it is, the caller looks at it
        return error
    raise AssertionError("no exception")


@tap.case("serpent")
@tap.case("marshal")
@tap.case("json")
@tap.case("msgpack")
def test_pyro5_client_without_the_class(serializer):
    with Server("pyrog") as shop, Pyro5.api.Proxy(shop.uri) as proxy:
        proxy._pyroSerializer = serializer
        error = failure_of(proxy.order, "apples")
        assert isinstance(error, Pyro5.errors.SerializeError), repr(error)
        assert "shop.OutOfStock" in str(error), repr(error)
        error = failure_of(proxy.order, "names")
        assert type(error) is Pyro5.errors.PyroError and error.args == ("no class",), repr(error)


@tap.case("serpent")
@tap.case("marshal")
@tap.case("json")
@tap.case("msgpack")
def test_pyro5_client_with_the_class(serializer):
    shop_module = types.ModuleType("shop")
    shop_module.OutOfStock = type("OutOfStock", (Exception,), {"__module__": "shop"})

    def make(name, values):
        return shop_module.OutOfStock(*values["args"])

    Pyro5.api.register_dict_to_class("shop.OutOfStock", make)
    try:
        with Server("pyrog") as shop, Pyro5.api.Proxy(shop.uri) as proxy:
            proxy._pyroSerializer = serializer
            error = failure_of(proxy.order, "apples")
            assert type(error) is shop_module.OutOfStock, repr(error)
            assert error.args == ("no apples left",), repr(error)
            assert proxy.order("plums") == "plums"
    finally:
        Pyro5.api.unregister_dict_to_class("shop.OutOfStock")


tap.run()
