#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The same bytes for the real Pyro5 and for us: both answer alike, and the connection goes on or ends
alike; and the same calls of both clients, which say the same."""

import json
import marshal
import os
import struct
import subprocess
import sys
import zlib

if "PYRO5_PATH" not in os.environ:
    print("1..0 # SKIP PYRO5_PATH does not name a Pyro5")
    sys.exit(0)
sys.path.insert(0, os.environ["PYRO5_PATH"])

import serpent  # noqa: E402
import Pyro5.api  # noqa: E402

import relay  # noqa: E402
import servers  # noqa: E402
import tap  # noqa: E402
from raw import (CONNECT, CONNECTOK, HELLO, INVOKE, JSON, MARSHAL, PING, RESULT,  # noqa: E402
                 SERPENT, Peer, frame)

ECHO, DAEMON = "test.echoserver", "Pyro.Daemon"
UNKNOWN_FLAG = 0x4000
READERS = {SERPENT: serpent.loads, MARSHAL: marshal.loads, JSON: json.loads}


def call(name, method, *args, kwargs=None, **options):
    return frame(INVOKE, serpent.dumps((name, method, args, kwargs or {})), **options)


def attribute(method, *args):
    return frame(INVOKE, serpent.dumps((ECHO, method, args, None)))


def batch(*calls, flags=relay.BATCH):
    return frame(INVOKE, serpent.dumps((ECHO, "<batch>", list(calls), None)), flags=flags)


def hello(**parts):
    return frame(CONNECT, serpent.dumps(parts), seq=5)


def correlated(data):
    """The message with a correlation id"""
    changed = bytearray(data)
    changed[20:36] = range(16)
    changed[9] |= relay.CORRELATION
    return bytes(changed)


# What a client may say after its handshake, and is answered alike, word for word
CALLS = {
    "a call": call(ECHO, "echo", "x"),
    "keywords": call(ECHO, "echo", kwargs={"message": 1}),
    "an unknown object": call("nosuch", "echo", "x"),
    "a private name": call(ECHO, "_x"),
    "an exception": call(ECHO, "error"),
    "an item stream": call(ECHO, "generator"),
    "the daemon's ping": call(DAEMON, "ping"),
    "the registered objects": call(DAEMON, "registered"),
    "metadata of nothing": call(DAEMON, "get_metadata", "nosuch"),
    "a private name of the daemon": call(DAEMON, "__init__"),
    "an attribute of the daemon": call(DAEMON, "__getattr__", "ping"),
    "closing an unknown stream": call(DAEMON, "close_stream", "x"),
    "reading an unknown stream": call(DAEMON, "get_next_stream_item", "x"),
    "an attribute": attribute("__getattr__", "verbose"),
    "a method as an attribute": attribute("__getattr__", "echo"),
    "a private attribute": attribute("__getattr__", "_verbose"),
    "setting an attribute": attribute("__setattr__", "verbose", True),
    "a batch": batch(("echo", (1,), {}), ("echo", (2,), {})),
    "an empty batch": batch(),
    "a batch that fails": batch(("error", (), {}), ("echo", (2,), {})),
    "an unknown flag": call(ECHO, "echo", "x", flags=UNKNOWN_FLAG),
    "the flag of exceptions": call(ECHO, "echo", "x", flags=relay.EXCEPTION),
    "the flag of item streams": call(ECHO, "echo", "x", flags=relay.STREAM),
    "a correlation id": correlated(call(ECHO, "echo", "x")),
    "the flag of a correlation id alone": call(ECHO, "echo", "x", flags=relay.CORRELATION),
    "a ping": frame(PING, b"x", seq=3),
    "another handshake": frame(CONNECT, HELLO, seq=4),
    "a handshake's answer": frame(CONNECTOK, b"x"),
    "a result": frame(RESULT, b"None"),
    "a message of type 0": frame(0),
    "a message of type 77": frame(77),
    "a compressed call": frame(INVOKE, zlib.compress(serpent.dumps((ECHO, "echo", ("x",), {}))),
                               flags=relay.COMPRESSED),
    "an annotation": call(ECHO, "echo", "x", annotations=b"ABCD" + struct.pack("!I", 1) + b"x"),
    "json": frame(INVOKE, json.dumps({"object": ECHO, "method": "echo", "params": ["x"],
                                      "kwargs": {}}).encode(), serializer=JSON),
    "marshal": frame(INVOKE, marshal.dumps((ECHO, "echo", ("x",), {})), serializer=MARSHAL),
    "a call that is a list": frame(INVOKE, b"['test.echoserver', 'echo', ['x'], {}]"),
}
# ... with exceptions of the same class, whose words are Python's there
CLASSES = {
    "an unknown method": call(ECHO, "nosuch"),
    "setting an unknown attribute": attribute("__setattr__", "nosuch", 1),
    "a batch without its flag": batch(("echo", (1,), {}), flags=0),
    "a wrong keyword": call(ECHO, "echo", kwargs={"wrong": 1}),
    "too many arguments": call(ECHO, "echo", 1, 2),
    "too few arguments": call(ECHO, "echo"),
}
# ... with exceptions that say here what is wrong, and there where Python tripped over it
MALFORMED = {
    "the flag of batches": call(ECHO, "echo", "x", flags=relay.BATCH),
    "a batch of no calls": batch(5),
    "the flag of blobs": call(ECHO, "echo", "x", flags=relay.KEEPSERIALIZED),
    "an attribute without a name": attribute("__getattr__"),
    "an attribute without a value": attribute("__setattr__", "verbose"),
    "no arguments": frame(INVOKE, b"('test.echoserver', 'echo', None, {})"),
    "half a call": frame(INVOKE, b"("),
    "half a call in json": frame(INVOKE, b'{"object": "test.echoserver"}', serializer=JSON),
}
# What a stranger may say
STRANGERS = {
    "a handshake": hello(handshake="hello", object=ECHO),
    "any data": hello(handshake={"user": "me", "room": [7, None]}, object=ECHO),
    "no data": hello(handshake=None, object=ECHO),
    "more than is known": hello(handshake="hello", object=ECHO, other=[1]),
    "an unknown object": hello(handshake="hello", object="nosuch"),
    "a correlation id": correlated(hello(handshake="hello", object=ECHO)),
    "another version": frame(CONNECT, HELLO, version=501),
    "another magic number": frame(CONNECT, HELLO, magic=1),
    "not this protocol": b"GET / HTTP/1.1\r\n\r\n",
    "a call": call(ECHO, "echo", "x"),
    "a ping": frame(PING, b"x"),
}


def receive(peer):
    """The next message; None: the connection has ended"""
    try:
        header = peer.receive(relay.HEADER.size)
        if header is None:
            return None
        size, annotations_size = struct.unpack_from("!II", header, 12)
        return relay.split(header + peer.receive(size + annotations_size))[0]
    except ConnectionResetError:
        return None


def head_of(message, has_id=False):
    """All but the payload. Pyro5 makes an id where there was none."""
    if message is None:
        return None
    return (message.type, message.flags & ~relay.CORRELATION, message.seq, message.serializer,
            [name for name, _ in message.annotations], message.correlation if has_id else None)


def exception_class(message):
    return READERS[message.serializer](message.payload)["__class__"]


def words_of(message):
    """What is said, apart from what nobody else says"""
    if message is None or message.flags & relay.STREAM:
        return None
    if message.type == PING:
        return message.payload
    if not message.flags & relay.EXCEPTION:
        value = READERS[message.serializer](message.payload)
        if isinstance(value, list):  # in a batch an exception has its attributes
            return sorted(repr(dict(item, exception=None) if isinstance(item, dict) else item)
                          for item in value)
        return value
    value = READERS[message.serializer](message.payload)
    return value["__class__"], value["args"]


def answer(server, data, begin=Peer.shake_hands):
    """What the server says, and whether it goes on"""
    with Peer(server) as peer:
        begin(peer)
        peer.send(data)
        message = receive(peer)
        try:
            peer.send(call(ECHO, "echo", "on", seq=9))
            return message, receive(peer) is not None
        except (BrokenPipeError, ConnectionResetError):
            return message, False


def both(theirs, ours, data):
    expected, goes_on = answer(theirs, data)
    found, still_goes_on = answer(ours, data)
    has_id = data[9] & relay.CORRELATION and any(data[20:36])
    assert head_of(found, has_id) == head_of(expected, has_id), (found, expected)
    assert still_goes_on == goes_on, (found, expected)
    return found, expected


for _type in ("multiplex", "thread"):
    @tap.case(_type)
    def test_calls(server_type):
        with servers.pyro5() as theirs, servers.ours(PYRO_SERVERTYPE=server_type) as ours:
            for what, data in CALLS.items():
                found, expected = both(theirs, ours, data)
                assert words_of(found) == words_of(expected), (what, found, expected)
            for what, data in CLASSES.items():
                found, expected = both(theirs, ours, data)
                assert exception_class(found) == exception_class(expected), (what, found, expected)

    @tap.case(_type)
    def test_malformed_calls(server_type):
        with servers.pyro5() as theirs, servers.ours(PYRO_SERVERTYPE=server_type) as ours:
            for what, data in MALFORMED.items():
                found, _ = both(theirs, ours, data)
                assert exception_class(found) in ("Pyro5.errors.SerializeError",
                                                  "builtins.TypeError"), (what, found)

    @tap.case(_type)
    def test_strangers(server_type):
        with servers.pyro5() as theirs, servers.ours(PYRO_SERVERTYPE=server_type) as ours:
            for what, data in STRANGERS.items():
                expected, goes_on = answer(theirs, data, lambda peer: None)
                found, still_goes_on = answer(ours, data, lambda peer: None)
                assert head_of(found) == head_of(expected), (what, found, expected)
                assert still_goes_on == goes_on, (what, found, expected)


def requests(server, act):
    """The calls that a client sends, but for those whose ids of streams are made by chance"""
    with relay.Relay(server.uri) as middle:
        act(middle.uri)
        said, _ = middle.frames()
        return [message for message in said if message.type == INVOKE and message.seq == 1]


for _serializer in ("serpent", "json", "msgpack"):  # marshal has several ways to write the same
    @tap.case(_serializer)
    def test_requests(serializer):
        """Our client's calls are those of Pyro5's, byte by byte"""
        def as_pyrog(*words):
            return lambda uri: subprocess.run(
                [os.environ["PROGRAM"], "--serializer", serializer, words[0], uri, *words[1:]],
                timeout=60, check=True, stdout=subprocess.DEVNULL)

        def as_pyro5(act):
            def run(uri):
                with Pyro5.api.Proxy(uri) as proxy:
                    proxy._pyroSerializer = serializer
                    act(proxy)
            return run

        with servers.pyro5() as server:
            for mine, theirs in (
                    (as_pyrog("call", "echo", "'x'"), as_pyro5(lambda proxy: proxy.echo("x"))),
                    (as_pyrog("call", "echo", "[1, 2]"),
                     as_pyro5(lambda proxy: proxy.echo([1, 2]))),
                    (as_pyrog("call", "oneway_echo", "2.5"),
                     as_pyro5(lambda proxy: proxy.oneway_echo(2.5))),
                    (as_pyrog("stream", "generator"),
                     as_pyro5(lambda proxy: list(proxy.generator())))):
                found, expected = requests(server, mine), requests(server, theirs)
                assert len(found) == 1 and found == expected, (found, expected)


tap.run()
