#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Objects as values, between a server and a client, each of ours or of the real Pyro5, which has
converters for the same classes."""

import contextlib
import os
import subprocess
import sys

if "PYRO5_PATH" not in os.environ:
    print("1..0 # SKIP PYRO5_PATH does not name a Pyro5")
    sys.exit(0)
sys.path.insert(0, os.environ["PYRO5_PATH"])

import Pyro5.api  # noqa: E402
import Pyro5.errors  # noqa: E402

import tap  # noqa: E402

SCENARIO = os.environ["CLASS_SCENARIO"]

# The same classes and the same shop as in class-scenario.c
CLASSES = '''
import types
import Pyro5.api

shop = types.ModuleType("shop")
exec("""
class Car:
    def __init__(self, name=None, max_speed=0, trailer=None):
        self.name, self.max_speed, self.trailer = name, max_speed, trailer

class Price:
    def __init__(self, cents):
        self.cents = cents

class Bike:
    def __init__(self):
        self.wheels = 2
""", {"__name__": "shop"}, shop.__dict__)

def write_car(car):
    trailer = car.trailer if car.trailer is None else write_car(car.trailer)
    return dict(vars(car), __class__="shop.Car", trailer=trailer)

def read_car(name, state):
    trailer = state["trailer"]
    if isinstance(trailer, dict):
        trailer = read_car(name, trailer)
    return shop.Car(state["name"], state["max_speed"], trailer)

def write_price(price):
    if price.cents < 0:
        raise ValueError("not for sale")
    return {"__class__": "shop.Price", "amount": "%d.%02d" % divmod(price.cents, 100)}

def read_price(name, state):
    euros, cents = state["amount"].split(".")
    return shop.Price(int(euros) * 100 + int(cents))

Pyro5.api.register_class_to_dict(shop.Car, write_car)
Pyro5.api.register_dict_to_class("shop.Car", read_car)
Pyro5.api.register_class_to_dict(shop.Price, write_price)
Pyro5.api.register_dict_to_class("shop.Price", read_price)
'''

SHOP = CLASSES + '''
@Pyro5.api.expose
class Shop:
    best_car = None

    def tune(self, car):
        car.max_speed += 10
        return car

    def discount(self, price):
        if price.cents < 100:
            raise ValueError("not for sale")
        return shop.Price(price.cents - 100)

    def fleet(self):
        return [write_car(shop.Car("one", 1)), write_car(shop.Car("two", 2))]

    def stream(self):
        yield shop.Car("one", 1)
        yield shop.Car("two", 2)

    def bike(self):
        return shop.Bike()

    @property
    def best(self):
        return self.best_car

    @best.setter
    def best(self, car):
        self.best_car = car

daemon = Pyro5.api.Daemon()
print("READY", daemon.register(Shop(), "shop"), flush=True)
daemon.requestLoop()
'''

PROGRAMS = {"pyrog": [SCENARIO, "serve"], "Pyro5": [sys.executable, "-c", SHOP]}
namespace = {}
exec(CLASSES, namespace)
shop = namespace["shop"]


@contextlib.contextmanager
def serving(kind, **environment):
    with subprocess.Popen(
            PROGRAMS[kind], stdout=subprocess.PIPE, text=True,
            env=dict(os.environ, PYTHONPATH=os.environ["PYRO5_PATH"], **environment)) as process:
        try:
            ready, uri = process.stdout.readline().split()
            assert ready == "READY"
            yield uri
        finally:
            process.kill()


@tap.case("pyrog", "serpent")
@tap.case("pyrog", "marshal")
@tap.case("pyrog", "json")
@tap.case("pyrog", "msgpack")
@tap.case("Pyro5", "serpent")
@tap.case("Pyro5", "json")
@tap.case("Pyro5", "msgpack")
def test_pyrog_client(server, serializer):
    with serving(server) as uri:
        for mode in "call", "strict":
            result = subprocess.run([SCENARIO, mode, uri, serializer], timeout=60, text=True,
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            assert result.returncode == 0, result.stdout


def failure_of(function, *arguments):
    try:
        function(*arguments)
    except Exception as error:  # whatever it is, the caller looks at it
        return error
    raise AssertionError("no exception")


def check_cars(cars):
    assert [type(car) for car in cars] == [shop.Car, shop.Car], cars
    assert [(car.name, car.max_speed) for car in cars] == [("one", 1), ("two", 2)]


@tap.case("serpent")
@tap.case("marshal")
@tap.case("json")
@tap.case("msgpack")
def test_pyro5_client(serializer):
    with serving("pyrog") as uri, Pyro5.api.Proxy(uri) as proxy:
        proxy._pyroSerializer = serializer
        tuned = proxy.tune(shop.Car("Ada", 100, shop.Car("small", 80)))
        assert (tuned.name, tuned.max_speed) == ("Ada", 110)
        assert type(tuned.trailer) is shop.Car and tuned.trailer.name == "small", tuned.trailer
        assert proxy.tune(car=shop.Car("Bob", 5)).max_speed == 15
        check_cars(proxy.fleet())
        check_cars(list(proxy.stream()))
        assert proxy.discount(shop.Price(350)).cents == 250
        error = failure_of(proxy.discount, shop.Price(50))
        assert type(error) is ValueError and str(error) == "shop.Price: not for sale", repr(error)
        error = failure_of(proxy.tune, {"__class__": "shop.Price", "amount": "cheap"})
        assert type(error) is ValueError and "not a price" in str(error), repr(error)
        error = failure_of(proxy.tune, {"__class__": "shop.Car", "max_speed": "fast"})
        assert type(error) is TypeError and 'shop.Car["max_speed"]' in str(error), repr(error)


# Pyro5 can't write attributes and batches with marshal
@tap.case("serpent")
@tap.case("json")
@tap.case("msgpack")
def test_pyro5_client_in_other_places(serializer):
    with serving("pyrog") as uri, Pyro5.api.Proxy(uri) as proxy:
        proxy._pyroSerializer = serializer
        proxy.best = shop.Car("mine", 7)
        assert proxy.best.name == "mine"
        batch = Pyro5.api.BatchProxy(proxy)
        batch.tune(shop.Car("Eve", 100))
        batch.tune(shop.Car("Joe", 200))
        assert [car.max_speed for car in batch()] == [110, 210]


@tap.case("serpent")
@tap.case("marshal")
@tap.case("json")
@tap.case("msgpack")
def test_strict_server(serializer):
    with serving("pyrog", PYROG_STRICT_CLASSES="1") as uri, Pyro5.api.Proxy(uri) as proxy:
        proxy._pyroSerializer = serializer
        error = failure_of(proxy.tune, shop.Bike())
        assert type(error) is Pyro5.errors.SerializeError, repr(error)
        assert str(error) == "args[0]: the class ‘shop.Bike’ is unknown", repr(error)
        assert proxy.tune(shop.Car("Ada", 100)).max_speed == 110


tap.run()
