#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How many system calls a small call costs, as strace counts them. Time plays no part."""

import os
import shutil
import subprocess
import sys

import bench_traced
import tap  # of tests/interop

# A look at a connection that was idle, because a process had to wait for its turn
SLACK = 0.05
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


@tap.case("client", "multiplex", 2)
@tap.case("server", "multiplex", 3)
@tap.case("server", "thread", 4)
def test_system_calls(who, mode, most):
    costs = bench_traced.costs([PROGRAM], mode, who == "client", ENVIRONMENT)
    for name, cost in sorted(costs.items()):
        if cost >= 0.001:
            print("# %s: %.3f a call" % (name, cost))
    total = sum(costs.values())
    assert 2 <= total <= most + SLACK, "%.3f system calls a call" % total


check_strace()
tap.run()
