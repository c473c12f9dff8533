#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Item streams: the real Pyro5 client at our daemon, our client at both, and hostile readers."""

import collections
import os
import subprocess
import sys
import threading
import uuid

if "PYRO5_PATH" not in os.environ:
    print("1..0 # SKIP PYRO5_PATH does not name a Pyro5")
    sys.exit(0)
sys.path.insert(0, os.environ["PYRO5_PATH"])

import Pyro5.api  # noqa: E402
import Pyro5.core  # noqa: E402
import Pyro5.errors  # noqa: E402

import tap  # noqa: E402

SERVER_TYPES = ["multiplex", "thread"]
SERIALIZERS = ["serpent", "marshal", "json", "msgpack"]
SCENARIO = os.environ["STREAM_SCENARIO"]
TERMINATED = "item stream terminated"


class OurServer:
    """A running daemon of the scenario, with these environment variables"""

    def __init__(self, **environment):
        self.process = subprocess.Popen([SCENARIO, "serve"], stdout=subprocess.PIPE, text=True,
                                        env=dict(os.environ, **environment))
        self.uri = self.process.stdout.readline().strip()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def connect(self, serializer="serpent"):
        proxy = Pyro5.api.Proxy(self.uri)
        proxy._pyroSerializer = serializer
        proxy._pyroTimeout = 60
        return proxy


@Pyro5.api.expose
class Streams:
    """What the scenario's daemon does"""

    def count(self, end, fails):
        yield from range(end)
        if fails:
            raise ValueError("enough")

    def events(self):
        return iter([0, 1, 2])

    def keys(self):
        return {"a": 1}.keys()


