#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Peers that mean ill, or nothing: each gets a clear answer or a closed connection, and costs others
nothing."""

import json
import marshal
import os
import struct
import sys
import time
import zlib

if "PYRO5_PATH" not in os.environ:
    print("1..0 # SKIP PYRO5_PATH does not name a Pyro5")
    sys.exit(0)
sys.path.insert(0, os.environ["PYRO5_PATH"])

import msgpack  # noqa: E402
import serpent  # noqa: E402
import Pyro5.api  # noqa: E402
import Pyro5.errors  # noqa: E402

import servers  # noqa: E402
import tap  # noqa: E402
from raw import (COMPRESSED, CONNECT, CONNECTFAIL, EXCEPTION, HELLO, INVOKE,  # noqa: E402
                 JSON, MARSHAL, MSGPACK, PING, RESULT, SERPENT, Peer, frame)

SERVER_TYPES = ["multiplex", "thread"]


def check_good_client(server):
    with Pyro5.api.Proxy(server.uri) as proxy:
        proxy._pyroTimeout = 10
        assert proxy.echo("good") == "good"


# What a stranger may send in place of a handshake
def nested(depth):
    return b"[" * depth + b"]" * depth


BOMB = zlib.compress(b" " * (64 * 1024 * 1024), 9)
STRANGERS = {
    "garbage": b"GET / HTTP/1.1\r\n\r\n" + b"x" * 100,
    "a wrong version": frame(CONNECT, HELLO, version=501),
    "a wrong magic number": frame(CONNECT, HELLO, magic=0x1234),
    "a call before the handshake": frame(INVOKE, b"('test.echoserver','shutdown',(),{})"),
    "an unknown message type": frame(99, HELLO),
    "an unknown serializer": frame(CONNECT, HELLO, serializer=77),
    "a size of 4 GiB": frame(CONNECT, HELLO, size=0xffffffff),
    "sizes that overflow": frame(CONNECT, HELLO, size=0xffffffff, annotations_size=2),
    "a size above the limit of handshakes": frame(CONNECT, HELLO, size=65537),
    "annotations longer than their part":
        frame(CONNECT, HELLO, annotations=b"ABCD" + struct.pack("!I", 100) + b"xx"),
    "annotations that leave a rest":
        frame(CONNECT, HELLO, annotations=b"ABCD" + struct.pack("!I", 1) + b"xyz"),
    "deep nesting": frame(CONNECT, nested(30000)),
    "wrong UTF-8": frame(CONNECT, b"{'handshake': '\xff\xfe', 'object': 'x'}"),
    "a code object":
        frame(CONNECT, marshal.dumps(compile("1", "x", "eval")), serializer=MARSHAL),
    "a tuple of 2^31 items in marshal":
        frame(CONNECT, b"(\xff\xff\xff\x7f", serializer=MARSHAL),
    "an array of 2^32 items in msgpack":
        frame(CONNECT, b"\xdd\xff\xff\xff\xff", serializer=MSGPACK),
    "a compressed bomb": frame(CONNECT, BOMB[:60000], flags=COMPRESSED),
    "what is not compressed": frame(CONNECT, HELLO, flags=COMPRESSED),
    "an empty handshake": frame(CONNECT),
    "a handshake that is no dict": frame(CONNECT, b"[1,2]"),
}

for _what in STRANGERS:
    @tap.case(_what)
    def test_stranger_sends(what):
        """It is told that it is refused, and that is all"""
        with servers.ours() as server, Peer(server) as peer:
            peer.send(STRANGERS[what])
            answer = peer.message()
            assert answer is not None and answer[0] == CONNECTFAIL, answer
            assert peer.message() is None
            check_good_client(server)


# What a client may send after its handshake; the connection goes on where messages are still whole
CALLS = {
    "malformed serpent": b"('test.echoserver','echo',(",
    "a call of three parts": b"('test.echoserver','echo',())",
    "a method that is no str": b"('test.echoserver',5,(),{})",
    "an object that is no str": b"(None,'echo',(),{})",
    "keywords that are no str": b"('test.echoserver','echo',(),{1:2})",
    "arguments that are no sequence": b"('test.echoserver','echo',5,{})",
    "deep nesting": b"('test.echoserver','echo',(" + nested(100) + b",),{})",
    "a number with too many digits": b"('test.echoserver','echo',(" + b"9" * 5000 + b",),{})",
    "a name": b"('test.echoserver','echo',(__import__,),{})",
    "an operator": b"('test.echoserver','echo',(1*2,),{})",
    "a long name": b"('test.echoserver','" + b"x" * 5000 + b"',(),{})",
    "a private name": b"('test.echoserver','__init__',(),{})",
    "a dotted name": b"('test.echoserver','echo.__func__',(),{})",
}

for _what in CALLS:
    @tap.case(_what)
    def test_client_sends(what):
        with servers.ours() as server, Peer(server) as peer:
            peer.shake_hands()
            peer.send(frame(INVOKE, CALLS[what], seq=7))
            kind, flags, payload = peer.message()
            assert kind == RESULT and flags & EXCEPTION, (kind, flags)
            assert len(payload) < 4096
            peer.send(frame(INVOKE, b"('test.echoserver','echo',('on',),{})", seq=8))
            assert b"'on'" in peer.message()[2]
            check_good_client(server)


MARK = "put it here"
SERIALIZERS = {
    "serpent": (SERPENT, serpent.dumps),
    "marshal": (MARSHAL, marshal.dumps),
    "json": (JSON, lambda call: json.dumps(
        dict(zip(("object", "method", "params", "kwargs"), call))).encode()),
    "msgpack": (MSGPACK, msgpack.packb),
}
# How each writes the mark, and what stands in its place in the arguments of a call
MARKS = {
    "serpent": b"'put it here'",
    "marshal": marshal.dumps((MARK,))[2:],
    "json": b'"put it here"',
    "msgpack": msgpack.packb(MARK),
}
ARGUMENTS = {
    ("serpent", "wrong UTF-8"): b"'\xff\xfe'",
    ("serpent", "half a character"): b"'\xe2\x82'",
    ("serpent", "an int of 5000 digits"): b"9" * 5000,
    ("serpent", "an int of a million digits"): b"9" * 1000000,
    ("serpent", "a hexadecimal int bomb"): b"0x" + b"f" * 100000,
    ("marshal", "wrong UTF-8"): b"u\x02\0\0\0\xff\xfe",
    ("marshal", "half a character"): b"u\x02\0\0\0\xe2\x82",
    ("marshal", "a code object"): marshal.dumps(compile("1", "x", "eval")),
    ("marshal", "a code object in a list"): marshal.dumps([compile("1", "x", "eval")]),
    ("marshal", "an int of 30000 bits"): marshal.dumps(2**30000),
    ("marshal", "an int of 2^31 digits"): b"l\xff\xff\xff\x7f",
    ("marshal", "an int of -2^31 digits"): b"l\0\0\0\x80",
    ("marshal", "a tuple of 2^31 items"): b"(\xff\xff\xff\x7f",
    ("marshal", "deep nesting"): b")\x01" * 30000 + b")\0",
    ("json", "wrong UTF-8"): b'"\xff\xfe"',
    ("json", "half a character"): b'"\xe2\x82"',
    ("json", "an int of 5000 digits"): b"9" * 5000,
    ("json", "an int of a million digits"): b"9" * 1000000,
    ("json", "deep nesting"): nested(30000),
    ("msgpack", "wrong UTF-8"): b"\xa2\xff\xfe",
    ("msgpack", "half a character"): b"\xa2\xe2\x82",
    ("msgpack", "an int of 5000 digits"): b"\xc8\x13\x88\x31" + b"9" * 5000,
    ("msgpack", "an int of a million digits"): b"\xc9\x00\x0f\x42\x40\x31" + b"9" * 1000000,
    ("msgpack", "an array of 2^32 items"): b"\xdd\xff\xff\xff\xff",
    ("msgpack", "a dict of 2^32 items"): b"\xdf\xff\xff\xff\xff",
    ("msgpack", "deep nesting"): b"\x91" * 30000 + b"\x90",
    ("msgpack", "an unknown extension"): b"\xd4\x7fx",
}

for _serializer, _what in ARGUMENTS:
    for _server_type in SERVER_TYPES:
        @tap.case(_serializer, _what, _server_type)
        def test_argument(serializer, what, server_type):
            number, dumps = SERIALIZERS[serializer]
            call = dumps(("test.echoserver", "echo", (MARK,), {}))
            bad_call = call.replace(MARKS[serializer], ARGUMENTS[serializer, what])
            assert bad_call != call
            with servers.ours(PYRO_SERVERTYPE=server_type) as server, Peer(server) as peer:
                peer.shake_hands()
                peer.send(frame(INVOKE, bad_call, serializer=number, seq=7))
                kind, flags, payload = peer.message()
                assert kind == RESULT and flags & EXCEPTION, (kind, flags)
                assert b"SerializeError" in payload or b"MessageTooLarge" in payload, payload
                assert len(payload) < 4096
                peer.send(frame(INVOKE, call, serializer=number, seq=8))
                kind, flags, payload = peer.message()
                assert kind == RESULT and not flags and MARK.encode() in payload, payload
                check_good_client(server)


@tap.case()
def test_compressed_bomb_after_the_handshake():
    with servers.ours(PYRO_MAX_MESSAGE_SIZE="1000000") as server, Peer(server) as peer:
        peer.shake_hands()
        peer.send(frame(INVOKE, BOMB, flags=COMPRESSED))
        assert peer.message() is None
        check_good_client(server)


@tap.case()
def test_message_above_the_limit():
    with servers.ours(PYRO_MAX_MESSAGE_SIZE="100000") as server, Peer(server) as peer:
        peer.shake_hands()
        peer.send(frame(INVOKE, b"", size=100001))
        assert peer.message() is None
        check_good_client(server)


def stall_silently(server, peer):
    pass


def stall_in_the_header(server, peer):
    peer.send(frame(CONNECT, HELLO)[:20])


def stall_in_the_payload(server, peer):
    peer.shake_hands()
    peer.send(frame(INVOKE, b"x" * 1000, size=1000000))


BIG_CALL = frame(INVOKE, b"('test.echoserver','echo',('" + b"y" * 60000 + b"',),{})")
TURNS = 5


def send_what_fits(peer, data, done):
    """Sends data again and again, from byte done on, until there is no room; returns where it is"""
    try:
        while True:
            done = (done + peer.socket.send(data[done:])) % len(data)
    except BlockingIOError:
        return done


def stall_without_reading(server, peer):
    """The server takes no more when a good client had several turns and there is still no room"""
    peer.shake_hands()
    peer.socket.setblocking(False)
    done, turns = send_what_fits(peer, BIG_CALL, 0), 0
    while turns < TURNS:
        check_good_client(server)
        before, done = done, send_what_fits(peer, BIG_CALL, done)
        turns = turns + 1 if done == before else 0


STALLS = {
    "silent": stall_silently,
    "half a header": stall_in_the_header,
    "half a payload": stall_in_the_payload,
    "not reading": stall_without_reading,
}

for _server_type in SERVER_TYPES:
    for _stall in STALLS:
        @tap.case(_stall, _server_type)
        def test_stalled_peers(stall, server_type):
            count = 3 if stall == "not reading" else 50
            with servers.ours(PYRO_SERVERTYPE=server_type) as server:
                peers = [Peer(server) for _ in range(count)]
                for peer in peers:
                    STALLS[stall](server, peer)
                for _ in range(5):
                    check_good_client(server)
                for peer in peers:
                    peer.socket.close()
                check_good_client(server)


for _server_type in SERVER_TYPES:
    @tap.case(_server_type)
    def test_not_reading_has_a_deadline(server_type):
        with servers.ours(PYRO_SERVERTYPE=server_type, PYROG_WRITE_TIMEOUT="1") as server, \
                Peer(server) as peer:
            peer.shake_hands()
            try:
                while True:  # ends when the server closes the connection
                    peer.send(BIG_CALL)
            except (ConnectionResetError, BrokenPipeError):
                pass
            check_good_client(server)


@tap.case()
def test_accepting_goes_on_after_want_of_descriptors():
    """So few that there is room for one connection: it is refused until the others are gone"""
    with servers.ours(max_files=40) as server:
        peers = [Peer(server) for _ in range(60)]
        for peer in peers:
            peer.socket.close()
        deadline = time.monotonic() + 20
        while True:
            try:
                check_good_client(server)
                break
            except Pyro5.errors.CommunicationError:
                assert time.monotonic() < deadline


@tap.case()
def test_ping():
    with servers.ours() as server, Peer(server) as peer:
        peer.shake_hands()
        peer.send(frame(PING, b"ignored", serializer=42, seq=9))
        assert peer.message() == (PING, 0, b"pong")


@tap.case()
def test_handshake_has_a_deadline():
    with servers.ours(PYROG_HANDSHAKE_TIMEOUT="1") as server, Peer(server) as peer:
        peer.send(frame(CONNECT, HELLO)[:20])
        assert peer.message() is None
        check_good_client(server)


@tap.case()
def test_message_has_a_deadline():
    with servers.ours(PYROG_MESSAGE_TIMEOUT="1") as server, Peer(server) as peer:
        peer.shake_hands()
        peer.send(frame(INVOKE, b"x" * 10, size=1000))
        assert peer.message() is None
        check_good_client(server)


@tap.case()
def test_strangers_make_room():
    with servers.ours(PYROG_MAX_UNAUTHENTICATED="5") as server:
        peers = [Peer(server) for _ in range(6)]
        assert peers[0].message() is None  # the oldest went
        peers[5].shake_hands()
        check_good_client(server)
        for peer in peers:
            peer.socket.close()


tap.run()
