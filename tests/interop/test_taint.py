# SPDX-License-Identifier: LGPL-2.1-or-later
"""Secrets of one peer are searched in everything that is logged, printed or sent to another."""

import os
import socket
import struct
import subprocess
import sys
import tempfile
import uuid

import certificates
import tap
from tap import case

sys.path.insert(0, os.environ["PYRO5_PATH"])
import Pyro5.api  # noqa: E402
import Pyro5.callcontext  # noqa: E402
import Pyro5.protocol  # noqa: E402
import Pyro5.serializers  # noqa: E402

MARK = "MaRkEr-%s-of-a-secret"
EVERYTHING = {"G_MESSAGES_DEBUG": "all", "PYRO_LOGWIRE": "1", "PYRO_LOGLEVEL": "DEBUG",
              "PYRO_LOGFILE": "{stderr}", "PYRO_DETAILED_TRACEBACK": "1"}


def environment(**more):
    return dict(os.environ, **EVERYTHING, **more)


def assert_clean(text, *markers):
    if isinstance(text, str):
        text = text.encode()
    for marker in markers:
        for form in (marker.encode(), marker.encode().hex().encode(),
                     marker.encode("utf-16-le")):
            assert form not in text, "%s is in %r" % (marker, text[:2000])


class Server:
    """An echo server of ours whose whole output is kept"""

    def __init__(self, **settings):
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen([os.environ["ECHOSERVER"], "-v"], stdout=subprocess.PIPE,
                                        stderr=self.log, text=True, env=environment(**settings))
        self.printed = ""
        for line in self.process.stdout:
            self.printed += line
            if line.startswith("echo uri: "):
                self.uri = line.removeprefix("echo uri: ").strip()
            if line.startswith("echoserver running"):
                break

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.process.kill()
        self.process.stdout.close()
        self.process.wait()
        self.log.close()

    def finish(self):
        """Stops it and returns all that it wrote"""
        self.process.terminate()
        self.printed += self.process.stdout.read()
        assert self.process.wait(20) == 0
        self.log.seek(0)
        return self.printed.encode() + self.log.read()


def assert_logged(text, *kinds):
    """The wire was logged: without that, nothing in it would prove nothing"""
    for kind in kinds:
        assert kind.encode() + b" seq " in text, "%s is not in %r" % (kind, text[:2000])


def run(command, **settings):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            env=environment(**settings), timeout=60, check=False)
    return result.returncode, result.stdout


def receive_message(peer):
    """The bytes of one message, and its type"""
    header = peer.recv(40, socket.MSG_WAITALL)
    kind, size, annotations = struct.unpack("!6xB5xII", header[:20])
    return header + peer.recv(size + annotations, socket.MSG_WAITALL), kind


def listen_as_other(uri):
    """All that a second peer hears: its handshake, a call, two errors and a refused handshake"""
    port = int(uri.rsplit(":", 1)[1])
    serpent = Pyro5.serializers.serializers["serpent"]
    heard = b""

    def send(peer, kind, number, data):
        peer.sendall(Pyro5.protocol.SendingMessage(kind, 0, number, serpent.serializer_id, data).data)
        return receive_message(peer)

    for name in ("test.echoserver", "other"):
        with socket.create_connection(("localhost", port), timeout=20) as peer:
            message, kind = send(peer, Pyro5.protocol.MSG_CONNECT, 0,
                                 serpent.dumps({"handshake": "hello", "object": name}))
            heard += message
            if kind != Pyro5.protocol.MSG_CONNECTOK:
                continue
            for number, method in enumerate(("echo", "error", "nothing"), 1):
                data = serpent.dumpsCall(name, method, ("x",) if method == "echo" else (), {})
                heard += send(peer, Pyro5.protocol.MSG_INVOKE, number, data)[0]
    return heard


@case()
def test_handshake_and_annotations(certs):
    """What a client says in its handshake and its annotations, and its values, stay its own"""
    hello, note, value = (MARK % word for word in ("hello", "note", "value"))
    with Server() as server:
        proxy = Pyro5.api.Proxy(server.uri)
        proxy._pyroHandshake = {"user": "a", "password": hello}
        Pyro5.callcontext.current_context.annotations = {"NOTE": note.encode()}
        with proxy:
            assert proxy.echo("plain") == "plain"
            assert proxy.echo({"user": value}) == {"user": value}
            try:
                proxy.error()
            except ValueError:
                pass
            heard = listen_as_other(server.uri)
        Pyro5.callcontext.current_context.annotations = {}
        assert_clean(heard, hello, note, value)
        output = server.finish()
        assert_logged(output, "CONNECT", "CONNECTOK", "INVOKE", "RESULT", "CONNECTFAIL")
        assert b" annotations NOTE(%d) " % len(note) in output
        assert_clean(output, hello, note)


@case()
def test_our_client(certs):
    """What our client says in its handshake and its annotations is not in its own log"""
    hello, note = MARK % "hello", MARK % "note"
    with Server() as server:
        result = subprocess.run([os.environ["CONTEXT_SCENARIO"], "whisper", server.uri, hello, note],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
                                env=environment(), check=True)
        assert_logged(result.stdout, "CONNECT", "CONNECTOK", "INVOKE", "RESULT")
        assert_clean(result.stdout, hello, note)
        assert_clean(server.finish(), hello, note)


