#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Objects as arguments and results, and calls back, with the real Pyro5 at the other end."""

import contextlib
import os
import subprocess
import sys
import threading

if "PYRO5_PATH" not in os.environ:
    print("1..0 # SKIP PYRO5_PATH does not name a Pyro5")
    sys.exit(0)

import tap  # noqa: E402

sys.path.insert(0, os.environ["PYRO5_PATH"])
import Pyro5.api  # noqa: E402
import Pyro5.errors  # noqa: E402

PROGRAM = os.environ["CALLBACK_SCENARIO"]
SERIALIZERS = ["serpent", "marshal", "json", "msgpack"]


@contextlib.contextmanager
def ours(server_type):
    with subprocess.Popen([PROGRAM, "serve"], stdout=subprocess.PIPE, text=True,
                          env=dict(os.environ, PYRO_SERVERTYPE=server_type)) as process:
        try:
            ready, uri = process.stdout.readline().split()
            assert ready == "READY"
            yield uri
        finally:
            process.kill()


@Pyro5.api.expose
class Counter:
    def __init__(self):
        self.sum = 0

    def add(self, number):
        self.sum += number
        return self.sum


@Pyro5.api.expose
class Server:
    """What our server does, as Pyro5 does it; objects are passed as they are, but in marshal"""

    def make(self):
        counter = Counter()
        self._pyroDaemon.register(counter)
        return counter

    def make_inside(self):
        return [{"counter": self.make()}]

    def call_back(self, counter, number):
        counter._pyroTimeout = 10
        return counter.add(number)

    def pass_on(self, counter):
        return counter


@contextlib.contextmanager
def pyro5(*objects):
    with Pyro5.api.Daemon() as daemon:
        uris = [daemon.register(item) for item in objects]
        thread = threading.Thread(target=daemon.requestLoop)
        thread.start()
        try:
            yield uris
        finally:
            daemon.shutdown()
            thread.join()


def call(uri, serializer):
    subprocess.run([PROGRAM, "call", str(uri), serializer], timeout=60, check=True)


for _serializer in SERIALIZERS:
    @tap.case(_serializer)
    def test_our_client_and_pyro5(serializer):
        """Pyro5's server calls our client's object, and passes objects that our client calls"""
        # Pyro5 passes no objects in marshal, and can't write proxies inside of other values in it
        if serializer == "marshal":
            class Careful(Server):
                def make(self):
                    return Pyro5.api.Proxy(self._pyroDaemon.uriFor(super().make()))

                def make_inside(self):
                    proxy = self.make()
                    return [{"counter": {"__class__": "Pyro5.client.Proxy",
                                         "state": proxy.__getstate__()}}]
            server = Pyro5.api.expose(Careful)()
        else:
            server = Server()
        with pyro5(server) as (uri,):
            call(uri, serializer)

    for _type in ("multiplex", "thread"):
        @tap.case(_serializer, _type)
        def test_circular(serializer, server_type):
            """Our server calls our client's object while the client waits for it"""
            with ours(server_type) as uri:
                call(uri, serializer)

        @tap.case(_serializer, _type)
        def test_pyro5_client_and_ours(serializer, server_type):
            """Our server calls a Pyro5 program's object, and passes objects that Pyro5 calls"""
            counter = Counter()
            with ours(server_type) as uri, pyro5(counter) as (own,), Pyro5.api.Proxy(uri) as proxy:
                proxy._pyroSerializer = serializer
                passed = counter if serializer != "marshal" else Pyro5.api.Proxy(own)
                for number in range(1, 4):
                    assert proxy.call_back(passed, 10) == 10 * number
                with proxy.make() as first, proxy.make() as second:
                    assert isinstance(first, Pyro5.api.Proxy)
                    assert [first.add(5), second.add(1), first.add(2)] == [5, 1, 7]
                back = proxy.pass_on(passed)
                assert isinstance(back, Pyro5.api.Proxy) and back._pyroUri == own
                if serializer != "marshal":
                    inner = proxy.make_inside()[0]["counter"]
                    with inner:
                        assert inner.add(3) == 3
                uri_of_first = first._pyroUri
            with ours(server_type) as uri, Pyro5.api.Proxy(uri) as proxy:
                assert proxy.make()._pyroUri != uri_of_first

        @tap.case(_serializer, _type)
        def test_gone(serializer, server_type):
            """An object that is tracked by the connection is gone with it"""
            with ours(server_type) as uri:
                with Pyro5.api.Proxy(uri) as proxy:
                    proxy._pyroSerializer = serializer
                    with proxy.make() as made:
                        assert made.add(1) == 1
                        proxy._pyroRelease()
                        try:
                            while True:  # the connection's end comes in its own time
                                made.add(1)
                        except Pyro5.errors.DaemonError as error:
                            assert "unknown object" in str(error)


@tap.case()
def test_no_object():
    """What is no proxy is refused in words, and so is a proxy without a good uri"""
    with ours("multiplex") as uri, Pyro5.api.Proxy(uri) as proxy:
        for value in (5, None, "PYRO:a@b:1", {"a": 1}, {"__class__": "Pyro5.core.URI"}):
            try:
                proxy.call_back(value, 1)
                assert False
            except TypeError as error:
                assert "does not stand for a proxy" in str(error)


tap.run()
