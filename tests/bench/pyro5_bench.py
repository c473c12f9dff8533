#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Usage: pyro5_bench.py server ADDR multiplex|thread
          pyro5_bench.py client ADDR WORKLOAD NUMBER...

The real Pyro5 on the same work as pyrog-bench: bench-util.h tells what there is."""

import json
import os
import sys
import threading
import time

import Pyro5.api

WARM_UP = 50
LARGE_ROUNDS = 3
HERE = os.path.dirname(os.path.abspath(__file__))


@Pyro5.api.expose
class Bench:
    arrived = 0
    lock = threading.Lock()

    def add(self, a, b):
        return a + b

    def echo(self, value):
        return value

    @Pyro5.api.oneway
    def oneway(self, _value):
        with self.lock:
            Bench.arrived += 1

    def count(self):
        return Bench.arrived

    def stream(self, end):
        yield from range(end)


def parse(address):
    kind, rest = address.split(":", 1)
    return (None, rest) if kind == "unix" else (int(rest), None)


def configure():
    config = Pyro5.api.config
    config.SERIALIZER = os.environ.get("BENCH_SERIALIZER", "serpent")
    config.SOCK_NODELAY = True
    if os.environ.get("BENCH_TLS") == "1":
        folder = os.environ["BENCH_FOLDER"]  # where the build made certificates
        config.SSL = True
        config.SSL_SERVERCERT = os.path.join(folder, "server-cert.pem")
        config.SSL_SERVERKEY = os.path.join(folder, "server-key.pem")
        config.SSL_CACERTS = os.path.join(folder, "ca-cert.pem")


def serve(address, mode):
    port, path = parse(address)
    Pyro5.api.config.SERVERTYPE = mode
    Pyro5.api.config.THREADPOOL_SIZE = 20000
    if path:
        daemon = Pyro5.api.Daemon(unixsocket=path)
    else:
        daemon = Pyro5.api.Daemon(host="127.0.0.1", port=port)
    daemon.register(Bench(), "bench")
    print("READY", flush=True)
    daemon.requestLoop()


def connect(address):
    port, path = parse(address)
    proxy = Pyro5.api.Proxy("PYRO:bench@" + ("./u:" + path if path else "127.0.0.1:%d" % port))
    proxy._pyroBind()
    return proxy


class Stopwatch:
    def __init__(self):
        self.samples = []
        self.cpu = time.process_time()
        self.begin = time.perf_counter()

    def sample(self, function, *arguments):
        begin = time.perf_counter()
        result = function(*arguments)
        self.samples.append(time.perf_counter() - begin)
        return result

    def report_rate(self, calls):
        seconds = time.perf_counter() - self.begin
        result = {"rate": calls / seconds, "cpu_us": (time.process_time() - self.cpu) / calls * 1e6}
        if self.samples:
            samples = sorted(self.samples)
            result["p50_us"] = samples[len(samples) // 2] * 1e6
            result["p99_us"] = samples[len(samples) * 99 // 100] * 1e6
        print(json.dumps(result))

    def report_large(self, size=None):
        seconds = time.perf_counter() - self.begin
        count = len(self.samples)
        result = {"ms": sorted(self.samples)[count // 2] * 1e3,
                  "cpu_ms": (time.process_time() - self.cpu) / count * 1e3}
        if size is not None:
            result["mbs"] = size * count / seconds / 1e6
        print(json.dumps(result))


def lat(address, calls):
    with connect(address) as proxy:
        for i in range(WARM_UP):
            proxy.add(i, 1)
        watch = Stopwatch()
        for i in range(calls):
            watch.sample(proxy.add, i, 1)
        watch.report_rate(calls)


def conc(address, count, calls):
    def run():
        with connect(address) as proxy:
            barrier.wait()
            for i in range(calls // count):
                proxy.add(i, 1)
    barrier = threading.Barrier(count + 1)
    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    barrier.wait()
    watch = Stopwatch()
    for thread in threads:
        thread.join()
    watch.report_rate(calls // count * count)


def echo_rounds(address, value, rounds, size=None):
    with connect(address) as proxy:
        proxy.echo(value)
        watch = Stopwatch()
        for _ in range(rounds):
            watch.sample(proxy.echo, value)
        watch.report_large(size)


def echo(address, size, rounds):
    echo_rounds(address, b"x" * size, rounds, size)


def numbers(address, size):
    echo_rounds(address, list(range(size)), LARGE_ROUNDS)


def dicts(address, size):
    echo_rounds(address, [{"id": i, "name": "an item", "value": i / 2} for i in range(size)],
                LARGE_ROUNDS)


def conn(address, count):
    watch = Stopwatch()
    for i in range(count):
        with connect(address) as proxy:
            proxy.add(i, 1)
    watch.report_rate(count)


def hold(address, count):
    proxies = [connect(address) for _ in range(count)]
    print(json.dumps({"held": len(proxies)}), flush=True)
    sys.stdin.read()


def oneway(address, calls):
    with connect(address) as proxy:
        watch = Stopwatch()
        for i in range(calls):
            proxy.oneway(i)
        while proxy.count() < calls:
            pass
        watch.report_rate(calls)


def batch(address, size, rounds):
    with connect(address) as proxy:
        calls = Pyro5.api.BatchProxy(proxy)
        watch = Stopwatch()
        for _ in range(rounds):
            for i in range(size):
                calls.add(i, 1)
            assert list(calls()) == list(range(1, size + 1))
        watch.report_rate(size * rounds)


def stream(address, items):
    with connect(address) as proxy:
        watch = Stopwatch()
        assert sum(1 for _ in proxy.stream(items)) == items
        watch.report_rate(items)


WORKLOADS = {"lat": lat, "conc": conc, "echo": echo, "list": numbers, "dicts": dicts,
             "conn": conn, "hold": hold, "oneway": oneway, "batch": batch, "stream": stream}

configure()
if sys.argv[1] == "server":
    serve(sys.argv[2], sys.argv[3])
else:
    WORKLOADS[sys.argv[3]](sys.argv[2], *map(int, sys.argv[4:]))
