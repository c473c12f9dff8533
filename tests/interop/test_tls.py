# SPDX-License-Identifier: LGPL-2.1-or-later
"""TLS with the real Pyro5 and Python's ssl module at the other end, in both directions."""

import hashlib
import itertools
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading

import certificates
import servers
import tap
from tap import case

PYRO5_CALL = """
import sys, Pyro5.api
proxy = Pyro5.api.Proxy(sys.argv[1])
proxy._pyroTimeout = 20
print(proxy.echo("hello"))
"""


def run(command, uri, environment):
    result = subprocess.run(command + uri, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            text=True, timeout=60, check=False, env=dict(os.environ, **environment))
    return result.returncode, result.stdout.strip().splitlines()[-1]


def our_call(uri, environment):
    return run([os.environ["PROGRAM"], "--timeout", "20", "call"], [uri, "echo", '"hello"'],
               environment)


def pyro5_call(uri, environment):
    return run([sys.executable, "-c", PYRO5_CALL], [uri],
               dict(environment, PYTHONPATH=os.environ["PYRO5_PATH"]))


ENDS = {
    "pyrog client, Pyro5 server": (our_call, servers.pyro5),
    "Pyro5 client, pyrog server": (pyro5_call, servers.ours),
    "pyrog client, pyrog server": (our_call, servers.ours),
}


def server_settings(name, trusted=None, password=None):
    settings = {"PYRO_SSL": "1", "PYRO_SSL_SERVERCERT": name.cert, "PYRO_SSL_SERVERKEY": name.key}
    if trusted is not None:
        settings.update(PYRO_SSL_REQUIRECLIENTCERT="1", PYRO_SSL_CACERTS=trusted.cert)
    if password is not None:
        settings["PYRO_SSL_SERVERKEYPASSWD"] = password
    return settings


def client_settings(trusted, name=None, password=None):
    settings = {"PYRO_SSL": "1", "PYRO_SSL_CACERTS": trusted.cert}
    if name is not None:
        settings.update(PYRO_SSL_CLIENTCERT=name.cert, PYRO_SSL_CLIENTKEY=name.key)
    if password is not None:
        settings["PYRO_SSL_CLIENTKEYPASSWD"] = password
    return settings


# name: (server, client, whether it works, what an error of a pyrog client says)
def rows(certs):
    locked = certificates.PASSWORD
    return {
        "one way": (server_settings(certs.server), client_settings(certs.ca), True, None),
        "mutual": (server_settings(certs.server, certs.ca),
                   client_settings(certs.ca, certs.client), True, None),
        "no client certificate": (server_settings(certs.server, certs.ca),
                                  client_settings(certs.ca), False, "Certificate is required|closed"),
        "stranger's client certificate": (server_settings(certs.server, certs.ca),
                                          client_settings(certs.ca, certs.stranger), False,
                                          "CA is unknown|closed"),
        "expired client certificate": (server_settings(certs.server, certs.ca),
                                       client_settings(certs.ca, certs.expired_client), False,
                                       "expired|closed"),
        "other CA": (server_settings(certs.server), client_settings(certs.other_ca), False,
                     "nobody trusted has signed it"),
        "wrong host": (server_settings(certs.wrong_host), client_settings(certs.ca), False,
                       "it is for another name"),
        "self-signed and trusted": (server_settings(certs.self_signed),
                                    client_settings(certs.self_signed), True, None),
        "encrypted keys": (server_settings(certs.locked_server, certs.ca, locked),
                           client_settings(certs.ca, certs.locked_client, locked), True, None),
        "client in the clear": (server_settings(certs.server), {"PYRO_SSL": "0"}, False,
                                "SSL|closed|lost|protocol"),
        "server in the clear": ({"PYRO_SSL": "0"}, client_settings(certs.ca), False,
                                "the daemon does not encrypt"),
    }


def check_outcome(call, server, works, text, client):
    status, line = call(server.uri, client)
    if works:
        assert (status, line.strip("'")) == (0, "hello"), line
    else:
        assert status != 0, line
        if call is our_call:
            assert re.search(text, line), line
        # the one peer's trouble is nobody else's
        assert server.process.poll() is None


NAMES = ["one way", "mutual", "no client certificate", "stranger's client certificate",
         "expired client certificate", "other CA", "wrong host", "self-signed and trusted",
         "encrypted keys", "client in the clear", "server in the clear"]


def each_row(function):
    for ends in ENDS:
        for name in NAMES:
            if (ends, name) == ("pyrog client, Pyro5 server", "client in the clear"):
                continue  # Pyro5's server waits for the end of a handshake that never begins
            case(ends, name)(function)
    return function


@each_row
def test_matrix(certs, ends, name):
    """The outcome of each combination, with an error that helps"""
    call, serve = ENDS[ends]
    server_environment, client_environment, works, text = rows(certs)[name]
    with serve(**server_environment) as server:
        check_outcome(call, server, works, text, client_environment)


