#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The same scenario in C, Vala, JavaScript and Python: each language's client calls each language's
server, through introspection alone, and so does the real Pyro5 client."""

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

LANGUAGES = {
    "C": [os.environ["SCENARIO_C"]],
    "Vala": [os.environ["SCENARIO_VALA"]],
    "JavaScript": ["gjs", "-m", os.path.join(HERE, "scenario.js")],
    "Python": [sys.executable, os.path.join(HERE, "scenario.py")],
}


class Server:
    def __init__(self, language):
        self.process = subprocess.Popen(LANGUAGES[language] + ["server"], stdout=subprocess.PIPE,
                                        text=True)
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


for _server in LANGUAGES:
    for _client in LANGUAGES:
        @tap.case(_client, _server)
        def test_client_and_server(client, server):
            with Server(server) as running:
                result = subprocess.run(LANGUAGES[client] + ["client", running.uri], timeout=60,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        text=True, check=False)
            assert "RESULT ok" in result.stdout.splitlines(), result.stdout


def raises(kind, function, *args):
    try:
        function(*args)
    except kind as error:
        return error
    raise AssertionError("nothing was raised")


for _server in LANGUAGES:
    @tap.case(_server)
    def test_Pyro5_client_and_server(server):
        with Server(server) as running, Pyro5.api.Proxy(running.uri) as proxy:
            proxy._pyroTimeout = 20
            assert proxy.add(3, 4) == 7
            assert proxy.add(3, b=4) == 7
            assert proxy.echo({"a": [1, (2, 3)]}) == {"a": [1, (2, 3)]}
            assert raises(ValueError, proxy.boom).args == ("boom",)
            error = raises(Exception, proxy.throws)
            assert not isinstance(error, Pyro5.errors.TimeoutError), error
            assert proxy.later() == "late"
            assert proxy.subclassed("hi") == "hi!"
            batch = Pyro5.api.BatchProxy(proxy)
            batch.add(3, 4)
            batch.later()
            assert list(batch()) == [7, "late"]
            blob = Pyro5.api.SerializedBlob("topic", ["a", "b"])
            assert proxy.blob(blob) == ("topic", ["a", "b"])
            proxy.note("noted")
            assert proxy.noted() == "noted"
            proxy.color = "blue"
            assert proxy.color == "blue"
            proxy.level = 42
            assert proxy.level == 42
            raises(TypeError, setattr, proxy, "level", "high")
            assert proxy.level == 42

tap.run()
