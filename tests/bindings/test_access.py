#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Questions about certificates, handshakes and calls, decided by programs in each language; clients
are the program pyrog, the real Pyro5, and proxies in each language"""

import os
import re
import subprocess
import sys

import languages  # first: it knows where the next ones are
import certificates
import tap

if "PYRO5_PATH" not in os.environ:
    print("1..0 # SKIP PYRO5_PATH does not name a Pyro5")
    sys.exit(0)
sys.path.insert(0, os.environ["PYRO5_PATH"])

import Pyro5  # noqa: E402
import Pyro5.api  # noqa: E402
import Pyro5.socketutil  # noqa: E402

PROGRAMS = languages.programs("access")
SERVERS = languages.servers(PROGRAMS)
# What a request says of the client, who is alice, or of the server
SAID = {"accept-certificate": r"(alice|localhost) 0", "validate-handshake": "hello",
        "authorize-invocation": "echo.(echo 0|level [12])"}
WORKS = ["yes", "accept", "later-accept", "gone"]
FAILS = ["no", "refuse", "refuse-silently", "later-refuse", "drop", "leave", "keep"]
REASONS = {"refuse": "not today", "later-refuse": "not today", "keep": "Nobody has decided in time"}
STRANGE = [("yes", False), ("gone", False), ("refuse", False), ("later-refuse", False),
           ("accept", True), ("later-accept", True)]
EXCEPTIONS = ["throw", "nothing"]  # Vala has none, and its handlers return something
OWNERS = ["owner-goes", "owner-gone"]  # while it is to decide, or before it was asked
ONCE = ["leave", "owner-goes"]


def settings(certs, client, behaviour=None, server=None):
    server = server or certs.server
    # Longer than clients wait: who is refused because nobody can decide any more is so at once
    patience = "0.3" if behaviour == "keep" else "100"
    return dict(os.environ, LC_ALL="C.UTF-8", PYRO_SSL="1", PYRO_SSL_CACERTS=certs.ca.cert,
                PYRO_SSL_SERVERCERT=server.cert, PYRO_SSL_SERVERKEY=server.key,
                PYRO_SSL_CLIENTCERT=client.cert, PYRO_SSL_CLIENTKEY=client.key,
                PYRO_SSL_REQUIRECLIENTCERT="1", PYROG_DECISION_TIMEOUT=patience)


class Program:
    """A server, which with stops, or a client, which runs to its end"""

    def __init__(self, certs, language, role, question, behaviour, *uri, certificate=None):
        command = SERVERS[language] + [role, question, behaviour, *uri]
        self.process = subprocess.Popen(command, text=True, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env=settings(certs, certs.client, behaviour, certificate))

    def __enter__(self):
        line = self.process.stdout.readline()
        if not line.startswith("READY "):
            self.__exit__()
            raise RuntimeError("The server did not start: " + line)
        self.uri = line.split()[1]
        return self

    def __exit__(self, *exception):
        self.process.kill()
        self.finish()

    def finish(self, said=None):
        """Tells it something, and waits for its end; what it has printed"""
        if not self.process.stdout.closed:  # it may have ended by itself
            self.output, self.errors = self.process.communicate(said, timeout=60)
        return self.output.splitlines()


def our_call(certs, uri, client):
    command = [os.environ["PROGRAM"], "--timeout", "20", "call", uri, "echo", '"hello"']
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            timeout=60, check=False, env=settings(certs, client))
    return result.stdout.strip()


def pyro5_call(certs, uri, client, action=lambda proxy: proxy.echo("hello")):
    Pyro5.config.SSL = True
    Pyro5.config.SSL_CACERTS = certs.ca.cert
    Pyro5.config.SSL_CLIENTCERT = client.cert
    Pyro5.config.SSL_CLIENTKEY = client.key
    # It keeps the one with the certificate of its first connection
    setattr(Pyro5.socketutil, "__ssl_client_context", None)
    try:
        with Pyro5.api.Proxy(uri) as proxy:
            proxy._pyroTimeout = 20
            return repr(action(proxy))
    except Exception as error:
        return "%s: %s" % (type(error).__name__, error)


def pyro5_get(certs, uri, client):
    return pyro5_call(certs, uri, client, lambda proxy: proxy.level)


def pyro5_set(certs, uri, client):
    return pyro5_call(certs, uri, client, lambda proxy: setattr(proxy, "level", 7))


# What clients do, with what comes of it
ACTIONS = [(our_call, "'hello'", "echo"), (pyro5_call, "'hello'", "echo")]
ATTRIBUTE_ACTIONS = [(pyro5_get, "7", "level"), (pyro5_set, "None", "level")]


def actions(question):
    return ACTIONS + (ATTRIBUTE_ACTIONS if question == "authorize-invocation" else [])


def check_refusal(question, behaviour, member, outcome):
    """What a client learns: of certificates nothing, of handshakes what the program said, of calls
    that they are not permitted"""
    reason = REASONS.get(behaviour, "refused")
    expected = {
        "accept-certificate": "pyrog: .*Access was denied|ConnectionClosedError: .*ACCESS_DENIED.*",
        "validate-handshake": ".*(refused the connection|rejected): %s" % reason,
        "authorize-invocation": ".*PermissionError: Access to ‘%s’ is not permitted" % member,
    }[question]
    assert re.fullmatch(expected, outcome), (question, behaviour, outcome)


def check_asked(program, question, behaviour, times):
    asked = re.findall("ASKED (.*)", program.output)
    assert len(asked) == (0 if behaviour.endswith("gone") else times), program.output
    assert all(re.fullmatch(SAID[question], line) for line in asked), program.output
    thrown = re.findall("Error: thrown on purpose", program.errors)
    assert len(thrown) == (times if behaviour == "throw" else 0), program.errors


def check_server(certs, language, question, behaviour, works):
    with Program(certs, language, "server", question, behaviour) as server:
        for call, result, member in actions(question):
            outcome = call(certs, server.uri, certs.client)
            if works:
                assert outcome == result, (question, behaviour, outcome)
            else:
                check_refusal(question, behaviour, member, outcome)
            if behaviour in ONCE:
                break  # there is no handler any more
    times = 1 if behaviour in ONCE else len(actions(question))
    check_asked(server, question, behaviour, times)


def check_result(client, behaviour, works):
    line = client.output.splitlines()[-1]
    expected = "RESULT hello" if works else "ERROR .*" + {
        "keep": "did not decide in time.*",
        "refuse": "was refused: not today",
        "later-refuse": "was refused: not today"
    }.get(behaviour, "was refused by this program")
    assert re.fullmatch(expected, line), (behaviour, line)


def check_client(certs, language, question, behaviour, works):
    with Program(certs, "Python", "server", "accept-certificate", "gone") as server:
        client = Program(certs, language, "client", question, behaviour, server.uri)
        client.finish()
    check_asked(client, question, behaviour, 1)
    check_result(client, behaviour, works)


def behaviours(language):
    others = [] if "Vala" in language else EXCEPTIONS + OWNERS
    return [(behaviour, True) for behaviour in WORKS] \
        + [(behaviour, False) for behaviour in FAILS + others]


for _language in SERVERS:
    for _question in SAID:
        @tap.case(_language, _question)
        def test_daemon_asks(certs, language, question):
            for behaviour, works in behaviours(language):
                check_server(certs, language, question, behaviour, works)

        @tap.case(_language, _question)
        def test_daemon_stopped_before_the_decision(certs, language, question):
            """The decision comes too late: the client's connection ends, and so does the server"""
            with Program(certs, language, "server", question, "later-stop") as server:
                outcome = pyro5_call(certs, server.uri, certs.client)
                assert outcome.startswith("ConnectionClosedError"), outcome
                server.finish()
            assert server.process.returncode == 0 and "STOPPED" in server.output, server.output
            check_asked(server, question, "later-stop", 1)

    @tap.case(_language)
    def test_answer(certs, language):
        """What a daemon's program answers to the handshake reaches the client's"""
        with Program(certs, language, "server", "validate-handshake", "answer") as server:
            for other in PROGRAMS:
                client = Program(certs, other, "client", "validate-handshake", "yes", server.uri)
                assert client.finish() == ["ASKED room 7", "RESULT hello"], client.output

    @tap.case(_language)
    def test_strange_client(certs, language):
        """No objection is not enough for a certificate of another CA; accepting it is"""
        for behaviour, works in STRANGE:
            with Program(certs, language, "server", "accept-certificate", behaviour) as server:
                for call in our_call, pyro5_call:
                    outcome = call(certs, server.uri, certs.stranger)
                    assert (outcome == "'hello'") == works, (call, behaviour, outcome)
            asked = [] if behaviour == "gone" else ["ASKED alice 1"] * 2
            assert server.output.splitlines() == asked, server.output


