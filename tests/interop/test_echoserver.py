#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The real Pyro5 client against our echo server: what its users see is what Pyro5's own shows."""

import datetime
import itertools
import math
import os
import random
import sys
import tempfile
import threading

if "PYRO5_PATH" not in os.environ:
    print("1..0 # SKIP PYRO5_PATH does not name a Pyro5")
    sys.exit(0)
sys.path.insert(0, os.environ["PYRO5_PATH"])

import Pyro5.api  # noqa: E402
import Pyro5.errors  # noqa: E402

import servers  # noqa: E402
import tap  # noqa: E402

SERIALIZERS = ["serpent", "marshal", "json", "msgpack"]
SERVER_TYPES = ["multiplex", "thread"]
RANDOM_VALUES = 2000


def connect(server, serializer="serpent", compression=False, name=None):
    Pyro5.api.config.SERIALIZER = serializer
    Pyro5.api.config.COMPRESSION = compression
    uri = server.uri if name is None else server.uri.replace("test.echoserver", name)
    proxy = Pyro5.api.Proxy(uri.replace("./u:@", "./u:\0"))  # as Pyro5 writes an abstract socket
    proxy._pyroTimeout = 20
    return proxy


def raises(kind, function, *args, **kwargs):
    try:
        function(*args, **kwargs)
    except kind as error:
        assert type(error) is kind, "%r is not exactly %s" % (error, kind)
        return error
    raise AssertionError("nothing was raised")


def check_methods(proxy, serializer):
    assert proxy.echo("hi") == "hi"
    assert proxy._pyroInvoke("echo", (), {"message": [1, 2]}) == [1, 2]
    assert list(proxy.generator()) == ["one", "two", "three"]
    assert math.isnan(proxy.nan()) and proxy.inf() == math.inf
    assert proxy.__dunder__() == "should be allowed (dunder)"
    assert proxy.oneway_echo("nobody answers") is None
    assert proxy._pyroMethods == {"echo", "error", "error_with_text", "oneway_echo", "slow",
                                  "oneway_slow", "generator", "nan", "inf", "__dunder__",
                                  "shutdown"}
    assert proxy._pyroOneway == {"oneway_echo", "oneway_slow"}
    assert proxy._pyroAttrs == {"verbose"}


def check_errors(proxy):
    error = raises(ValueError, proxy.error_with_text)
    assert error.args == ("the message of the error",)
    raises(ValueError, proxy.error)
    raises(AttributeError, proxy._pyroInvoke, "_private", (), {})
    raises(AttributeError, proxy._pyroInvoke, "__class__", (), {})
    raises(AttributeError, proxy._pyroInvoke, "echo.__class__", (), {})
    raises(AttributeError, proxy._pyroInvoke, "nosuch", (), {})
    raises(TypeError, proxy._pyroInvoke, "echo", (), {})
    raises(TypeError, proxy._pyroInvoke, "echo", (1, 2), {})
    raises(TypeError, proxy._pyroInvoke, "echo", (), {"wrong": 1})
    assert proxy.echo("still there") == "still there"


# The server takes what Python's bool() makes of them
VERBOSE = [1, 0, 2**70, 0.5, 0.0, "x", "", "\0", (1,), (), [0], {1: 2}, {}, {0}, None, True, False]


def check_attributes(proxy, serializer):
    if serializer == "marshal":  # Pyro5 itself can't write these calls with marshal
        return
    assert proxy.verbose is False
    for value in VERBOSE:
        proxy.verbose = value
        assert proxy.verbose is bool(value), value
    raises(AttributeError, proxy._pyroInvoke, "__getattr__", ("echo",), None)
    raises(AttributeError, proxy._pyroInvoke, "__getattr__", ("_verbose",), None)
    raises(AttributeError, proxy._pyroInvoke, "__setattr__", ("nosuch", 1), None)


def check_all(server, serializer, compression=False):
    with connect(server, serializer, compression) as proxy:
        check_methods(proxy, serializer)
        check_errors(proxy)
        check_attributes(proxy, serializer)
        assert proxy.echo("x" * 100000) == "x" * 100000


for _address in ("tcp", "ipv6", "unix"):
    for _type in SERVER_TYPES:
        for _serializer in SERIALIZERS:
            @tap.case(_address, _type, _serializer)
            def test_every_method(address, server_type, serializer):
                with servers.ours(address, PYRO_SERVERTYPE=server_type) as server:
                    check_all(server, serializer)


for _type, _serializer in itertools.product(SERVER_TYPES, SERIALIZERS):
    @tap.case(_type, _serializer)
    def test_compressed(server_type, serializer):
        with servers.ours(PYRO_SERVERTYPE=server_type, PYRO_COMPRESSION="1") as server:
            check_all(server, serializer, compression=True)


