# SPDX-License-Identifier: LGPL-2.1-or-later
"""The values of the golden data: (name, value) pairs, the same for all serializers."""

import array
import collections
import datetime
import decimal
import enum
import uuid

from Pyro5 import client, core, errors


def integers():
    borders = {0, 1, 7, 10, 99, 100, 255, 256, 257, 65535, 65536}
    for bits in (5, 7, 8, 15, 16, 30, 31, 32, 45, 53, 60, 63, 64, 75, 128, 150):
        borders |= {2 ** bits - 1, 2 ** bits, 2 ** bits + 1}
    numbers = sorted(borders | {-n for n in borders})
    numbers += [10 ** 20, -10 ** 20, 10 ** 100, -10 ** 100, 10 ** 100 + 7]
    for number in numbers:
        text = str(abs(number))
        name = text if len(text) < 20 else "%s-%s-of-%d" % (text[:4], text[-4:], len(text))
        yield "int-" + ("minus-" if number < 0 else "") + name, number
    yield "int-4300-nines", 10 ** 4300 - 1
    yield "int-minus-4300-nines", 1 - 10 ** 4300
    yield "int-4300-digits-mixed", int("123456789" * 477 + "1234567")
    yield "int-list-of-borders", numbers


def floats():
    table = {
        "zero": 0.0, "minus-zero": -0.0, "one": 1.0, "minus-one": -1.0, "tenth": 0.1,
        "third": 1 / 3,
        "two-thirds": 2 / 3, "half": 0.5, "pi": 3.141592653589793, "hundred": 100.0,
        "1e15": 1e15, "below-1e16": 9999999999999998.0, "1e16": 1e16,
        "above-1e16": 10000000000000002.0,
        "1e17": 1e17, "1e22": 1e22, "1e23": 1e23, "1e-4": 0.0001, "1e-5": 0.00001,
        "below-1e-4": 9.999999999999999e-05, "123456789012345680": 123456789012345680.0,
        "max": 1.7976931348623157e308, "minus-max": -1.7976931348623157e308,
        "min-normal": 2.2250738585072014e-308, "max-denormal": 2.225073858507201e-308,
        "min-denormal": 5e-324, "minus-min-denormal": -5e-324, "2e53": 2.0 ** 53,
        "2e53-plus-2": 2.0 ** 53 + 2, "2e63": 2.0 ** 63, "2e64": 2.0 ** 64, "1e100": 1e100,
        "1e-100": 1e-100, "17-digits": 0.30000000000000004, "5e-5": 5e-05, "1.5e300": 1.5e300,
        "inf": float("inf"), "minus-inf": float("-inf"), "nan": float("nan"),
    }
    for name, number in table.items():
        yield "float-" + name, number
    powers = (-1074, -1073, -1060, -1030, -1023, -1022, -1017, -44, -24, 89, 122, 976, 1023)
    yield "float-powers-of-two", [2.0 ** power for power in powers]
    yield "float-list", [0.5, -0.5, 1e300, 0.0, float("nan"), float("inf")]
    yield "float-nan-in-dict", {"x": float("nan"), "y": [float("nan")]}


def complexes():
    inf, nan = float("inf"), float("nan")
    table = {
        "1-2": 1 + 2j, "1-minus-2": 1 - 2j, "zero": 0j, "imaginary": 2j, "minus-imaginary": -2j,
        "fractions": complex(0.1, -0.3), "large": complex(1e300, 1e-300),
        "minus-real": complex(-1.5, 2),
        "minus-zero-real": complex(-0.0, 1.0), "minus-zero-imaginary": complex(1.5, -0.0),
        "inf-real": complex(inf, 1.0), "inf-imaginary": complex(1.0, inf),
        "minus-inf": complex(-inf, -inf), "nan-real": complex(nan, 1.0),
        "nan-imaginary": complex(1.0, nan),
    }
    for name, number in table.items():
        yield "complex-" + name, number
    yield "complex-list", [1j, 1 + 1j]


