#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Usage: soak_pyro5.py URI SERIALIZER SEED

A client of pyrog-test-target for tests/bench/soak, of the real Pyro5: calls what chance tells it and
drops the connection. Until SIGTERM, after which it prints how many calls were answered; with exit
code 1 if one of them was answered wrong."""

import random
import signal
import sys

import Pyro5.api


stopping = False


def stop(_number, _frame):
    global stopping
    stopping = True


def random_value():
    kind = random.randrange(4)
    if kind == 0:
        return random.randrange(-2 ** 31, 2 ** 31)
    if kind == 1:
        return "x" * random.randrange(100000)
    if kind == 2:
        return [random.random() for _ in range(random.randrange(100))]
    return {str(key): [None, True, "ä"] for key in range(random.randrange(20))}


def call_echo(proxy):
    value = random_value()
    assert proxy.echo(value) == value


def call_fail(proxy):
    try:
        proxy.fail("as it should")
    except ValueError as error:
        assert error.args == ("as it should",)
    else:
        raise AssertionError("fail() did not fail")


def call_note(proxy):
    proxy.note("x")


def call_batch(proxy):
    batch = Pyro5.api.BatchProxy(proxy)
    size = random.randrange(1, 100)
    for number in range(size):
        batch.echo(number)
    assert list(batch()) == list(range(size))


def call_stream(proxy):
    """Sometimes not to its end"""
    size = random.randrange(100)
    wanted = random.randrange(size + 1)
    stream = proxy.stream(size)
    assert [next(stream) for _ in range(wanted)] == list(range(wanted))
    stream.close()


CALLS = [call_echo, call_echo, call_echo, call_fail, call_note, call_batch, call_stream]


def main():
    uri, serializer, seed = sys.argv[1:]
    random.seed(int(seed))
    # Pyro5's clients can't write batches in marshal
    calls = [call for call in CALLS if serializer != "marshal" or call != call_batch]
    Pyro5.api.config.SERIALIZER = serializer
    signal.signal(signal.SIGTERM, stop)
    answered = 0
    with Pyro5.api.Proxy(uri) as proxy:
        while not stopping:
            if random.randrange(100) == 0:
                proxy._pyroRelease()
            random.choice(calls)(proxy)
            answered += 1
    print(answered, flush=True)


main()