@case("serpent")
@case("marshal")
@case("json")
@case("msgpack")
def test_proxies(certs, serializer):
    """A proxy of Pyro5's that is an argument has its handshake with it, which is in no log"""
    hello = MARK % "hello"
    with Server() as server, Pyro5.api.Proxy(server.uri) as proxy:
        proxy._pyroSerializer = serializer
        proxy._pyroHandshake = hello
        proxy.echo(proxy)
        # The echo server itself prints what it was told
        output = server.finish().removeprefix(server.printed.encode())
        assert_logged(output, "INVOKE", "RESULT")
        assert_clean(output, hello)


@case()
def test_password_in_handshake(certs):
    """The password of a client of ours, right or wrong, is in nobody's log and in no refusal"""
    program = os.environ["SECRET_SCENARIO"]
    right, wrong = MARK % "handshake" + "-right", MARK % "handshake" + "-wrong"
    with tempfile.TemporaryFile() as log, \
            subprocess.Popen([program, "serve"], stdout=subprocess.PIPE, stderr=log,
                             env=environment()) as server:
        try:
            logged = b""
            while not logged.startswith(b"READY "):  # what is debugged is printed, too
                logged = server.stdout.readline()
            uri = logged.decode().split()[1]
            status, output = run([program, "call", uri, right])
            assert status == 0 and b"RESULT hello" in output, output
            assert b"echo" in output, "LOGWIRE is off"
            assert_clean(output, right)
            status, output = run([program, "call", uri, wrong])
            assert status == 0 and b"not that one" in output, output
            assert_clean(output, wrong)
            assert_clean(listen_as_other(uri), right, wrong)
        finally:
            server.terminate()
        logged += server.communicate(timeout=20)[0]
        log.seek(0)
        logged += log.read()
        assert b"echo" in logged, "LOGWIRE is off"
        assert_clean(logged, right, wrong)


@case()
def test_correlation(certs):
    """Replies to others have no correlation id of the first"""
    with Server() as server:

        identity = Pyro5.callcontext.current_context.correlation_id = uuid.uuid4()
        with Pyro5.api.Proxy(server.uri) as proxy:
            proxy.echo(1)
            Pyro5.callcontext.current_context.correlation_id = None
            assert identity.bytes not in listen_as_other(server.uri)


def locked(certs):
    return {"PYRO_SSL": "1", "PYRO_SSL_SERVERCERT": certs.locked_server.cert,
            "PYRO_SSL_SERVERKEY": certs.locked_server.key,
            "PYRO_SSL_CLIENTCERT": certs.locked_client.cert,
            "PYRO_SSL_CLIENTKEY": certs.locked_client.key, "PYRO_SSL_CACERTS": certs.ca.cert}


@case()
def test_passwords(certs):
    """Passwords, right and wrong, appear nowhere, and neither do keys"""
    wrong = MARK % "password"
    right = certificates.PASSWORD
    settings = locked(certs)
    with Server(PYRO_SSL_SERVERKEYPASSWD=right, **settings) as server:
        status, output = run([os.environ["PROGRAM"], "call", server.uri, "echo", "5"],
                             PYRO_SSL_CLIENTKEYPASSWD=right, **settings)
        assert status == 0, output
        assert_clean(output, right)
        status, output = run([os.environ["PROGRAM"], "call", server.uri, "echo", "5"],
                             PYRO_SSL_CLIENTKEYPASSWD=wrong, **settings)
        assert status == 1
        assert_clean(output, wrong)
        with open(certs.locked_server.key, encoding="ascii") as file:
            key = file.read().splitlines()[1]
        assert_clean(server.finish(), right, key)
    status, output = run([os.environ["ECHOSERVER"]], PYRO_SSL_SERVERKEYPASSWD=wrong, **settings)
    assert status == 1
    assert_clean(output, wrong)


@case()
def test_check_config(certs):
    """A dump says that a password is set, and no more"""
    password = MARK % "dump"
    status, output = run([os.environ["CHECK_CONFIG"]], PYRO_SSL_SERVERKEYPASSWD=password,
                         PYRO_SSL_CLIENTKEYPASSWD=password)
    assert status == 0 and output.count(b"(set)") == 2, output
    assert_clean(output, password)
    # Not even in the error of another item
    status, output = run([os.environ["CHECK_CONFIG"]], PYRO_SSL_SERVERKEYPASSWD=password,
                         PYRO_SSL="perhaps")
    assert status != 0
    assert_clean(output, password)


@case()
def test_cookie(certs):
    """The secret of a file is shown to nobody, neither by who has it nor by who lacks it"""
    secret = MARK % "cookie"
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "cookie")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
            file.write(secret)
        with Server(PYROG_COOKIE_FILE=path) as server:
            call = [os.environ["PROGRAM"], "call", server.uri, "echo", "5"]
            status, output = run(call, PYROG_COOKIE_FILE=path)
            assert status == 0, output
            assert_logged(output, "CONNECT", "RESULT")
            assert_clean(output, secret)
            status, output = run(call)
            assert status == 1
            assert_clean(output, secret)
            assert_clean(listen_as_other(server.uri), secret)
            assert_clean(server.finish(), secret)


with certificates.made() as made:
    tap.run(made)
