#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The programs: what they print, and how they end."""

import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile

if "PYRO5_PATH" not in os.environ:
    print("1..0 # SKIP PYRO5_PATH does not name a Pyro5")
    sys.exit(0)

import raw  # noqa: E402
import servers  # noqa: E402
import tap  # noqa: E402

COMPLETION = os.path.join(os.path.dirname(__file__), "../../data/completions/pyrog")
KINDS = {"Pyro5": servers.pyro5, "pyrog": servers.ours}


def run(program, *arguments, **environment):
    return subprocess.run([os.environ[program], *arguments], timeout=60, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                          env=dict(os.environ, **environment))


def pyrog(*arguments):
    return run("PROGRAM", *arguments)


def succeeds(expected, *arguments):
    result = pyrog(*arguments)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == expected, result.stdout


def fails(status, words, *arguments):
    result = pyrog(*arguments)
    assert result.returncode == status, result
    assert words in result.stderr, result.stderr
    assert not result.stdout, result.stdout


for _kind in KINDS:
    @tap.case(_kind)
    def test_calls(kind):
        with KINDS[kind]() as server:
            succeeds("'hi'", "call", server.uri, "echo", "'hi'")
            succeeds("int64 5", "call", server.uri, "echo", "5")
            succeeds("int64 -5", "call", server.uri, "echo", "-5")
            succeeds("-5", "--json", "call", server.uri, "echo", "-5")
            succeeds('{"a": [1, 2.5, null]}', "--json", "call", server.uri, "echo",
                     '{"a": [1, 2.5, null]}')
            succeeds("'one'\n'two'\n'three'", "stream", server.uri, "generator")
            for serializer in ("serpent", "marshal", "json", "msgpack"):
                succeeds("true", "-s", serializer, "call", server.uri, "echo", "true")
            fails(1, "ValueError: the message of the error", "call", server.uri,
                  "error_with_text")
            fails(1, "nosuch", "call", server.uri, "nosuch")

    @tap.case(_kind)
    def test_attributes(kind):
        with KINDS[kind]() as server:
            succeeds("false", "get", server.uri, "verbose")
            succeeds("", "set", server.uri, "verbose", "false")
            fails(1, "nosuch", "get", server.uri, "nosuch")

    @tap.case(_kind)
    def test_introspection_and_ping(kind):
        with KINDS[kind]() as server:
            members = json.loads(pyrog("--json", "introspect", server.uri).stdout)
            assert members["attrs"] == ["verbose"]
            assert members["oneway"] == ["oneway_echo", "oneway_slow"]
            assert "echo" in members["methods"]
            assert members.get("software") == ("pyrog" if kind == "pyrog" else None)
            assert ("version" in members) == (kind == "pyrog")
            text = pyrog("introspect", server.uri).stdout
            assert text.startswith("Served by pyrog ") == (kind == "pyrog"), text
            assert "  verbose" in text
            assert "  oneway_echo" in text and " (oneway)\n" in text
            # Signatures and documentation are more than Pyro5 tells
            described = kind == "pyrog"
            assert ("description" in members) == described
            assert ("  echo (v message)\n      Returns the message\n" in text) == described, text
            assert pyrog("ping", server.uri).returncode == 0


@tap.case()
def test_log():
    """LOGLEVEL and LOGFILE say what our programs log, and where; LOGWIRE that messages are"""
    with tempfile.TemporaryDirectory() as folder, servers.ours() as server:
        path = os.path.join(folder, "log")
        call = ("PROGRAM", "call", server.uri, "echo", "'hi'")

        def log(**environment):
            result = run(*call, PYRO_LOGFILE=path, **environment)
            assert result.returncode == 0 and not result.stderr, result
            if not os.path.exists(path):
                return None
            with open(path, encoding="utf-8") as file:
                return file.read()

        assert log(PYRO_LOGWIRE="1") is None
        assert log(PYRO_LOGLEVEL="INFO", PYRO_LOGWIRE="1") == ""
        assert os.stat(path).st_mode & 0o777 == 0o600
        assert log(PYRO_LOGLEVEL="DEBUG") == ""
        text = log(PYRO_LOGLEVEL="debug", PYRO_LOGWIRE="1")
        line = re.compile(r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3},Pyrog,DEBUG\] "
                          r"(Sent to|Received from) (127.0.0.1|::1).*: ([A-Z]+) seq \d")
        kinds = [line.match(entry).group(1, 3) for entry in text.splitlines()]
        assert kinds == [("Sent to", "CONNECT"), ("Received from", "CONNECTOK"),
                         ("Sent to", "INVOKE"), ("Received from", "RESULT")], text
        assert text.splitlines()[2].endswith("('test.echoserver','echo',('hi',),{})"), text
        # What was logged stays
        assert log(PYRO_LOGLEVEL="DEBUG", PYRO_LOGWIRE="1").startswith(text)
        assert "INVOKE" in run(*call, PYRO_LOGFILE="{stderr}", PYRO_LOGLEVEL="DEBUG",
                               PYRO_LOGWIRE="1").stderr
        for wrong in ({"PYRO_LOGLEVEL": "LOUD"},
                      {"PYRO_LOGLEVEL": "INFO", "PYRO_LOGFILE": folder + "/no/such"}):
            result = run(*call, **wrong)
            assert result.returncode == 1 and not result.stdout, result
            assert re.search("LOUD|no/such", result.stderr), result.stderr
        link = os.path.join(folder, "link")
        os.symlink(path, link)
        assert run(*call, PYRO_LOGLEVEL="INFO", PYRO_LOGFILE=link).returncode == 1


