#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each limit is crossed by one: what is just within it passes, one more is refused."""

import contextlib
import json
import marshal
import os
import re
import socket
import struct
import subprocess
import sys
import threading
import time
import types
import zlib

if "PYRO5_PATH" not in os.environ:
    print("1..0 # SKIP PYRO5_PATH does not name a Pyro5")
    sys.exit(0)
sys.path.insert(0, os.environ["PYRO5_PATH"])

import msgpack  # noqa: E402
import serpent  # noqa: E402

import servers  # noqa: E402
import tap  # noqa: E402
from raw import (COMPRESSED, CONNECT, CONNECTFAIL, CONNECTOK, EXCEPTION, INVOKE,  # noqa: E402
                 JSON, MARSHAL, MSGPACK, PING, RESULT, SERPENT, HEADER, HEADER_SIZE, Peer, frame)

ONEWAY = 4
OBJECT = "test.echoserver"
SERIALIZERS = {
    "serpent": (SERPENT, serpent.dumps),
    "marshal": (MARSHAL, marshal.dumps),
    "json": (JSON, lambda call: json.dumps(
        dict(zip(("object", "method", "params", "kwargs"), call))).encode()),
    "msgpack": (MSGPACK, msgpack.packb),
}


def call(argument, serializer="serpent", **options):
    number, dumps = SERIALIZERS[serializer]
    return frame(INVOKE, dumps((OBJECT, "echo", (argument,), {})), serializer=number, **options)


def answered(server, message):
    """Whether a new client gets a result; otherwise the exception, or b"" if the connection ends"""
    with Peer(server) as peer:
        peer.shake_hands()
        try:
            peer.send(message)
        except (BrokenPipeError, ConnectionResetError):  # refused before all of it was sent
            return b""
        answer = peer.message()
        if answer is None:
            return b""
        assert answer[0] == RESULT, answer
        return answer[2] if answer[1] & EXCEPTION else True


def check_refusal(text, words):
    assert isinstance(text, bytes) and words in text, (text, words)


def admitted(server, hello):
    """Whether the server takes this handshake"""
    with Peer(server) as peer:
        peer.send(hello)
        answer = peer.message()
        assert answer is not None
        assert answer[0] in (CONNECTOK, CONNECTFAIL), answer
        return answer[0] == CONNECTOK


def annotations(count, size=1):
    return (b"TEST" + struct.pack("!I", size) + b"x" * size) * count


# ---- Items ----

def shown_items():
    text = subprocess.run([os.environ["CHECK_CONFIG"]], capture_output=True, text=True, check=True)
    return set(re.findall(r"^\W*(?:PYROG?_)?([A-Z][A-Z_]+)\b", text.stdout, re.MULTILINE))


@tap.case()
def test_items():
    """What limits has an item that is shown, and a row in the page about limits; and the reverse"""
    folder = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(folder, "../../pyrog/docs/limits.md"), encoding="utf-8") as page:
        rows = set(re.findall(r"`PYROG?_([A-Z_]+)`", page.read()))
    shown = shown_items()
    assert rows <= shown, rows - shown
    limits = {item for item in shown if item.startswith("MAX_") or item.endswith("TIMEOUT")}
    limits -= {"MAX_RETRIES", "POLLTIMEOUT"}  # no peer can cross these
    assert limits <= rows, limits - rows


# ---- Sizes ----

CALL = b"('test.echoserver','echo',('%s',),{})"
SIZE = 10000


def filled(size):
    """A call of so many bytes"""
    return CALL % (b"x" * (size - len(CALL) + 2))


@tap.case()
def test_message_size():
    """Payload and annotations together"""
    with servers.ours(PYRO_MAX_MESSAGE_SIZE=str(SIZE)) as server:
        assert answered(server, frame(INVOKE, filled(SIZE))) is True
        check_refusal(answered(server, frame(INVOKE, filled(SIZE + 1))), b"")
        notes = annotations(1, 92)
        assert answered(server, frame(INVOKE, filled(SIZE - 100), annotations=notes)) is True
        check_refusal(answered(server, frame(INVOKE, filled(SIZE - 99), annotations=notes)), b"")


@tap.case()
def test_inflated_size():
    with servers.ours(PYRO_MAX_MESSAGE_SIZE=str(SIZE)) as server:
        for size in (SIZE, SIZE + 1):
            message = frame(INVOKE, zlib.compress(filled(size)), flags=COMPRESSED)
            assert (answered(server, message) is True) == (size == SIZE)


HELLO = b"{'handshake':'%s','object':'test.echoserver'}"


def hello_of(size):
    return HELLO % (b"x" * (size - len(HELLO) + 2))


