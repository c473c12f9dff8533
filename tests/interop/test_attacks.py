#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Attacks on a daemon of its own process: a good client is served all the time, the daemon's memory
stays within bounds, and the attackers' connections end, or wait, as the page about limits says.

An attack is a generator: whenever it yields, the good client calls, on an old and a new connection."""

import contextlib
import itertools
import os
import re
import resource
import select
import socket
import ssl
import struct
import subprocess
import sys
import time
import types
import zlib

if "PYRO5_PATH" not in os.environ:
    print("1..0 # SKIP PYRO5_PATH does not name a Pyro5")
    sys.exit(0)
sys.path.insert(0, os.environ["PYRO5_PATH"])

import msgpack  # noqa: E402
import Pyro5.api  # noqa: E402
import Pyro5.errors  # noqa: E402

import certificates  # noqa: E402
import servers  # noqa: E402
import tap  # noqa: E402
from raw import (COMPRESSED, CONNECT, CONNECTFAIL, EXCEPTION, HELLO, INVOKE,  # noqa: E402
                 JSON, MARSHAL, MSGPACK, PING, RESULT, SERPENT, Peer, frame)

BATCH, ONEWAY, STREAM = 8, 4, 16
KIB, MIB = 1024, 1024 * 1024
TIME = 60  # seconds that a condition may take
# The sanitizer would keep what was freed, and that would look like a leak
SANITIZER = {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"}


def both_types(function):
    for server_type in ("multiplex", "thread"):
        tap.case(server_type)(function)
    return function


# ---- The daemon and its good client ----

def memory(process, what):
    with open("/proc/%d/status" % process.pid, encoding="ascii") as file:
        return int(re.search(r"^%s:\s+(\d+) kB" % what, file.read(), re.MULTILINE).group(1)) * KIB


def forget_peak(process):
    with open("/proc/%d/clear_refs" % process.pid, "w", encoding="ascii") as file:
        file.write("5")


def descriptors(process):
    return len(os.listdir("/proc/%d/fd" % process.pid))


def wait_until(condition):
    deadline = time.monotonic() + TIME
    while not condition():
        assert time.monotonic() < deadline, "it takes too long"


def call_echo(proxy):
    assert proxy.echo("good") == "good"


def connect(server):
    proxy = Pyro5.api.Proxy(server.uri)
    proxy._pyroTimeout = 20
    return proxy


def check_new_client(server):
    with connect(server) as proxy:
        call_echo(proxy)


def suffer(server, attack, room=64 * MIB):
    """Carries the attack out; the daemon's memory may grow by that much"""
    with connect(server) as proxy:
        call_echo(proxy)
        check_new_client(server)
        forget_peak(server.process)
        before = memory(server.process, "VmRSS")
        for _ in attack:
            call_echo(proxy)
            check_new_client(server)
        call_echo(proxy)
        check_new_client(server)
    assert server.process.poll() is None, "the daemon is gone"
    grown = memory(server.process, "VmHWM") - before
    assert grown < room, "the daemon took %.1f MiB" % (grown / MIB)


def ours(server_type, **environment):
    return servers.ours(PYRO_SERVERTYPE=server_type, **SANITIZER, **environment)


@contextlib.contextmanager
def peers_of(server, count):
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(Peer(server)) for _ in range(count)]


def has_ended(peer):
    """Waits for the end of the connection; what comes before it does not count"""
    try:
        while peer.socket.recv(MIB):
            pass
    except ConnectionError:
        pass
    return True


def send_what_fits(peer, data, done):
    """Sends data again and again, from byte done on, until there is no room, or it is enough;
    returns where it is"""
    peer.socket.setblocking(False)
    sent = 0
    try:
        while sent < MIB // 4:
            size = peer.socket.send(data[done:])
            done, sent = (done + size) % len(data), sent + size
    except BlockingIOError:
        pass
    finally:
        peer.socket.settimeout(20)
    return done


