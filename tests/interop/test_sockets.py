#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sockets that are connected already, with the real Pyro5 at the other end."""

import os
import socket
import subprocess
import sys
import threading

if "PYRO5_PATH" not in os.environ:
    print("1..0 # SKIP PYRO5_PATH does not name a Pyro5")
    sys.exit(0)

import certificates  # noqa: E402
import tap  # noqa: E402

sys.path.insert(0, os.environ["PYRO5_PATH"])
import Pyro5.api  # noqa: E402

SERIALIZERS = ["serpent", "marshal", "json", "msgpack"]


@Pyro5.api.expose
class Echo:
    def echo(self, message):
        return message


def unix_pair():
    return socket.socketpair()


def tcp_pair():
    with socket.create_server(("localhost", 0)) as server:
        first = socket.create_connection(server.getsockname())
        return first, server.accept()[0]


def start(mode, end, *arguments, **environment):
    process = subprocess.Popen([os.environ["SOCKET_SCENARIO"], mode, str(end.fileno()), *arguments],
                               pass_fds=[end.fileno()], env=dict(os.environ, **environment))
    end.close()
    return process


for _pair in (unix_pair, tcp_pair):
    for _serializer in SERIALIZERS:
        @tap.case(_pair.__name__, _serializer)
        def test_pyro5_client(pair, serializer):
            ours, theirs = globals()[pair]()
            with start("serve", ours) as process:
                with Pyro5.api.Proxy("echo", connected_socket=theirs) as proxy:
                    proxy._pyroSerializer = serializer
                    for number in range(5):
                        assert proxy.echo(number) == number
                # Pyro5 leaves the socket open
                theirs.close()
                assert process.wait(20) == 0

        @tap.case(_pair.__name__, _serializer)
        def test_pyro5_server(pair, serializer):
            ours, theirs = globals()[pair]()
            daemon = Pyro5.api.Daemon(connected_socket=theirs)
            daemon.register(Echo(), "echo")
            thread = threading.Thread(target=daemon.requestLoop)
            thread.start()
            with start("call", ours, serializer) as process:
                assert process.wait(20) == 0
            thread.join(20)
            assert not thread.is_alive()
            daemon.close()
            theirs.close()


@tap.case("thread")
def test_server_type(server_type):
    ours, theirs = unix_pair()
    with start("serve", ours, PYRO_SERVERTYPE=server_type) as process:
        with Pyro5.api.Proxy("echo", connected_socket=theirs) as proxy:
            assert proxy.echo(1) == 1
        theirs.close()
        assert process.wait(20) == 0


@tap.case("multiplex")
@tap.case("thread")
def test_encrypted(server_type):
    """With SSL a joined socket is encrypted, too"""
    with certificates.made() as certs:
        settings = {"PYRO_SSL": "1", "PYRO_SSL_SERVERCERT": certs.server.cert,
                    "PYRO_SSL_SERVERKEY": certs.server.key, "PYRO_SSL_CACERTS": certs.ca.cert}
        first, second = unix_pair()
        with start("serve", first, PYRO_SERVERTYPE=server_type, **settings) as server:
            with start("call", second, "serpent", **settings) as client:
                assert client.wait(20) == 0
            assert server.wait(20) == 0
        # Nothing goes in the clear to who does not encrypt
        first, second = unix_pair()
        with start("serve", first, PYRO_SERVERTYPE=server_type, **settings) as server:
            with start("call", second, "serpent") as client:
                assert client.wait(20) == 1
            server.kill()  # nobody was connected, so nobody is gone


tap.run()