@tap.case()
def test_handshake_size():
    for limit, items in ((65536, {}), (1024, {"PYROG_MAX_HANDSHAKE_SIZE": "1024"}),
                         (100000, {"PYROG_MAX_HANDSHAKE_SIZE": "100000"}),
                         (SIZE, {"PYRO_MAX_MESSAGE_SIZE": str(SIZE)})):
        with servers.ours(**items) as server:
            assert admitted(server, frame(CONNECT, hello_of(limit)))
            assert not admitted(server, frame(CONNECT, hello_of(limit + 1)))
            notes = annotations(1, 92)
            assert admitted(server, frame(CONNECT, hello_of(limit - 100), annotations=notes))
            assert not admitted(server, frame(CONNECT, hello_of(limit - 99), annotations=notes))
            for size in (limit, limit + 1):
                message = frame(CONNECT, zlib.compress(hello_of(size)), flags=COMPRESSED)
                assert admitted(server, message) == (size == limit)


# ---- Contents ----

@tap.case()
def test_handshake_values():
    """The dict, its two keys and the two values; the rest are the list's"""
    for limit, items in ((4096, {}), (16, {"PYROG_MAX_HANDSHAKE_VALUES": "16"}),
                         (5000, {"PYROG_MAX_HANDSHAKE_VALUES": "5000"})):
        with servers.ours(**items) as server:
            for more in (0, 1):
                data = b"[%s]" % b",".join([b"1"] * (limit - 5 + more))
                hello = b"{'handshake':%s,'object':'test.echoserver'}" % data
                assert admitted(server, frame(CONNECT, hello)) == (more == 0)


for _serializer in SERIALIZERS:
    @tap.case(_serializer)
    def test_values(serializer):
        """The call, its four parts and the list in its arguments; json has a name for each part"""
        others = 10 if serializer == "json" else 6
        with servers.ours(PYROG_MAX_VALUES="100") as server:
            assert answered(server, call([1] * (100 - others), serializer)) is True
            check_refusal(answered(server, call([1] * (101 - others), serializer)), b"limit of 100")

    @tap.case(_serializer)
    def test_depth(serializer):
        def nested(depth):
            return [nested(depth - 1)] if depth > 0 else 1

        with servers.ours(PYROG_MAX_DEPTH="7") as server:
            assert answered(server, call(nested(7), serializer)) is True
            check_refusal(answered(server, call(nested(8), serializer)), b"nests more")


@tap.case("serpent")
@tap.case("json")
def test_digits(serializer):
    sys.set_int_max_str_digits(0)
    with servers.ours() as server:
        for number in (10 ** 4300 - 1, -10 ** 4300 + 1):
            assert answered(server, call(number, serializer)) is True
        check_refusal(answered(server, call(10 ** 4300, serializer)), b"4300")


@tap.case()
def test_digits_of_marshal():
    with servers.ours() as server:
        assert answered(server, call(2 ** 14000, "marshal")) is True
        # 1000 digits of 15 bits are more than 4300 decimal ones
        check_refusal(answered(server, call(2 ** 15000, "marshal")), b"1000")


# ---- Annotations ----

@tap.case()
def test_annotations():
    for limit in (2, 64, 100):
        with servers.ours(PYROG_MAX_ANNOTATIONS=str(limit)) as server:
            assert answered(server, call(1, annotations=annotations(limit))) is True
            assert answered(server, call(1, annotations=annotations(limit + 1))) == b""


@tap.case()
def test_annotations_of_handshakes():
    """There the item has no say"""
    for limit in (2, 100):
        with servers.ours(PYROG_MAX_ANNOTATIONS=str(limit)) as server:
            hello = HELLO % b"hello"
            assert admitted(server, frame(CONNECT, hello, annotations=annotations(64)))
            assert not admitted(server, frame(CONNECT, hello, annotations=annotations(65)))


@tap.case()
def test_bytes_of_annotations():
    with servers.ours() as server:
        assert answered(server, call(1, annotations=annotations(1, 2 ** 20 - 8))) is True
        assert answered(server, call(1, annotations=annotations(1, 2 ** 20 - 7))) == b""
        assert answered(server, call(1)) is True


# ---- Replies ----

METADATA = b"{'handshake':'hello','meta':{'methods':['echo'],'attrs':[],'oneway':[]}}"


def serve(listener, payload, options):
    """One client that says hello and calls once"""
    connection, _ = listener.accept()
    with connection, connection.makefile("rwb") as stream:
        for kind, answer, more in ((CONNECTOK, METADATA, {}), (RESULT, payload, options)):
            fields = struct.unpack(HEADER, stream.read(HEADER_SIZE))
            stream.read(fields[6] + fields[7])
            stream.write(frame(kind, answer, seq=fields[5], **more))
            stream.flush()
        stream.read()  # until the client goes