def ended_by(peer, data):
    """Sends data; the peer may have ended before all of it is there"""
    try:
        peer.send(data)
    except ConnectionError:
        pass
    return has_ended(peer)


# ---- Peers that stall ----

STALLS = {"silent": b"", "half a header": frame(CONNECT, HELLO)[:20],
          "half a handshake": frame(CONNECT, HELLO)[:-1]}


def stall(server, data):
    with peers_of(server, 300) as peers:
        for peer in peers:
            peer.send(data)
        yield
        for peer in peers[:300 - 128]:
            assert has_ended(peer)  # they made room
        yield
        for peer in peers:
            assert has_ended(peer)  # their time is over


for _kind in STALLS:
    for _server_type in ("multiplex", "thread"):
        @tap.case(_kind, _server_type)
        def test_stalled(certs, kind, server_type):
            with ours(server_type, PYROG_HANDSHAKE_TIMEOUT="4") as server:
                suffer(server, stall(server, STALLS[kind]))


def claim(server, size):
    """A message of that size is announced, and hardly any of it comes"""
    with peers_of(server, 100) as peers:
        for peer in peers:
            peer.shake_hands()
            peer.send(frame(INVOKE, b"(", size=size))
        yield
        for peer in peers:
            assert has_ended(peer)
        yield


@both_types
def test_large_claims(certs, server_type):
    with ours(server_type, PYROG_MESSAGE_TIMEOUT="2") as server:
        # Its time depends on its size: these end because they are too large
        suffer(server, claim(server, 256 * MIB + 1))
        suffer(server, claim(server, 64 * KIB))
    with ours(server_type) as server:
        with peers_of(server, 100) as peers:
            def attack():
                for peer in peers:
                    peer.shake_hands()
                    peer.send(frame(INVOKE, b"(", size=256 * MIB))
                    yield
            suffer(server, attack())


def send_some(peer, data, done):
    """Sends what there is room for of data, from byte done on; returns where it is"""
    peer.socket.setblocking(False)
    try:
        while done < len(data):
            done += peer.socket.send(data[done:done + MIB])
    except BlockingIOError:
        pass
    finally:
        peer.socket.settimeout(20)
    return done


def fill(server, size):
    """Many messages at a time that have no room together: all of them are read in the end"""
    data = frame(PING, bytes(size))
    with peers_of(server, 10) as peers:
        for peer in peers:
            peer.shake_hands()
        # None can be complete before another one goes on
        done = [peer.socket.send(data[:KIB]) for peer in peers]
        quiet = 0
        while quiet < 5:
            before = list(done)
            for i, peer in enumerate(peers):
                done[i] = send_some(peer, data[:-1], done[i])
            quiet = quiet + 1 if done == before else 0
            yield
        assert sum(done) < 8 * size, "they were not held back"
        waiting = dict(enumerate(peers))
        while waiting:
            for i, peer in waiting.items():
                done[i] = send_some(peer, data, done[i])
            answered = select.select([peer.socket for peer in waiting.values()], [], [], 0.1)[0]
            for i, peer in list(waiting.items()):
                if peer.socket in answered:
                    assert peer.message()[0] == PING
                    del waiting[i]
            yield


@both_types
def test_filled_memory(certs, server_type):
    with ours(server_type, PYROG_MAX_MEMORY=str(16 * MIB)) as server:
        suffer(server, fill(server, 24 * MIB), room=128 * MIB)


@both_types
def test_half_frames(certs, server_type):
    """Cut off at each byte"""
    hello, call = frame(CONNECT, HELLO), frame(INVOKE, b"('test.echoserver','echo',(1,),{})")

    def attack(server):
        for cut in range(len(hello)):
            with Peer(server) as peer:
                peer.send(hello[:cut])
        yield
        for cut in range(len(call)):
            with Peer(server) as peer:
                peer.shake_hands()
                peer.send(call[:cut])
        yield

    with ours(server_type) as server:
        before = descriptors(server.process)
        suffer(server, attack(server))
        wait_until(lambda: descriptors(server.process) <= before)


# ---- Floods ----

