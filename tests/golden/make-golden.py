#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes the golden data from the real Pyro5 (README.md says what they are and how to run this).

Usage: PYTHONPATH=$(tests/pyro5-fetch BUILDDIR) tests/golden/make-golden.py [DIRECTORY]
"""

import json
import marshal
import os
import struct
import sys
import time

if os.environ.get("PYTHONHASHSEED") != "0" or os.environ.get("TZ") != "UTC":
    os.environ.update(PYTHONHASHSEED="0", TZ="UTC")
    os.execv(sys.executable, [sys.executable] + sys.argv)
time.tzset()
sys.dont_write_bytecode = True

import msgpack
import serpent
from Pyro5.serializers import serializers

import inputs
import messages
import values
from notation import Date, canonical, write_file

NAN = float("nan")


# ---- What the bytes say, before Pyro5 makes objects of it ----


def replace_nan(value):
    """serpent has no literal for nan: a dict stands for it, and our reader resolves that at once"""
    if isinstance(value, dict):
        if value == {"__class__": "float", "value": "nan"}:
            return NAN
        return {key: replace_nan(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(replace_nan(item) for item in value)
    return value


def ext_hook(code, data):
    if code == 0x30:
        return complex(*struct.unpack("<dd", data))
    if code == 0x31:
        return int(data)
    if code == 0x32:
        return Date("datetime", struct.unpack("<d", data)[0])
    if code == 0x33:
        return Date("date", struct.unpack("<q", data)[0])
    raise ValueError("invalid ext code")


RAW = {
    "serpent": lambda data: replace_nan(serpent.loads(data)),
    "marshal": marshal.loads,
    "json": lambda data: json.loads(data.decode("utf-8")),
    "msgpack": lambda data: msgpack.unpackb(data, raw=False, strict_map_key=False,
        ext_hook=ext_hook),
}


# ---- What is written ----


def fresh(value):
    """A copy that nobody else refers to: marshal writes shared objects differently. What CPython
    has only once (small ints, the empty tuple, one-letter strs) stays shared."""
    kind = type(value)
    if kind is int:
        return int(str(value))
    if kind is float:
        return struct.unpack("d", struct.pack("d", value))[0]
    if kind is complex:
        return complex(fresh(value.real), fresh(value.imag))
    if kind is str:
        return value.encode("utf-8", "surrogatepass").decode("utf-8", "surrogatepass")
    if kind is bytes:
        return bytes(bytearray(value))
    if kind is list or kind is tuple:
        return kind([fresh(item) for item in value])
    if kind in (set, frozenset):
        return kind([fresh(item) for item in value])
    if kind is dict:
        copy = {}
        for key, item in value.items():
            copy[fresh(key)] = fresh(item)
        return copy
    return value


PLAIN = {type(None), bool, int, float, complex, str, bytes, bytearray}


def is_plain(value):
    """Whether our value tree holds it as it is"""
    kind = type(value)
    if kind in (list, tuple, set, frozenset):
        return all(map(is_plain, value))
    if kind is dict:
        return all(map(is_plain, value.keys())) and all(map(is_plain, value.values()))
    return kind in PLAIN


def same(left, right):
    return canonical(left) == canonical(right)


def attempt(function, *args):
    """The repr of the result, or the error"""
    try:
        return repr(function(*args))
    except Exception as error:
        return "!%s: %s" % (type(error).__name__, error)


class Maker:
    def __init__(self, name):
        self.name = name
        self.pyro = serializers[name]
        self.raw = RAW[name]
        self.counts = dict(exact=0, decode=0, y=0, n=0, i=0, e=0)

    def flags(self, exact, *more):
        self.counts["exact" if exact else "decode"] += 1
        return " ".join(("exact" if exact else "decode-only",) + more)

    def value_block(self, name, value):
        value = fresh(value)
        try:
            data = self.pyro.dumps(value)
        except Exception as error:
            yield from self.refused_block(name, value, error)
            return
        if self.name == "msgpack" and has_int_keys(value):
            yield from self.refused_block(name, value, "Pyro5 writes it, but can't read it back")
        try:
            decoded = self.raw(data)
        except Exception as error:
            yield self.unreadable_block(name, value, error)
            return
        tree = value if is_plain(value) else fresh(decoded)
        exact = is_plain(value) or self.dumps_again(tree) == data
        if self.name == "msgpack" and has_int_keys(value):
            exact = False
        if self.name == "marshal" and b"\xda\x01" in data:
            exact = False   # a str of one character that something in this process has interned
        block = {
            "name": name, "flags": self.flags(exact), "repr": repr(value),
            "loaded": attempt(self.pyro.loads, data), "value": canonical(tree, sort_sets=False),
            "decoded": canonical(decoded), "bytes": data.hex(),
        }
        if type(value) is complex and canonical(value) != canonical(decoded):
            del block["decoded"]    # Python's addition loses the sign of a zero, ours need not
        yield block

    def dumps_again(self, tree):
        if self.name == "msgpack":
            return msgpack.packb(tree, use_bin_type=True, default=self.msgpack_default)
        if self.name == "marshal":
            return None     # Pyro5's own dicts are full of interned strings
        return self.pyro.dumps(tree)

    def msgpack_default(self, value):
        if isinstance(value, Date):
            is_time = value.kind == "datetime"
            return msgpack.ExtType(0x32, struct.pack("d", value.number)) if is_time \
                else msgpack.ExtType(0x33, struct.pack("q", value.number))
        return self.pyro.default(value)

    def refused_block(self, name, value, error, more=""):
        if is_plain(value):
            self.counts["e"] += 1
            yield {"name": "e_" + name, "flags": "refuse" + more, "repr": repr(value),
                   "loaded": "!%s" % error, "value": canonical(value, sort_sets=False)}

    def unreadable_block(self, name, value, error):
        """Pyro5 writes what Python can't read: ours writes something readable, or refuses"""
        self.counts["i"] += 1
        return {"name": "i_unreadable-" + name, "flags": "free", "repr": repr(value),
                "loaded": "!%s" % error, "value": canonical(value),
                "bytes": self.pyro.dumps(value).hex()}

    def call_block(self, name, target, method, args, kwargs):
        target, method = fresh(target), sys.intern(method)
        args = tuple([fresh(arg) for arg in args]) if isinstance(args, tuple) else args
        if kwargs is not None:
            kwargs = {sys.intern(key): fresh(value) for key, value in kwargs.items()}
        try:
            data = self.pyro.dumpsCall(target, method, args, kwargs)
        except Exception as error:
            if kwargs is not None:      # Pyro5's marshal can't write that, ours can
                yield from self.refused_block(name, (target, method, args, kwargs), error, " call")
            return
        decoded = self.raw(data)
        if self.name == "json":
            decoded = [decoded[key] for key in ("object", "method", "params", "kwargs")]
        decoded = tuple(decoded)
        given = (target, method, list(args) if self.name == "marshal" else args, kwargs)
        tree = given if is_plain(given) else decoded
        exact = is_plain(given) or self.pyro.dumpsCall(*tree) == data
        exact = exact and (is_plain(given) or self.name != "marshal")
        yield {
            "name": name, "flags": self.flags(exact, "call"),
            "repr": repr((target, method, args, kwargs)),
            "loaded": attempt(self.pyro.loadsCall, data), "value": canonical(tree, sort_sets=False),
            "decoded": canonical(decoded), "bytes": data.hex(),
        }

    def input_block(self, name, data, is_call):
        kind = name[0]
        self.counts[kind] += 1
        block = {"name": name, "flags": {"y": "decode-only", "n": "refuse", "i": "free"}[kind]}
        if is_call:
            block["flags"] += " call"
        if self.name != "marshal" or kind == "y":   # CPython itself does not survive all of these
            block["loaded"] = attempt(self.pyro.loadsCall if is_call else self.pyro.loads, data)
        if kind == "y":
            try:
                decoded = self.raw(data)
            except Exception as error:
                raise RuntimeError("%s: %s can't be read: %s" % (self.name, name, error)) from error
            if is_call:
                if self.name == "json":
                    decoded = [decoded[key] for key in ("object", "method", "params", "kwargs")]
                decoded = tuple(decoded)
            block["decoded"] = canonical(decoded)
        block["bytes"] = data.hex()
        return block

    def blocks(self):
        for name, value in values.all_values():
            yield from self.value_block(name, value)
        for call in values.all_calls():
            yield from self.call_block(*call)
        for name, value in shared_values() if self.name == "marshal" else ():
            yield self.shared_block(name, value)
        for name, value in refused_values(self.name):
            yield from self.refused_block(name, value, "too deep for us")
        for name, data in getattr(inputs, self.name)():
            yield self.input_block(name, data, False)
        for name, data in inputs.calls(self.name):
            yield self.input_block(name, data, True)

    def shared_block(self, name, value):
        data = self.pyro.dumps(value)
        return {
            "name": name, "flags": self.flags(False), "repr": repr(value),
            "loaded": attempt(self.pyro.loads, data),
            "decoded": canonical(marshal.loads(data)), "bytes": data.hex(),
        }


