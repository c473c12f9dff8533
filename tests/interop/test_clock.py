#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The wall clock is set, by more than a year, forward and back: connections live, calls are
answered, and what has a deadline ends in its time. Only certificates go by that clock."""

import os
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time
import types

if "PYRO5_PATH" not in os.environ:
    print("1..0 # SKIP PYRO5_PATH does not name a Pyro5")
    sys.exit(0)
sys.path.insert(0, os.environ["PYRO5_PATH"])

import Pyro5.api  # noqa: E402

import certificates  # noqa: E402
import servers  # noqa: E402
import tap  # noqa: E402
from raw import (CONNECT, CONNECTOK, HEADER, HEADER_SIZE, HELLO, INVOKE, RESULT,  # noqa: E402
                 Peer, frame)

STEPS = {"forward": 366 * 86400, "back": -366 * 86400}  # beyond what certificates are good for


class Clock:
    """The wall clock of programs that are started with its environment"""

    def __enter__(self):
        self.file = tempfile.NamedTemporaryFile(buffering=0)
        self.step(0)
        # The clock may come before the sanitizer: it calls the kernel only
        options = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        self.environment = {"LD_PRELOAD": os.environ["WALL_CLOCK"], "CLOCK_FILE": self.file.name,
                            "ASAN_OPTIONS": options}
        return self

    def __exit__(self, *exception):
        self.file.close()

    def step(self, seconds):
        """So far off from now on"""
        os.pwrite(self.file.fileno(), struct.pack("q", seconds), 0)


def each_way(*more):
    """For both directions and both types of servers, and some other things"""
    def add(function):
        for direction in STEPS:
            for server_type in "multiplex", "thread":
                tap.case(direction, server_type, *more)(function)
        return function
    return add


# ---- Daemons ----

def proxy_for(uri):
    proxy = Pyro5.api.Proxy(uri)
    proxy._pyroTimeout = 20
    return proxy


@each_way()
def test_connections(_certs, direction, server_type):
    """A connection and an item stream with time left live on, and new ones come"""
    items = {"PYROG_IDLE_TIMEOUT": "60", "PYRO_ITER_STREAM_LIFETIME": "60"}
    with Clock() as clock, servers.target(server_type, **items, **clock.environment) as (uri, _), \
            proxy_for(uri) as proxy:
        stream = proxy.stream(3)
        assert next(stream) == 0
        connection = proxy._pyroConnection
        for seconds in STEPS[direction], 0:
            clock.step(seconds)
            assert proxy.echo(1) == 1 and next(stream) > 0
            assert proxy._pyroConnection is connection
            with proxy_for(uri) as other:
                assert other.echo(1) == 1


def time_of(clock, direction, server, start):
    """What a peer hears after a step of the clock, and after what time"""
    begin = time.monotonic()
    with Peer(server) as peer, Peer(server) as other:
        start(peer)
        other.send(frame(CONNECT, HELLO))
        assert other.message() is not None  # so the server knows of the first by now
        clock.step(STEPS[direction])
        return peer.message(), time.monotonic() - begin


def begin_slow_call(peer):
    peer.shake_hands(b"{'handshake':'hello','object':'target'}")
    peer.send(frame(INVOKE, b"('target','slow',(0.6,),{})"))


@each_way()
def test_call(_certs, direction, server_type):
    """A call in progress is answered in its time"""
    with Clock() as clock, servers.target(server_type, **clock.environment) as (uri, _):
        answer, seconds = time_of(clock, direction, types.SimpleNamespace(uri=uri), begin_slow_call)
        assert answer[0] == RESULT and 0.5 < seconds < 8, (answer, seconds)


def begin_a_message(peer):
    peer.shake_hands()
    peer.send(frame(INVOKE, b"x", size=1000))


TIMES = {
    "PYROG_HANDSHAKE_TIMEOUT": lambda peer: None,
    "PYROG_MESSAGE_TIMEOUT": begin_a_message,
    "PYROG_IDLE_TIMEOUT": Peer.shake_hands,
    "PYRO_COMMTIMEOUT": Peer.shake_hands,
}

for _item in TIMES:
    @each_way(_item)
    def test_deadline(_certs, direction, server_type, item):
        """It passes neither at once nor never"""
        with Clock() as clock, servers.ours(PYRO_SERVERTYPE=server_type, **{item: "0.6"},
                                            **clock.environment) as server:
            answer, seconds = time_of(clock, direction, server, TIMES[item])
            assert answer is None and 0.5 < seconds < 8, (answer, seconds)


def encrypted(certs, peer):
    context = ssl.create_default_context(cafile=certs.ca.cert)
    context.load_cert_chain(certs.client.cert, certs.client.key)
    peer.socket = context.wrap_socket(peer.socket, server_hostname="localhost")
    return peer


def is_let_in(certs, server):
    with Peer(server) as peer:
        try:
            encrypted(certs, peer).send(frame(CONNECT, HELLO))
            return peer.message() is not None
        except (ssl.SSLError, ConnectionError):
            return False


def assert_works(peer):
    peer.send(frame(INVOKE, b"('test.echoserver','echo',('hello',),{})"))
    assert peer.message() == (RESULT, 0, b"# serpent utf-8 python3.2\n'hello'")


@each_way()
def test_certificates(certs, direction, server_type):
    """A certificate that is not valid by the clock lets nobody in; who is in stays"""
    settings = {"PYRO_SSL": "1", "PYRO_SSL_SERVERCERT": certs.server.cert,
                "PYRO_SSL_SERVERKEY": certs.server.key, "PYRO_SSL_REQUIRECLIENTCERT": "1",
                "PYRO_SSL_CACERTS": certs.ca.cert, "PYRO_SERVERTYPE": server_type}
    with Clock() as clock, servers.ours(**settings, **clock.environment) as server, \
            Peer(server) as peer:
        encrypted(certs, peer).shake_hands()
        clock.step(STEPS[direction])
        assert_works(peer)
        assert not is_let_in(certs, server)
        clock.step(0)
        assert_works(peer)
        assert is_let_in(certs, server)


# ---- Clients ----

# What a daemon says to one who calls echo ("hello")
ANSWERS = [
    (CONNECTOK, b"{'handshake':'hello','meta':{'methods':['echo'],'attrs':[],'oneway':[]}}"),
    (RESULT, b"'hello'"),
]


def answer_some(connection, count, clock, direction):
    """Answers so many messages, and steps the clock before it answers, or doesn't"""
    with connection.makefile("rb") as stream:
        for number, (kind, payload) in enumerate(ANSWERS):
            fields = struct.unpack(HEADER, stream.read(HEADER_SIZE))
            stream.read(fields[6] + fields[7])
            clock.step(STEPS[direction] * (number + 1))
            if number == count:
                break
            connection.sendall(frame(kind, payload, seq=fields[5]))


