# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bytes that nobody's encoder makes for us: y_ must decode, n_ must be refused, i_ is free, but
must neither crash nor hang. (name, bytes) pairs a serializer."""

import struct


def serpent():
    head = b"# serpent utf-8 python3.2\n"
    good = {
        "no-header": b"[1,2]", "other-header": b"# serpent utf-8 python2.6\n[1]",
        "blanks": b"[ 1 ,\n 2 ] \n",
        "trailing-comma-list": b"[1,]", "trailing-comma-dict": b"{'a':1,}",
        "trailing-comma-tuple": b"(1,2,)",
        "trailing-comma-set": b"{1,}", "parentheses": b"((1))", "parenthesised-tuple": b"((1,))",
        "bytes-literal": b"b'abc\\x00\\xff'", "bytes-double-quotes": b'b"a\'b"',
        "u-prefix": b"u'abc'",
        "double-quotes": b'"it\'s"',
        "escapes": b"'\\a\\b\\f\\n\\r\\t\\v\\\\\\'\\\"\\x41\\u00e9\\U0001f600\\101\\0'",
        "unknown-escape": b"'\\d'", "plus-sign": b"+5", "minus-zero": b"-0",
        "float-point-end": b"5.",
        "float-point-start": b".5", "float-exponent": b"1e5", "float-upper-exponent": b"1E+5",
        "inf": b"1e30000", "minus-inf": b"-1e30000", "complex": b"(1.5+2.5j)",
        "complex-minus": b"(1.5-2.5j)",
        "complex-ints": b"(1+2j)", "complex-no-parentheses": b"1+2j", "imaginary": b"2j",
        "complex-minus-real": b"(-1.5+2j)", "nan": b"{'__class__':'float','value':'nan'}",
        "nan-double-quotes": b'{"__class__":"float","value":"nan"}',
        "duplicate-keys": b"{'a':1,'b':2,'a':3}",
        "duplicate-numbers": b"{1:'a',1.0:'b',True:'c'}", "set-duplicates": b"{1,1.0,2}",
        "crlf": b"[1,\r\n2]",
        "tuple-keys": b"{(1,2):3}", "nested-tuple-key": b"{(1,(2,b'x')):3}",
        "bytes-key": b"{b'a':1}",
        "surrogate-escape": b"'\\ud800'", "nul-escape": b"'a\\x00b'",
        "utf8": "'é你\U0001f600'".encode(),
        "int-4300": b"1" * 4300, "line-continuation-in-text": b"'a\\\nb'",
        "depth-60": b"[" * 60 + b"]" * 60,
        "unicode-line-separator": "'\u2028'".encode(), "form-feed": b"[1,\f2]",
        "raw-delete": b"'\x7f'",
        "none-key": b"{None:1}", "empty-dict": b"{}", "empty-tuple": b"()",
        "big-exponent-int-part": b"1" * 400 + b".0",
    }
    bad = {
        "empty": b"", "blank": b"  \n", "only-header": b"", "unclosed-list": b"[1,2",
        "unclosed-dict": b"{'a':1",
        "unclosed-str": b"'abc", "unclosed-bytes": b"b'abc", "unclosed-escape": b"'abc\\",
        "newline-in-str": b"'a\nb'",
        "two-values": b"1 2", "trailing": b"[1] x", "trailing-bracket": b"[1]]",
        "wrong-bracket": b"[1)",
        "name": b"foo", "name-nan": b"nan", "name-inf": b"inf", "true-lower": b"true",
        "null": b"null",
        "none-suffix": b"Nonesuch", "call": b"int('1')", "call-class": b"set([1])",
        "import": b"__import__('os')",
        "attribute": b"'a'.upper", "subscript": b"[1][0]", "addition": b"1+2",
        "addition-str": b"'a'+'b'",
        "multiplication": b"2*3", "power": b"2**100", "not": b"not 1", "invert": b"~1",
        "comparison": b"1<2",
        "conditional": b"1 if 2 else 3", "lambda": b"lambda: 1",
        "comprehension": b"[x for x in (1,)]",
        "generator": b"(x for x in ())", "f-string": b"f'{1}'", "statement": b"x=1",
        "walrus": b"(x:=1)",
        "star": b"[*(1,)]", "dict-star": b"{**{}}", "ellipsis": b"...", "double-comma": b"[1,,2]",
        "comma-first": b"[,]",
        "comma-tuple": b"(,)", "no-value": b"{'a':}", "no-key": b"{:1}", "no-colon": b"{'a':1,'b'}",
        "set-then-dict": b"{1,'a':2}", "leading-zeros": b"007", "bad-float": b"1.5.5",
        "bad-exponent": b"1e",
        "bad-exponent-sign": b"1e+", "only-point": b".", "only-minus": b"-",
        "digits-letter": b"12abc",
        "unhashable-key-list": b"{[]:1}", "unhashable-key-dict": b"{{}:1}",
        "unhashable-in-set": b"{[]}",
        "unhashable-key-set": b"{{1}:1}", "unhashable-in-tuple-key": b"{([],):1}",
        "bad-hex-escape": b"'\\x4'",
        "bad-u-escape": b"'\\u00e'", "bad-upper-u-escape": b"'\\U00110000'",
        "bytes-not-ascii": "b'é'".encode(),
        "nul": b"'a\0b'", "nul-after": b"1\0", "utf8-invalid": b"'\xff'",
        "utf8-truncated": b"'\xc3'",
        "utf8-surrogate": b"'\xed\xa0\x80'", "utf8-overlong": b"'\xc0\x80'",
        "utf8-too-large": b"'\xf4\x90\x80\x80'",
        "int-4301": b"1" * 4301, "int-huge": b"9" * 100000, "depth-61-list": b"[" * 61 + b"]" * 61,
        "depth-61-tuple": b"(" * 60 + b"()" + b",)" * 60,
        "depth-61-dict": b"{'a':" * 60 + b"{}" + b"}" * 60,
        "depth-10000": b"[" * 10000, "parentheses-10000": b"(" * 10000 + b"1" + b")" * 10000,
        "minus-10000": b"-" * 10000 + b"1", "second-comment": b"# one\n# two\n[1",
        "complex-three-parts": b"1+2j+3",
        "complex-str": b"'a'+2j", "minus-str": b"-'a'", "minus-list": b"-[]",
        "imaginary-first": b"2j+1",
    }
    free = {
        "hex-int": b"0x10", "octal-int": b"0o17", "binary-int": b"0b11", "underscores": b"1_000",
        "raw-prefix": b"r'a\\n'",
        "triple-quotes": b"'''a\nb'''", "named-escape": b"'\\N{DASH}'", "concatenation": b"'a' 'b'",
        "empty-set-call": b"set()",
        "bare-tuple": b"1,2", "comment-inside": b"[1, # two\n2]", "comment-after": b"1 # done",
        "two-signs": b"--1",
        "many-zeros": b"000", "line-continuation": b"[1,\\\n2]", "upper-bytes-prefix": b"B'a'",
        "bom": b"\xef\xbb\xbf1",
        "octal-over-255": b"'\\777'", "bytes-octal-over-255": b"b'\\777'", "minus-true": b"-True",
        "imaginary-minus": b"-2j",
    }
    for kind, table in (("y", good), ("n", bad), ("i", free)):
        for name, data in table.items():
            header = name.endswith("header") or name == "second-comment" or name == "bom"
            yield "%s_%s" % (kind, name), data if header and name != "only-header" else head + data


def marshal():
    def long(digits, negative=False):
        count = -len(digits) if negative else len(digits)
        return b"l" + struct.pack("<i", count) + b"".join(struct.pack("<H", d) for d in digits)

    def counted(kind, count, rest=b""):
        return kind + struct.pack("<i", count) + rest

    def ref(index):
        return b"r" + struct.pack("<i", index)

    one = b"i\x01\0\0\0"
    good = {
        "int": one, "int-flagged": b"\xe9\x01\0\0\0",
        "int64-old": b"I" + struct.pack("<q", 2 ** 40), "long-zero": long([]),
        "long-one-digit": long([5]), "long-negative": long([0, 1], True),
        "long-leading-zero-safe": long([1, 2, 3]),
        "long-953-digits": long([1] * 952 + [1]), "float-text": b"f\x031.5",
        "float-binary": b"g" + struct.pack("<d", 1.5),
        "complex-text": b"x\x031.5\x042.25", "complex-binary": b"y" + struct.pack("<dd", 1.5, -0.0),
        "str-u": counted(b"u", 2, b"\xc3\xa9"), "str-t": counted(b"t", 2, b"\xc3\xa9"),
        "str-a": counted(b"a", 3, b"abc"),
        "str-A": counted(b"A", 3, b"abc"), "str-z": b"z\x03abc", "str-Z": b"Z\x03abc",
        "str-nul": b"z\x03a\0b",
        "str-u-surrogate": counted(b"u", 3, b"\xed\xa0\x80"), "bytes": counted(b"s", 3, b"a\0\xff"),
        "tuple-small": b")\x02" + one + one,
        "tuple-large": counted(b"(", 2, one + one), "list": counted(b"[", 1, b"N"),
        "set": counted(b"<", 2, one + b"T"),
        "frozenset": counted(b">", 1, one), "dict": b"{" + b"z\x01a" + one + b"0",
        "dict-empty": b"{0",
        "ref-str": counted(b"[", 2, b"\xfa\x03abc" + ref(0)),
        "ref-list-twice": counted(b"\xdb", 2, counted(b"\xdb", 0) + ref(1)),
        "ref-tuple": counted(b"[", 3, b"\xa9\x01" + one + ref(0) + ref(0)),
        "ref-dict-value": b"\xfb" + b"\xfa\x01a" + one + b"\xfa\x01b" + ref(1) + b"0",
        "ref-int": counted(b"[", 2, b"\xe9\x07\0\0\0" + ref(0)),
        "ref-frozenset": counted(b"[", 2, counted(b"\xbe", 1, one) + ref(0)),
        "ref-to-inner": counted(b"[", 2, b"\xa9\x01\xe9\x01\0\0\0" + ref(1)),
        "duplicate-keys": b"{" + b"z\x01a" + one + b"z\x01a" + b"N" + b"0",
        "set-duplicates": counted(b"<", 2, one + one),
        "key-tuple": b"{" + b")\x01" + one + b"N0",
        "key-frozenset": b"{" + counted(b">", 1, one) + b"N0", "none-flagged": b"\xce",
        "depth-60": counted(b"[", 1) * 59 + counted(b"[", 0),
    }
    bad = {
        "empty": b"", "unknown-type": b"@", "unknown-type-flagged": b"\xc0", "null": b"0",
        "null-in-list": counted(b"[", 1, b"0"),
        "null-in-tuple": b")\x010", "null-in-set": counted(b"<", 1, b"0"),
        "dict-null-value": b"{z\x01a0", "code": b"c" + b"\0" * 60,
        "code-flagged": b"\xe3" + b"\0" * 60, "code-in-list": counted(b"[", 1, b"c" + b"\0" * 60),
        "stop-iteration": b"S", "ellipsis": b".",
        "int-truncated": b"i\x01\0\0", "int64-truncated": b"I\x01\0\0\0\0\0\0",
        "float-truncated": b"g\0\0\0", "float-text-bad": b"f\x03abc",
        "float-text-truncated": b"f\x051.5", "float-text-empty": b"f\0",
        "complex-truncated": b"y" + b"\0" * 15,
        "complex-text-bad": b"x\x031.5\x02xx", "long-truncated": long([1, 2])[:-1],
        "long-digit-too-large": long([0x8000]),
        "long-unnormalised": long([1, 0]), "long-count-min": counted(b"l", -2 ** 31),
        "long-count-max": counted(b"l", 2 ** 31 - 1),
        "long-1001-digits": long([1] * 1001), "str-truncated": counted(b"u", 5, b"abc"),
        "str-negative": counted(b"u", -1),
        "str-huge": counted(b"u", 2 ** 31 - 1), "str-short-truncated": b"z\x05abc",
        "str-no-size": b"z", "str-bad-utf8": counted(b"u", 1, b"\xff"),
        "str-overlong": counted(b"u", 2, b"\xc0\x80"), "bytes-truncated": counted(b"s", 5, b"abc"),
        "bytes-negative": counted(b"s", -1),
        "bytes-huge": counted(b"s", 2 ** 31 - 1), "tuple-truncated": b")\x02" + one,
        "tuple-negative": counted(b"(", -1),
        "tuple-huge": counted(b"(", 2 ** 31 - 1), "list-truncated": counted(b"[", 2, one),
        "list-negative": counted(b"[", -1),
        "list-huge": counted(b"[", 2 ** 31 - 1), "set-negative": counted(b"<", -1),
        "set-huge": counted(b"<", 2 ** 31 - 1),
        "set-truncated": counted(b"<", 2, one), "frozenset-huge": counted(b">", 2 ** 31 - 1),
        "dict-open": b"{z\x01a" + one,
        "dict-no-value": b"{z\x01a", "dict-only": b"{", "trailing": one + b"N",
        "trailing-nul": b"N\0", "ref-none-yet": ref(0),
        "ref-out-of-range": counted(b"[", 2, b"\xfa\x01a" + ref(1)),
        "ref-negative": counted(b"[", 2, b"\xfa\x01a" + ref(-1)),
        "ref-unflagged": counted(b"[", 2, b"z\x01a" + ref(0)),
        "ref-truncated": counted(b"[", 2, b"\xfa\x01ar\0\0"),
        "ref-to-open-list": counted(b"\xdb", 1, ref(0)), "ref-to-open-tuple": b"\xa9\x01" + ref(0),
        "ref-to-open-dict": b"\xfbz\x01a" + ref(0) + b"0",
        "ref-to-open-set": counted(b"\xbc", 1, ref(0)),
        "ref-to-open-frozenset": counted(b"\xbe", 1, ref(0)),
        "ref-to-open-outer": counted(b"\xdb", 1, b")\x01" + ref(0)),
        "key-list": b"{" + counted(b"[", 0) + b"N0", "key-dict": b"{{0N0",
        "key-set": b"{" + counted(b"<", 0) + b"N0",
        "key-tuple-of-list": b"{)\x01" + counted(b"[", 0) + b"N0",
        "set-of-lists": counted(b"<", 1, counted(b"[", 0)),
        "set-of-sets": counted(b"<", 1, counted(b"<", 0)),
        "frozenset-of-dicts": counted(b">", 1, b"{0"),
        "depth-61-list": counted(b"[", 1) * 60 + counted(b"[", 0),
        "depth-61-tuple": b")\x01" * 60 + b")\0",
        "depth-61-dict": b"{z\x01a" * 60 + b"{0" + b"0" * 60,
        "depth-61-frozenset": counted(b">", 1) * 60 + counted(b">", 0),
        "depth-100000": b")\x01" * 100000, "flag-only": b"\x80",
        "ref-bomb": b")\x1b" + b"\xa9\x02NN"
        + b"".join(b"\xa9\x02" + ref(n) * 2 for n in range(26)),
    }
    free = {
        "bytes-old-interned": counted(b"t", 1, b"\xff"), "long-997-digits": long([1] * 997),
        "str-A-not-ascii": counted(b"A", 1, b"\xe9"),
        "str-z-not-ascii": b"z\x01\xe9", "python2-unicode-ref": b"R\0\0\0\0",
        "float-text-nan": b"f\x03nan",
    }
    for kind, table in (("y", good), ("n", bad), ("i", free)):
        for name, data in table.items():
            yield "%s_%s" % (kind, name), data


def json():
    good = {
        "blanks": b" \t\r\n[ 1 , 2 ]\n ", "nan": b"NaN", "infinity": b"Infinity",
        "minus-infinity": b"-Infinity", "escapes": b'"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9"',
        "surrogate-pair": b'"\\ud83d\\ude00"', "upper-hex": b'"\\u00E9"',
        "nul-escape": b'"a\\u0000b"', "exponent": b"1e5", "exponent-upper": b"1E+5",
        "exponent-minus": b"15e-1", "minus-zero": b"-0", "minus-zero-float": b"-0.0",
        "fraction": b"0.25", "big-int": b"123456789012345678901234567890",
        "overflow": b"1e400", "minus-overflow": b"-1e400", "underflow": b"1e-400",
        "empty-object": b"{}", "empty-array": b"[]", "duplicate-keys": b'{"a":1,"b":2,"a":3}',
        "duplicate-escaped-key": b'{"a":1,"\\u0061":2}', "utf8": '"é你\U0001f600"'.encode(),
        "delete": b'"\x7f"', "int-4300": b"1" * 4300, "depth-60": b"[" * 60 + b"]" * 60,
        "int64-min": b"-9223372036854775808", "uint64-max": b"18446744073709551615",
        "line-separators": '"\u2028\u2029"'.encode(), "empty-key": b'{"":1}',
        "17-digits": b"0.1000000000000000055511151231257827", "scalar": b"true", "null": b"null",
        "noncharacter": '"\uffff"'.encode(),
    }
    bad = {
        "empty": b"", "blank": b" \n", "unclosed-array": b"[1", "unclosed-object": b'{"a":1',
        "unclosed-string": b'"abc', "unclosed-escape": b'"abc\\', "trailing": b"[1] x",
        "two-values": b"1 2", "trailing-bracket": b"[]]", "wrong-bracket": b"[1}",
        "trailing-comma-array": b"[1,]", "trailing-comma-object": b'{"a":1,}',
        "double-comma": b"[1,,2]",
        "comma-first": b"[,1]", "missing-colon": b'{"a" 1}', "missing-value": b'{"a":}',
        "missing-key": b"{:1}", "number-key": b"{1:2}", "unquoted-key": b"{a:1}",
        "single-quotes": b"['a']",
        "comment": b"/* c */ 1", "line-comment": b"1 // c", "hash-comment": b"# c\n1",
        "true-upper": b"True", "none": b"None", "nan-lower": b"nan", "inf": b"inf",
        "minus-nan": b"-NaN",
        "nan-suffix": b"NaNa", "true-suffix": b"truex", "plus": b"+1", "leading-zero": b"01",
        "minus-leading-zero": b"-01", "point-start": b".5", "point-end": b"5.",
        "point-exponent": b"5.e1",
        "exponent-empty": b"1e", "exponent-sign-only": b"1e+", "hex": b"0x10", "only-minus": b"-",
        "minus-space": b"- 1", "newline-in-string": b'"a\nb"', "tab-in-string": b'"a\tb"',
        "nul-in-string": b'"a\0b"', "nul": b"\0", "nul-after": b"1\0", "bad-escape": b'"\\x41"',
        "bad-escape-quote": b"\"\\'\"", "short-u": b'"\\u00e"', "bad-u": b'"\\u00g0"',
        "u-sign": b'"\\u+123"',
        "bom": b"\xef\xbb\xbf1", "utf8-invalid": b'"\xff"', "utf8-truncated": b'"\xc3"',
        "utf8-surrogate": b'"\xed\xa0\x80"', "utf8-overlong": b'"\xc0\xaf"',
        "utf8-too-large": b'"\xf4\x90\x80\x80"',
        "utf8-outside": b"[1]\xff", "utf16": "[1]".encode("utf-16-le"), "int-4301": b"1" * 4301,
        "int-huge": b"9" * 100000, "depth-61": b"[" * 61 + b"]" * 61,
        "depth-61-object": b'{"a":' * 60 + b"{}" + b"}" * 60, "depth-100000": b"[" * 100000,
        "vertical-tab": b"[1,\v2]", "no-break-space": b"[\xc2\xa01]", "lone-colon": b":",
        "array-colon": b"[1:2]",
    }
    free = {
        "lone-high-surrogate": b'"\\ud800"', "lone-low-surrogate": b'"\\udc00"',
        "reversed-surrogates": b'"\\ude00\\ud83d"', "high-then-other": b'"\\ud83dx"',
        "high-then-escape": b'"\\ud83d\\n"',
        "float-4301-digits": b"1" * 4301 + b".0", "exponent-huge": b"1e999999999999999999",
    }
    for kind, table in (("y", good), ("n", bad), ("i", free)):
        for name, data in table.items():
            yield "%s_%s" % (kind, name), data


def msgpack():
    def ext(code, data):
        fixed = {1: 0xd4, 2: 0xd5, 4: 0xd6, 8: 0xd7, 16: 0xd8}
        if len(data) in fixed:
            return bytes([fixed[len(data)], code & 0xff]) + data
        return bytes([0xc7, len(data), code & 0xff]) + data

    def double(number):
        return struct.pack("<d", number)

    good = {
        "uint8": b"\xcc\x05", "uint16": b"\xcd\x00\x05", "uint32": b"\xce\0\0\0\x05",
        "uint64": b"\xcf" + b"\xff" * 8, "int8": b"\xd0\xff", "int16": b"\xd1\xff\xff",
        "int32": b"\xd2" + b"\xff" * 4,
        "int64": b"\xd3\x80" + b"\0" * 7, "float32": b"\xca\x3f\xc0\0\0",
        "float32-nan": b"\xca\x7f\xc0\0\0", "str8": b"\xd9\x01a", "str16": b"\xda\0\x01a",
        "str32": b"\xdb\0\0\0\x01a",
        "bin8": b"\xc4\x01\xff", "bin16": b"\xc5\0\x01\xff", "bin32": b"\xc6\0\0\0\x01\xff",
        "array16": b"\xdc\0\x01\x05", "array32": b"\xdd\0\0\0\x01\x05",
        "map16": b"\xde\0\x01\xa1a\x05",
        "map32": b"\xdf\0\0\0\x01\xa1a\x05", "int-keys": b"\x82\x01\xa1a\x02\xa1b",
        "bin-key": b"\x81\xc4\x01k\x01",
        "float-key": b"\x81\xcb" + b"\x3f\xf8" + b"\0" * 6 + b"\x01",
        "duplicate-keys": b"\x83\xa1a\x01\xa1b\x02\xa1a\x03", "nul-in-str": b"\xa3a\0b",
        "negative-fixint": b"\xe0", "complex-ext8": b"\xc7\x10\x30" + double(1.5) + double(2.5),
        "big-int-1-digit": ext(0x31, b"5"),
        "big-int-negative": ext(0x31, b"-123456789012345678901"),
        "big-int-4300": b"\xc8" + struct.pack(">H", 4300) + b"\x31" + b"9" * 4300,
        "datetime-ext8": b"\xc7\x08\x32" + double(86400.5),
        "date-first": ext(0x33, struct.pack("<q", 1)), "depth-60": b"\x91" * 59 + b"\x90",
        "nil-key": b"\x81\xc0\x01", "true-key": b"\x81\xc3\x01",
    }
    bad = {
        "empty": b"", "never-used": b"\xc1", "never-used-inside": b"\x91\xc1",
        "trailing": b"\x01\x02", "trailing-nil": b"\xc0\xc0", "uint8-truncated": b"\xcc",
        "uint16-truncated": b"\xcd\0", "uint32-truncated": b"\xce\0\0",
        "uint64-truncated": b"\xcf" + b"\0" * 7, "int64-truncated": b"\xd3\0",
        "float-truncated": b"\xcb\0\0", "float32-truncated": b"\xca\0",
        "fixstr-truncated": b"\xa5abc", "str8-no-size": b"\xd9",
        "str8-truncated": b"\xd9\x05abc", "str16-truncated": b"\xda\xff\xffabc",
        "str32-huge": b"\xdb\xff\xff\xff\xffabc", "bin8-truncated": b"\xc4\x05abc",
        "bin32-huge": b"\xc6\xff\xff\xff\xffabc",
        "fixarray-truncated": b"\x92\x01", "array16-truncated": b"\xdc\xff\xff\x01",
        "array32-huge": b"\xdd\xff\xff\xff\xff", "array32-reserve": b"\xdd\x04\0\0\0",
        "fixmap-truncated": b"\x81\xa1a", "map-no-key": b"\x81",
        "map16-truncated": b"\xde\xff\xff\xa1a\x01", "map32-huge": b"\xdf\xff\xff\xff\xff",
        "utf8-invalid": b"\xa1\xff", "utf8-truncated": b"\xa1\xc3",
        "utf8-surrogate": b"\xa3\xed\xa0\x80", "utf8-overlong": b"\xa2\xc0\x80",
        "utf8-invalid-key": b"\x81\xa1\xff\x01", "key-array": b"\x81\x90\x01",
        "key-map": b"\x81\x80\x01", "ext-unknown": ext(0x34, b"a"), "ext-zero": ext(0, b"a"),
        "ext-2f": ext(0x2f, b"a"), "ext-timestamp": ext(-1, b"\0" * 4),
        "ext-truncated": b"\xd4\x30", "ext8-truncated": b"\xc7\x10\x30abc",
        "ext16-truncated": b"\xc8\xff\xff\x31" + b"1",
        "ext32-huge": b"\xc9\xff\xff\xff\xff\x31" + b"1", "complex-short": ext(0x30, double(1.5)),
        "complex-15": b"\xc7\x0f\x30" + b"\0" * 15, "complex-17": b"\xc7\x11\x30" + b"\0" * 17,
        "complex-empty": b"\xc7\x00\x30", "big-int-empty": b"\xc7\x00\x31",
        "big-int-letters": ext(0x31, b"12ab"), "big-int-float": ext(0x31, b"1.5e"),
        "big-int-sign-only": ext(0x31, b"-"), "big-int-nul": ext(0x31, b"1\0"),
        "big-int-4301": b"\xc8" + struct.pack(">H", 4301) + b"\x31" + b"9" * 4301,
        "big-int-not-ascii": ext(0x31, b"\xd9\xa1"),
        "datetime-short": ext(0x32, b"\0" * 4), "datetime-long": ext(0x32, b"\0" * 16),
        "datetime-nan": ext(0x32, double(float("nan"))),
        "datetime-inf": ext(0x32, double(float("inf"))),
        "datetime-too-late": ext(0x32, double(1e18)),
        "date-short": ext(0x33, b"\0" * 4), "date-zero": ext(0x33, struct.pack("<q", 0)),
        "date-negative": ext(0x33, struct.pack("<q", -1)),
        "date-too-late": ext(0x33, struct.pack("<q", 3652060)),
        "date-huge": ext(0x33, struct.pack("<q", 2 ** 62)), "depth-61": b"\x91" * 60 + b"\x90",
        "depth-61-map": b"\x81\xa1a" * 60 + b"\x80", "depth-100000": b"\x91" * 100000,
        "array-of-nothing-nested": b"\xdd\0\xff\xff\xff" * 10,
    }
    free = {
        "big-int-underscore": ext(0x31, b"1_0"), "big-int-spaces": ext(0x31, b" 12 "),
        "big-int-plus": ext(0x31, b"+5"), "big-int-leading-zeros": ext(0x31, b"0012"),
        "ext-key": b"\x81" + ext(0x31, b"5") + b"\x01",
        "datetime-year-0": ext(0x32, double(-62135596801.0)),
    }
    for kind, table in (("y", good), ("n", bad), ("i", free)):
        for name, data in table.items():
            yield "%s_%s" % (kind, name), data


def calls(serializer):
    """Payloads of calls: which part is wrong is the subject"""
    if serializer == "serpent":
        yield "n_call-three-parts", b"('obj','method',())"
        yield "n_call-five-parts", b"('obj','method',(),{},1)"
        yield "n_call-not-a-tuple", b"'obj'"
        yield "n_call-dict", b"{'object':'obj','method':'m','params':[],'kwargs':{}}"
        yield "n_call-args-str", b"('obj','method','abc',{})"
        yield "n_call-args-int", b"('obj','method',5,{})"
        yield "n_call-kwargs-list", b"('obj','method',(),[])"
        yield "n_call-kwargs-int-key", b"('obj','method',(),{1:2})"
        yield "y_call-list", b"['obj','method',[],{}]"
        yield "y_call-kwargs-none", b"('obj','method',(),None)"
    elif serializer == "json":
        good = b'{"object":"obj","method":"m","params":[1],"kwargs":{}}'
        yield "y_call-plain", good
        yield "y_call-other-order", b'{"kwargs":null,"params":[],"method":"m","object":"o"}'
        for name in (b"object", b"method", b"params", b"kwargs"):
            yield "n_call-duplicate-" + name.decode(), good[:-1] + b',"%s":null}' % name
            yield "n_call-no-" + name.decode(), good.replace(b'"%s"' % name, b'"other"')
        yield "n_call-duplicate-escaped", good[:-1] + b',"\\u006dethod":"evil"}'
        yield "n_call-array", b'["obj","m",[],{}]'
        yield "n_call-params-str", good.replace(b"[1]", b'"abc"')
        yield "n_call-params-object", good.replace(b"[1]", b"{}")
        yield "n_call-kwargs-array", good.replace(b"{}", b"[]")
    elif serializer == "marshal":
        part = b"z\x03objz\x01m"
        yield "y_call-plain", b")\x04" + part + b"[\0\0\0\0{0"
        yield "y_call-kwargs-none", b")\x04" + part + b"[\0\0\0\0N"
        yield "n_call-three-parts", b")\x03" + part + b"[\0\0\0\0"
        yield "n_call-args-int", b")\x04" + part + b"i\0\0\0\0{0"
        yield "n_call-kwargs-list", b")\x04" + part + b"[\0\0\0\0[\0\0\0\0"
        yield "n_call-kwargs-int-key", b")\x04" + part + b"[\0\0\0\0{i\0\0\0\0N0"
    else:
        part = b"\xa3obj\xa1m"
        yield "y_call-plain", b"\x94" + part + b"\x90\x80"
        yield "y_call-kwargs-nil", b"\x94" + part + b"\x90\xc0"
        yield "n_call-three-parts", b"\x93" + part + b"\x90"
        yield "n_call-args-str", b"\x94" + part + b"\xa1a\x80"
        yield "n_call-kwargs-array", b"\x94" + part + b"\x90\x90"
        yield "n_call-kwargs-int-key", b"\x94" + part + b"\x90\x81\x01\x02"