def knock(server, answers):
    """Connections that end right after their handshake was sent, or answered"""
    for _ in range(20):
        for _ in range(50):
            with Peer(server) as peer:
                peer.send(frame(CONNECT, HELLO))
                if answers:
                    assert peer.message() is not None
        yield


@both_types
def test_handshakes(certs, server_type):
    with ours(server_type) as server:
        before = descriptors(server.process)
        suffer(server, knock(server, False))
        suffer(server, knock(server, True))
        wait_until(lambda: descriptors(server.process) <= before)


def send_turns(server, peers, data, stops):
    """20 turns, or until no peer can send any more in 5 of them"""
    done = [0] * len(peers)
    quiet = turns = 0
    while quiet < 5 if stops else turns < 20:
        before = list(done)
        for i, peer in enumerate(peers):
            with contextlib.suppress(ConnectionError):
                done[i] = send_what_fits(peer, data, done[i])
        turns, quiet = turns + 1, quiet + 1 if done == before else 0
        assert turns < 1000
        yield


def flood(server, message, stops):
    """Several peers send as much as they can, and read nothing"""
    before = descriptors(server.process)
    with peers_of(server, 3) as peers:
        for peer in peers:
            peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * KIB)
            peer.shake_hands()
        yield from send_turns(server, peers, message * 101, stops)
        if stops:
            wait_until(lambda: descriptors(server.process) <= before)
    yield


FLOODS = {
    "oneway calls": (frame(INVOKE, b"('test.echoserver','echo',(1,),{})", flags=ONEWAY), False),
    "oneway calls with much in them":
        (frame(INVOKE, b"('test.echoserver','echo',('%s',),{})" % (b"x" * 20000), flags=ONEWAY), False),
    # These are not read for long, because nobody reads their answers
    "pings": (frame(PING), True),
    "calls": (frame(INVOKE, b"('test.echoserver','echo',('%s',),{})" % (b"x" * 20000)), True),
    "calls that fail": (frame(INVOKE, b"('test.echoserver','nosuch',(),{})"), True),
}

for _kind in FLOODS:
    for _server_type in ("multiplex", "thread"):
        @tap.case(_kind, _server_type)
        def test_flood(certs, kind, server_type):
            message, stops = FLOODS[kind]
            with ours(server_type, PYROG_WRITE_TIMEOUT="2") as server:
                before = descriptors(server.process)
                suffer(server, flood(server, message, stops))
                wait_until(lambda: descriptors(server.process) <= before)


# ---- Bombs ----

def inflating(size):
    return zlib.compress(b"'%s'" % (b" " * size), 9)


def nested(begin, end, depth=50000):
    return begin * depth + end * depth


def doubling(levels):
    """In marshal: each tuple has the one before it twice, by reference"""
    data = b"[" + struct.pack("<i", levels + 1) + b"\xa9\x01N"
    for i in range(levels):
        data += b"\xa9\x02" + (b"r" + struct.pack("<i", i)) * 2
    return data


def colliding(pairs):
    """Strings that have the same g_str_hash()"""
    return ["".join(choice) for choice in itertools.product(("Ab", "BA"), repeat=pairs)]


