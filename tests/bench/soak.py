#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two daemons, one of each server type, under a mixed load for a while.

Clients of pyrog and of the real Pyro5 come, call at random, drop connections, and end in good order
or are killed. In the end every answer was right, both daemons have as many open files as before, and
their memory no longer grew in the second half. Exit code 0 if all of that holds."""

import argparse
import itertools
import os
import random
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SERIALIZERS = ["serpent", "marshal", "json", "msgpack"]
GROWTH = 1.1  # of the peak of the memory, from the second quarter to the second half
SAMPLES = 40
LIFE = 5  # seconds at most, of a client


class Daemon:
    def __init__(self, build, kind):
        self.kind = kind
        self.process = subprocess.Popen(
            [os.path.join(build, "tests/interop/pyrog-test-target"), "127.0.0.1", "0", "soak", kind],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.uri = self.process.stdout.readline().split()[1]
        self.files = self.count_files()
        self.memory = []

    def count_files(self):
        return len(os.listdir("/proc/%d/fd" % self.process.pid))

    def sample(self):
        with open("/proc/%d/status" % self.process.pid, encoding="ascii") as status:
            lines = dict(line.split(":", 1) for line in status)
        self.memory.append(int(lines["VmRSS"].split()[0]))

    def wait_until_idle(self):
        """Whether all connections are closed again"""
        end = time.monotonic() + 30
        while self.count_files() > self.files and time.monotonic() < end:
            time.sleep(0.1)
        return self.count_files() <= self.files

    def stop(self):
        """Whether it ended in good order"""
        self.process.terminate()
        return self.process.wait(30) == 0

    def report(self):
        """Whether the memory is flat"""
        quarter = len(self.memory) // 4
        early = max(self.memory[quarter:2 * quarter])
        late = max(self.memory[2 * quarter:])
        print("%s: memory %d KiB after a quarter, at most %d KiB in the second quarter and %d KiB "
              "in the second half" % (self.kind, self.memory[quarter], early, late))
        return late <= early * GROWTH


class Client:
    """Of four in a row two are Pyro5's, and one of each two is killed in the end: also a short run
    has some of each"""
    seeds = itertools.count(random.randrange(2 ** 31))
    numbers = itertools.count()

    def __init__(self, build, daemon):
        number = next(self.numbers)
        self.pyro5 = number % 2 == 1
        self.to_be_killed = number // 2 % 2 == 1
        self.killed = False
        environment = dict(os.environ)
        command = [os.path.join(build, "tests/bench/soak-client")]
        if self.pyro5:
            environment["PYTHONPATH"] = os.environ["PYRO5_PATH"]
            command = [sys.executable, os.path.join(HERE, "soak_pyro5.py")]
        self.command = command + [daemon.uri, random.choice(SERIALIZERS), str(next(self.seeds))]
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, env=environment)
        self.end = time.monotonic() + random.uniform(1, LIFE)

    def stop(self):
        self.killed = self.to_be_killed
        self.process.send_signal(signal.SIGKILL if self.killed else signal.SIGTERM)

    def finish(self):
        """The number of calls; None: something was wrong"""
        output, errors = self.process.communicate(timeout=60)
        # A young one may not listen to the signal yet
        if self.killed or self.process.returncode == -signal.SIGTERM:
            return 0
        if self.process.returncode == 0:
            return int(output)
        print("Seed %s: exit code %d\n%s" % (" ".join(self.command), self.process.returncode,
                                             errors.strip()))
        return None


class Load:
    def __init__(self, build, daemons, clients):
        self.build = build
        self.daemons = daemons
        self.count = clients
        self.clients = []
        self.calls = {True: 0, False: 0}  # by whether it was Pyro5
        self.kills = 0
        self.wrong = 0

    def keep_up(self):
        while len(self.clients) < self.count:
            self.clients.append(Client(self.build, random.choice(self.daemons)))

    def end(self, clients):
        for client in clients:
            client.stop()
        for client in clients:
            self.clients.remove(client)
            calls = client.finish()
            self.kills += client.killed
            if calls is None:
                self.wrong += 1
            else:
                self.calls[client.pyro5] += calls

    def end_old(self):
        now = time.monotonic()
        self.end([client for client in self.clients
                  if now >= client.end or client.process.poll() is not None])


def run(daemons, load, seconds):
    begin = time.monotonic()
    for number in range(SAMPLES):
        while time.monotonic() - begin < seconds * (number + 1) / SAMPLES:
            load.keep_up()
            time.sleep(0.1)
            load.end_old()
        for daemon in daemons:
            daemon.sample()
        print("%3d %%: %s KiB" % (100 * (number + 1) / SAMPLES,
                                  ", ".join(str(daemon.memory[-1]) for daemon in daemons)),
              file=sys.stderr)
    load.end(list(load.clients))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("build", help="the build directory, of an optimized build")
    parser.add_argument("--minutes", type=float, default=10, help="(default %(default)s)")
    parser.add_argument("--clients", type=int, default=8, help="at a time (default %(default)s)")
    options = parser.parse_args()
    daemons = [Daemon(options.build, kind) for kind in ("multiplex", "thread")]
    load = Load(options.build, daemons, options.clients)
    run(daemons, load, options.minutes * 60)
    flat = all([daemon.report() for daemon in daemons])
    idle = all([daemon.wait_until_idle() for daemon in daemons])
    ended = all([daemon.stop() for daemon in daemons])
    print("%d answered calls of pyrog clients whose end was in good order, %d of Pyro5's; %d clients "
          "killed; %d with a wrong answer or a wrong end" % (load.calls[False], load.calls[True],
                                                             load.kills, load.wrong))
    print("memory %s, descriptors %s, daemons %s" % (
        "flat" if flat else "GREW", "all closed" if idle else "LOST",
        "ended in good order" if ended else "did NOT end in good order"))
    sys.exit(0 if flat and idle and ended and load.wrong == 0 else 1)


main()
