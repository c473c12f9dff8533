# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who takes part in the benchmarks: programs as of bench-util.h, and what each can do."""

import os

import bench_servers

HERE = os.path.dirname(os.path.abspath(__file__))
SLOW = 10  # how many times fewer calls do
# workload -> its numbers for a full run and for a quick one
SIZES = {
    "lat": ([20000], [3000]),
    "variant": ([20000], [3000]),
    "conc": ([64, 64000], [64, 6400]),
    "conc 8": ([8, 40000], [8, 4000]),
    "infl": ([64, 128000], [64, 12800]),
    "infl 1": ([1, 20000], [1, 3000]),
    "echo 1M": ([1 << 20, 100], [1 << 20, 10]),
    "echo 16M": ([1 << 24, 8], [1 << 24, 2]),
    "list": ([100000], [100000]),
    "tree": ([100000], [100000]),
    "dicts": ([10000], [10000]),
    "conn": ([1000], [100]),
    "oneway": ([40000], [4000]),
    "batch": ([1000, 40], [1000, 4]),
    "stream": ([20000], [2000]),
}
CALLS = ["lat", "conc", "conc 8", "conn"]
BULK = ["echo 1M", "echo 16M"]
LARGE = ["list", "dicts"]
ASYNC = ["infl", "infl 1"]


class Peer:
    def __init__(self, name, server, client, workloads, mode="multiplex", slow=False, unix=False,
                 **environment):
        self.name = name
        self.server = server
        self.client = client
        self.workloads = workloads
        self.mode = mode
        self.slow = slow
        self.unix = unix
        self.environment = dict(os.environ, **environment)

    def address(self, folder):
        if self.unix:
            return "unix:" + os.path.join(folder, "socket")
        return "tcp:%d" % bench_servers.free_port()

    def numbers(self, workload, quick):
        numbers = list(SIZES[workload][quick])
        if self.slow and workload not in LARGE:
            fewest = {"echo 1M": 3, "echo 16M": 1, "conc": 640, "conc 8": 80, "batch": 1}
            numbers[-1] = max(numbers[-1] // SLOW, fewest.get(workload, 20))
        return numbers


def pyrog_peers(program, raw, pyro5):
    every = CALLS + BULK + LARGE + ASYNC + ["variant", "tree", "oneway", "batch", "stream"]
    pyrog = [program]
    wire = ["lat", "conc", "conc 8"]
    peers = [
        Peer("raw", raw, raw, CALLS + BULK + ASYNC + ["oneway"]),
        Peer("raw, unix", raw, raw, CALLS, unix=True),
        Peer("raw, TLS", raw, raw, ["lat", "conn"] + BULK, BENCH_TLS="1"),
        Peer("pyrog", pyrog, pyrog, every),
        Peer("pyrog, marshal", pyrog, pyrog, BULK + LARGE + ["batch"],
             BENCH_SERIALIZER="marshal"),
        Peer("pyrog, msgpack", pyrog, pyrog, ["lat"] + BULK + LARGE + ["tree", "batch"],
             BENCH_SERIALIZER="msgpack"),
        Peer("pyrog, thread", pyrog, pyrog, ["lat", "conc"], mode="thread"),
        Peer("pyrog, unix", pyrog, pyrog, CALLS, unix=True),
        Peer("pyrog, TLS", pyrog, pyrog, ["lat", "conn"] + BULK, BENCH_TLS="1",
             BENCH_SERIALIZER="marshal"),
        Peer("pyrog, raw load", pyrog, raw, wire, BENCH_HANDSHAKE="1"),
    ]
    if pyro5 is None:
        return peers
    real = ["/usr/bin/python3", os.path.join(HERE, "pyro5_bench.py")]
    settings = {"PYTHONPATH": pyro5, "slow": True,
                "BENCH_FOLDER": os.path.dirname(os.path.abspath(program))}
    return peers + [
        Peer("Pyro5", real, real, CALLS + BULK + LARGE + ["oneway", "batch", "stream"],
             **settings),
        Peer("Pyro5, msgpack", real, real, ["lat"] + BULK + LARGE + ["batch"],
             BENCH_SERIALIZER="msgpack", **settings),
        Peer("Pyro5, thread", real, real, ["lat", "conc", "conn"], mode="thread", **settings),
        Peer("Pyro5, TLS", real, real, ["lat", "conn"], mode="thread", BENCH_TLS="1", **settings),
        Peer("Pyro5, raw load", real, raw, wire, BENCH_HANDSHAKE="1", **settings),
        Peer("pyrog, Pyro5 client", pyrog, real, ["lat"], **settings),
    ]


# program -> name, whether it has unix sockets only, what it can do
OTHERS = {
    "gdbus": ("GDBus", True, CALLS + BULK + LARGE + ASYNC + ["oneway"]),
    "sdbus": ("sd-bus", True, ["lat", "conn", "list", "oneway"] + BULK + ASYNC),
    "zmq": ("ZeroMQ", False, CALLS + BULK + ASYNC),
    "nng": ("nng", False, CALLS + BULK),
    "grpc": ("gRPC", False, CALLS + BULK + LARGE + ASYNC + ["stream"]),
    "ice": ("Ice", False, CALLS + BULK + LARGE + ASYNC + ["oneway"]),
    "capnp": ("Cap'n Proto", False, CALLS + BULK + LARGE + ASYNC),
}
OTHERS_WITH_TLS = ["grpc", "ice"]


def all_peers(build, pyro5):
    folder = os.path.join(build, "tests/bench")
    raw = [os.path.join(folder, "raw-bench")]
    peers = pyrog_peers(os.path.join(folder, "pyrog-bench"), raw, pyro5)
    for program, (name, unix, workloads) in OTHERS.items():
        path = os.path.join(folder, "peers", program + "-bench")
        if os.path.exists(path):
            peers.append(Peer(name, [path], [path], workloads, unix=unix, slow=True))
        if os.path.exists(path) and program in OTHERS_WITH_TLS:
            peers.append(Peer(name + ", TLS", [path], [path], ["lat", "conn"], slow=True,
                              BENCH_TLS="1"))
    return peers