def run_client(certs, direction, security, count):
    """What it says and how long it takes, of three seconds, when so many answers come"""
    environment = {"PYRO_SSL": "1", "PYRO_SSL_CACERTS": certs.ca.cert} if security == "TLS" else {}
    with Clock() as clock, socket.create_server(("127.0.0.1", 0)) as listener:
        uri = "PYRO:calc@127.0.0.1:%d" % listener.getsockname()[1]
        process = subprocess.Popen([os.environ["TEST_CLIENT"], uri], text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env=dict(os.environ, **environment, **clock.environment))
        connection, _ = listener.accept()
        begin = time.monotonic()
        connection.settimeout(20)
        if security == "TLS":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certs.server.cert, certs.server.key)
            connection = context.wrap_socket(connection, server_side=True)
        with connection:
            answer_some(connection, count, clock, direction)
            output, errors = process.communicate(timeout=60)
        return output, errors, time.monotonic() - begin


for _direction in STEPS:
    for _security in "plain", "TLS":
        @tap.case(_direction, _security)
        def test_client(certs, direction, security):
            """A call is answered, and given up in its time if it isn't, also when it connects"""
            output, errors, _ = run_client(certs, direction, security, 2)
            assert output == "RESULT hello\n", errors
            for count in 0, 1:
                output, errors, seconds = run_client(certs, direction, security, count)
                assert output == "" and "timed out" in errors, (output, errors)
                assert 2 < seconds < 12, seconds


with certificates.made() as _certs:
    tap.run(_certs)
