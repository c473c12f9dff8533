#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each workload of the benchmark programs works, and prints the fields it promises."""

import os
import tempfile

import bench_peers
import bench_servers
import tap  # of tests/interop

RATE = {"rate", "cpu_us"}
CALLS = RATE | {"p50_us", "p99_us"}
LARGE = {"ms", "cpu_ms"}
WORKLOADS = {
    "lat": ([20], CALLS),
    "variant": ([20], CALLS),
    "conc": ([4, 40], RATE),
    "infl": ([8, 80], RATE),
    "echo": ([100000, 3], LARGE | {"mbs"}),
    "list": ([100], LARGE),
    "tree": ([100], LARGE),
    "dicts": ([10], LARGE),
    "conn": ([3], RATE),
    "oneway": ([30], RATE),
    "batch": ([10, 3], RATE),
    "stream": ([30], RATE),
}
OF_RAW = ["lat", "conc", "infl", "echo", "conn", "oneway"]
# Programs of the peers, where they are to be built
PEERS = os.environ.get("BENCH_PEERS")
PYROG, RAW = [os.environ["BENCH_PROGRAM"]], [os.environ["BENCH_RAW"]]


def check_workloads(command, address, names, environment):
    with bench_servers.served(command, address, environment=environment):
        for name in names:
            numbers, fields = WORKLOADS[name]
            result = bench_servers.measured(command, address, name, *numbers,
                                            environment=environment, timeout=60)
            assert set(result) == fields, (name, result)
            assert all(value >= 0 for value in result.values()), (name, result)
        with bench_servers.held(command, address, 3, environment):
            pass


def address_of(kind, folder):
    if kind == "unix":
        return "unix:" + os.path.join(folder, "socket")
    return "tcp:%d" % bench_servers.free_port()


@tap.case("pyrog", "tcp", "serpent")
@tap.case("pyrog", "unix", "json")
@tap.case("pyrog", "tcp", "marshal")
@tap.case("pyrog", "tcp", "msgpack", "TLS")
@tap.case("raw", "tcp")
@tap.case("raw", "unix")
@tap.case("raw", "tcp", "TLS")
def test_workloads(program, kind, *options):
    environment = dict(os.environ, BENCH_TLS=str(int("TLS" in options)))
    if options and options[0] != "TLS":
        environment["BENCH_SERIALIZER"] = options[0]
    command, names = (PYROG, list(WORKLOADS)) if program == "pyrog" else (RAW, OF_RAW)
    if "json" in options:  # it has no bytes
        names.remove("echo")
    with tempfile.TemporaryDirectory() as folder:
        check_workloads(command, address_of(kind, folder), names, environment)


def test_raw_load_on_a_pyrog_server():
    """The raw client's messages are good enough for a daemon"""
    address = "tcp:%d" % bench_servers.free_port()
    with bench_servers.served(PYROG, address):
        result = bench_servers.measured(RAW, address, "conc", 4, 40, timeout=60,
                                        environment=dict(os.environ, BENCH_HANDSHAKE="1"))
    assert set(result) == RATE


def test_peer(program):
    """A program of another library, with what bench.py asks of it"""
    _, unix, workloads = bench_peers.OTHERS[program]
    command = [os.path.join(PEERS, program + "-bench")]
    if not os.path.exists(command[0]):
        raise tap.Skip("The packages of this peer are missing")
    names = sorted({workload.split()[0] for workload in workloads})
    with tempfile.TemporaryDirectory() as folder:
        check_workloads(command, address_of("unix" if unix else "tcp", folder), names, os.environ)


tap.cases.append((test_raw_load_on_a_pyrog_server, ()))
if PEERS:
    tap.cases += [(test_peer, (program,)) for program in bench_peers.OTHERS]
tap.run()
