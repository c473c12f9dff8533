#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Our proxy against the real Pyro5 echo server, and against ours."""

import os
import subprocess
import sys

if "PYRO5_PATH" not in os.environ:
    print("1..0 # SKIP PYRO5_PATH does not name a Pyro5")
    sys.exit(0)

import servers  # noqa: E402
import tap  # noqa: E402

SERIALIZERS = ["serpent", "marshal", "json", "msgpack"]
KINDS = {"Pyro5": servers.pyro5, "pyrog": servers.ours}


def run_scenario(uri, serializer, **environment):
    result = subprocess.run([os.environ["PROXY_SCENARIO"], uri, serializer], timeout=60, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            env=dict(os.environ, **environment), check=False)
    assert result.returncode == 0, result.stdout


for _kind in KINDS:
    for _address in ("tcp", "ipv6", "unix"):
        for _serializer in SERIALIZERS:
            @tap.case(_kind, _address, _serializer)
            def test_scenario(kind, address, serializer):
                with KINDS[kind](address) as server:
                    run_scenario(server.uri, serializer)


# Pyro5's programs can't be told of an abstract socket, and its echo server is always a multiplex one,
# so this server is a program of ours
PYRO5_SERVER = """
import Pyro5.api, Pyro5.utils.echoserver, sys
abstract = sys.argv[2][1:] if len(sys.argv) > 2 else None
daemon = Pyro5.api.Daemon(unixsocket="\\0" + abstract if abstract else None)
uri = daemon.register(Pyro5.utils.echoserver.EchoServer(), "test.echoserver")
print("echo uri:", "PYRO:test.echoserver@./u:@" + abstract if abstract else uri)
print("echoserver running")
daemon.requestLoop()
"""


def own_pyro5(address="tcp", **environment):
    return servers.EchoServer([sys.executable, "-c", PYRO5_SERVER], address,
                              PYTHONPATH=os.environ["PYRO5_PATH"], **environment)


@tap.case("Pyro5")
@tap.case("pyrog")
def test_abstract_socket(kind):
    if kind == "pyrog":
        server = servers.ours("abstract")
    else:
        server = own_pyro5("abstract")
    with server:
        run_scenario(server.uri, "serpent")


for _type in ("thread", "multiplex"):
    for _serializer in SERIALIZERS:
        @tap.case(_type, _serializer)
        def test_pyro5_server_type(server_type, serializer):
            with own_pyro5(PYRO_SERVERTYPE=server_type) as server:
                run_scenario(server.uri, serializer)


for _kind in KINDS:
    for _serializer in SERIALIZERS:
        @tap.case(_kind, _serializer)
        def test_compressed(kind, serializer):
            with KINDS[kind](PYRO_COMPRESSION="1") as server:
                run_scenario(server.uri, serializer, PYRO_COMPRESSION="1")


tap.run()
