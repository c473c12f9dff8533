#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A server that answers what it likes: our client takes what Pyro5's takes, and fails where that
fails, in words and in good order."""

import contextlib
import json
import os
import socket
import struct
import subprocess
import sys
import threading
import zlib

if "PYRO5_PATH" not in os.environ:
    print("1..0 # SKIP PYRO5_PATH does not name a Pyro5")
    sys.exit(0)
sys.path.insert(0, os.environ["PYRO5_PATH"])

import serpent  # noqa: E402
import Pyro5.api  # noqa: E402

import relay  # noqa: E402
import tap  # noqa: E402
from raw import (CONNECTFAIL, CONNECTOK, HEADER_SIZE, INVOKE, JSON, MARSHAL,  # noqa: E402
                 PING, RESULT, frame)

METADATA = {"methods": ["m"], "oneway": [], "attrs": []}


def accepted(seq=0, **parts):
    return frame(CONNECTOK, serpent.dumps(parts), seq=seq)


def result(payload, seq=1, **options):
    data = payload if isinstance(payload, bytes) else serpent.dumps(payload)
    return frame(RESULT, data, seq=seq, **options)


def exception(name="builtins.ValueError", flags=relay.EXCEPTION, **parts):
    parts = {"__class__": name, "__exception__": True, "args": ("no",), "attributes": {}, **parts}
    return result(parts, flags=flags)


FIVE = result(5)
# What comes after a handshake as it should be
RESULTS = {
    "a value": FIVE,
    "another number": result(5, seq=2),
    "another serializer": result(b"5", serializer=JSON),
    "an unknown serializer": result(b"5", serializer=77),
    "an unknown flag": result(5, flags=0x4000),
    "the flag of oneway calls": result(5, flags=relay.ONEWAY),
    "the flag of batches": result(5, flags=relay.BATCH),
    "something compressed": result(zlib.compress(serpent.dumps(5)), flags=relay.COMPRESSED),
    "something that is not compressed": result(b"5", flags=relay.COMPRESSED),
    "an annotation": result(5, annotations=b"ABCD" + struct.pack("!I", 1) + b"x"),
    "an exception": exception(),
    "an exception with attributes": exception(attributes={"code": 42}),
    "an exception by its short name": exception("KeyError"),
    "an exception that ends Python": exception("builtins.SystemExit"),
    "an exception of a module": exception("struct.error"),
    "an exception of an unknown class": exception("some.Thing"),
    "an exception that does not exist": exception("builtins.Nothing"),
    "an exception with two underscores": exception("builtins.__import__"),
    "an exception with other arguments": exception(args=None),
    "an exception that is none": result(5, flags=relay.EXCEPTION),
    "a stream without an id": exception(flags=relay.EXCEPTION | relay.STREAM),
    "a pong": frame(PING, b"pong"),
    "a call": frame(INVOKE, b"x"),
    "half a value": result(b"("),
    "nothing": result(b""),
    "the end": b"",
    "half a message": FIVE[:50],
    "garbage": b"x" * 100,
    "another version": frame(RESULT, b"5", version=501),
}
# What comes in place of such a handshake, with a value after it
HANDSHAKES = {
    "another number": accepted(seq=7, handshake="hi", meta=METADATA),
    "sets": accepted(handshake="hi", meta={name: set(names) for name, names in METADATA.items()}),
    "another serializer": frame(CONNECTOK, json.dumps({"handshake": 1, "meta": METADATA}).encode(),
                                serializer=JSON, seq=0),
    "no metadata": accepted(handshake="hi"),
    "metadata that are none": accepted(handshake="hi", meta=None),
    "an object with nothing": accepted(handshake="hi", meta={name: [] for name in METADATA}),
    "a list": frame(CONNECTOK, serpent.dumps([1]), seq=0),
    "a refusal": frame(CONNECTFAIL, serpent.dumps("not you"), seq=0),
    "a refusal in marshal": frame(CONNECTFAIL, b"\xda\x07not you", serializer=MARSHAL, seq=0),
    "a refusal that can't be read": frame(CONNECTFAIL, b"(", seq=0),
    "a value": FIVE,
    "a pong": frame(PING, b"pong", seq=0),
}


def skip_message(peer):
    """Whether there was one"""
    header = peer.recv(HEADER_SIZE, socket.MSG_WAITALL)
    if len(header) < HEADER_SIZE:
        return False
    peer.recv(sum(struct.unpack_from("!II", header, 12)), socket.MSG_WAITALL)
    return True


@contextlib.contextmanager
def answering(*answers):
    """The uri of a server that gives these answers to each client, and hangs up"""
    def serve():
        with contextlib.suppress(OSError):
            while True:
                with listener.accept()[0] as peer, contextlib.suppress(ConnectionError):
                    for data in answers:
                        if skip_message(peer):
                            peer.sendall(data)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield "PYRO:object@127.0.0.1:%d" % listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def call_as_pyro5(uri):
    """The value, or None"""
    with Pyro5.api.Proxy(uri) as proxy:
        proxy._pyroTimeout = 20
        try:
            return proxy.m()
        except (Exception, SystemExit):
            return None


def call_as_pyrog(uri):
    called = subprocess.run([os.environ["PROGRAM"], "--timeout", "20", "call", uri, "m"], timeout=60,
                            capture_output=True, text=True, check=False)
    assert called.returncode in (0, 1), called
    assert (called.returncode == 0) == called.stdout.startswith("int64 5"), called
    assert (called.returncode == 1) == called.stderr.startswith("pyrog: "), called
    return 5 if called.returncode == 0 else None


def compare(*answers):
    with answering(*answers) as uri:
        expected, found = call_as_pyro5(uri), call_as_pyrog(uri)
    assert found == expected, (found, expected)


for _what in RESULTS:
    @tap.case(_what)
    def test_results(what):
        compare(accepted(handshake="hi", meta=METADATA), RESULTS[what])

for _what in HANDSHAKES:
    @tap.case(_what)
    def test_handshakes(what):
        compare(HANDSHAKES[what], FIVE)


tap.run()