@tap.case()
def test_usage():
    fails(2, "command", )
    fails(2, "nosuch", "nosuch", "PYRO:x@localhost:1")
    fails(2, "Usage", "get", "PYRO:x@localhost:1")
    fails(2, "nosuch", "-s", "nosuch", "ping", "PYRO:x@localhost:1")
    fails(2, "nonsense", "ping", "nonsense")
    fails(2, "bad[", "call", "PYRO:x@localhost:1", "echo", "bad[")
    fails(2, "bad[", "--json", "set", "PYRO:x@localhost:1", "verbose", "bad[")
    fails(2, "UTF-8", "call", "PYRO:x@localhost:1", b"\xff")
    fails(2, "", "-s", b"\xff", "ping", "PYRO:x@localhost:1")
    for command in (["call"], ["stream"], ["get"], ["set", "5"]):
        fails(2, "empty", command[0], "PYRO:x@localhost:1", "", *command[1:])
    for timeout in ("nan", "inf", "-inf", "-1", "1e999", "5s", "", "0x"):
        fails(2, "‘%s’" % timeout, "-t", timeout, "ping", "PYRO:x@localhost:1")
    assert "introspect" in pyrog("--help").stdout
    for program in ("PROGRAM", "ECHOSERVER", "CHECK_CONFIG"):
        assert run(program, "--version").returncode == 0
        assert run(program, "--nosuch").returncode == 2
        assert run(program, "--help").returncode == 0


@tap.case()
def test_timeout():
    with servers.ours() as server:
        fails(1, "timed out", "--timeout", "0.2", "call", server.uri, "slow")
        succeeds("'x'", "--timeout", "1e300", "call", server.uri, "echo", "'x'")


# What stands before the cursor, and what may come there
COMPLETIONS = {
    ("",): "call stream get set introspect ping cert",
    ("s",): "stream set",
    ("-",): "--serializer --timeout --json --version --help",
    ("--json", "p"): "ping",
    ("-s", ""): "serpent marshal json msgpack",
    ("--serializer", "=", "m"): "marshal msgpack",
    ("--serializer", "="): "serpent marshal json msgpack",
    ("--serializer", "=", "json", "g"): "get",
    ("-t", "5", "-s", "json", "g"): "get",
    ("-t", ""): "",
    ("--timeout", "=", ""): "",
    ("call", ""): "",
    ("cert", ""): "ca server client show --help",
    ("-j", "cert", "s"): "server show",
    ("cert", "ca", "--f"): "--from --force",
    ("cert", "server", "--h"): "--help --host",
    ("cert", "client", "--h"): "--help",
    ("cert", "client", "--name", "="): "",
    ("cert", "show", "-"): "--json --help",
    ("call", "PYRO:x@localhost:1", ""): "",
    ("-j", "call", "PYRO:x@localhost:1", "-"): "",
}


@tap.case()
def test_completion():
    for words, expected in COMPLETIONS.items():
        script = ('source "$0"; COMP_WORDS=(pyrog "$@"); COMP_CWORD=$#; '
                  '_pyrog; echo "${COMPREPLY[*]}"')
        result = subprocess.run(["bash", "-c", script, COMPLETION, *words], timeout=60, text=True,
                                stdout=subprocess.PIPE, check=True)
        assert result.stdout.strip() == expected, (words, result.stdout)


@tap.case()
def test_lost_output():
    with servers.ours() as server, open("/dev/full", "w", encoding="utf-8") as full:
        for program, *arguments in (("PROGRAM", "call", server.uri, "echo", "5"),
                                    ("PROGRAM", "--json", "introspect", server.uri),
                                    ("PROGRAM", "--help"),
                                    ("ECHOSERVER",), ("ECHOSERVER", "--version"),
                                    ("CHECK_CONFIG",)):
            result = subprocess.run([os.environ[program], *arguments], timeout=60, text=True,
                                    stdout=full, stderr=subprocess.PIPE, check=False)
            assert result.returncode == 1, result
            assert "could not be written" in result.stderr, result


