#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The same scenario in C, Vala, JavaScript and Python: each language's client calls each language's
server, through introspection alone, and so does the real Pyro5 client."""

import os
import subprocess
import sys

import languages  # first: it knows where the next ones are
import tap

if "PYRO5_PATH" not in os.environ:
    print("1..0 # SKIP PYRO5_PATH does not name a Pyro5")
    sys.exit(0)
sys.path.insert(0, os.environ["PYRO5_PATH"])

import Pyro5.api  # noqa: E402
import Pyro5.errors  # noqa: E402

LANGUAGES = languages.programs("scenario")
SERVERS = languages.servers(LANGUAGES)


for _server in SERVERS:
    for _client in LANGUAGES:
        @tap.case(_client, _server)
        def test_client_and_server(client, server):
            with languages.serving(SERVERS[server] + ["server"]) as uri:
                result = subprocess.run(LANGUAGES[client] + ["client", uri], timeout=60,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        text=True, check=False)
            assert "RESULT ok" in result.stdout.splitlines(), result.stdout


def raises(kind, function, *args):
    try:
        function(*args)
    except kind as error:
        return error
    raise AssertionError("nothing was raised")


for _server in SERVERS:
    @tap.case(_server)
    def test_Pyro5_client_and_server(server):
        with languages.serving(SERVERS[server] + ["server"]) as uri, \
                Pyro5.api.Proxy(uri) as proxy:
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
            while proxy.noted() != "noted":  # a worker may be behind
                pass
            proxy.color = "blue"
            assert proxy.color == "blue"
            proxy.level = 42
            assert proxy.level == 42
            raises(TypeError, setattr, proxy, "level", "high")
            assert proxy.level == 42

tap.run()