# Serializer, flags, payload
BOMBS = {
    "inflates to 64 MiB": (SERPENT, COMPRESSED, inflating(64 * MIB)),
    "nests in serpent": (SERPENT, 0, nested(b"[", b"]")),
    "nests tuples in serpent": (SERPENT, 0, nested(b"(", b",)")),
    "nests dicts in serpent": (SERPENT, 0, nested(b"{1:", b"}")),
    "nests parentheses in serpent": (SERPENT, 0, nested(b"(", b")")),
    "nests in json": (JSON, 0, nested(b"[", b"]")),
    "nests objects in json": (JSON, 0, nested(b'{"a":', b"}")),
    "nests in marshal": (MARSHAL, 0, b")\x01" * 50000 + b"N"),
    "nests in msgpack": (MSGPACK, 0, b"\x91" * 50000 + b"\xc0"),
    "doubles in marshal": (MARSHAL, 0, doubling(60)),
    "refers to itself in marshal": (MARSHAL, 0, b"\xdb\x01\0\0\0r\0\0\0\0"),
    "claims 2^31 items in marshal": (MARSHAL, 0, b"[\xff\xff\xff\x7f"),
    "claims 2^32 items in msgpack": (MSGPACK, 0, b"\xdd\xff\xff\xff\xff"),
    "has many values": (SERPENT, 0, b"[" + b"1," * 30000 + b"]"),
    "has many empty values in marshal": (MARSHAL, 0, b"(\x50\xc3\0\0" + b"N" * 50000),
    "has ints of many digits": (SERPENT, 0, b"9" * 60000),
    "has colliding keys": (MSGPACK, 0, msgpack.packb({key: 1 for key in colliding(11)})),
}


def bomb(server, serializer, flags, payload):
    if flags & COMPRESSED:
        payload = payload[:60000]
    for _ in range(5):
        with peers_of(server, 10) as peers:
            for peer in peers:
                peer.send(frame(CONNECT, payload, serializer=serializer, flags=flags))
            for peer in peers:
                assert peer.message()[0] == CONNECTFAIL
                assert has_ended(peer)
        yield


def bomb_inside(server, serializer, flags, payload):
    with peers_of(server, 10) as peers:
        for peer in peers:
            peer.shake_hands()
        for _ in range(5):
            for peer in peers:
                peer.send(frame(INVOKE, payload, serializer=serializer, flags=flags))
            for peer in peers:
                answer = peer.message()
                if flags & COMPRESSED:
                    assert answer is None
                else:
                    assert answer[0] == RESULT and answer[1] & EXCEPTION, answer
            yield
            if flags & COMPRESSED:
                return


@both_types
def test_bombs(certs, server_type):
    """In handshakes, and after them"""
    with ours(server_type, PYRO_MAX_MESSAGE_SIZE=str(4 * MIB)) as server:
        for what in BOMBS.values():
            suffer(server, bomb(server, *what))
            # Ten at once, each with a message that may grow to 4 MiB, and is copied in doing so
            suffer(server, bomb_inside(server, *what), room=192 * MIB)


def annotations(count, size):
    return (b"TEST" + struct.pack("!I", size) + b"x" * size) * count


def annotate(server):
    for count, size in ((65, 0), (131072, 0), (64, 16 * KIB)):
        for _ in range(5):
            with peers_of(server, 10) as peers:
                for peer in peers:
                    peer.shake_hands()
                    assert ended_by(peer, frame(INVOKE, b"('test.echoserver','echo',(1,),{})",
                                                annotations=annotations(count, size)))
            yield


@both_types
def test_annotations(certs, server_type):
    with ours(server_type) as server:
        suffer(server, annotate(server))


# ---- Much that is allowed ----

CALLS = 100001


def send_batch(server):
    calls = b"('test.echoserver','<batch>',[%s],None)" % (b"('echo',(1,),{})," * CALLS)
    with Peer(server) as peer:
        peer.shake_hands()
        peer.send(frame(INVOKE, calls, flags=BATCH))
        yield
        kind, flags, payload = peer.message()
        assert kind == RESULT and not flags & EXCEPTION, (kind, flags, payload[:100])
        assert payload.count(b"1") >= CALLS
        yield


@both_types
def test_batches(certs, server_type):
    with ours(server_type) as server:
        # 2.8 MB of text with 600,000 values in it
        suffer(server, send_batch(server), room=256 * MIB)


class Target(types.SimpleNamespace):
    """A test target as a server"""


def open_streams(server):
    """No more than a connection may have; none outlives its connection for long"""
    hello = b"{'handshake':'hello','object':'target'}"
    for _ in range(10):
        with Peer(server) as peer:
            peer.shake_hands(hello)
            opened = 0
            for _ in range(300):
                peer.send(frame(INVOKE, b"('target','stream',(1000000000,),{})"))
                opened += peer.message()[1] & STREAM != 0
            assert opened == 256, opened
        yield