def strings():
    table = {
        "empty": "", "one": "a", "hello": "hello", "single-quote": "it's", "double-quote": 'a "b"',
        "both-quotes": "it's \"b\"", "only-single": "'", "only-double": '"', "backslash": "a\\b",
        "backslash-end": "\\", "newline": "a\nb", "tab-return": "\t\r", "bell": "\a\b\f\v",
        "delete": "\x7f", "controls": "".join(map(chr, range(1, 32))),
        "ascii": "".join(map(chr, range(32, 127))),
        "latin1": "".join(map(chr, range(0x80, 0x100))), "soft-hyphen": "a\xadb", "nbsp": "\xa0",
        "e-acute": "é", "greek": "αβγ", "cyrillic": "Привет", "chinese": "你好",
        "arabic": "مرحبا", "combining": "e\u0301", "zero-width": "\u200b\u200d\ufeff",
        "line-separators": "\u2028\u2029\x85", "bidi": "\u202e\u2066",
        "ideographic-space": "\u3000",
        "private": "\ue000", "non-character": "\ufffe\uffff", "replacement": "\ufffd",
        "emoji": "\U0001f600", "emoji-family": "\U0001f468\u200d\U0001f469",
        "plane-2": "\U00020000",
        "plane-14-tag": "\U000e0041", "plane-15": "\U000f0000", "last": "\U0010ffff",
        "unassigned": "\u0378", "nul": "a\0b", "only-nul": "\0", "lone-high": "\ud800",
        "lone-low": "x\udfffy",
        "reversed-pair": "\udc00\ud800", "looks-like-escape": "\\x41\\u0041\\n",
        "percent": "100%s%d",
        "json-specials": "</script>\u2028&", "class-text": "__class__", "int-text": "123",
        "braces": "{}[](),:=~",
    }
    for name, string in table.items():
        yield "str-" + name, string
    for size in (31, 32, 255, 256, 65535, 65536):
        yield "str-%d-ascii" % size, "x" * size
    for size in (15, 16, 127, 128, 32767, 32768):
        yield "str-%d-two-bytes" % size, "é" * size
    yield "str-long-mixed", "aé你\U0001f600'\"\\\n" * 100


def byte_strings():
    yield "bytes-empty", b""
    yield "bytes-nul", b"\0"
    yield "bytes-all", bytes(range(256))
    for size in (1, 2, 3, 4, 5, 31, 32, 57, 255, 256, 65535, 65536):
        yield "bytes-%d" % size, b"\xa5" * size
    yield "bytes-array", bytearray(b"array")
    yield "bytes-in-list", [b"a", [b"bc"], {"k": b"def"}]
    yield "bytes-in-tuple", (b"", b"xyz")


def nested(depth, innermost, wrap):
    value = innermost
    for _ in range(depth):
        value = wrap(value)
    return value


