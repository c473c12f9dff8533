#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares pyrog with a raw exchange of the same bytes, with the real Pyro5 and with others.

Rounds are interleaved; a ratio is the median of the ratios of the rounds, and above 1 is faster."""

import argparse
import os
import statistics
import sys
import tempfile

import bench_aims
import bench_memory
import bench_peers
import bench_plot
import bench_servers

# placement -> processors of server and client
PLACES = {"same core": ("0", "0"), "separate cores": ("1", "0")}
# Root may put what is measured in front of what else the machine does
PRIORITY = ["nice", "-n", "-15"] if os.geteuid() == 0 else []
# title, workload, placement, field, unit, whether less is better
WORK = [
    ("Sequential call", "lat", "same core", "rate", "calls/s", False),
    ("Sequential call, separate cores", "lat", "separate cores", "rate", "calls/s", False),
    ("Sequential call with GVariants", "variant", "same core", "rate", "calls/s", False),
    ("Asynchronous call", "infl 1", "same core", "rate", "calls/s", False),
    ("8 connections", "conc 8", "same core", "rate", "calls/s", False),
    ("64 connections", "conc", "same core", "rate", "calls/s", False),
    ("64 calls in flight on a connection", "infl", "same core", "rate", "calls/s", False),
    ("Echo of 1 MiB of bytes", "echo 1M", "same core", "mbs", "MB/s", False),
    ("Echo of 16 MiB of bytes", "echo 16M", "same core", "mbs", "MB/s", False),
    ("Echo of 100,000 integers, known type", "list", "same core", "ms", "ms", True),
    ("Echo of 100,000 integers, any type", "tree", "same core", "ms", "ms", True),
    ("Echo of 10,000 dictionaries", "dicts", "same core", "ms", "ms", True),
    ("Connect, handshake, call, close", "conn", "same core", "rate", "connections/s", False),
    ("Oneway calls", "oneway", "same core", "rate", "calls/s", False),
    ("Batches of 1000 calls", "batch", "same core", "rate", "calls/s", False),
    ("Items of a stream", "stream", "same core", "rate", "items/s", False),
]


def measure(peer, workload, place, folder, quick):
    """One result, or None if the peer failed"""
    server, client = (PRIORITY + ["taskset", "-c", core] for core in PLACES[place])
    address = peer.address(folder)
    try:
        with bench_servers.served(server + peer.server, address, peer.mode, peer.environment):
            return bench_servers.measured(client + peer.client, address, workload.split()[0],
                                          *peer.numbers(workload, quick),
                                          environment=peer.environment, timeout=120)
    except Exception as error:
        print("%s, %s: %s" % (peer.name, workload, error), file=sys.stderr)
        return None
    finally:
        if peer.unix and os.path.exists(address[5:]):
            os.unlink(address[5:])


class Results:
    """What was measured: (title, peer) -> a result of each round, None where it failed"""

    def __init__(self):
        self.rounds = {}

    def add(self, title, peer, result):
        self.rounds.setdefault((title, peer), []).append(result)

    def peers(self, title):
        return [peer for work, peer in self.rounds if work == title]

    def median(self, title, peer, field):
        values = [result[field] for result in self.rounds.get((title, peer), [])
                  if result is not None and field in result]
        return statistics.median(values) if values else None

    def ratio(self, one, other, field, less_is_better=False):
        """Of two pairs of title and peer"""
        pairs = [(a[field], b[field]) for a, b in zip(self.rounds.get(one, []),
                                                      self.rounds.get(other, []))
                 if a is not None and b is not None and field in a and field in b]
        if not pairs:
            return None
        return statistics.median(b / a if less_is_better else a / b for a, b in pairs)


def run_rounds(options, peers, folder):
    results = Results()
    for number in range(options.rounds):
        for title, workload, place, *_ in WORK:
            if options.only and workload not in options.only:
                continue
            print("round %d of %d: %s" % (number + 1, options.rounds, title), file=sys.stderr)
            for peer in peers:
                if workload in peer.workloads:
                    results.add(title, peer.name,
                                measure(peer, workload, place, folder, options.quick))
    return results


def cell(value, form):
    return "" if value is None else form % value


def table_of(results, work):
    title, _, place, field, unit, less = work
    form = "%.2f" if field == "ms" else "%.0f"
    cpu = "cpu_ms" if field in ("ms", "mbs") else "cpu_us"
    rows = [["peer", unit, "p50 us", "p99 us", "client's " + cpu.replace("_", " "), "/ raw",
             "/ Pyro5", "/ pyrog"]]
    for peer in results.peers(title):
        ratios = [results.ratio((title, peer), (title, other), field, less)
                  for other in ("raw", "Pyro5", "pyrog")]
        rows.append([peer, cell(results.median(title, peer, field), form)]
                    + [cell(results.median(title, peer, name), "%.1f")
                       for name in ("p50_us", "p99_us", cpu)]
                    + [cell(ratio, "%.2f") for ratio in ratios])
    return "%s, %s" % (title.removesuffix(", " + place), place), rows


def print_table(title, rows, markdown):
    """Without the columns that are empty"""
    columns = [column for column in zip(*rows) if any(column[1:])]
    widths = [max(map(len, column)) for column in columns]
    print("\n%s%s\n" % ("### " if markdown else "", title))
    for number, row in enumerate(zip(*columns)):
        cells = [text.ljust(width) if i == 0 else text.rjust(width)
                 for i, (text, width) in enumerate(zip(row, widths))]
        print(("| %s |" % " | ".join(cells)) if markdown else "  ".join(cells))
        if markdown and number == 0:
            print("|---|" + "---:|" * (len(columns) - 1))


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("build", help="the build directory, of an optimized build")
    parser.add_argument("--rounds", type=int, default=5, help="(default %(default)s)")
    parser.add_argument("--quick", action="store_true", help="one short round, of about a minute")
    parser.add_argument("--only", action="append", metavar="WORKLOAD",
                        choices=sorted(bench_peers.SIZES),
                        help="only this workload and no memory; may be repeated")
    parser.add_argument("--peer", action="append",
                        help="only peers whose names begin so; may be repeated")
    parser.add_argument("--markdown", action="store_true", help="tables for documentation")
    parser.add_argument("--plots", metavar="FOLDER", help="write a plot of each table there, SVG")
    options = parser.parse_args()
    if options.quick:
        options.rounds = 1
    return options


def main():
    options = parse_options()
    peers = [peer for peer in bench_peers.all_peers(options.build, os.environ.get("PYRO5_PATH"))
             if not options.peer or peer.name.startswith(tuple(options.peer))]
    with tempfile.TemporaryDirectory() as folder:
        results = run_rounds(options, peers, folder)
    for work in WORK:
        if results.peers(work[0]):
            title, rows = table_of(results, work)
            print_table(title, rows, options.markdown)
            if options.plots:
                bench_plot.write(options.plots, title, rows)
    memory = {}
    if not options.only:
        memory = bench_memory.measure(peers, options.quick)
        for title, rows in bench_memory.tables(memory):
            print_table(title, rows, options.markdown)
    print_table("Aims", bench_aims.table(results, memory), options.markdown)


if __name__ == "__main__":
    main()