for _type in SERVER_TYPES:
    @tap.case(_type)
    def test_abstract_socket(server_type):
        with servers.ours("abstract", PYRO_SERVERTYPE=server_type) as server:
            check_all(server, "serpent")


@tap.case()
def test_daemon_object():
    with servers.ours() as server, connect(server, name="Pyro.Daemon") as daemon:
        assert set(daemon.registered()) == {"Pyro.Daemon", "test.echoserver"}
        assert daemon.ping() is None
        assert daemon.info().startswith("Pyro.Daemon bound on localhost:")
        assert "echo" in daemon.get_metadata("test.echoserver")["methods"]
        raises(Pyro5.errors.DaemonError, daemon.get_metadata, "nosuch")


@tap.case()
def test_unknown_object():
    with servers.ours() as server:
        error = raises(Pyro5.errors.CommunicationError,
                       connect(server, name="nosuch")._pyroBind)
        assert "unknown object" in str(error)


@tap.case()
def test_slow_call_delays_nobody():
    with servers.ours() as server:
        results = []

        def call_slowly():
            with connect(server) as slow_proxy:
                results.append(slow_proxy.slow())
        thread = threading.Thread(target=call_slowly)
        thread.start()
        with connect(server) as proxy:
            for i in range(100):
                assert proxy.echo(i) == i
            assert not results
        thread.join()
        assert results == ["Finally, an answer!"]


@tap.case()
def test_stream_that_is_left():
    with servers.ours() as server, connect(server) as proxy:
        stream = proxy.generator()
        assert next(stream) == "one"
        stream.close()
        assert proxy.echo(1) == 1


@tap.case()
def test_shutdown():
    with servers.ours() as server:
        with connect(server) as proxy:
            proxy.shutdown()
        assert server.process.wait(timeout=20) == 0


MAX_DEPTH = 60
LONG_TUPLE = 1025  # more than a GVariant of ours takes


