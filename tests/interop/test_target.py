# SPDX-License-Identifier: LGPL-2.1-or-later
"""The two programs that other suites drive, with the real Pyro5 at the other end."""

import os
import signal
import subprocess
import sys
import tempfile
import threading

import servers
import tap
from servers import target
from tap import case

sys.path.insert(0, os.environ["PYRO5_PATH"])
import Pyro5.api  # noqa: E402

SERIALIZERS = ["serpent", "marshal", "json", "msgpack"]


def proxy_for(uri, serializer="serpent"):
    proxy = Pyro5.api.Proxy(uri)
    proxy._pyroSerializer = serializer
    proxy._pyroTimeout = 20
    return proxy


def raises(exception, function, *arguments):
    try:
        function(*arguments)
    except exception:
        return True
    return False


def both_types(function):
    for server_type in ("multiplex", "thread"):
        case(server_type)(function)
    return function


@both_types
def test_members(server_type):
    """Everything that is exposed works, in each serializer"""
    with target(server_type) as (uri, _):
        for serializer in SERIALIZERS:
            with proxy_for(uri, serializer) as proxy:
                assert proxy.echo("text") == "text"
                assert list(proxy.stream(3)) == [0, 1, 2]
                assert proxy.slow(0.01) == 0.01
                before = proxy.noted()
                proxy.note(1)
                # A call that waits for nothing may overtake a oneway one of a worker
                while proxy.noted() == before:
                    pass
                assert proxy.noted() == before + 1
                assert raises(ValueError, proxy.fail, "wrong")
                if serializer != "marshal":  # Pyro5's client can't
                    proxy.value = 5
                    assert proxy.value == 5


@both_types
def test_slow_blocks_nobody(server_type):
    """Others are served while a slow call waits"""
    with target(server_type) as (uri, _):
        answers = []

        def wait():
            with proxy_for(uri) as proxy:
                answers.append(proxy.slow(1.5))

        thread = threading.Thread(target=wait)
        thread.start()
        with proxy_for(uri) as proxy:
            while thread.is_alive():
                assert proxy.echo(1) == 1
        thread.join()
        assert answers == [1.5]


@case()
def test_oneway_beside():
    """With threads a oneway call delays no later call of its connection"""
    with servers.ours(PYRO_SERVERTYPE="thread") as server, proxy_for(server.uri) as proxy:
        proxy._pyroTimeout = 4
        proxy.oneway_slow()  # five seconds
        assert proxy.echo(1) == 1


@both_types
def test_hidden(server_type):
    """What is in the table and not exposed is reached by no way, and no getter runs"""
    with target(server_type) as (uri, _), proxy_for(uri) as proxy:
        proxy._pyroBind()
        metadata = proxy._pyroMethods | proxy._pyroAttrs
        assert not metadata & {"trap", "secret", "_private", "__hidden"}, metadata
        for name in ("secret", "_private", "__hidden", "trap", "value"):
            assert raises(AttributeError, proxy._pyroInvoke, name, (), {})
            proxy._pyroMethods.add(name)
            batch = Pyro5.api.BatchProxy(proxy)
            batch._BatchProxy__calls.append((name, (), {}))
            assert raises(AttributeError, lambda b: list(b()), batch)
        for name in ("trap", "secret", "_private", "echo"):
            assert raises(AttributeError, proxy._pyroInvoke, "__getattr__", (name,), None)
            assert raises(AttributeError, proxy._pyroInvoke, "__setattr__", (name, 1), None)
        assert proxy.trapped() == 0


@both_types
def test_terminate(server_type):
    """SIGTERM lets a call in progress end"""
    with target(server_type) as (uri, process):
        answers = []

        def wait():
            with proxy_for(uri) as proxy:
                proxy._pyroBind()
                bound.set()
                answers.append(proxy.slow(1))

        bound = threading.Event()
        thread = threading.Thread(target=wait)
        thread.start()
        bound.wait()
        with proxy_for(uri) as other:
            other.slow(0.5)  # the request above has come meanwhile
        process.send_signal(signal.SIGTERM)
        thread.join()
        assert answers == [1]
        assert process.wait(20) == 0


@case()
def test_unix_socket():
    """HOST may be a unix socket"""
    with tempfile.TemporaryDirectory() as folder:
        with target("multiplex", "./u:" + folder + "/target") as (uri, _), proxy_for(uri) as proxy:
            assert proxy.echo(1) == 1


@case()
def test_target_usage():
    """Wrong arguments are a usage error"""
    for arguments in ([], ["localhost", "0", "x", "other"], ["localhost"]):
        result = subprocess.run([os.environ["TEST_TARGET"], *arguments], check=False,
                                stderr=subprocess.PIPE, timeout=20)
        assert result.returncode == 2, result


def call(*arguments):
    result = subprocess.run([os.environ["TEST_CLIENT"], *arguments], check=False, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=20)
    return result.returncode, result.stdout


@case()
def test_client():
    """The client succeeds if and only if the echo comes back"""
    with servers.pyro5() as server:
        for serializer in SERIALIZERS:
            assert call(server.uri, serializer) == (0, "RESULT hello\n")
        assert call(server.uri) == (0, "RESULT hello\n")
        assert call(server.uri, "pickle") == (1, "")
        assert call(server.uri.replace("test.echoserver", "other"))[0] == 1
    assert call(server.uri)[0] == 1
    assert call()[0] == 2


tap.run()
