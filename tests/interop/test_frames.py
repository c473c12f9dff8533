#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What goes over the wire to and from the real Pyro5: nothing that it did not ask for."""

import os
import subprocess
import sys

if "PYRO5_PATH" not in os.environ:
    print("1..0 # SKIP PYRO5_PATH does not name a Pyro5")
    sys.exit(0)

import relay  # noqa: E402
import servers  # noqa: E402
import tap  # noqa: E402

sys.path.insert(0, os.environ["PYRO5_PATH"])
import Pyro5.api  # noqa: E402
import Pyro5.serializers  # noqa: E402

SERIALIZERS = ["serpent", "marshal", "json", "msgpack"]


def decode(frame):
    return Pyro5.serializers.serializers_by_id[frame.serializer].loads(frame.payload)


def is_extended(frame):
    return b"software" in frame.payload


def check_client(frames):
    """What our client may say to anybody: it offers in CONNECT, and nothing else is new"""
    for frame in frames:
        assert frame.type in (relay.CONNECT, relay.INVOKE, relay.PING), frame
        assert frame.flags & ~(relay.ONEWAY | relay.BATCH) == 0, frame
        assert frame.reserved == 0 and not frame.annotations, frame
        assert frame.correlation == bytes(16), frame
        assert is_extended(frame) == (frame.type == relay.CONNECT), frame
        if frame.type == relay.CONNECT:
            payload = decode(frame)
            assert set(payload) == {"handshake", "object", "pyrog"}, payload
            assert payload["handshake"] == "hello"
            assert payload["pyrog"]["software"]["v"] == 1
            assert payload["pyrog"]["software"]["name"] == "pyrog"


def check_server(frames, extended):
    """What our daemon may say: it answers an offer, and nobody else"""
    for frame in frames:
        assert frame.type in (relay.CONNECTOK, relay.RESULT, relay.PING), frame
        assert frame.flags & ~(relay.EXCEPTION | relay.STREAM | relay.BATCH) == 0, frame
        assert frame.reserved == 0 and frame.correlation == bytes(16), frame
        names = [name for name, _ in frame.annotations]
        assert names == (["STRM"] if frame.flags & relay.STREAM else []), frame
        assert is_extended(frame) == (extended and frame.type == relay.CONNECTOK), frame
        if frame.type == relay.CONNECTOK:
            assert set(decode(frame)) == {"handshake", "meta"} | ({"pyrog"} if extended else set())


def run_scenario(uri, serializer, name="PROXY_SCENARIO"):
    result = subprocess.run([os.environ[name], uri, serializer], timeout=60, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert result.returncode == 0, result.stdout


for _serializer in SERIALIZERS:
    @tap.case(_serializer)
    def test_pyrog_with_pyro5(serializer):
        with servers.pyro5() as server, relay.Relay(server.uri) as middle:
            run_scenario(middle.uri, serializer)
            said, heard = middle.frames()
            assert len(said) > 10
            check_client(said)
            # Pyro5 has no idea of what it was offered
            assert not any(is_extended(frame) for frame in heard)

    @tap.case(_serializer)
    def test_batches_with_pyro5(serializer):
        with servers.pyro5() as server, relay.Relay(server.uri) as middle:
            run_scenario(middle.uri, serializer, "BATCH_SCENARIO")
            said, heard = middle.frames()
            assert any(frame.flags & relay.BATCH for frame in said)
            check_client(said)
            assert not any(is_extended(frame) for frame in heard)

    @tap.case(_serializer)
    def test_pyro5_with_pyrog(serializer):
        with servers.ours() as server, relay.Relay(server.uri) as middle:
            with Pyro5.api.Proxy(middle.uri) as proxy:
                proxy._pyroSerializer = serializer
                assert proxy.echo("x") == "x"
                assert list(proxy.generator()) == ["one", "two", "three"]
                proxy.oneway_echo("x")
                try:
                    proxy.error()
                except ValueError:
                    pass
                if serializer != "marshal":  # Pyro5's client can't
                    batch = Pyro5.api.BatchProxy(proxy)
                    batch.echo(1)
                    assert list(batch()) == [1]
                    assert proxy.verbose is False
            _, heard = middle.frames()
            assert len(heard) > 5
            check_server(heard, False)

    @tap.case(_serializer)
    def test_pyrog_with_pyrog(serializer):
        with servers.ours() as server, relay.Relay(server.uri) as middle:
            run_scenario(middle.uri, serializer)
            said, heard = middle.frames()
            check_client(said)
            check_server(heard, True)


@tap.case("0", b"'aGknAA=='")
@tap.case("1", b"b\"hi'\\x00\"")
def test_bytes(setting, expected):
    """With SERPENT_BYTES_REPR both our ends write bytes as literals, otherwise in base 64"""
    with servers.ours(PYRO_SERPENT_BYTES_REPR=setting) as server, relay.Relay(server.uri) as middle:
        subprocess.run([os.environ["PROGRAM"], "call", middle.uri, "echo",
                        "[byte 0x68, 0x69, 0x27, 0x00]"], timeout=60, check=True,
                       stdout=subprocess.DEVNULL,
                       env=dict(os.environ, PYRO_SERPENT_BYTES_REPR=setting))
        said, heard = middle.frames()
        assert expected in said[1].payload, said[1]
        assert expected in heard[1].payload, heard[1]
        Pyro5.api.config.SERPENT_BYTES_REPR = setting == "1"
        with Pyro5.api.Proxy(server.uri) as proxy:
            value = proxy.echo(b"hi'\0")
            assert value == b"hi'\0" or (setting == "0" and value["encoding"] == "base64")
        Pyro5.api.config.SERPENT_BYTES_REPR = False


tap.run()
