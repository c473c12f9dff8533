#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the page about Pyro5 promises and no other program here shows, defects of Pyro5 among it."""

import collections
import contextlib
import json
import marshal
import os
import socket
import ssl
import struct
import subprocess
import sys
import threading
import uuid

if "PYRO5_PATH" not in os.environ:
    print("1..0 # SKIP PYRO5_PATH does not name a Pyro5")
    sys.exit(0)
sys.path.insert(0, os.environ["PYRO5_PATH"])

import msgpack  # noqa: E402
import serpent  # noqa: E402
import Pyro5.api  # noqa: E402
import Pyro5.errors  # noqa: E402
import Pyro5.protocol  # noqa: E402

import certificates  # noqa: E402
import relay  # noqa: E402
import servers  # noqa: E402
import tap  # noqa: E402
from raw import (CONNECT, CONNECTFAIL, EXCEPTION, HELLO, INVOKE, JSON, MARSHAL,  # noqa: E402
                 MSGPACK, RESULT, SERPENT, Peer, frame)

SCENARIO = os.environ["COMPATIBILITY_SCENARIO"]
SERVER_TYPES = ["multiplex", "thread"]
WRITERS = {
    "serpent": (SERPENT, serpent.dumps),
    "marshal": (MARSHAL, marshal.dumps),
    "json": (JSON, lambda call: json.dumps(
        dict(zip(("object", "method", "params", "kwargs"), call))).encode()),
    "msgpack": (MSGPACK, msgpack.packb),
}


def both_types(function):
    for server_type in SERVER_TYPES:
        tap.case(server_type)(function)
    return function


def call_of(method, *arguments, flags=0, seq=1, serializer="serpent", kwargs=None):
    number, dumps = WRITERS[serializer]
    return frame(INVOKE, dumps(("test.echoserver", method, arguments, kwargs)), number, flags, seq)


def receive(peer):
    """The next message as a relay has it"""
    header = peer.receive(relay.HEADER.size)
    size, annotations_size = struct.unpack_from("!II", header, 12)
    return relay.split(header + peer.receive(size + annotations_size))[0]


@contextlib.contextmanager
def listening(server_type, *locations, **environment):
    """The uris of the scenario's server"""
    environment["PYRO_SERVERTYPE"] = server_type
    with subprocess.Popen([SCENARIO, "serve", *locations], stdout=subprocess.PIPE, text=True,
                          env=dict(os.environ, **environment)) as process:
        try:
            ready, *uris = process.stdout.readline().split()
            assert ready == "READY"
            yield uris
        finally:
            process.kill()


@contextlib.contextmanager
def scenario(server_type, **environment):
    with listening(server_type, **environment) as (uri,):
        yield uri


@contextlib.contextmanager
def pyro5(servant, name="object", port=0):
    with Pyro5.api.Daemon(port=port) as daemon:
        uri = daemon.register(servant, name)
        thread = threading.Thread(target=daemon.requestLoop)
        thread.start()
        try:
            yield str(uri)
        finally:
            daemon.shutdown()
            thread.join()


@contextlib.contextmanager
def reserved_port():
    """A port that nobody is given by chance, and that who asks for it gets"""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


# ---- The wire ----

@both_types
def test_sequence_numbers(server_type):
    """Requests that are sent ahead are answered in order, with their numbers, which begin again"""
    numbers = [65534, 65535, 0, 1]
    with servers.ours(PYRO_SERVERTYPE=server_type) as server, Peer(server) as peer:
        peer.shake_hands()
        peer.send(b"".join(call_of("echo", number, seq=number, kwargs={}) for number in numbers))
        for number in numbers:
            message = receive(peer)
            assert (message.type, message.flags, message.seq) == (RESULT, 0, number), message
            assert serpent.loads(message.payload) == number


for _type in SERVER_TYPES:
    for _serializer in WRITERS:
        @tap.case(_type, _serializer)
        def test_no_keywords(server_type, serializer):
            """DF6: None in the place of keywords, which Pyro5's client sends and, with marshal, its
            server does not understand"""
            batch = [("echo", (1,), {}), ("echo", (2,), None)]
            with servers.ours(PYRO_SERVERTYPE=server_type) as server, Peer(server) as peer:
                peer.shake_hands()
                loads = {"serpent": serpent.loads, "marshal": marshal.loads, "json": json.loads,
                         "msgpack": msgpack.unpackb}[serializer]
                for call, expected in ((("__setattr__", "verbose", True), None),
                                       (("__getattr__", "verbose"), True),
                                       (("echo", "x"), "x")):
                    peer.send(call_of(*call, serializer=serializer))
                    message = receive(peer)
                    assert not message.flags & EXCEPTION, message
                    assert loads(message.payload) == expected, message
                peer.send(call_of("<batch>", *batch, serializer=serializer, flags=relay.BATCH))
                message = receive(peer)
                assert not message.flags & EXCEPTION and loads(message.payload) == [1, 2], message


