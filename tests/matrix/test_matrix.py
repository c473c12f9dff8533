#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The public examples of Pyro5: each folder here has the name of one, and programs of our own of
the same behaviour. Servers print their uris on one line; clients get them as arguments, and what
they print is the same whichever server they talk to, and in whatever language.

Arguments are names of folders; without them it is all."""

import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "../interop"))

import certificates  # noqa: E402
import tap  # noqa: E402

if "PYRO5_PATH" not in os.environ:
    print("1..0 # SKIP PYRO5_PATH does not name a Pyro5")
    sys.exit(0)

BUILD = os.environ["BUILD_FOLDER"]
LANGUAGES = os.environ["LANGUAGES"].split()
TIMEOUT = 60
AT_ONCE = 3

# How the program of an example in each language is named, and run
FILES = {"C": "%s.c", "Vala": "%s.vala", "JavaScript": "%s.js", "Python": "%s_pyrog.py"}
RUN = {
    "C": lambda name, role: [os.path.join(BUILD, "%s-%s" % (name, role))],
    "Vala": lambda name, role: [os.path.join(BUILD, "%s-%s-vala" % (name, role))],
    "JavaScript": lambda name, role: ["gjs", "-m", HERE / name / (role + ".js")],
    "Python": lambda name, role: [sys.executable, HERE / name / (role + "_pyrog.py")],
}


def make_certificates(directory):
    certificates.pyrog_cert("ca", "--name", "Example CA", folder=directory)
    certificates.pyrog_cert("server", "--host", "localhost", "--output", "server", folder=directory)
    certificates.pyrog_cert("client", "--name", "alice", "--output", "client", folder=directory)


# What an example finds in the folder that its programs run in
SETUP = {"ssl": make_certificates}


def talk(server, client, directory):
    """What the client prints"""
    environment = dict(os.environ, PYTHONUNBUFFERED="1", LC_ALL="C.UTF-8",
                       G_DEBUG="fatal-criticals",
                       PYTHONPATH=os.pathsep.join([os.environ["PYRO5_PATH"], str(HERE)]))
    options = {"text": True, "cwd": directory, "env": environment}
    process = subprocess.Popen(server, stdout=subprocess.PIPE, **options)
    try:
        uris = process.stdout.readline().split()
        result = subprocess.run(client + uris, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                timeout=TIMEOUT, check=False, **options)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout.splitlines()


def transcript(name, server, client):
    with tempfile.TemporaryDirectory() as directory:
        if name in SETUP:
            SETUP[name](directory)
        return talk(server, client, directory)


def language_of(name, role):
    return next(language for language in FILES if (HERE / name / (FILES[language] % role)).exists())


class Example:
    """The programs of a folder: stock ones for Pyro5, and ours"""

    def __init__(self, name, pool):
        self.name = name
        self.pool = pool
        self.stock = {role: [sys.executable, HERE / name / (role + ".py")]
                      for role in ("server", "client")}
        self.languages = {role: language_of(name, role) for role in self.stock}
        self.ours = {role: RUN[language](name, role) for role, language in self.languages.items()}
        self.expected = None

    def start(self, server, client):
        return self.pool.submit(transcript, self.name, server["server"], client["client"])

    def add_case(self, function, server, client, *description):
        """Starts a pair in the background, and adds a case that compares what was said with what
        the stock ones say to each other"""
        if self.expected is None:
            self.expected = self.start(self.stock, self.stock)
        tap.case(self.name, *description)(function)
        results[self.name, function.__name__] = self.expected, self.start(server, client)

    def add_cases(self):
        there = {role for role, language in self.languages.items() if language in LANGUAGES}
        if "server" in there:
            self.add_case(test_server, self.ours, self.stock, self.languages["server"])
            if self.languages["server"] != "JavaScript":  # which runs in one thread only
                threaded = {"server": ["env", "PYRO_SERVERTYPE=thread", *self.ours["server"]]}
                self.add_case(test_threads, threaded, self.stock, self.languages["server"])
        if "client" in there:
            self.add_case(test_client, self.stock, self.ours, self.languages["client"])
        if len(there) == 2:
            self.add_case(test_both, self.ours, self.ours)


results = {}


def compare(name, case):
    expected, found = [future.result() for future in results[name, case]]
    assert expected, "Pyro5 printed nothing"
    assert found == expected, "\n".join(["Expected:", *expected, "Found:", *found])


def test_server(name, language):
    """Our server, and a client for the stock Pyro5"""
    compare(name, "test_server")


def test_threads(name, language):
    """Our server with worker threads, and a client for the stock Pyro5"""
    compare(name, "test_threads")


def test_client(name, language):
    """Our client, and a server for the stock Pyro5"""
    compare(name, "test_client")


def test_both(name):
    """Our server and our client"""
    compare(name, "test_both")


def main():
    names = sys.argv[1:] or sorted(path.parent.name for path in HERE.glob("*/client.py"))
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        for name in names:
            Example(name, pool).add_cases()
        tap.run()


main()
