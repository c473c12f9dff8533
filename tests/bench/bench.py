#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares pyrog with a raw exchange of the same bytes and with the real Pyro5.

Client and server run on one processor, so that the path of a call is measured and not how fast a
processor wakes up. Rounds are interleaved; a ratio is the median of the ratios of the rounds."""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile

BATCH = 1000  # calls
HERE = os.path.dirname(os.path.abspath(__file__))


class Peer:
    def __init__(self, name, command, mode, workload, *numbers, environment=()):
        self.name = name
        self.command = command
        self.mode = mode
        self.workload = workload
        self.numbers = [str(number) for number in numbers]
        self.environment = dict(os.environ, **dict(environment))

    def measure(self, address, processor):
        pin = ["taskset", "-c", str(processor)]
        server = subprocess.Popen(pin + self.command + ["server", address] + self.mode,
                                  stdout=subprocess.PIPE, text=True, env=self.environment)
        try:
            if server.stdout.readline().strip() != "READY":
                raise SystemExit("The server of %s did not start" % self.name)
            result = subprocess.run(
                pin + self.command + ["client", address, self.workload] + self.numbers,
                check=True, stdout=subprocess.PIPE, text=True, env=self.environment)
        finally:
            server.kill()
            server.wait()
        return json.loads(result.stdout)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_peers(build, calls):
    pyrog = [os.path.join(build, "tests/bench/pyrog-bench")]
    raw = [os.path.join(build, "tests/bench/raw-bench")]
    pyro5 = ["/usr/bin/python3", os.path.join(HERE, "pyro5_bench.py")]
    peers = [
        Peer("raw", raw, [], "lat", calls),
        Peer("pyrog", pyrog, ["multiplex"], "lat", calls),
        Peer("pyrog, GVariant", pyrog, ["multiplex"], "variant", calls),
        Peer("pyrog, thread", pyrog, ["thread"], "lat", calls),
        Peer("pyrog, items", pyrog, ["multiplex"], "stream", calls),
        Peer("pyrog, batches", pyrog, ["multiplex"], "batch", BATCH, max(calls // BATCH, 1)),
    ]
    if "PYRO5_PATH" in os.environ:
        path = {"PYTHONPATH": os.environ["PYRO5_PATH"]}
        fewer = max(calls // 10, 1)
        batches = max(calls // BATCH // 10, 1)
        peers += [
            Peer("Pyro5", pyro5, ["multiplex"], "lat", fewer, environment=path),
            Peer("Pyro5, thread", pyro5, ["thread"], "lat", fewer, environment=path),
            Peer("Pyro5, items", pyro5, ["multiplex"], "stream", fewer, environment=path),
            Peer("Pyro5, batches", pyro5, ["multiplex"], "batch", BATCH, batches,
                 environment=path),
        ]
    return peers


def run_rounds(peers, rounds, kind, directory, processor):
    results = {peer.name: [] for peer in peers}
    for number in range(rounds):
        print("%s: round %d of %d" % (kind, number + 1, rounds), file=sys.stderr)
        for peer in peers:
            address = ("unix:" + tempfile.mktemp(dir=directory) if kind == "unix"
                       else "tcp:%d" % free_port())
            results[peer.name].append(peer.measure(address, processor))
    return results


def ratio(results, name, other):
    pairs = zip(results[name], results[other])
    return statistics.median(a["rate"] / b["rate"] for a, b in pairs)


def print_table(kind, results):
    has_pyro5 = "Pyro5" in results
    print("\n%s: sequential add(i, 1), items of a stream, and batches of %d, whose times are those of a batch"
          % (kind, BATCH))
    print("| peer | calls/s | p50 us | p99 us | / raw |" + (" / Pyro5 |" if has_pyro5 else ""))
    print("|---|---:|---:|---:|---:|" + ("---:|" if has_pyro5 else ""))
    for name, rounds in results.items():
        middle = {key: statistics.median(result[key] for result in rounds) for key in rounds[0]}
        row = "| %s | %.0f | %.1f | %.1f | %.2f |" % (
            name, middle["rate"], middle["p50_us"], middle["p99_us"], ratio(results, name, "raw"))
        print(row + (" %.1f |" % ratio(results, name, "Pyro5") if has_pyro5 else ""))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("build", help="the build directory, of an optimized build")
    parser.add_argument("--rounds", type=int, default=7, help="(default %(default)s)")
    parser.add_argument("--calls", type=int, default=20000, help="a round (default %(default)s)")
    parser.add_argument("--processor", type=int, default=0, help="(default %(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        for kind in ("tcp", "unix"):
            peers = make_peers(options.build, options.calls)
            print_table(kind, run_rounds(peers, options.rounds, kind, directory,
                                         options.processor))


main()
