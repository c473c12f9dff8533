#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Annotations and correlation ids, with the real Pyro5 at the other end."""

import contextlib
import os
import subprocess
import sys
import threading
import uuid

if "PYRO5_PATH" not in os.environ:
    print("1..0 # SKIP PYRO5_PATH does not name a Pyro5")
    sys.exit(0)

import raw  # noqa: E402
import relay  # noqa: E402
import tap  # noqa: E402

sys.path.insert(0, os.environ["PYRO5_PATH"])
import Pyro5.api  # noqa: E402
import Pyro5.callcontext  # noqa: E402

context = Pyro5.callcontext.current_context
SERVER_TYPES = ["multiplex", "thread"]


@contextlib.contextmanager
def ours(server_type="multiplex"):
    """The uri of our server, which is behind a relay"""
    with subprocess.Popen([os.environ["CONTEXT_SCENARIO"], "serve"], stdout=subprocess.PIPE,
                          text=True, env=dict(os.environ, PYRO_SERVERTYPE=server_type)) as process:
        try:
            ready, uri = process.stdout.readline().split()
            assert ready == "READY"
            with relay.Relay(uri) as middle:
                yield middle
        finally:
            process.kill()


@Pyro5.api.expose
class Service:
    """What our server does, as Pyro5 does it"""

    def annotated(self):
        if "NOTE" not in context.annotations:
            return {}
        note = bytes(context.annotations["NOTE"])
        context.response_annotations = {"RESP": b"re: " + note}
        return {"NOTE": note.decode()}

    def failing(self):
        context.response_annotations = {"RESP": b"not for an exception"}
        raise ValueError("wrong")

    def correlation(self):
        return str(context.correlation_id)


class Daemon(Pyro5.api.Daemon):
    def annotations(self):
        return {"SHRD": b"everybody's"}


@contextlib.contextmanager
def pyro5():
    """The uri of Pyro5's server"""
    with Daemon() as daemon:
        uri = daemon.register(Service(), "context")
        thread = threading.Thread(target=daemon.requestLoop)
        thread.start()
        try:
            yield str(uri)
        finally:
            daemon.shutdown()
            thread.join()


def response():
    return {name: bytes(data) for name, data in context.response_annotations.items()}


@contextlib.contextmanager
def annotations(**values):
    context.annotations = {name: data.encode() for name, data in values.items()}
    try:
        yield
    finally:
        context.annotations = {}


@tap.case()
def test_our_client():
    """Our client's annotations and ids arrive, Pyro5's come back, and none stays for later calls"""
    with pyro5() as uri, relay.Relay(uri) as middle:
        subprocess.run([os.environ["CONTEXT_SCENARIO"], "call", middle.uri], timeout=60, check=True)
        said, _ = middle.frames()
        for frame in said:
            names = [name for name, _ in frame.annotations]
            wants = frame.type == relay.INVOKE and frame.seq in (1, 3)
            assert names == (["NOTE"] if wants else []), frame
        correlated = [frame for frame in said if frame.flags & relay.CORRELATION]
        assert len(correlated) == 2 and b"correlation" in correlated[0].payload


for _type in SERVER_TYPES:
    @tap.case(_type)
    def test_reply_annotations(server_type):
        """An annotation of a reply is for the caller of that very call, and for no exception"""
        with ours(server_type) as middle, Pyro5.api.Proxy(middle.uri) as proxy:
            with annotations(NOTE="mine"):
                assert proxy.annotated() == {"NOTE": "mine"}
                assert response() == {"RESP": b"re: mine"}
                try:
                    proxy.failing()
                    assert False
                except ValueError:
                    assert response() == {}
            with Pyro5.api.Proxy(middle.uri) as other:
                assert other.annotated() == {}
                assert response() == {}
            assert proxy.annotated() == {}
            assert response() == {}

    @tap.case(_type)
    def test_daemon_annotations(server_type):
        """The daemon's go with everything that is answered, as long as they are there"""
        with ours(server_type) as middle:
            with Pyro5.api.Proxy(middle.uri) as proxy:
                proxy.share("x")
            with Pyro5.api.Proxy(middle.uri) as proxy:
                proxy._pyroBind()
                with annotations(NOTE="mine"):
                    proxy.annotated()
                assert response() == {"RESP": b"re: mine", "SHRD": b"x"}
                try:
                    proxy.failing()
                except ValueError:
                    pass
                assert response() == {"SHRD": b"x"}
                proxy.contradict()
                assert response() == {"SHRD": b"x"}
                batch = Pyro5.api.BatchProxy(proxy)
                batch.annotated()
                assert list(batch()) == [{}]
                proxy._pyroInvoke("nosuch", (), {}, flags=Pyro5.protocol.FLAGS_ONEWAY)
                proxy.share("")
                assert response() == {}
                proxy.annotated()
                assert response() == {}
            try:
                Pyro5.api.Proxy(middle.uri.replace("context", "other"))._pyroBind()
                assert False
            except Pyro5.errors.CommunicationError:
                pass
            _, heard = middle.frames()
            shared = [frame.type for frame in heard if ("SHRD", b"x") in frame.annotations]
            # The answer to the first share, to a handshake, and to four calls
            assert shared == [relay.RESULT, relay.CONNECTOK] + 4 * [relay.RESULT], shared

    @tap.case(_type)
    def test_ping(server_type):
        """Pings are answered with the daemon's annotations, too"""
        with ours(server_type) as middle, Pyro5.api.Proxy(middle.uri) as proxy:
            proxy.share("x")
            with raw.Peer(middle) as peer:
                peer.shake_hands(raw.HELLO.replace(b"test.echoserver", b"context"))
                peer.send(raw.frame(raw.PING, b"hello"))
                assert peer.message() == (raw.PING, 0, b"pong")
            proxy._pyroRelease()
            _, heard = middle.frames()
            pongs = [frame for frame in heard if frame.type == relay.PING]
            assert [frame.annotations for frame in pongs] == [[("SHRD", b"x")]], pongs

    @tap.case(_type)
    def test_nested_calls(server_type):
        """The id of a call goes on to the calls that its method makes, and back with the reply"""
        with pyro5() as uri, relay.Relay(uri) as inner, ours(server_type) as outer:
            with Pyro5.api.Proxy(outer.uri) as proxy:
                given = context.correlation_id = uuid.uuid4()
                assert proxy.nested(inner.uri) == str(given)
                context.correlation_id = None
                made = uuid.UUID(proxy.nested(inner.uri))
                assert made != given and made.version == 4
                assert proxy.correlation() is None
            _, heard = outer.frames()
            ids = [frame.correlation for frame in heard
                   if frame.type == relay.RESULT and frame.flags & relay.CORRELATION]
            assert ids == [given.bytes, made.bytes]
            said, _ = inner.frames()
            ids = [frame.correlation for frame in said if frame.type == relay.INVOKE]
            assert ids == [given.bytes, made.bytes]


tap.run()
