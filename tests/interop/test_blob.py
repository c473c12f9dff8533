#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Blobs on the way from a client through a relay to a listener, each of ours or of the real Pyro5.
The listeners answer with the information and the data."""

import itertools
import os
import subprocess
import sys

if "PYRO5_PATH" not in os.environ:
    print("1..0 # SKIP PYRO5_PATH does not name a Pyro5")
    sys.exit(0)
sys.path.insert(0, os.environ["PYRO5_PATH"])

import Pyro5.api  # noqa: E402

import tap  # noqa: E402

SERIALIZERS = ["serpent", "marshal", "json", "msgpack"]

# What Pyro5 gives for the data of a blob in json is the word "params", so its listener reads it by
# itself. Its proxy wants a serializer that is the blob's.
PYRO5_PROGRAM = '''
import sys
import Pyro5.api
import Pyro5.serializers

def data_of(blob):
    message = blob._data
    serializer = Pyro5.serializers.serializers_by_id[message.serializer_id]
    return serializer.loadsCall(message.data)[2]

@Pyro5.api.expose
class Listener:
    def process(self, blob):
        if not isinstance(blob, Pyro5.api.SerializedBlob):
            return "no blob"
        return (blob.info, data_of(blob))

@Pyro5.api.expose
class Relay:
    def process(self, blob):
        if not isinstance(blob, Pyro5.api.SerializedBlob):
            return "no blob"
        with Pyro5.api.Proxy(sys.argv[2]) as proxy:
            serializer = Pyro5.serializers.serializers_by_id[blob._data.serializer_id]
            proxy._pyroSerializer = [name for name, known in Pyro5.serializers.serializers.items()
                                     if known is serializer][0]
            return proxy.process(blob)

daemon = Pyro5.api.Daemon()
uri = daemon.register(Listener() if sys.argv[1] == "listener" else Relay(), "blobs")
print("READY", uri, flush=True)
daemon.requestLoop()
'''

PROGRAMS = {
    "pyrog": [os.environ["BLOB_SCENARIO"]],
    "Pyro5": [sys.executable, "-c", PYRO5_PROGRAM],
}


class Server:
    def __init__(self, kind, *arguments):
        self.process = subprocess.Popen(
            PROGRAMS[kind] + list(arguments), stdout=subprocess.PIPE, text=True,
            env=dict(os.environ, PYTHONPATH=os.environ["PYRO5_PATH"]))
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


def call_as_pyro5(uri, serializer):
    with Pyro5.api.Proxy(uri) as proxy:
        proxy._pyroTimeout = 20
        proxy._pyroSerializer = serializer
        for info, data in (("topic", ["a", "b"]), (5, [1, "x", {"k": 2.5}]), (("a", None), [])):
            got_info, got_data = proxy.process(Pyro5.api.SerializedBlob(info, data))
            # In json a tuple comes back as a list
            assert (list(got_info) if isinstance(got_info, list) else got_info) in (
                info, list(info) if isinstance(info, tuple) else info), got_info
            assert list(got_data) == data, got_data
        # Its annotation is still there, which means nothing
        assert proxy.process("plain") == "no blob"


def call_as_pyrog(uri, serializer):
    result = subprocess.run(PROGRAMS["pyrog"] + ["client", uri, serializer], timeout=60, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert result.returncode == 0, result.stdout


CLIENTS = {"pyrog": call_as_pyrog, "Pyro5": call_as_pyro5}

for _client, _listener in itertools.product(PROGRAMS, PROGRAMS):
    for _serializer in SERIALIZERS:
        @tap.case(_client, _listener, _serializer)
        def test_client_and_listener(client, listener, serializer):
            with Server(listener, "listener") as server:
                CLIENTS[client](server.uri, serializer)

for _client, _relay, _listener in itertools.product(PROGRAMS, PROGRAMS, PROGRAMS):
    for _serializer in SERIALIZERS:
        @tap.case(_client, _relay, _listener, _serializer)
        def test_client_relay_and_listener(client, relay, listener, serializer):
            with Server(listener, "listener") as last, Server(relay, "relay", last.uri) as first:
                CLIENTS[client](first.uri, serializer)


tap.run()