@both_types
def test_forced_oneway(server_type):
    """A client may make any call a oneway one; nothing comes back, whatever becomes of it"""
    with servers.ours(PYRO_SERVERTYPE=server_type) as server:
        with Peer(server) as peer:
            peer.shake_hands()
            for call in (("echo", "x"), ("error",), ("nosuch",), ("echo", 1, 2)):
                peer.send(call_of(*call, flags=relay.ONEWAY))
            peer.send(call_of("echo", "answered", seq=7))
            message = receive(peer)
            assert message.seq == 7 and b"answered" in message.payload, message
        with Pyro5.api.Proxy(server.uri) as proxy:
            for method in ("echo", "nosuch"):
                assert proxy._pyroInvoke(method, ("x",), {},
                                         flags=Pyro5.protocol.FLAGS_ONEWAY) is None
            assert proxy.echo("answered") == "answered"


REFUSED = {
    "garbage": b"GET / HTTP/1.1\r\n\r\n",
    "an unknown serializer": frame(CONNECT, HELLO, serializer=77, seq=5),
    "what can't be read": frame(CONNECT, b"{", seq=5),
}

for _what in REFUSED:
    @tap.case(_what)
    def test_refusal(what):
        """Who was not understood is told so in marshal, or in the serializer that was, with the
        protocol's version in front"""
        with servers.ours() as server, Peer(server) as peer:
            peer.send(REFUSED[what])
            message = receive(peer)  # looks at the version
            assert message.type == CONNECTFAIL, message
            known = what == "what can't be read"
            assert message.serializer == (SERPENT if known else MARSHAL), message
            loads = serpent.loads if known else marshal.loads
            assert isinstance(loads(message.payload), str), message


# ---- The configuration ----

@both_types
def test_host(server_type):
    with scenario(server_type, PYRO_HOST="127.0.0.2") as uri:
        assert "@127.0.0.2:" in uri
        with Pyro5.api.Proxy(uri) as proxy:
            proxy._pyroBind()


def call(uri, *arguments, **environment):
    return subprocess.run([os.environ["PROGRAM"], "call", uri, *arguments], timeout=60, text=True,
                          capture_output=True, check=False, env=dict(os.environ, **environment))


for _serializer in WRITERS:
    @tap.case(_serializer)
    def test_configured_serializer(serializer):
        with servers.pyro5() as server, relay.Relay(server.uri) as middle:
            result = call(middle.uri, "echo", "'x'", PYRO_SERIALIZER=serializer)
            assert result.stdout == "'x'\n", result
            said, _ = middle.frames()
            assert {message.serializer for message in said} == {WRITERS[serializer][0]}, said


@tap.case()
def test_configured_deadline():
    """The configured time is that of a whole call"""
    with servers.pyro5() as server:
        result = call(server.uri, "slow", PYRO_COMMTIMEOUT="0.2")
        assert result.returncode != 0 and "timed out" in result.stderr, result


# ---- Values that Pyro5 sends ----

class Own:
    """A class of the main program, which Pyro5 can send and not read"""

    def __init__(self):
        self.size = 5


@Pyro5.api.expose
class Odd:
    def ordered(self):
        return collections.OrderedDict([("b", 1), ("a", 2)])

    def numbered(self):
        return {1: "one", 2: "two"}

    def own(self):
        return Own()

    def daemon(self):
        return self._pyroDaemon


ODD_VALUES = {
    ("serpent", "ordered"): ["collections.OrderedDict", "items", "<'b'>, <int64 1>"],
    ("msgpack", "numbered"): ["int64 1: <'one'>"],
    ("serpent", "own"): ["'__class__': <'__main__.Own'>", "'size': <int64 5>"],
    ("json", "own"): ["'__class__': <'__main__.Own'>", "'size': <int64 5>"],
    ("msgpack", "own"): ["'__class__': <'__main__.Own'>", "'size': <int64 5>"],
    ("marshal", "own"): ["'__class__': <'__main__.Own'>", "'size': <int64 5>"],
    ("serpent", "daemon"): ["'__class__': <'Pyro5.server.Daemon'>"],
    ("json", "daemon"): ["'__class__': <'Pyro5.server.Daemon'>"],
    ("msgpack", "daemon"): ["'__class__': <'Pyro5.server.Daemon'>"],
}

