#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Errors of a program's own domain on the way from a server to a client, each of ours or of the
real Pyro5, which knows them as exceptions of a class of its own."""

import os
import subprocess
import sys
import types
import uuid

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

    def __init__(self, kind, **environment):
        self.process = subprocess.Popen(
            PROGRAMS[kind], stdout=subprocess.PIPE, text=True,
            env=dict(os.environ, PYTHONPATH=os.environ["PYRO5_PATH"], **environment))
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


SERIALIZERS = "serpent", "marshal", "json", "msgpack"
# Pyro5 can't write batches with marshal
BATCH_SERIALIZERS = "serpent", "json", "msgpack"


def traceback_of(error):
    """What Pyro5 prints of it, the local part not"""
    text = "".join(Pyro5.errors.get_pyro_traceback(type(error), error, error.__traceback__))
    _local, mark, remote = text.partition(" +--- This exception occured remotely (Pyro)")
    return mark and remote


@tap.case("traces")
@tap.case("names")
def test_no_traceback(what):
    with Server("pyrog") as shop, Pyro5.api.Proxy(shop.uri) as proxy:
        error = failure_of(proxy.order, what)
        assert error._pyroTraceback == [] and traceback_of(error) == "", vars(error)
        # Others see nothing of what another shop told us
        with Server("Pyro5") as other:
            assert traceback_of(failure_of(proxy.relay, other.uri, "names")) == ""


for _serializer in SERIALIZERS:
    @tap.case(_serializer)
    def test_traceback(serializer):
        with Server("pyrog", PYRO_DETAILED_TRACEBACK="1") as shop, \
                Pyro5.api.Proxy(shop.uri) as proxy:
            proxy._pyroSerializer = serializer
            identity = uuid.uuid4()
            Pyro5.api.current_context.correlation_id = identity
            text = traceback_of(failure_of(proxy.order, "names"))
            Pyro5.api.current_context.correlation_id = None
            for part in ("\n | Traceback (most recent call last):\n",
                         '\n |   Object "shop", in order\n',
                         "\n |     correlation id %s\n" % identity,
                         "\n |     GError shop-error-quark, code 2\n",
                         "\n | Pyro5.errors.PyroError: no class\n"):
                assert part in text, text
            text = traceback_of(failure_of(proxy.order, 5))
            assert '"shop", in order' in text and "\n | TypeError: " in text, text
            # The program's own word counts
            error = failure_of(proxy.order, "traces")
            assert list(error._pyroTraceback) == ["secret place\n", "traced\n"], vars(error)
            assert error.left == 0


@tap.case()
def test_traceback_in_batch():
    for serializer in BATCH_SERIALIZERS:
        with Server("pyrog", PYRO_DETAILED_TRACEBACK="1") as shop, \
                Pyro5.api.Proxy(shop.uri) as proxy:
            proxy._pyroSerializer = serializer
            batch = Pyro5.api.BatchProxy(proxy)
            batch.order("plums")
            batch.order("names")
            results = batch()
            assert next(results) == "plums"
            text = traceback_of(failure_of(next, results))
            assert '\n |   Object "shop", in order\n' in text, text


@tap.case("pyrog")
@tap.case("Pyro5")
def test_traceback_of_another_daemon(kind):
    with Server("pyrog", PYRO_DETAILED_TRACEBACK="1") as shop, \
            Server(kind, PYRO_DETAILED_TRACEBACK="1") as other, Pyro5.api.Proxy(shop.uri) as proxy:
        text = traceback_of(failure_of(proxy.relay, other.uri, "names"))
        outer, mark, inner = text.partition("+--- Remote traceback:\n")
        assert mark and '"shop", in relay' in outer, text
        assert "order" in inner and "no class" in inner.partition("+--- End of remote")[0], text


for _serializer in SERIALIZERS:
    @tap.case(_serializer)
    def test_strange_answers(serializer):
        with Server("pyrog") as shop, Pyro5.api.Proxy(shop.uri) as proxy:
            proxy._pyroSerializer = serializer
            error = failure_of(proxy.order, "strange errors")
            assert type(error) is Pyro5.errors.PyroError, repr(error)
            assert str(error).startswith("Error serializing exception: "), repr(error)
            assert ". Original exception: shop.Strange: " in str(error), repr(error)
            error = failure_of(proxy.order, "strange things")
            assert type(error) is Pyro5.errors.SerializeError, repr(error)
            assert "The answer can't be sent: " in str(error).replace("’", "'"), repr(error)
            assert proxy.order("plums") == "plums"


@tap.case()
def test_strange_answers_in_batch():
    for serializer in BATCH_SERIALIZERS:
        with Server("pyrog") as shop, Pyro5.api.Proxy(shop.uri) as proxy:
            proxy._pyroSerializer = serializer
            batch = Pyro5.api.BatchProxy(proxy)
            batch.order("plums")
            batch.order("strange errors")
            results = batch()
            assert next(results) == "plums"
            error = failure_of(next, results)
            assert ". Original exception: shop.Strange: " in str(error), repr(error)
            # An exception of a class of its own, of which the daemon tells its program
            batch.order("traces")
            error = failure_of(next, batch())
            assert type(error) is ValueError and str(error) == "traced", repr(error)


tap.run()
