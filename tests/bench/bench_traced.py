# SPDX-License-Identifier: LGPL-2.1-or-later
"""Programs whose system calls strace counts."""

import os
import subprocess

import bench_servers

FEW, MANY = 100, 10100
# test-allocations counts what takes memory; AddressSanitizer maps as it likes
IGNORED = ["total", "brk", "madvise", "mmap", "munmap"]


class Traced:
    """A program of which strace, a process beside it, counts the system calls"""

    def __init__(self, command, environment):
        self.report, end = os.pipe()
        self.process = subprocess.Popen(
            ["strace", "-D", "-f", "-c", "-o", "/proc/self/fd/%d" % end, *command],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, pass_fds=[end],
            env=environment)
        os.close(end)

    def count(self):
        """Waits for the end of the program and of strace"""
        with open(self.report, encoding="utf-8") as report:
            lines = report.read().splitlines()
        self.process.communicate()
        rows = [line.split() for line in lines]
        return {row[-1]: int(row[3]) for row in rows if len(row) >= 5 and row[3].isdigit()}


def run_calls(command, mode, calls, client_is_traced, environment):
    """What the client, or else the server, did for so many calls"""
    address = "tcp:%d" % bench_servers.free_port()
    server_command = command + ["server", address, mode]
    if client_is_traced:
        server = subprocess.Popen(server_command, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True, env=environment)
    else:
        traced = Traced(server_command, environment)
        server = traced.process
    assert server.stdout.readline() == "READY\n"
    client = command + ["client", address, "lat", str(calls)]
    try:
        if client_is_traced:
            return Traced(client, environment).count()
        subprocess.run(client, stdout=subprocess.DEVNULL, check=True, env=environment)
    finally:
        server.terminate()
        if client_is_traced:
            server.communicate()
    return traced.count()


def costs(command, mode, client_is_traced, environment):
    """System calls of a call, by name. The same programs run with few calls and with many: the
    difference is what the calls cost."""
    few, many = (run_calls(command, mode, calls, client_is_traced, environment)
                 for calls in (FEW, MANY))
    return {name: (many[name] - few.get(name, 0)) / (MANY - FEW) for name in many
            if name not in IGNORED}
