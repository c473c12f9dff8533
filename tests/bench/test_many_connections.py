#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A daemon holds ten thousand connections and serves a client beside them; the memory they take is
bounded, and all are closed again. Processes that hold so many need that many open files."""

import os
import resource
import sys
import time

import bench_servers
import tap  # of tests/interop

COUNT = 10000
SPARE = 100
MOST_MEMORY = 16  # KiB a connection; far more than the aim, for builds with AddressSanitizer
PYROG, RAW = [os.environ["BENCH_PROGRAM"]], [os.environ["BENCH_RAW"]]
# Its freed blocks stay for long
ENVIRONMENT = dict(os.environ, ASAN_OPTIONS="detect_leaks=0:quarantine_size_mb=1")


def raise_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < COUNT + SPARE:
        print("1..0 # SKIP this machine allows %d open files, not %d" % (hard, COUNT + SPARE))
        sys.exit(0)
    resource.setrlimit(resource.RLIMIT_NOFILE, (COUNT + SPARE, hard))


def memory_of(process):
    """KiB"""
    with open("/proc/%d/status" % process.pid, encoding="utf-8") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


def files_of(process):
    return len(os.listdir("/proc/%d/fd" % process.pid))


def wait_for_files(process, count):
    """The daemon sees the ends of connections in its own time"""
    deadline = time.monotonic() + 60
    while files_of(process) > count:
        assert time.monotonic() < deadline, "%d files are still open" % files_of(process)
        time.sleep(0.1)


@tap.case("multiplex")
def test_ten_thousand_connections(mode):
    address = "tcp:%d" % bench_servers.free_port()
    load = dict(ENVIRONMENT, BENCH_HANDSHAKE="1")
    with bench_servers.served(PYROG, address, mode, ENVIRONMENT) as server:
        files = files_of(server)
        bench_servers.measured(PYROG, address, "lat", 10, environment=ENVIRONMENT)
        wait_for_files(server, files)
        memory = memory_of(server)
        with bench_servers.held(RAW, address, COUNT, load):
            taken = (memory_of(server) - memory) / COUNT
            print("# %.2f KiB a connection" % taken)
            assert files_of(server) >= files + COUNT
            assert taken < MOST_MEMORY, "%.2f KiB a connection" % taken
            bench_servers.measured(PYROG, address, "lat", 100, environment=ENVIRONMENT)
        wait_for_files(server, files)
        bench_servers.measured(PYROG, address, "lat", 10, environment=ENVIRONMENT)


raise_limit()
tap.run()
