#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Objects that a daemon makes when they are called, in each language, as the real Pyro5 client sees
them"""

import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../interop"))

import tap  # noqa: E402

if "PYRO5_PATH" not in os.environ:
    print("1..0 # SKIP PYRO5_PATH does not name a Pyro5")
    sys.exit(0)
sys.path.insert(0, os.environ["PYRO5_PATH"])

import Pyro5.api  # noqa: E402
import Pyro5.errors  # noqa: E402

SERVERS = {
    "C multiplex": [os.environ["INSTANCES_C"], "multiplex"],
    "C thread": [os.environ["INSTANCES_C"], "thread"],
    "Vala": [os.environ["INSTANCES_VALA"]],
    "Vala thread": ["env", "PYRO_SERVERTYPE=thread", os.environ["INSTANCES_VALA"]],
    "JavaScript": ["gjs", "-m", os.path.join(HERE, "instances.js")],
    "Python": [sys.executable, os.path.join(HERE, "instances.py")],
    "Python thread": ["env", "PYRO_SERVERTYPE=thread", sys.executable,
                      os.path.join(HERE, "instances.py")],
}


class Server:
    def __init__(self, name):
        self.process = subprocess.Popen(SERVERS[name], stdout=subprocess.PIPE, text=True)
        words = self.process.stdout.readline().split()
        if words[:1] != ["READY"]:
            self.__exit__()
            raise RuntimeError("The server did not start")
        self.uri = words[1]

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def connect(self, name):
        proxy = Pyro5.api.Proxy(self.uri.replace("PYRO:story@", "PYRO:%s@" % name))
        proxy._pyroTimeout = 20
        return proxy


def each_server(function):
    for server in reversed(SERVERS):
        tap.case(server)(function)
    return function


def raises(kind, text, function, *args):
    try:
        function(*args)
    except kind as error:
        assert text in str(error), error
        return
    raise AssertionError("nothing was raised")


def wait_for(story, expected):
    """What the daemon tells of others comes when it has time, and asking gives it some"""
    lines = story.tell()
    while len(lines) < len(expected):
        lines = story.tell()
    assert lines == expected, lines


@each_server
def test_single(name):
    with Server(name) as server, server.connect("single") as one, server.connect("single") as two:
        assert [one.increment(), two.increment(), one.increment()] == [1, 2, 3]
        one._pyroRelease()
        assert one.increment() == 4
        assert two.count == 4


@each_server
def test_session(name):
    with Server(name) as server:
        for uri in "session", "typed":
            with server.connect(uri) as one, server.connect(uri) as two:
                assert [one.increment(), two.increment(), one.increment()] == [1, 1, 2]
                two.count = 41
                assert [one.increment(), two.increment()] == [3, 42]
                one._pyroRelease()
                assert one.increment() == 1


@each_server
def test_percall(name):
    with Server(name) as server, server.connect("percall") as proxy:
        assert [proxy.increment(), proxy.increment(), proxy.count] == [1, 1, 0]


@each_server
def test_factory_fails(name):
    with Server(name) as server:
        with server.connect("broken") as broken, server.connect("nothing") as nothing:
            for _ in range(2):
                raises(ValueError, "no counter", broken.increment)
                raises(ValueError, "no counter", getattr, broken, "count")
                raises(Pyro5.errors.PyroError, "Nothing was made", nothing.increment)
                raises(Pyro5.errors.PyroError, "Nothing was made", setattr, nothing, "count", 1)


@each_server
def test_signals(name):
    with Server(name) as server, server.connect("story") as story:
        wait_for(story, ["connected"])
        with server.connect("story") as other:
            assert [other.count(), other.count(), story.count()] == [1, 2, 1]
            other.track()
            other.fail()
            wait_for(story, ["connected", "connected", "failed fail oneway: nobody hears"])
        wait_for(story, ["connected", "connected", "failed fail oneway: nobody hears",
                         "disconnected after 2", "second ended", "first ended"])


@each_server
def test_batch(name):
    """A batch is one call with one object, and what fails in it is told too"""
    with Server(name) as server, server.connect("story") as story:
        for uri, expected in ("percall", [[1, 2, 3], [1, 2, 3]]), ("session", [[1, 2, 3], [4, 5, 6]]):
            with server.connect(uri) as proxy:
                for results in expected:
                    batch = Pyro5.api.BatchProxy(proxy)
                    for _ in results:
                        batch.increment()
                    assert list(batch()) == results
        batch = Pyro5.api.BatchProxy(story)
        batch.count()
        batch.fail()
        results = batch()
        assert next(results) == 1
        raises(KeyError, "nobody hears", next, results)
        lines = story.tell()
        while "failed fail: nobody hears" not in lines:
            lines = story.tell()


@each_server
def test_metadata(name):
    with Server(name) as server, server.connect("Pyro.Daemon") as daemon:
        assert daemon.ping() is None
        assert set(daemon.registered()) == {"Pyro.Daemon", "story", "single", "session", "percall",
                                            "typed", "broken", "nothing"}
        assert "8 objects registered" in daemon.info(), daemon.info()
        metadata = daemon.get_metadata("session")
        assert metadata["methods"] == {"increment"} and metadata["attrs"] == {"count"}, metadata
        metadata = daemon.get_metadata("story")
        assert metadata["oneway"] == metadata["oneways"] == {"fail"}, metadata
        description = daemon.get_description("session")
        method = description["methods"]["increment"]
        assert method["returns"] == "i" and not method["oneway"], method
        attribute = description["attrs"]["count"]
        assert attribute["type"] == "i" and attribute["writable"], attribute
        raises(Pyro5.errors.DaemonError, "unknown object", daemon.get_metadata, "nosuch")


tap.run()
