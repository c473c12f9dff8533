# SPDX-License-Identifier: LGPL-2.1-or-later
"""Servers and clients of benchmark programs, for the benchmarks and for their tests."""

import contextlib
import json
import socket
import subprocess


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def served(command, address, mode="multiplex", environment=None):
    """A server that accepts; its process"""
    server = subprocess.Popen(command + ["server", address, mode], stdout=subprocess.PIPE,
                              text=True, env=environment)
    try:
        if server.stdout.readline() != "READY\n":
            raise RuntimeError("%s did not start as a server" % command)
        yield server
    finally:
        server.kill()
        server.communicate()


def measured(command, address, workload, *numbers, environment=None, timeout=None):
    """What the client of a workload printed"""
    arguments = ["client", address, workload] + [str(number) for number in numbers]
    result = subprocess.run(command + arguments, stdout=subprocess.PIPE, text=True, check=True,
                            env=environment, timeout=timeout)
    return json.loads(result.stdout)


@contextlib.contextmanager
def held(command, address, count, environment=None):
    """So many connections that are idle, as long as it lasts"""
    client = subprocess.Popen(command + ["client", address, "hold", str(count)],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                              env=environment)
    try:
        line = client.stdout.readline()
        if not line or json.loads(line) != {"held": count}:
            raise RuntimeError("%s did not hold %d connections" % (command, count))
        yield client
    finally:
        client.communicate()