@case("thread")
@case("multiplex")
def test_server_types(certs, server_type):
    """Both server types encrypt, and go on after a peer that they refused"""
    settings = server_settings(certs.server, certs.ca)
    with servers.ours(PYRO_SERVERTYPE=server_type, **settings) as server:
        for client in (client_settings(certs.ca), client_settings(certs.ca, certs.stranger)):
            assert pyro5_call(server.uri, client)[0] != 0
        good = client_settings(certs.ca, certs.client)
        assert pyro5_call(server.uri, good) == (0, "hello")
        assert our_call(server.uri, good) == (0, "'hello'")


@case("expired")
@case("not_yet_valid")
def test_dates(certs, name):
    """A client refuses a certificate out of its time, and our server does not start with one"""
    settings = server_settings(getattr(certs, name))
    with servers.pyro5(**settings) as server:
        status, line = our_call(server.uri, client_settings(certs.ca))
        assert status == 1 and re.search("expired|not valid yet", line), line
    check_start(settings, "has expired|is not valid yet")


def check_start(settings, text):
    status, line = run([os.environ["ECHOSERVER"]], [], settings)
    assert status == 1 and re.search(text, line), line


@case()
def test_start_errors(certs):
    """What can't work is said at start, with the name of the file"""
    good = server_settings(certs.server)
    locked = server_settings(certs.locked_server)
    check_start(dict(good, PYRO_SSL_SERVERKEY=certs.client.key), "does not belong to")
    check_start(dict(good, PYRO_SSL_SERVERKEY="/nonexistent.pem"), "/nonexistent.pem")
    check_start(dict(good, PYRO_SSL_SERVERCERT=certs.server.key), "server-key.pem")
    check_start(dict(good, PYRO_SSL_SERVERCERT=""), "SSL_SERVERCERT")
    check_start(locked, "locked-server-key.pem.* needs a password")
    check_start(dict(locked, PYRO_SSL_SERVERKEYPASSWD=certificates.WRONG_PASSWORD),
                "password of the key .*locked-server-key.pem.* is wrong")
    check_start(dict(good, PYRO_SSL_REQUIRECLIENTCERT="1"), "SSL_CACERTS")
    check_start(dict(good, PYRO_SSL_REQUIRECLIENTCERT="1", PYRO_SSL_CACERTS="/nonexistent.pem"),
                "/nonexistent.pem")
    check_start(dict(good, PYRO_SSL_REQUIRECLIENTCERT="1", PYRO_SSL_CACERTS=certs.folder + "/password"),
                "no certificate in .*password")


@case()
def test_client_errors(certs):
    """A client that can't use its own files says so, and connects to nobody"""
    with servers.ours(**server_settings(certs.server, certs.ca)) as server:
        for client, text in (
                (client_settings(certs.ca, certs.locked_client), "needs a password"),
                (client_settings(certs.ca, certs.locked_client, "wrong"), "is wrong"),
                (dict(client_settings(certs.ca), PYRO_SSL_CACERTS="/nonexistent.pem"),
                 "/nonexistent.pem"),
                (client_settings(certs.ca, certs.expired_client), "has expired")):
            status, line = our_call(server.uri, client)
            assert status == 1 and re.search(text, line), line


@case()
def test_pkcs12(certs):
    """A certificate and its key may come in PKCS#12, with a password"""
    settings = server_settings(certs.locked_server, password=certificates.PASSWORD)
    settings["PYRO_SSL_SERVERCERT"] = settings["PYRO_SSL_SERVERKEY"] = certs.locked_server.p12
    with servers.ours(**settings) as server:
        assert pyro5_call(server.uri, client_settings(certs.ca)) == (0, "hello")
    check_start(dict(settings, PYRO_SSL_SERVERKEYPASSWD="wrong"), "is wrong")


@case()
def test_ca_directory(certs):
    """SSL_CACERTS may be a directory, as c_rehash makes it"""
    folder = os.path.join(certs.folder, "trusted")
    os.makedirs(folder, exist_ok=True)
    shutil.copy(certs.ca.cert, folder)
    with servers.pyro5(**server_settings(certs.server)) as server:
        client = dict(client_settings(certs.ca), PYRO_SSL_CACERTS=folder)
        assert our_call(server.uri, client) == (0, "'hello'")


@case("127.0.0.1")
@case("::1")
def test_addresses(certs, host):
    """The identity of a server may be an IP address"""
    server = servers.EchoServer([os.environ["ECHOSERVER"], "-H", host],
                                **server_settings(certs.server))
    with server:
        assert our_call(server.uri, client_settings(certs.ca)) == (0, "'hello'")


@case()
def test_unix_socket(certs):
    """TLS works over a unix socket too; the expected name is localhost's"""
    with servers.ours("unix", **server_settings(certs.server)) as server:
        assert our_call(server.uri, client_settings(certs.ca)) == (0, "'hello'")
    with servers.ours("unix", **server_settings(certs.wrong_host)) as server:
        status, line = our_call(server.uri, client_settings(certs.ca))
        assert status == 1 and "another name" in line, line