def has_int_keys(value):
    if isinstance(value, dict):
        return any(not isinstance(key, (str, bytes)) or has_int_keys(item)
                   for key, item in value.items())
    return isinstance(value, (list, tuple, set, frozenset)) and any(map(has_int_keys, value))


def shared_values():
    """Objects that stand in several places, which marshal writes once"""
    word, number, pair, items = "a word", 2 ** 40, (1000, 2000), [1.5]
    yield "shared-str", [word, word, word]
    yield "shared-int", (number, number)
    yield "shared-tuple", [pair, pair]
    yield "shared-list", [items, items, [items]]
    yield "shared-dict", [{"k": items}, {"k": items}]
    yield "shared-nested", [pair, [pair, number], {"x": pair, "y": number}]
    yield "shared-key", [{word: 1}, {word: 2}]
    yield "shared-frozenset", [frozenset({word}), word]
    yield "shared-bytes", [b"some bytes"] * 3
    yield "shared-float", [1.25] * 2 + [items]
    yield "shared-complex", (1j,) * 2
    yield "interned", ["interned", {"interned": 1}, sys.intern("in" + "terned")]
    yield "interned-unicode", [sys.intern("größe")] * 2
    yield "constants", (1, "two", (3.0, b"four"), None)


def refused_values(serializer):
    yield "depth-61-lists", values.nested(60, [], lambda v: [v])
    yield "depth-61-tuples", values.nested(60, (), lambda v: (v,))
    yield "depth-61-dicts", values.nested(60, {}, lambda v: {"k": v})
    if serializer == "marshal":
        yield "depth-61-frozensets", values.nested(60, frozenset(), lambda v: frozenset({v}))


def main():
    directory = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    for name in serializers:
        maker = Maker(name)
        count = write_file(os.path.join(directory, name + ".txt"), "Golden data of " + name,
            maker.blocks())
        print("%-8s %4d blocks: %s" % (name, count,
            ", ".join("%d %s" % (n, k) for k, n in maker.counts.items())))
    count = write_file(os.path.join(directory, "messages.txt"), "Golden messages",
        messages.blocks())
    print("messages %4d blocks" % count)


if __name__ == "__main__":
    main()