class Values:
    """Random values that a serializer of Pyro5 can write, and its echo server echo"""

    def __init__(self, serializer):
        self.serializer = serializer
        self.random = random.Random("pyrog " + serializer)
        self.scalars = [lambda: None, lambda: True, lambda: False, self.small, self.integer,
                        self.real, self.odd_real, self.text, self.text]
        if serializer != "json":
            self.scalars += [self.binary]
        if serializer != "marshal":  # Pyro5's marshal and json know no dates but as text
            self.scalars += [self.moment, lambda: self.moment().date()]
        if serializer != "json":
            self.scalars += [lambda: complex(self.real(), self.random.choice([0.5, 1.0, 2e300]))]
        if serializer in ("marshal", "msgpack"):  # Pyro5's serpent can't read a complex nan
            self.scalars += [lambda: complex(self.odd_real(), self.odd_real())]
        # What a dict's keys are made of: all of one kind, or of any
        self.keys = {"json": [self.text, self.small, self.real],
                     "msgpack": [self.text, self.binary],
                     "serpent": [self.text, self.small, self.real, self.integer,
                                 lambda: (self.text(), self.small()), lambda: True],
                     "marshal": [self.text, self.small, self.real, self.integer, self.binary,
                                 lambda: (self.text(), self.small()), lambda: None, lambda: True,
                                 lambda: complex(self.small(), self.small()),
                                 lambda: frozenset([self.small(), self.text()])]}[serializer]

    def count(self, less_than):
        return range(self.random.randrange(less_than))

    def small(self):
        return self.random.randint(-300, 300)

    def integer(self):
        power = self.random.choice([8, 15, 16, 31, 32, 53, 63, 64, 70, 128, 1000])
        around = 2**power + self.random.randint(-2, 2)
        return self.random.choice([around, -around, self.random.randint(-around, around)])

    def real(self):
        return self.random.uniform(-1e9, 1e9)

    def odd_real(self):
        return self.random.choice([0.0, -0.0, 1e300, -5e-324, 1e16, 123456.75, math.nan, math.inf,
                                   -math.inf])

    def text(self):
        alphabet = "aZ09 '\"\\\n\t\x00\x7f\x9f\u00e9\u20ac\u200b\U0001f600"
        if self.serializer != "serpent":
            alphabet += "\x01"
        if self.serializer in ("serpent", "marshal"):
            alphabet += "\ud800\udfff"
        return "".join(self.random.choice(alphabet) for _ in self.count(12))

    def binary(self):
        return self.random.randbytes(self.random.randrange(20))

    def moment(self):
        return datetime.datetime(2001, 1, 1) + datetime.timedelta(
            days=self.random.randrange(20000), seconds=self.random.randrange(86400),
            microseconds=self.random.choice([0, 1, 999999, 500000]))

    def scalar(self):
        return self.random.choice(self.scalars)()

    def hashable(self):
        if self.serializer in ("json", "msgpack"):
            return self.small()
        return self.random.choice([self.small, self.integer, self.text, self.real,
                                   lambda: (self.small(), (self.text(),))])()

    def container(self, items):
        """With the items, which are values of any kind"""
        kind = self.random.choice(["list", "tuple", "dict", "general dict"])
        if kind == "list":
            return items
        if kind == "tuple":
            return tuple(items)
        key = self.random.choice(self.keys)
        return {key() if kind == "dict" else self.random.choice(self.keys)(): item
                for item in items}

    def deep(self):
        value = self.scalar()
        for _ in range(self.random.randrange(MAX_DEPTH // 2, MAX_DEPTH)):  # keys may be tuples
            value = self.container([value])
        return value

    def value(self, depth=0):
        if depth == 4 or self.random.random() < 0.4:
            return self.scalar()
        kind = self.random.randrange(50)
        if kind == 0 and depth == 0:
            return self.deep()
        if kind == 1 and depth == 0:
            return tuple(self.small() for _ in range(LONG_TUPLE + self.small() + 300))
        if kind < 10:
            return self.random.choice([set, frozenset] if self.serializer in (
                "serpent", "marshal") else [set])(self.hashable() for _ in self.count(5))
        return self.container([self.value(depth + 1) for _ in self.count(4)])


def shape(value):
    """The types and reprs of a value, with sets in an order of their own"""
    if isinstance(value, (set, frozenset)):
        return type(value).__name__, sorted(map(shape, value), key=repr)
    if isinstance(value, (list, tuple)):
        return type(value).__name__, [shape(item) for item in value]
    if isinstance(value, dict):
        return "dict", [(shape(key), shape(item)) for key, item in value.items()]
    return repr(value)


def same(a, b):
    return shape(a) == shape(b)


def nested(depth, wrap):
    value = wrap(0)
    for _ in range(depth - 1):
        value = wrap(value)
    return value


WRAPPERS = {
    "lists": lambda value: [value],
    "tuples": lambda value: (value,),
    "dicts": lambda value: {"a": value},
    "general dicts": lambda value: {"a": value, 1: 2},
}

for _serializer, _what in itertools.product(SERIALIZERS, WRAPPERS):
    if (_serializer, _what) != ("msgpack", "general dicts"):  # Pyro5 reads none
        @tap.case(_serializer, _what)
        def test_depth(serializer, what):
            with servers.ours() as server, servers.pyro5() as reference:
                with connect(server, serializer) as mine, \
                        connect(reference, serializer) as theirs:
                    value = nested(MAX_DEPTH, WRAPPERS[what])
                    assert same(mine.echo(value), theirs.echo(value))
                    error = raises(Pyro5.errors.MessageTooLargeError, mine.echo,
                                   nested(MAX_DEPTH + 1, WRAPPERS[what]))
                    assert "containers" in str(error)
                    assert mine.echo(1) == 1

for _serializer in SERIALIZERS:
    @tap.case(_serializer)
    def test_random_values(serializer):
        values = Values(serializer)
        with servers.ours() as server, servers.pyro5() as reference:
            with connect(server, serializer) as mine, connect(reference, serializer) as theirs:
                for _ in range(RANDOM_VALUES):
                    value = values.value()
                    got, wanted = mine.echo(value), theirs.echo(value)
                    assert same(got, wanted), "%r came back as %r, not %r" % (value, got, wanted)


for _address in ("tcp", "ipv6"):
    @tap.case(_address)
    def test_peer_uid_check(address):
        """The client's side of it needs nothing: the kernel knows whose its socket is"""
        with servers.ours(address, PYROG_PEER_UID_CHECK="1") as server:
            with connect(server) as proxy:
                assert proxy.echo("hi") == "hi"


@tap.case()
def test_cookie():
    """Who can read the secret gets in, and tells it as Pyro5 lets it"""
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "cookie")
        with servers.ours(PYROG_COOKIE_FILE=path) as server:
            with connect(server) as proxy:
                error = raises(Pyro5.errors.CommunicationError, proxy._pyroBind)
                assert "no valid cookie" in str(error)
            with open(path, encoding="ascii") as file:
                cookie = file.read().strip()
            for said in ({"cookie": cookie}, {"cookie": cookie, "handshake": [1]}):
                with connect(server) as proxy:
                    proxy._pyroHandshake = said
                    assert proxy.echo("hi") == "hi"


tap.run()