def containers():
    table = {
        "list-empty": [], "list-one": [1], "list-mixed": [1, "a", None, True, 2.5],
        "list-nested": [[], [[]], [[[1]]]], "tuple-empty": (), "tuple-one": (1,),
        "tuple-two": (1, 2),
        "tuple-nested": ((), ((),), (1, (2, (3,)))), "tuple-in-list": [(1,), (2, 3)],
        "list-in-tuple": ([1], [2, 3]), "set-one": {1}, "set-ints": {3, 1, 2},
        "set-strs": {"one", "two", "three"},
        "set-large-ints": {1000, 2000, 70000, 2 ** 40}, "set-mixed": {1, "a", 2.5, None},
        "set-of-tuples": {(1, 2), (3000, 4000)}, "set-empty": set(), "set-with-bool": {True, 0},
        "frozenset": frozenset({1, 2}), "frozenset-empty": frozenset(),
        "frozenset-strs": frozenset({"x1", "y1"}),
        "set-of-frozensets": {frozenset({5000}), frozenset({1, 2})}, "set-in-list": [{1}, {2}],
        "dict-empty": {}, "dict-one": {"a": 1}, "dict-order": {"z": 1, "a": 2, "m": 3},
        "dict-int-keys": {1: "a", 2: "b"}, "dict-negative-key": {-1: 1},
        "dict-big-int-key": {2 ** 70: 1},
        "dict-float-keys": {1.5: "a", -0.25: "b"}, "dict-bool-keys": {True: 1, False: 0},
        "dict-none-key": {None: 1}, "dict-tuple-keys": {(1, 2): "a", ("x",): "b"},
        "dict-bytes-key": {b"k": 1},
        "dict-complex-key": {1j: 1}, "dict-mixed-keys": {1: "a", "b": 2, 2.5: 3, "t": 4},
        "dict-unicode-keys": {"é": 1, "你": 2, "\U0001f600": 3}, "dict-empty-key": {"": 1},
        "dict-nul-key": {"a\0": 1}, "dict-surrogate-key": {"\ud800": 1},
        "dict-nested": {"a": {"b": {"c": [1, {"d": ()}]}}},
        "dict-frozenset-key": {frozenset({1}): 2}, "dict-clashing-in-json": {1: "int", "1": "str"},
        "dict-nan-key": {float("inf"): 1}, "dict-class": {"__class__": "some.Class", "x": 1},
        "dict-base64": {"data": "aGVsbG8=", "encoding": "base64"},
        "dict-nan-like": {"__class__": "float", "value": "inf"},
        "mixed-deep": {"list": [1, (2, {"x": [None, True, 1.5]})], "tuple": ({}, [], ())},
        "repeated-small": [1, 1, 1, 2, 2, "a", "a", "", "", (), ()],
        "repeated-large": [1000, 1000, "abc", "abc", 1.5, 1.5],
        "booleans": [True, False, True, None, None],
        "key-order-like-python": {"b": 1, "a": 2, "c": {"y": 1, "x": 2}},
    }
    yield from table.items()
    for size in (15, 16, 255, 256, 65535, 65536):
        yield "list-%d" % size, [None] * size
        yield "tuple-%d" % size, (True,) * size
    for size in (15, 16, 300):
        yield "dict-%d" % size, {"k%d" % n: n for n in range(size)}
        yield "set-%d" % size, set(range(size))
    yield "matrix", [[x * y for x in range(10)] for y in range(10)]
    yield "records", [{"id": n, "name": "n%d" % n, "ratio": n / 4} for n in range(20)]
    yield "depth-60-lists", nested(59, [], lambda v: [v])
    yield "depth-60-tuples", nested(59, (), lambda v: (v,))
    yield "depth-60-dicts", nested(59, {}, lambda v: {"k": v})
    yield "depth-60-scalar-inside", nested(60, 7, lambda v: [v])


class Colour(enum.Enum):
    RED = 1
    GREEN = "green"


Point = collections.namedtuple("Point", "x y")


def make_proxy():
    proxy = client.Proxy("PYRO:obj_1@localhost:9999")
    proxy._pyroMethods = {"echo"}
    proxy._pyroOneway = {"echo"}
    proxy._pyroAttrs = {"verbose"}
    proxy._pyroSerializer = "serpent"
    return proxy


def exceptions():
    yield "exception-plain", ValueError("wrong")
    yield "exception-no-args", RuntimeError()
    yield "exception-many-args", KeyError("key", 1, 2.5, None)
    yield "exception-zero-division", ZeroDivisionError("division by zero")
    yield "exception-unicode", ValueError("schön \U0001f600 'quoted'")
    yield "exception-pyro", errors.CommunicationError("lost")
    yield "exception-naming", errors.NamingError("unknown name: x")
    traced = AttributeError("no attribute")
    traced._pyroTraceback = ["Traceback (most recent call last):\n", "  here\n"]
    traced.code = 42
    yield "exception-attributes", traced
    yield "exception-wrapper", core._ExceptionWrapper(ValueError("batch"))
    yield "exception-stop", StopIteration()