for _serializer, _method in ODD_VALUES:
    @tap.case(_serializer, _method)
    def test_odd_values(serializer, method):
        """DF17: Pyro5 sends these, and can't read most of them; we can"""
        with pyro5(Odd()) as uri:
            result = subprocess.run(
                [os.environ["PROGRAM"], "--serializer", serializer, "call", uri, method],
                timeout=60, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
        for part in ODD_VALUES[serializer, method]:
            assert part in result.stdout, result.stdout


# ---- Daemons ----

@both_types
def test_router(server_type):
    """Uris name the router, which passes connections on to where the daemon listens"""
    with reserved_port() as inside:
        with relay.Relay("PYRO:object@localhost:%d" % inside) as router:
            outside = router.listener.getsockname()[1]
            with servers.EchoServer([os.environ["ECHOSERVER"], "-p", str(inside)],
                                    PYRO_SERVERTYPE=server_type, PYRO_NATHOST="localhost",
                                    PYRO_NATPORT=str(outside)) as server:
                assert server.uri == "PYRO:test.echoserver@localhost:%d" % outside
                with Pyro5.api.Proxy(server.uri) as proxy:
                    assert proxy.echo("through") == "through"
                said, _ = router.frames()
                assert len(said) == 2
    with servers.ours(PYRO_SERVERTYPE=server_type, PYRO_NATHOST="127.0.0.1") as server:
        assert "@127.0.0.1:" in server.uri
        with Pyro5.api.Proxy(server.uri) as proxy:
            assert proxy.echo("own port") == "own port"


@both_types
def test_several_places(server_type):
    """A daemon listens at several places, and tells each client a uri by which that reaches it"""
    places = ["127.0.0.1:0", "[::1]:0", "127.0.0.2:0", "./u:@pyrog-test-%s" % uuid.uuid4().hex]
    with listening(server_type, *places) as uris:
        assert len(uris) == len(places)
        for uri in uris:
            with Pyro5.api.Proxy(uri.replace("./u:@", "./u:\0")) as proxy, \
                    proxy.get_self() as itself:
                assert itself._pyroUri == proxy._pyroUri
                with itself.get_self() as again:
                    assert again._pyroUri == proxy._pyroUri


@both_types
def test_refreshed_metadata(server_type):
    """A client that connects sees what the object has now, without anything to reset"""
    with scenario(server_type) as uri, Pyro5.api.Proxy(uri) as proxy:
        proxy.grow()
        try:
            proxy.grown()
            assert False
        except AttributeError:
            pass
        assert proxy._pyroOneway == set()
        proxy._pyroReconnect(tries=1)
        assert proxy.grown() == "new"
        assert proxy._pyroOneway == {"forget"}
        with Pyro5.api.Proxy(uri.replace("object", "Pyro.Daemon")) as daemon:
            metadata = daemon.get_metadata("object")
        assert "grown" in metadata["methods"], metadata
        assert set(metadata["oneway"]) == set(metadata["oneways"]) == {"forget"}, metadata


@both_types
def test_errors_of_methods(server_type):
    """What a method raises is answered, whatever its class is, and ends no connection"""
    with scenario(server_type) as uri, Pyro5.api.Proxy(uri) as proxy:
        proxy._pyroBind()
        connection = proxy._pyroConnection
        for method, kind in (("insecure", Pyro5.errors.SecurityError), ("wrong", ValueError)):
            try:
                getattr(proxy, method)()
                assert False
            except kind as error:
                assert type(error) is kind
        assert proxy._pyroConnection is connection
        try:
            proxy.unspoken()
            assert False
        except Pyro5.errors.ProtocolError as error:  # for which Pyro5's client hangs up itself
            assert str(error) == "not you"


@Pyro5.api.expose
class Sequence:
    """What the scenario's object is, as Pyro5 does it"""

    def __init__(self):
        self.words = ["one", "two", "three"]

    def __len__(self):
        return len(self.words)

    def __getitem__(self, index):
        return self.words[index]

    def __setitem__(self, index, word):
        self.words[index] = word

    def __delitem__(self, index):
        self.words[index] = ""

    def __contains__(self, word):
        return word in self.words

    def __iter__(self):
        return iter(self.words)

    def __call__(self):
        raise AssertionError("Nobody calls this from afar")


for _type in SERVER_TYPES:
    for _serializer in WRITERS:
        @tap.case(_type, _serializer)
        def test_dunder_methods(server_type, serializer):
            """What Python calls by itself: len(), [], loops, with an iterator and without"""
            with scenario(server_type) as uri:
                for name in ("sequence", "iterable"):
                    with Pyro5.api.Proxy(uri.replace("object", name)) as proxy:
                        proxy._pyroSerializer = serializer
                        assert len(proxy) == 3
                        proxy[1] = name
                        assert [proxy[0], proxy[1], proxy[2]] == ["one", name, "three"]
                        assert list(proxy) == ["one", name, "three"]
                        assert name in list(proxy) and "two" not in list(proxy)
                        # By its name; `in` is a loop in Pyro5
                        assert proxy.__contains__(name) is True and name in proxy
                        assert proxy.__contains__("two") is False and "two" not in proxy
                        try:
                            proxy._pyroInvoke("__call__", (), {})
                            assert False
                        except AttributeError as error:
                            assert "__call__" in str(error)
                        del proxy[1]
                        assert list(proxy) == ["one", "", "three"]
                        try:
                            proxy[3]
                            assert False
                        except IndexError as error:
                            assert error.args == ("no word 3",)


# ---- Clients ----

@Pyro5.api.expose
class Wrong:
    def wrong(self):
        error = ValueError("no")
        error.code = 42
        raise error


def call_batch(uri):
    result = subprocess.run([SCENARIO, "batch", uri], timeout=60, capture_output=True, text=True,
                            check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


@tap.case("Pyro5")
@tap.case("multiplex")
@tap.case("thread")
def test_batch_error_attributes(kind):
    """Our client has them, also from Pyro5, whose own client drops them"""
    with pyro5(Wrong()) if kind == "Pyro5" else scenario(kind) as uri:
        assert "'code': <" in call_batch(uri) and "42" in call_batch(uri)
        assert "'no'" in call_batch(uri)


def restartable(kind, port):
    if kind == "Pyro5":
        return servers.EchoServer([sys.executable, "-m", "Pyro5.utils.echoserver", "-p", str(port)],
                                  PYTHONPATH=os.environ["PYRO5_PATH"])
    return servers.EchoServer([os.environ["ECHOSERVER"], "-p", str(port)], PYRO_SERVERTYPE=kind)


@both_types
@tap.case("Pyro5")
def test_reconnection(kind):
    """Clients of both kinds find a server again that was started anew"""
    with reserved_port() as port, contextlib.ExitStack() as stack:
        with restartable(kind, port) as server:
            theirs = stack.enter_context(Pyro5.api.Proxy(server.uri))
            assert theirs.echo(1) == 1
            ours = stack.enter_context(subprocess.Popen(
                [SCENARIO, "reconnect", server.uri], text=True, stdin=subprocess.PIPE,
                stdout=subprocess.PIPE))
            assert ours.stdout.readline() == "0\n"
        try:
            theirs.echo(2)
            assert False
        except Pyro5.errors.CommunicationError:
            pass
        with restartable(kind, port):
            theirs._pyroReconnect(tries=3)
            assert theirs.echo(3) == 3
            ours.stdin.write("go on\n")
            ours.stdin.close()
            assert ours.stdout.readline() == "1\n"
            assert ours.wait(20) == 0


for _serializer in WRITERS:
    @tap.case(_serializer)
    def test_dunder_methods_of_pyro5(serializer):
        """Our client calls them by their names"""
        with pyro5(Sequence()) as uri:
            def said(*arguments, command="call"):
                result = subprocess.run(
                    [os.environ["PROGRAM"], "--serializer", serializer, command, uri, *arguments],
                    timeout=60, capture_output=True, text=True, check=False)
                return result.stdout + result.stderr
            assert said("__len__") == "int64 3\n", said("__len__")
            said("__setitem__", "1", "'new'")
            assert said("__getitem__", "1") == "'new'\n"
            assert said("__iter__", command="stream") == "'one'\n'new'\n'three'\n"
            said("__delitem__", "1")
            assert said("__getitem__", "1") == "''\n"
            assert "index out of range" in said("__getitem__", "3")
            assert said("__contains__", "'new'") == "false\n"
            assert said("__contains__", "'three'") == "true\n"
            assert "__call__" in said("__call__"), said("__call__")


# ---- TLS ----

@tap.case(False)
@tap.case(True)
def test_no_certificate_is_asked_for(wanted):
    """Only a server that requires certificates of clients asks for them"""
    with certificates.made() as certs:
        settings = {"PYRO_SSL": "1", "PYRO_SSL_SERVERCERT": certs.server.cert,
                    "PYRO_SSL_SERVERKEY": certs.server.key}
        if wanted:
            settings.update(PYRO_SSL_REQUIRECLIENTCERT="1", PYRO_SSL_CACERTS=certs.ca.cert)
        with servers.ours(**settings) as server:
            host, _, port = server.uri.partition("@")[2].rpartition(":")
            for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                context = ssl.create_default_context(cafile=certs.ca.cert)
                context.load_cert_chain(certs.client.cert, certs.client.key)
                context.minimum_version = context.maximum_version = version
                messages = []
                context._msg_callback = lambda *about: messages.append(about[4].name)
                with socket.create_connection((host, int(port)), 20) as plain, \
                        context.wrap_socket(plain, server_hostname=host):
                    assert "SERVER_HELLO" in messages, messages
                    assert ("CERTIFICATE_REQUEST" in messages) == wanted, messages


tap.run()