class Pyro5Server:
    """The real Pyro5 in a thread"""

    def __init__(self, server_type="multiplex"):
        Pyro5.api.config.SERVERTYPE = server_type
        self.daemon = Pyro5.api.Daemon()
        self.uri = str(self.daemon.register(Streams(), "streams"))
        self.thread = threading.Thread(target=self.daemon.requestLoop, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.daemon.shutdown()
        self.thread.join()


def fails(error, text, function, *arguments):
    try:
        function(*arguments)
    except error as failure:
        assert text in str(failure), failure
        return
    raise AssertionError("no %s" % error.__name__)


def ask(proxy, method, stream_id):
    return proxy._pyroInvoke(method, [stream_id], {}, objectId=Pyro5.core.DAEMON_NAME)


@tap.case("multiplex", "serpent")
@tap.case("multiplex", "marshal")
@tap.case("multiplex", "json")
@tap.case("multiplex", "msgpack")
@tap.case("thread", "serpent")
def test_pyro5_reads_ours(server_type, serializer):
    with OurServer(PYRO_SERVERTYPE=server_type) as server, server.connect(serializer) as proxy:
        assert list(proxy.count(100, False)) == list(range(100))
        stream = proxy.count(2, True)
        assert [next(stream), next(stream)] == [0, 1]
        fails(ValueError, "enough", next, stream)
        assert list(proxy.events()) == [0, 1, 2]
        if serializer != "marshal":  # with which Pyro5 can't ask for attributes
            assert list(proxy.numbers) == [0, 1, 2]
        left = proxy.count(10, False)
        assert next(left) == 0
        left.close()
        fails(Pyro5.errors.PyroError, TERMINATED, ask, proxy, "get_next_stream_item",
              left.streamId)


@tap.case("multiplex")
@tap.case("thread")
def test_pyro5_reconnects_to_ours(server_type):
    with OurServer(PYRO_SERVERTYPE=server_type) as server, server.connect() as proxy:
        stream = proxy.count(3, False)
        assert next(stream) == 0
        proxy._pyroRelease()
        fails(Pyro5.errors.ConnectionClosedError, "closed", next, stream)
        proxy._pyroReconnect(tries=3)
        assert list(stream) == [1, 2]


@tap.case()
def test_ours_without_linger():
    with OurServer(PYRO_ITER_STREAM_LINGER="0") as server, server.connect() as proxy:
        stream = proxy.count(3, False)
        assert next(stream) == 0
        proxy._pyroRelease()
        proxy._pyroReconnect(tries=3)
        fails(Pyro5.errors.PyroError, TERMINATED, next, stream)


@tap.case("multiplex")
@tap.case("thread")
def test_ours_with_a_lifetime(server_type):
    """However eagerly it is read, a stream ends with its lifetime, and the next one begins anew"""
    with OurServer(PYRO_SERVERTYPE=server_type, PYRO_ITER_STREAM_LIFETIME="0.2") as server, \
            server.connect() as proxy:
        stream = proxy.count(2 ** 40, False)
        assert next(stream) == 0
        fails(Pyro5.errors.PyroError, TERMINATED, collections.deque, stream, 0)
        assert list(proxy.count(2, False)) == [0, 1]


@tap.case()
def test_ours_without_streams():
    with OurServer(PYRO_ITER_STREAMING="false") as server, server.connect() as proxy:
        fails(Pyro5.errors.ProtocolError, "not configured to allow streaming", proxy.count, 3,
              False)
        subprocess.run([SCENARIO, "refused", server.uri], check=True)


@tap.case()
def test_pyro5_closes_over_another_connection():
    """As it does when other calls came between"""
    with OurServer() as server, server.connect() as proxy:
        stream = proxy.count(2 ** 40, False)
        assert list(proxy.count(2, False)) == [0, 1]
        stream_id = stream.streamId
        stream.close()
        try:
            while True:
                ask(proxy, "get_next_stream_item", stream_id)
        except Pyro5.errors.PyroError as failure:
            assert TERMINATED in str(failure), failure


@tap.case()
def test_foreign_and_guessed_ids():
    """What belongs to another connection is as unknown as what does not exist, and stays whole"""
    with OurServer() as server, server.connect() as proxy, server.connect() as other:
        other._pyroBind()
        stream = proxy.count(3, False)
        assert uuid.UUID(stream.streamId).version == 4
        guesses = [stream.streamId, str(uuid.uuid4()), "", "x" * 100000, "é"]
        for guess in guesses:
            fails(Pyro5.errors.PyroError, TERMINATED, ask, other, "get_next_stream_item", guess)
            if guess != stream.streamId:
                ask(other, "close_stream", guess)
        for guess in [None, 5, "\0", [stream.streamId], {"a": 1}]:
            fails(TypeError, "", ask, other, "get_next_stream_item", guess)
        assert list(stream) == [0, 1, 2]


@tap.case()
def test_floods():
    """One stream more than allowed is an error; who closes some, or goes, makes room"""
    with OurServer(PYROG_MAX_STREAMS_PER_CONNECTION="5", PYROG_MAX_STREAMS="8",
                   PYRO_ITER_STREAM_LINGER="0") as server:
        with server.connect() as proxy, server.connect() as other:
            streams = [proxy.count(3, False) for _ in range(5)]
            fails(Pyro5.errors.PyroError, "5 item streams", proxy.count, 3, False)
            more = [other.count(3, False) for _ in range(3)]
            fails(Pyro5.errors.PyroError, "8 item streams", other.count, 3, False)
            ask(proxy, "close_stream", streams.pop().streamId)
            more.append(other.count(3, False))
            assert list(more[-1]) == [0, 1, 2]
        with server.connect() as proxy:
            streams = [proxy.count(3, False) for _ in range(5)]
            assert [list(stream) for stream in streams] == [[0, 1, 2]] * 5


@tap.case()
def test_ours_reads_ours():
    with OurServer() as server:
        subprocess.run([SCENARIO, "read-attributes", server.uri], check=True)


@tap.case("multiplex")
@tap.case("thread")
def test_ours_reads_pyro5(server_type):
    with Pyro5Server(server_type) as server:
        subprocess.run([SCENARIO, "read", server.uri], check=True)


@tap.case()
def test_ours_reads_nothing_of_pyro5():
    with Pyro5Server() as server:
        Pyro5.api.config.ITER_STREAMING = False
        try:
            subprocess.run([SCENARIO, "refused", server.uri], check=True)
        finally:
            Pyro5.api.config.ITER_STREAMING = True


@tap.case()
def test_views_of_dicts():
    """Pyro5 refuses them, and our client says so in its words"""
    with Pyro5Server() as server, Pyro5.api.Proxy(server.uri) as proxy:
        proxy._pyroSerializer = "json"
        try:
            proxy.keys()
            raise AssertionError("no error")
        except Pyro5.errors.SerializeError as failure:
            text = str(failure)
        result = subprocess.run(
            [os.environ["PROGRAM"], "--serializer", "json", "stream", server.uri, "keys"],
            capture_output=True, text=True, check=False)
        assert result.returncode != 0 and text in result.stderr, (text, result)


tap.run()