@case()
def test_pin(certs):
    """A pinned self-signed certificate is trusted, and no other one"""
    with open(certs.self_signed.cert, encoding="ascii") as file:
        der = ssl.PEM_cert_to_DER_cert(file.read())
    pin = hashlib.sha256(der).hexdigest()
    with servers.pyro5(**server_settings(certs.self_signed)) as server:
        assert run([os.environ["PINNED_CALL"]], [server.uri, pin], {"PYRO_SSL": "1"}) == (0, "hello")
    with servers.pyro5(**server_settings(certs.server)) as server:
        status, line = run([os.environ["PINNED_CALL"]], [server.uri, pin], {"PYRO_SSL": "1"})
        assert status == 1 and "not acceptable" in line, line


def weak_context(purpose):
    context = ssl.SSLContext(purpose)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


@case()
def test_tls_1_1_client(certs):
    """A server refuses TLS 1.1"""
    with servers.ours(**server_settings(certs.server)) as server:
        port = int(server.uri.rsplit(":", 1)[1])
        with socket.create_connection(("localhost", port), timeout=20) as plain:
            try:
                weak_context(ssl.PROTOCOL_TLS_CLIENT).wrap_socket(plain)
            except (ssl.SSLError, ConnectionError):
                pass
            else:
                raise AssertionError("TLS 1.1 was accepted")
        assert our_call(server.uri, client_settings(certs.ca)) == (0, "'hello'")


@case()
def test_tls_1_1_server(certs):
    """So does a client"""
    context = weak_context(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certs.server.cert, certs.server.key)
    errors = []

    def serve(listener):
        connection, _ = listener.accept()
        try:
            context.wrap_socket(connection, server_side=True).close()
        except (ssl.SSLError, ConnectionError) as error:
            errors.append(error)
        connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        uri = "PYRO:x@127.0.0.1:%d" % listener.getsockname()[1]
        status, line = our_call(uri, client_settings(certs.ca))
        thread.join()
    assert status == 1 and errors, (status, line, errors)


@case()
def test_no_early_data(certs):
    """What a client gets for resumption allows no early data (0-RTT), which others could replay"""
    with servers.ours(**server_settings(certs.server)) as server:
        port = server.uri.rsplit(":", 1)[1]
        command = ["openssl", "s_client", "-tls1_3", "-CAfile", certs.ca.cert, "-connect",
                   "localhost:" + port]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True) as client:
            early = [line.strip() for line in itertools.takewhile(
                lambda line: "read R BLOCK" not in line, client.stdout)
                     if "Max Early Data" in line]
            client.kill()
    assert early and set(early) == {"Max Early Data: 0"}, early


@case()
def test_renewal(certs):
    """Files that are replaced count for new connections; old connections live on"""
    folder = os.path.join(certs.folder, "renewed")
    os.makedirs(folder, exist_ok=True)
    paths = certificates.paths(folder, "server")

    def put(name):
        for source, target in ((name.key, paths.key), (name.cert, paths.cert)):
            shutil.copy(source, target + ".new")
            os.rename(target + ".new", target)

    def shown(port):
        context = ssl.create_default_context(cafile=certs.ca.cert)
        context.load_verify_locations(certs.other_ca.cert)
        with socket.create_connection(("localhost", port), timeout=20) as plain:
            with context.wrap_socket(plain, server_hostname="localhost") as wrapped:
                return ssl.DER_cert_to_PEM_cert(wrapped.getpeercert(True)).strip()

    def pem(name):
        with open(name.cert, encoding="ascii") as file:
            return ssl.DER_cert_to_PEM_cert(ssl.PEM_cert_to_DER_cert(file.read())).strip()

    put(certs.server)
    with servers.ours(**server_settings(paths)) as server:
        port = int(server.uri.rsplit(":", 1)[1])
        assert shown(port) == pem(certs.server)
        put(certs.stranger_server)
        # It looks once a second at most
        for _ in range(100000):
            if shown(port) == pem(certs.stranger_server):
                break
        assert shown(port) == pem(certs.stranger_server)
        # What can't be used changes nothing
        with open(paths.cert, "w", encoding="ascii") as file:
            file.write("nonsense")
        assert shown(port) == pem(certs.stranger_server)


@case("silent", "multiplex")
@case("silent", "thread")
@case("half a ClientHello", "multiplex")
@case("half a ClientHello", "thread")
def test_stalled(certs, kind, server_type):
    """Hundreds of peers that stall in the TLS handshake delay nobody"""
    with servers.ours(PYRO_SERVERTYPE=server_type, PYROG_MAX_UNAUTHENTICATED="1000",
                      PYRO_THREADPOOL_SIZE="4", **server_settings(certs.server)) as server:
        port = int(server.uri.rsplit(":", 1)[1])
        peers = [socket.create_connection(("localhost", port), timeout=20) for _ in range(300)]
        if kind != "silent":
            for peer in peers:
                peer.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        assert pyro5_call(server.uri, client_settings(certs.ca)) == (0, "hello")
        assert our_call(server.uri, client_settings(certs.ca)) == (0, "'hello'")
        for peer in peers:
            peer.close()


with certificates.made() as made:
    tap.run(made)