def reply(payload, environment, **options):
    """How our client likes this reply: (status, what it says)"""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener, payload, options))
        thread.start()
        uri = "PYRO:%s@127.0.0.1:%d" % (OBJECT, listener.getsockname()[1])
        result = subprocess.run([os.environ["PROGRAM"], "call", uri, "echo", "1"],
                                capture_output=True, text=True, timeout=60, check=False,
                                env=dict(os.environ, **environment))
        thread.join()
        return result.returncode, result.stdout + result.stderr


def check_reply(within, beyond, words, **environment):
    """A reply is (payload, annotations)"""
    status, text = reply(within[0], environment, annotations=within[1])
    assert status == 0, text
    status, text = reply(beyond[0], environment, annotations=beyond[1])
    assert status == 1 and words in text, text


@tap.case()
def test_replies():
    for limit in (2, 100):
        check_reply((b"1", annotations(limit)), (b"1", annotations(limit + 1)), "MAX_ANNOTATIONS",
                    PYROG_MAX_ANNOTATIONS=str(limit))
    check_reply((b"'%s'" % (b"x" * 2046), b""), (b"'%s'" % (b"x" * 2047), b""), "MAX_MESSAGE_SIZE",
                PYRO_MAX_MESSAGE_SIZE="2048")
    check_reply((b"[1,2,3]", b""), (b"[1,2,3,4]", b""), "limit of 4", PYROG_MAX_VALUES="4")
    check_reply((b"[[[1]]]", b""), (b"[[[[1]]]]", b""), "limit of 3", PYROG_MAX_DEPTH="3")


# ---- Times ----

def wait_for_the_end(server, start):
    """How long a server bears with a peer that goes on with nothing"""
    with Peer(server) as peer:
        begin = time.monotonic()
        start(peer)
        assert peer.message() is None
        return time.monotonic() - begin


def begin_a_call(peer):
    peer.shake_hands()
    peer.send(frame(INVOKE, b"x", size=1000))


TIMES = {
    "PYROG_HANDSHAKE_TIMEOUT": lambda peer: None,
    "PYROG_MESSAGE_TIMEOUT": begin_a_call,
    "PYROG_IDLE_TIMEOUT": Peer.shake_hands,
    "PYRO_COMMTIMEOUT": Peer.shake_hands,
}

for _item in TIMES:
    @tap.case(_item, "multiplex")
    @tap.case(_item, "thread")
    def test_time(item, server_type):
        """Not before its time, and not long after it"""
        with servers.ours(PYRO_SERVERTYPE=server_type, **{item: "0.4"}) as server:
            seconds = wait_for_the_end(server, TIMES[item])
            assert 0.3 < seconds < 8, seconds


@contextlib.contextmanager
def trickling(server, begin, data):
    """A byte now and then: the time of the message runs all the same"""
    with Peer(server) as peer:
        begin(peer)
        start = time.monotonic()
        for byte in data:
            peer.send(bytes([byte]))
            peer.socket.settimeout(0.1)
            try:
                if peer.socket.recv(1) == b"":
                    break
            except TimeoutError:
                pass
            except ConnectionResetError:
                break
        yield time.monotonic() - start


@tap.case("multiplex")
@tap.case("thread")
def test_trickle(server_type):
    """Progress does not buy time"""
    with servers.ours(PYRO_SERVERTYPE=server_type, PYROG_HANDSHAKE_TIMEOUT="0.5",
                      PYROG_MESSAGE_TIMEOUT="0.5") as server:
        for begin, data in ((lambda peer: None, frame(CONNECT, hello_of(1000))),
                            (Peer.shake_hands, frame(INVOKE, filled(1000)))):
            with trickling(server, begin, data) as seconds:
                assert seconds < 8, seconds


# ---- Queues ----

def note(name, *arguments):
    return frame(INVOKE, serpent.dumps(("target", name, arguments, {})), flags=ONEWAY)


def notes_when_pinged(waiting):
    """A slow oneway call, others behind it, a ping: how many of the others were done when the ping
    was answered"""
    with servers.target("thread", PYROG_MAX_ONEWAY_QUEUE="3") as (uri, _):
        server = types.SimpleNamespace(uri=uri)
        with Peer(server) as peer, Peer(server) as other:
            for one in (peer, other):
                one.shake_hands(b"{'handshake':'hello','object':'target'}")
            peer.send(note("slow", 2) + note("note", 1) * waiting + frame(PING))
            assert peer.message() == (PING, 0, b"pong")
            other.send(frame(INVOKE, b"('target','noted',(),{})"))
            return int(other.message()[2].split(b"\n")[1])


@tap.case()
def test_oneway_queue():
    """When as many wait as may, the connection is not read until there is room"""
    assert notes_when_pinged(2) == 0
    assert notes_when_pinged(3) > 0


tap.run()
