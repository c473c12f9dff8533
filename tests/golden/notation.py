# SPDX-License-Identifier: LGPL-2.1-or-later
"""The canonical text of values and the blocks of a golden file; README.md describes both."""

import datetime
import re
import struct


class Date:
    """What msgpack's extensions 0x32 and 0x33 hold, before Python makes dates of it"""

    def __init__(self, kind, number):
        self.kind, self.number = kind, number

    def __eq__(self, other):
        return (self.kind, self.number) == (other.kind, other.number)

    def __hash__(self):
        return hash((self.kind, self.number))


def real(number):
    return struct.pack(">d", number).hex()


def text(string):
    out = []
    for byte in string.encode("utf-8", "surrogatepass"):
        plain = 0x20 <= byte <= 0x7d and byte not in b'"\\'
        out.append(chr(byte) if plain else "\\x%02x" % byte)
    return 's:"' + "".join(out) + '"'


def joined(opening, items, closing):
    return opening + (" " if items and len(opening) > 1 else "") + ",".join(items) + closing


def canonical(value, sort_sets=True):
    def walk(value):
        kind = type(value)
        if value is None or kind is bool:
            return str(value)
        if kind is int:
            return "i:%d" % value
        if kind is float:
            return "f:" + real(value)
        if kind is complex:
            return "c:" + real(value.real) + real(value.imag)
        if kind is str:
            return text(value)
        if kind in (bytes, bytearray, memoryview):
            return "b:" + bytes(value).hex()
        if kind is list:
            return joined("[", [walk(item) for item in value], "]")
        if kind is tuple:
            return joined("(", [walk(item) for item in value], ")")
        if kind in (set, frozenset):
            items = [walk(item) for item in value]
            return joined("{s" if kind is set else "{f", sorted(items) if sort_sets else items, "}")
        if kind is dict:
            return joined("{d", [walk(key) + "=" + walk(item) for key, item in value.items()], "}")
        if kind is Date:
            is_time = value.kind == "datetime"
            return "t:" + real(value.number) if is_time else "o:%d" % value.number
        if kind is datetime.datetime:
            return "t:" + real(value.timestamp())
        if kind is datetime.date:
            return "o:%d" % value.toordinal()
        raise TypeError("no notation for %r" % kind)

    return walk(value)


RUN = re.compile(r"(.{1,24}?)\1{19,}")


def squeezed(line):
    """Writes repetitions as ~COUNT,LENGTH:TEXT"""

    def short(match):
        unit = match.group(1)
        return "~%d,%d:%s" % (len(match.group(0)) // len(unit), len(unit), unit)

    return RUN.sub(short, line)


def shortened(line, limit=160):
    """For people only: one line of printable ASCII"""
    line = line.encode("ascii", "backslashreplace").decode("ascii").replace("\n", "\\n")
    line = re.sub(r" at 0x[0-9a-f]+|; owner [0-9]+", "", line)
    return line if len(line) <= limit else line[:limit] + " ..."


def write_file(path, title, blocks):
    with open(path, "w", encoding="ascii", newline="\n") as out:
        out.write("# %s\n" % title)
        out.write("# Made by make-golden.py from the real Pyro5; README.md describes it.\n")
        seen = set()
        for block in blocks:
            name = block["name"]
            if name in seen:
                raise ValueError("two blocks are named " + name)
            seen.add(name)
            out.write("\n")
            for key, line in block.items():
                squeeze = key in ("value", "decoded", "bytes", "payload", "annotations")
                out.write("%s %s\n" % (key, squeezed(line) if squeeze else shortened(line)))
    return len(seen)
