#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How many system calls a small call costs, as strace counts them. Time plays no part.

The same programs run with few calls and with many: the difference is what the calls cost."""

import os
import shutil
import socket
import subprocess
import sys

import tap  # of tests/interop

FEW, MANY = 100, 10100
# A look at a connection that was idle, because a process had to wait for its turn
SLACK = 0.05
# test-allocations counts what takes memory; AddressSanitizer maps as it likes
IGNORED = ["total", "brk", "madvise", "mmap", "munmap"]
PROGRAM = os.environ["BENCH_PROGRAM"]
# Its look for leaks works by ptrace itself
ENVIRONMENT = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")


def skip(reason):
    print("1..0 # SKIP " + reason)
    sys.exit(0)


def check_strace():
    if shutil.which("strace") is None:
        skip("strace is not installed")
    probe = subprocess.run(["strace", "-c", "-o", os.devnull, "true"], stderr=subprocess.PIPE,
                           text=True, check=False)
    if probe.returncode != 0:
        skip("strace does not work here: " + " ".join(probe.stderr.split()))


class Traced:
    """A program of which strace, a process beside it, counts the system calls"""

    def __init__(self, *arguments):
        self.report, end = os.pipe()
        self.process = subprocess.Popen(
            ["strace", "-D", "-f", "-c", "-o", "/proc/self/fd/%d" % end, PROGRAM, *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, pass_fds=[end],
            env=ENVIRONMENT)
        os.close(end)

    def count(self):
        """Waits for the end of the program and of strace"""
        with open(self.report, encoding="utf-8") as report:
            lines = report.read().splitlines()
        self.process.communicate()
        rows = [line.split() for line in lines]
        return {row[-1]: int(row[3]) for row in rows if len(row) >= 5 and row[3].isdigit()}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run_server(address, mode, calls, client_is_traced):
    """What the client, or else the server, did for so many calls"""
    command = ["server", address, mode]
    if client_is_traced:
        server = subprocess.Popen([PROGRAM] + command, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True, env=ENVIRONMENT)
    else:
        traced = Traced(*command)
        server = traced.process
    assert server.stdout.readline() == "READY\n"
    client = ["client", address, "lat", str(calls)]
    try:
        if client_is_traced:
            return Traced(*client).count()
        subprocess.run([PROGRAM] + client, stdout=subprocess.DEVNULL, check=True, env=ENVIRONMENT)
    finally:
        server.terminate()
        if client_is_traced:
            server.communicate()
    return traced.count()


@tap.case("client", "multiplex", 2)
@tap.case("server", "multiplex", 3)
@tap.case("server", "thread", 4)
def test_system_calls(who, mode, most):
    few, many = (run_server("tcp:%d" % free_port(), mode, calls, who == "client")
                 for calls in (FEW, MANY))
    costs = {name: (many[name] - few.get(name, 0)) / (MANY - FEW) for name in many
             if name not in IGNORED}
    for name, cost in sorted(costs.items()):
        if cost >= 0.001:
            print("# %s: %.3f a call" % (name, cost))
    total = sum(costs.values())
    assert 2 <= total <= most + SLACK, "%.3f system calls a call" % total


check_strace()
tap.run()