def objects():
    yield from exceptions()
    yield "uri-pyro", core.URI("PYRO:some.object@localhost:4444")
    yield "uri-unix", core.URI("PYRO:some.object@./u:/run/socket")
    yield "uri-ipv6", core.URI("PYRO:some.object@[::1]:4444")
    yield "uri-name", core.URI("PYRONAME:some.name")
    yield "uri-name-host", core.URI("PYRONAME:some.name@host:9090")
    yield "uri-list", [core.URI("PYRO:a@h:1"), core.URI("PYRO:b@h:2")]
    yield "proxy", make_proxy()
    yield "ordered-dict", collections.OrderedDict([("b", 1), ("a", 2)])
    yield "deque", collections.deque([1, 2, 3])
    yield "named-tuple", Point(1, 2)
    yield "enum-int", Colour.RED
    yield "enum-str", Colour.GREEN
    yield "uuid", uuid.UUID("12345678-1234-5678-1234-567812345678")
    yield "decimal", decimal.Decimal("1.10")
    yield "decimal-exponent", decimal.Decimal("1E+400")
    yield "datetime", datetime.datetime(2024, 2, 29, 12, 30, 45)
    yield "datetime-microseconds", datetime.datetime(2024, 2, 29, 12, 30, 45, 123456)
    yield "datetime-epoch", datetime.datetime(1970, 1, 1)
    yield "datetime-before-epoch", datetime.datetime(1960, 7, 1, 1, 2, 3)
    yield "datetime-first", datetime.datetime(1, 1, 2)
    yield "datetime-last", datetime.datetime(9999, 12, 30, 23, 59, 59)
    yield "datetime-zone", datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
    yield "date", datetime.date(2024, 2, 29)
    yield "date-first", datetime.date(1, 1, 1)
    yield "date-last", datetime.date(9999, 12, 31)
    yield "dates-in-list", [datetime.date(2000, 1, 1), datetime.datetime(2000, 1, 1, 6)]
    yield "time", datetime.time(12, 30, 45)
    yield "timedelta", datetime.timedelta(days=1, seconds=2.5)
    yield "array-int", array.array("i", [1, -2, 3])
    yield "array-double", array.array("d", [0.5, 1e100])
    yield "objects-in-list", [uuid.UUID(int=1), decimal.Decimal("2.50")]


def payloads():
    """What the handshake and the daemon send"""
    metadata = {"methods": ["echo", "add"], "oneway": [], "attrs": ["verbose"]}
    yield "connect", {"handshake": "hello", "object": "Pyro.Daemon"}
    yield "connect-none", {"handshake": None, "object": "obj_1"}
    credentials = {"user": "me", "password": "pässword"}
    yield "connect-credentials", {"handshake": credentials, "object": "o"}
    yield "connectok", {"handshake": "hello", "meta": metadata}
    yield "connectok-sets", {"handshake": "hello",
        "meta": {key: set(v) for key, v in metadata.items()}}
    yield "connectfail", "connection to server was denied"
    yield "metadata", metadata
    yield "batch-results", [1, "two", core._ExceptionWrapper(ZeroDivisionError("division by zero"))]


def all_values():
    for constant in (None, True, False):
        yield str(constant).lower(), constant
    for source in (integers, floats, complexes, strings, byte_strings, containers, objects,
        payloads):
        yield from source()


def all_calls():
    """(name, object, method, args, kwargs)"""
    batch = [("add", (1, 2), {}), ("echo", ("x",), {"loud": True})]
    yield "call-no-args", "obj", "ping", (), {}
    yield "call-one-arg", "test.echoserver", "echo", ("hello",), {}
    yield "call-ints", "obj", "add", (3, 4), {}
    yield "call-same-ints", "obj", "add", (5, 5), {}
    yield "call-large-ints", "obj", "add", (123456, 2 ** 40), {}
    yield "call-kwargs", "obj", "method", (1,), {"name": "value", "other": [1, 2]}
    yield "call-only-kwargs", "obj", "method", (), {"a": 1, "b": None}
    yield "call-containers", "obj", "method", ([1, 2], {"k": "v"}, (3, 4)), {}
    yield "call-floats", "obj", "method", (1.5, -0.0), {"x": 0.1}
    yield "call-bytes", "obj", "method", (b"abc",), {}
    yield "call-unicode", "objekt", "größe", ("Привет",), {"schlüssel": "你好"}
    yield "call-none-bools", "obj", "method", (None, True, False), {}
    yield "call-dunder", "obj", "__len__", (), {}
    yield "call-getattr", "obj", "__getattr__", ("verbose",), None
    yield "call-setattr", "obj", "__setattr__", ("verbose", True), None
    yield "call-batch", "obj", "<batch>", batch, None
    yield "call-metadata", "Pyro.Daemon", "get_metadata", ("obj",), {}
    uri = core.URI("PYRO:o@h:1")
    yield "call-uri", "Pyro.NameServer", "register", ("name", uri), {"safe": False}
    yield "call-exception", "obj", "method", (ValueError("x"),), {}
    yield "call-many", "obj", "method", tuple(range(100)), {}