@both_types
def test_streams(certs, server_type):
    environment = dict(SANITIZER, PYRO_ITER_STREAM_LINGER="0")
    with servers.target(server_type, **environment) as (uri, process):
        server = Target(uri=uri, process=process)
        suffer(server, open_streams(server))


# ---- Want of descriptors ----

def starve(server):
    """The limit comes down to what the daemon has: it can accept nobody, and serves on"""
    process = server.process
    limits = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
    with connect(server) as proxy:
        call_echo(proxy)
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (descriptors(process), limits[1]))
        with peers_of(server, 100) as peers:
            before = cpu_time(process)
            deadline = time.monotonic() + 1
            calls = 0
            while time.monotonic() < deadline:
                call_echo(proxy)
                calls += 1
            assert calls > 20, calls
            for peer in peers[:50]:
                peer.send(frame(CONNECT, HELLO))
            resource.prlimit(process.pid, resource.RLIMIT_NOFILE, limits)
            # Each that is there is served, in its turn
            for peer in peers[:50]:
                assert peer.message() is not None
            assert cpu_time(process) - before < 10
    yield


def cpu_time(process):
    with open("/proc/%d/stat" % process.pid, encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@both_types
def test_no_descriptors(certs, server_type):
    with ours(server_type) as server:
        suffer(server, starve(server))


@both_types
def test_few_descriptors(certs, server_type):
    """At start already: some are served, others are not, and then those who come later"""
    with ours(server_type, max_files=100) as server:
        with connect(server) as proxy:
            call_echo(proxy)
            with peers_of(server, 100) as peers:
                refused = 0
                for peer in peers:
                    with contextlib.suppress(ConnectionError):
                        peer.send(frame(CONNECT, HELLO))
                    refused += peer.message() is None
                assert 60 < refused < 80, refused
                call_echo(proxy)

        def serves():
            try:
                check_new_client(server)
                return True
            except Pyro5.errors.CommunicationError:
                return False

        wait_until(serves)


# ---- TLS ----

def use_tls(certs):
    config = Pyro5.api.config
    config.SSL, config.SSL_CACERTS = True, certs.ca.cert


def without_tls():
    Pyro5.api.config.SSL, Pyro5.api.config.SSL_CACERTS = False, ""


@contextlib.contextmanager
def tls(certs, server_type, **environment):
    settings = {"PYRO_SSL": "1", "PYRO_SSL_SERVERCERT": certs.server.cert,
                "PYRO_SSL_SERVERKEY": certs.server.key}
    use_tls(certs)
    try:
        with ours(server_type, **settings, **environment) as server:
            yield server
    finally:
        without_tls()


CLIENT_HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
ALERT = b"\x15\x03\x01\x00\x02\x01\x5a"  # a warning: the user has canceled
GARBAGE = {
    "no TLS": b"PYRO" + bytes(range(256)) * 4,
    "a record that is too long": b"\x16\x03\x03\xff\xff" + b"x" * 70000,
    "an unknown kind of record": b"\x42\x03\x03\x00\x10" + b"x" * 16,
    "application data": b"\x17\x03\x03\x00\x10" + b"x" * 16,
    "a handshake message of 16 MiB": b"\x16\x03\x03\x00\x04\x01\xff\xff\xff"
                                     + (b"\x16\x03\x03\x40\x00" + b"x" * 16384) * 20,
    "empty records": b"\x16\x03\x03\x00\x00" * 10000,
    "alerts": ALERT * 10000,
    "a heartbeat": b"\x18\x03\x02\x00\x03\x01\x40\x00",
}


def send_garbage(server, data):
    for _ in range(3):
        with peers_of(server, 20) as peers:
            for peer in peers:
                assert ended_by(peer, data)
        yield


for _what in GARBAGE:
    for _server_type in ("multiplex", "thread"):
        @tap.case(_what, _server_type)
        def test_tls_garbage(certs, what, server_type):
            """Before the TLS handshake: such a connection ends, at the latest with its time"""
            with tls(certs, server_type, PYROG_HANDSHAKE_TIMEOUT="2") as server:
                suffer(server, send_garbage(server, GARBAGE[what]))


class TlsPeer:
    """A connection with TLS whose records can be tampered with"""

    def __init__(self, server, certs, **options):
        self.peer = Peer(server)
        self.inside, self.outside = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = ssl.create_default_context(cafile=certs.ca.cert)
        for option, value in options.items():
            setattr(context, option, value)
        self.tls = context.wrap_bio(self.inside, self.outside, server_hostname="localhost")
        self.do(self.tls.do_handshake)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.peer.socket.close()

    def flush(self):
        self.peer.send(self.outside.read())

    def do(self, function, *arguments):
        while True:
            try:
                result = function(*arguments)
                self.flush()
                return result
            except ssl.SSLWantReadError:
                self.flush()
                data = self.peer.socket.recv(MIB)
                if not data:
                    return None
                self.inside.write(data)

    def shake_hands(self):
        self.do(self.tls.write, frame(CONNECT, HELLO))
        assert self.do(self.tls.read, MIB)


def tamper(server, certs):
    """Records that the peer's key did not make end the connection, and their bytes go nowhere"""
    record = b"\x17\x03\x03\x00\x40" + b"x" * 64
    for data in (record, ALERT * 1000, b"\x16\x03\x03\x00\x04\0\0\0\0", b"PYRO", bytes(1000)):
        for _ in range(3):
            with TlsPeer(server, certs) as attacker:
                attacker.shake_hands()
                with contextlib.suppress(ConnectionError):
                    attacker.peer.send(data)
                    attacker.peer.socket.shutdown(1)
                assert has_ended(attacker.peer)
        yield


@both_types
def test_tls_tampering(certs, server_type):
    with tls(certs, server_type) as server:
        suffer(server, tamper(server, certs))


def stall_in_tls(server):
    """By the byte: that a handshake goes on does not buy it time"""
    with peers_of(server, 300) as peers:
        left = peers
        for byte in CLIENT_HELLO:
            for peer in left:
                with contextlib.suppress(ConnectionError):
                    peer.send(bytes([byte]))
            yield
        for peer in peers:
            assert has_ended(peer)
    yield


@both_types
def test_tls_stalled(certs, server_type):
    with tls(certs, server_type, PYROG_HANDSHAKE_TIMEOUT="5",
             PYROG_MAX_UNAUTHENTICATED="1000") as server:
        suffer(server, stall_in_tls(server), room=128 * MIB)


def knock_with_tls(server, certs):
    """TLS handshakes and nothing after them"""
    for _ in range(5):
        for _ in range(20):
            with TlsPeer(server, certs):
                pass
        yield


@both_types
def test_tls_handshakes(certs, server_type):
    with tls(certs, server_type) as server:
        before = descriptors(server.process)
        suffer(server, knock_with_tls(server, certs))
        wait_until(lambda: descriptors(server.process) <= before)


def renegotiate(server, certs):
    """OpenSSL's client asks for a new handshake with the line R"""
    address = server.uri.split("@")[1]
    for _ in range(3):
        with subprocess.Popen(
                ["openssl", "s_client", "-connect", address, "-tls1_2", "-CAfile", certs.ca.cert],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as client:
            text = b""
            while b"Verify return code" not in text:
                line = client.stdout.readline()
                assert line, text
                text += line
            client.stdin.write(b"R\n" * 5)
            client.stdin.flush()
            rest = client.stdout.read()  # until it has given up
            assert b"RENEGOTIATING" in rest, rest
            assert b"verify return" not in rest, rest  # as in a handshake
        yield


@both_types
def test_tls_renegotiation(certs, server_type):
    with tls(certs, server_type, PYROG_HANDSHAKE_TIMEOUT="3") as server:
        suffer(server, renegotiate(server, certs))


with certificates.made() as made:
    tap.run(made)
