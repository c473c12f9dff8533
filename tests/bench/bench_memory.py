# SPDX-License-Identifier: LGPL-2.1-or-later
"""What connections cost a server in memory and in time, and what a call costs in system calls."""

import os
import resource
import shutil
import statistics
import sys
import tempfile

import bench_servers
import bench_traced

COUNTS = [1000, 5000, 10000]
# How the server of a peer is loaded: the raw client takes no memory from measurements of its own
NAMES = ["raw", "pyrog", "pyrog, thread", "pyrog, TLS", "pyrog, raw load", "Pyro5, raw load",
         "GDBus", "sd-bus", "ZeroMQ", "nng", "gRPC", "Cap'n Proto", "Ice"]
PIN = ["taskset", "-c", "0"]
ROUNDS = 5


def raise_limit():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY:
        hard = COUNTS[-1] * 2
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, hard), hard))
    return max(soft, hard)


def memory_of(process):
    """KiB"""
    with open("/proc/%d/status" % process.pid, encoding="utf-8") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


def time_of(peer, address, quick):
    """The p50 of calls beside the connections that are there"""
    return statistics.median(
        bench_servers.measured(PIN + peer.client, address, "lat", 300 if quick else 3000,
                               environment=peer.environment, timeout=120)["p50_us"]
        for _ in range(1 if quick else ROUNDS))


def measure_peer(peer, counts, quick, found):
    """idle: KiB; p50: us beside no others; count: KiB a connection and p50 beside so many"""
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            address = peer.address(folder)
            with bench_servers.served(PIN + peer.server, address, peer.mode,
                                      peer.environment) as server:
                found["p50"] = time_of(peer, address, quick)
                before = found["idle"] = memory_of(server)
                with bench_servers.held(peer.client, address, count, peer.environment):
                    memory = (memory_of(server) - before) / count
                    found[count] = (memory, time_of(peer, address, quick))


def system_calls(peer):
    """Of the client and of the server"""
    return tuple(sum(bench_traced.costs(peer.server, peer.mode, client, peer.environment).values())
                 for client in (True, False))


def measure(peers, quick):
    """peer -> what was found"""
    limit = raise_limit()
    counts = [count for count in (COUNTS[:1] if quick else COUNTS) if count + 100 < limit]
    memory = {}
    for peer in peers:
        if peer.name not in NAMES or (quick and peer.slow):
            continue
        print("connections: %s" % peer.name, file=sys.stderr)
        # What listens on unix sockets only takes minutes for more
        most = counts[:1] if peer.unix else counts
        found = {}
        try:
            measure_peer(peer, most, quick, found)
            if shutil.which("strace") and not quick and not peer.unix and peer.name in (
                    "raw", "pyrog", "pyrog, thread"):
                found["system calls"] = system_calls(peer)
        except Exception as error:
            print("%s: %s" % (peer.name, error), file=sys.stderr)
        if counts[0] in found:
            memory[peer.name] = found
    return memory


def tables(memory):
    rows = [["server", "idle KiB", "p50 us, alone"]]
    for count in COUNTS:
        rows[0] += ["KiB each of %d" % count, "p50 us beside %d" % count]
    for name, found in memory.items():
        row = [name, str(found["idle"]), "%.1f" % found["p50"]]
        for count in COUNTS:
            row += ["%.2f" % found[count][0], "%.1f" % found[count][1]] if count in found else ["", ""]
        rows.append(row)
    calls = [["peer", "client", "server"]] + [
        [name] + ["%.2f" % number for number in found["system calls"]]
        for name, found in memory.items() if "system calls" in found]
    return [("Connections held", rows)] + ([("System calls of a call", calls)] if calls[1:] else [])
