# SPDX-License-Identifier: LGPL-2.1-or-later
"""Complete frames, made by Pyro5's SendingMessage, and frames that must be refused."""

import struct
import uuid

from Pyro5 import config, protocol
from Pyro5.callcontext import current_context
from Pyro5.serializers import serializers

TYPES = {"connect": 1, "connectok": 2, "connectfail": 3, "invoke": 4, "result": 5, "ping": 6}
FLAGS = {"none": 0, "exception": 1, "oneway": 4, "batch": 8, "stream": 16, "keep-serialized": 32,
    "all": 61}
CORRELATION = uuid.UUID("00112233-4455-6677-8899-aabbccddeeff")


def block(name, kind, flags=0, seq=0, serializer=1, payload=b"", annotations=None, compress=False,
          correlation=None):
    annotations = annotations or {}
    config.COMPRESSION = compress
    current_context.correlation_id = correlation
    message = protocol.SendingMessage(kind, flags, seq, serializer, payload, annotations)
    wire_flags = struct.unpack("!H", message.data[8:10])[0]
    return {
        "name": name, "flags": "exact", "type": str(kind), "wire-flags": str(wire_flags),
        "seq": str(seq),
        "serializer": str(serializer), "correlation": message.corr_id.hex(),
        "compress": str(int(compress)),
        "annotations": ",".join("%s=%s" % (key, value.hex())
                                for key, value in annotations.items()) or "none",
        "payload": payload.hex() or "none", "bytes": message.data.hex(),
    }


def good():
    text = b"# serpent utf-8 python3.2\n'hello'"
    for name, number in TYPES.items():
        yield block("type-" + name, number, payload=text)
        yield block("type-%s-empty" % name, number)
    for name, number in FLAGS.items():
        yield block("flags-" + name, 4, flags=number, payload=text)
    for seq in (1, 255, 256, 65535):
        yield block("seq-%d" % seq, 4, seq=seq, payload=text)
    for number in (0, 2, 3, 4, 42, 255):
        yield block("serializer-%d" % number, 6, serializer=number, payload=b"ping")
    yield block("correlation", 4, payload=text, correlation=CORRELATION)
    yield block("annotation", 4, payload=text, annotations={"ABCD": b"value"})
    yield block("annotation-empty", 4, payload=text, annotations={"ABCD": b""})
    yield block("annotations-three", 4, payload=text,
        annotations={"AAAA": b"1", "BBBB": b"", "XYZW": bytes(300)})
    yield block("annotation-only", 5, annotations={"STRM": str(CORRELATION).encode()})
    yield block("annotations-64", 4, annotations={"A%03d" % n: bytes([n]) for n in range(64)})
    yield block("annotation-punctuation", 4, annotations={"a-.1": b"x"})
    yield block("annotations-correlation", 4, seq=7, payload=text, annotations={"ABCD": b"v"},
        correlation=CORRELATION)
    for size in (100, 101, 1000, 100000):
        yield block("compressed-%d" % size, 5,
            payload=b"abcdefgh" * (size // 8) + b"x" * (size % 8), compress=True)
    noise = bytes((n * n * 31 + n // 7 * 13) % 251 for n in range(400))
    yield block("compressed-noise", 5, payload=noise, compress=True)
    yield block("compressed-annotations", 4, payload=text * 10, annotations={"ABCD": bytes(500)},
        compress=True)
    yield block("compressed-correlation", 4, payload=text * 10, compress=True,
        correlation=CORRELATION)
    for name, serializer in serializers.items():
        call = serializer.dumpsCall("obj", "echo", ("hello",), {})
        yield block("invoke-" + name, 4, seq=1, serializer=serializer.serializer_id, payload=call)
        connect = serializer.dumps({"handshake": "hello", "object": "Pyro.Daemon"})
        yield block("connect-" + name, 1, serializer=serializer.serializer_id, payload=connect)


def header(tag=b"PYRO", version=502, kind=4, serializer=1, flags=0, seq=0, size=0, annotations=0,
           magic=0x4dc5):
    return struct.pack("!4sHBBHHII16sHH", tag, version, kind, serializer, flags, seq, size,
                       annotations, bytes(16), 0, magic)


def chunk(key, data, size=None):
    return key + struct.pack("!I", len(data) if size is None else size) + data


def bad():
    yield "tag", header(tag=b"PYRQ")
    yield "tag-lower", header(tag=b"pyro")
    yield "http", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\nxxxxxxxxxx"
    yield "zeros", bytes(40)
    for version in (0, 48, 501, 503, 65535):
        yield "version-%d" % version, header(version=version)
    yield "magic", header(magic=0x4dc4)
    yield "too-large", header(size=2 ** 32 - 1)
    yield "sum-too-large", header(size=2 ** 31, annotations=2 ** 31)
    yield "sum-wraps", header(size=2 ** 32 - 1, annotations=2 ** 32 - 1)
    one = chunk(b"ABCD", b"value")
    yield "annotation-beyond", header(annotations=13) + chunk(b"ABCD", b"value", 6)
    yield "annotation-huge", header(annotations=13) + chunk(b"ABCD", b"value", 2 ** 32 - 1)
    yield "annotation-cut-header", header(annotations=7) + one[:7]
    yield "annotation-rest", header(annotations=16) + one + b"ABC"
    into_payload = chunk(b"ABCD", b"value", 10) + bytes(10)
    yield "annotation-into-payload", header(annotations=13, size=10) + into_payload
    yield "annotation-not-ascii", header(annotations=13) + chunk(b"AB\xc3\xa9", b"value")
    many = b"".join(chunk(b"A%03d" % n, b"") for n in range(65))
    yield "annotations-65", header(annotations=len(many)) + many
    yield "compressed-garbage", header(flags=2, size=10) + b"0123456789"
    yield "compressed-empty", header(flags=2)
    packed = bytes.fromhex("789c4b4c4a06000249011b")[:-4]
    yield "compressed-truncated", header(flags=2, size=len(packed)) + packed


def blocks():
    yield from good()
    for name, data in bad():
        yield {"name": "n_" + name, "flags": "refuse", "bytes": data.hex()}
