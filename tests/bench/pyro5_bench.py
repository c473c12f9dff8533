#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Usage: pyro5_bench.py server ADDR multiplex|thread
          pyro5_bench.py client ADDR lat|stream N
          pyro5_bench.py client ADDR batch B R

The real Pyro5 on the same work as pyrog-bench."""

import json
import os
import resource
import sys
import time

import Pyro5.api

WARM_UP = 50


@Pyro5.api.expose
class Bench:
    def add(self, a, b):
        return a + b

    def count(self, end):
        yield from range(end)


def parse(address):
    kind, rest = address.split(":", 1)
    return (None, rest) if kind == "unix" else (int(rest), None)


def serve(address, mode):
    port, path = parse(address)
    Pyro5.api.config.SERVERTYPE = mode
    if path:
        daemon = Pyro5.api.Daemon(unixsocket=path)
    else:
        daemon = Pyro5.api.Daemon(host="127.0.0.1", port=port)
    daemon.register(Bench(), "bench")
    print("READY", flush=True)
    daemon.requestLoop()


def connect(address):
    port, path = parse(address)
    location = "./u:" + path if path else "127.0.0.1:%d" % port
    Pyro5.api.config.SERIALIZER = os.environ.get("BENCH_SERIALIZER", "serpent")
    return Pyro5.api.Proxy("PYRO:bench@" + location)


def measure(function, count, calls):
    """Prints rate and processor time of a call, and the times of the function, which makes calls"""
    samples = []
    before = resource.getrusage(resource.RUSAGE_SELF)
    begin = time.perf_counter()
    for i in range(count):
        start = time.perf_counter()
        function(i)
        samples.append(time.perf_counter() - start)
    seconds = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    samples.sort()
    print(json.dumps({"rate": round(count * calls / seconds, 1),
                      "p50_us": round(samples[count // 2] * 1e6, 2),
                      "p99_us": round(samples[count * 99 // 100] * 1e6, 2),
                      "cpu_us": round(cpu / (count * calls) * 1e6, 2)}))


def measure_calls(address, count):
    with connect(address) as proxy:
        for i in range(WARM_UP):
            proxy.add(i, 1)
        measure(lambda i: proxy.add(i, 1), count, 1)


def measure_batches(address, size, rounds):
    with connect(address) as proxy:
        batch = Pyro5.api.BatchProxy(proxy)

        def submit(_round):
            for i in range(size):
                batch.add(i, 1)
            assert list(batch()) == list(range(1, size + 1))
        submit(0)
        measure(submit, rounds, size)


def measure_stream(address, count):
    with connect(address) as proxy:
        stream = proxy.count(count + WARM_UP)
        for _ in range(WARM_UP):
            next(stream)
        measure(lambda i: next(stream), count, 1)


if sys.argv[1] == "server":
    serve(sys.argv[2], sys.argv[3])
elif sys.argv[3] == "batch":
    measure_batches(sys.argv[2], int(sys.argv[4]), int(sys.argv[5]))
elif sys.argv[3] == "stream":
    measure_stream(sys.argv[2], int(sys.argv[4]))
else:
    measure_calls(sys.argv[2], int(sys.argv[4]))
