#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Batches of the real Pyro5 client, which our server answers as Pyro5's does; and the reverse."""

import os
import subprocess
import sys
import threading

if "PYRO5_PATH" not in os.environ:
    print("1..0 # SKIP PYRO5_PATH does not name a Pyro5")
    sys.exit(0)
sys.path.insert(0, os.environ["PYRO5_PATH"])

import Pyro5.api  # noqa: E402
import Pyro5.core  # noqa: E402
import Pyro5.protocol  # noqa: E402

import servers  # noqa: E402
import tap  # noqa: E402

SERIALIZERS = ["serpent", "marshal", "json", "msgpack"]
SERVER_TYPES = ["multiplex", "thread"]
MANY = 100000

ECHO = ("echo", ("hi",), {})
BATCHES = [
    [],
    [ECHO],
    [ECHO, ("echo", (), {"message": [1, 2]}), ("__dunder__", (), {})],
    [ECHO, ("error_with_text", (), {}), ECHO],
    [("error", (), {}), ECHO],
    [ECHO, ("echo", (1, 2), {})],
    [ECHO, ("nosuch", (), {}), ECHO],
    [ECHO, ("_private", (), {}), ECHO],
    [("verbose", (), {})],
    [("__getattr__", ("verbose",), {})],
    [ECHO, ("oneway_echo", ("x",), {}), ECHO],
    [("<batch>", ([ECHO],), {})],
    [ECHO, ("generator", (), {})],
]


def connect(server, serializer="serpent"):
    proxy = Pyro5.api.Proxy(server.uri)
    proxy._pyroSerializer = serializer
    proxy._pyroTimeout = 60
    return proxy


def submit(proxy, calls, oneway=False):
    """Yields the results. BatchProxy fails with marshal: it gives None where that wants a dict."""
    batch = Pyro5.api.BatchProxy(proxy)
    if proxy._pyroSerializer != "marshal":
        for name, args, kwargs in calls:
            if name.startswith("__") and name.endswith("__"):
                getattr(batch, "_BatchProxy__calls").append((name, args, kwargs))
            else:
                getattr(batch, name)(*args, **kwargs)
        return batch(oneway=oneway)
    flags = Pyro5.protocol.FLAGS_BATCH | (Pyro5.protocol.FLAGS_ONEWAY if oneway else 0)
    results = proxy._pyroInvoke("<batch>", calls, {}, flags)
    return None if oneway else getattr(batch, "_BatchProxy__resultsgenerator")(results)


def outcome(proxy, calls):
    """What a program sees: whether the batch failed, its results, the type of its exception"""
    seen = []
    try:
        results = submit(proxy, calls)
        seen.append("submitted")
        for result in results:
            seen.append(result)
    except Exception as error:
        # Which exception tells of an item stream depends on Pyro5's serializer
        stream = calls[-1][0] == "generator"
        seen.append("failed" if stream else type(error).__name__)
    return seen


for _type in SERVER_TYPES:
    for _serializer in SERIALIZERS:
        @tap.case(_type, _serializer)
        def test_outcomes(server_type, serializer):
            # Pyro5 can't send exceptions in batches with marshal
            theirs_with = "json" if serializer == "marshal" else serializer
            with servers.pyro5(PYRO_SERVERTYPE=server_type) as theirs, \
                    servers.ours(PYRO_SERVERTYPE=server_type) as ours, \
                    connect(theirs, theirs_with) as their_proxy, \
                    connect(ours, serializer) as our_proxy:
                for calls in BATCHES:
                    expected, actual = outcome(their_proxy, calls), outcome(our_proxy, calls)
                    assert actual == expected, "%r: %r, not %r" % (calls, actual, expected)


for _type in SERVER_TYPES:
    for _serializer in SERIALIZERS:
        @tap.case(_type, _serializer)
        def test_many(server_type, serializer):
            calls = [("echo", (number,), {}) for number in range(MANY)]
            with servers.ours(PYRO_SERVERTYPE=server_type) as server, \
                    connect(server, serializer) as proxy:
                assert list(submit(proxy, calls)) == list(range(MANY))


@tap.case("multiplex")
@tap.case("thread")
def test_oneway(server_type):
    with servers.ours(PYRO_SERVERTYPE=server_type) as server, connect(server) as proxy:
        assert submit(proxy, [ECHO, ("error", (), {}), ECHO], oneway=True) is None
        assert proxy.echo("after it") == "after it"


@tap.case("multiplex")
def test_others_have_their_turn(server_type):
    """While a long batch is carried out, another client is answered. (A worker thread would not
    even delay the calls behind a oneway batch.)"""
    done = threading.Event()
    sent = threading.Event()

    def work():
        with connect(server) as proxy:
            submit(proxy, [ECHO] * MANY, oneway=True)
            sent.set()
            proxy.echo("waits for the batch")
            done.set()

    with servers.ours(PYRO_SERVERTYPE=server_type) as server, connect(server) as other:
        other.echo("connected")
        thread = threading.Thread(target=work)
        thread.start()
        assert sent.wait(60)
        assert other.echo("now") == "now"
        assert not done.is_set(), "the other client had to wait"
        thread.join()
        assert done.is_set()


@tap.case()
def test_too_many():
    with servers.ours(PYROG_MAX_BATCH="10") as server, connect(server) as proxy:
        assert len(list(submit(proxy, [ECHO] * 10))) == 10
        try:
            submit(proxy, [ECHO] * 11)
            raise AssertionError("nothing was raised")
        except Pyro5.errors.ProtocolError as error:
            assert "MAX_BATCH" in str(error), error
        assert proxy.echo("still there") == "still there"


for _kind in (servers.pyro5, servers.ours):
    for _serializer in SERIALIZERS:
        @tap.case(_kind.__name__, _serializer)
        def test_our_client(kind, serializer):
            with getattr(servers, kind)() as server:
                result = subprocess.run([os.environ["BATCH_SCENARIO"], server.uri, serializer],
                                        timeout=100, text=True, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, check=False)
                assert result.returncode == 0, result.stdout


tap.run()