for _language in PROGRAMS:
    for _question in "accept-certificate", "validate-handshake":
        @tap.case(_language, _question)
        def test_proxy_asks(certs, language, question):
            for behaviour, works in behaviours(language):
                check_client(certs, language, question, behaviour, works)

        @tap.case(_language, _question)
        def test_daemon_gone_before_the_decision(certs, language, question):
            """The decision of a proxy comes too late: its call fails, and was not sent"""
            with Program(certs, "Python", "server", "accept-certificate", "gone") as server:
                client = Program(certs, language, "client", question, "wait", server.uri)
                assert client.process.stdout.readline().startswith("ASKED ")
            lines = client.finish("\n")
            assert len(lines) == 1 and lines[0].startswith("ERROR "), lines

    @tap.case(_language)
    def test_strange_server(certs, language):
        for behaviour, works in STRANGE:
            with Program(certs, "Python", "server", "accept-certificate", "gone",
                         certificate=certs.wrong_host) as server:
                client = Program(certs, language, "client", "accept-certificate", behaviour,
                                 server.uri)
                lines = client.finish()
            assert (lines[-1] == "RESULT hello") == works, (behaviour, lines)
            asked = [] if behaviour == "gone" else ["ASKED other.example 2"]
            assert lines[:-1] == asked, lines


with certificates.made() as _certs:
    tap.run(_certs)