@tap.case()
def test_check_config():
    result = run("CHECK_CONFIG", PYRO_NS_PORT="1234", PYRO_SSL_SERVERKEYPASSWD="hunter2")
    assert result.returncode == 0
    lines = result.stdout.splitlines()
    assert "NS_PORT = 1234" in lines
    assert "SSL_SERVERKEYPASSWD = (set)" in lines
    assert "hunter2" not in result.stdout
    assert [line for line in lines if re.fullmatch("Loaded from: /.*/libpyrog-1.so.0", line)]
    for variable in ("PYRO_ONEWAY_THREADED", "PYROG_NONSENSE", "PYRO_NS_PORT"):
        result = run("CHECK_CONFIG", **{variable: "x"})
        assert result.returncode == 1
        assert variable in result.stderr


for _signal in (signal.SIGTERM, signal.SIGINT):
    @tap.case(_signal.name)
    def test_echo_server_ends_in_good_order(number):
        with servers.ours() as server:
            server.process.send_signal(getattr(signal, number))
            assert server.process.wait(timeout=20) == 0


@tap.case()
def test_echo_server_does_not_wait_when_told_twice():
    """The first signal waits for the call in progress, which takes five seconds; the second does not"""
    with servers.ours() as server, raw.Peer(server) as caller, raw.Peer(server) as idle:
        idle.shake_hands()
        caller.shake_hands()
        caller.send(raw.frame(raw.INVOKE, b"('test.echoserver','slow',(),{})"))
        with raw.Peer(server) as later:
            later.shake_hands()  # the call was read before that
        server.process.send_signal(signal.SIGTERM)
        assert idle.message() is None  # that is how the first one is seen
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(timeout=20) == 1


@tap.case()
def test_cookie():
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "cookie")
        with servers.ours(PYROG_COOKIE_FILE=path) as server:
            result = run("PROGRAM", "ping", server.uri)
            assert result.returncode == 1 and "no valid cookie" in result.stderr, result
            result = run("PROGRAM", "ping", server.uri, PYROG_COOKIE_FILE=path)
            assert result.returncode == 0, result
            result = run("PROGRAM", "ping", server.uri, PYROG_COOKIE_FILE=path + "x")
            assert result.returncode == 1 and path + "x" in result.stderr, result


@tap.case()
def test_open_files():
    """Programs may have as many open files as the system allows, not as few as it suggests"""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 256), hard))
    try:
        with servers.ours() as server:
            assert resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE) == (hard, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@tap.case()
def test_no_silent_plaintext():
    result = run("ECHOSERVER", PYRO_SSL="1")
    assert result.returncode == 1 and "SSL" in result.stderr
    with servers.ours() as server:
        result = run("PROGRAM", "ping", server.uri, PYRO_SSL="1")
        assert result.returncode == 1 and "SSL" in result.stderr


@tap.case()
def test_accepted_serializers():
    with servers.ours(PYROG_SERIALIZERS_ACCEPTED="json,msgpack") as server:
        succeeds("true", "-s", "json", "call", server.uri, "echo", "true")
        succeeds("true", "-s", "msgpack", "call", server.uri, "echo", "true")
        for serializer in ("serpent", "marshal"):
            fails(1, "not accepted", "-s", serializer, "ping", server.uri)


@tap.case()
def test_depth_and_values():
    deep, wide = "[" * 5 + "1" + "]" * 5, json.dumps(list(range(20)))
    limits = {"PYROG_MAX_DEPTH": ("4", deep, "limit of"), "PYROG_MAX_VALUES": ("12", wide, "limit")}
    for variable, (limit, value, words) in limits.items():
        with servers.ours(**{variable: limit}) as server:
            fails(1, words, "-j", "call", server.uri, "echo", value)
            succeeds("1", "-j", "call", server.uri, "echo", "1")
        with servers.ours() as server:
            succeeds(value, "-j", "call", server.uri, "echo", value)
            result = run("PROGRAM", "-j", "call", server.uri, "echo", value, **{variable: limit})
            assert result.returncode == 1 and words in result.stderr, result


@tap.case()
def test_hidden_objects():
    with servers.ours(PYROG_HIDE_OBJECTS="1") as server:
        uri = server.uri.replace("test.echoserver", "nosuch")
        result = pyrog("ping", uri)
        assert result.returncode == 1 and "unknown object" not in result.stderr, result


@tap.case()
def test_echo_server_options():
    result = run("ECHOSERVER", "-p", "99999")
    assert result.returncode == 2 and "99999" in result.stderr
    result = run("ECHOSERVER", "-H", "no.such.host.invalid")
    assert result.returncode == 1 and "no.such.host.invalid" in result.stderr
    result = run("ECHOSERVER", PYRO_NONSENSE="1")
    assert result.returncode == 1 and "PYRO_NONSENSE" in result.stderr


tap.run()
