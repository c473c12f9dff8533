#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Usage: class.py serve
          class.py call URI"""

import gc
import sys
import weakref

import gi

gi.require_version("Pyrog", "1")
from gi.repository import GLib, GObject, Pyrog  # noqa: E402


class Car(GObject.Object):
    name = GObject.Property(type=str)
    max_speed = GObject.Property(type=GObject.TYPE_INT64)
    trailer = GObject.Property(type=GObject.Object)


class Price(GObject.Object):
    def __init__(self, cents=0):
        super().__init__()
        self.cents = cents


def write_price(price):
    if price.cents < 0:
        raise GLib.Error.new_literal(Pyrog.error_quark(), "not for sale", Pyrog.Error.VALUE_ERROR)
    if price.cents == 13:
        raise RuntimeError("not in a way that C understands")
    amount = "%d.%02d" % divmod(price.cents, 100)
    return GLib.Variant("a{sv}", {"amount": GLib.Variant("s", amount)})


def read_price(state):
    euros, cents = state.unpack()["amount"].split(".")
    return Price(int(euros) * 100 + int(cents))


def register():
    assert Pyrog.class_register(Car, "shop.Car")
    assert Pyrog.class_register(Price, "shop.Price")
    Pyrog.class_set_writer(Price, write_price)
    Pyrog.class_set_reader(Price, read_price)


def serve():
    def tune(invocation, args):
        car = Pyrog.class_from_variant(args.get_child_value(0))
        assert isinstance(car, Car)
        car.max_speed += 10
        invocation.return_value(Pyrog.class_to_variant(car))

    def discount(invocation, args):
        price = Pyrog.class_from_variant(args.get_child_value(0))
        price.cents -= 100
        invocation.return_value(Pyrog.class_to_variant(price))

    servant = Pyrog.Servant()
    servant.add_method("tune", "v car", None, tune)
    servant.add_method("discount", "v price", None, discount)
    daemon = Pyrog.Daemon()
    uri = daemon.register("shop", servant)
    daemon.start()
    print(uri.to_string(), flush=True)
    daemon.run(None)


def call(proxy, method, thing):
    args = GLib.Variant.new_tuple(GLib.Variant("v", Pyrog.class_to_variant(thing)))
    return Pyrog.class_from_variant(proxy.call_sync(method, args, None, None))


def assert_error(code, text, function, *arguments):
    try:
        function(*arguments)
    except GLib.Error as error:
        assert error.matches(Pyrog.error_quark(), code), error
        assert text in error.message, error
        return
    raise AssertionError("no error")


def check_replaced():
    """A function that is replaced is let go"""
    def write(_price):
        return GLib.Variant("a{sv}", {})
    known = weakref.ref(write)
    Pyrog.class_set_writer(Price, write)
    del write
    gc.collect()
    assert known() is not None
    Pyrog.class_set_writer(Price, write_price)
    gc.collect()
    assert known() is None


def run_client(uri):
    proxy = Pyrog.Proxy.new(uri, None)
    car = call(proxy, "tune", Car(name="Ada", max_speed=100, trailer=Car(name="small")))
    assert isinstance(car, Car) and car.name == "Ada" and car.max_speed == 110
    assert isinstance(car.trailer, Car) and car.trailer.name == "small"
    price = call(proxy, "discount", Price(350))
    assert isinstance(price, Price) and price.cents == 250
    assert_error(Pyrog.Error.VALUE_ERROR, "shop.Price: not for sale",
                 call, proxy, "discount", Price(-1))
    assert_error(Pyrog.Error.FAILED, "neither a state nor an error",
                 call, proxy, "discount", Price(13))
    assert_error(Pyrog.Error.VALUE_ERROR, "not for sale", call, proxy, "discount", Price(50))
    nothing = GLib.Variant("a{sv}", {"__class__": GLib.Variant("s", "shop.Price")})
    assert_error(Pyrog.Error.FAILED, "neither an object nor an error",
                 Pyrog.class_from_variant, nothing)
    wrong = GLib.Variant("a{sv}", {"__class__": GLib.Variant("s", "shop.Car"),
                                   "max_speed": GLib.Variant("s", "fast")})
    assert_error(Pyrog.Error.TYPE_ERROR, 'shop.Car["max_speed"]', Pyrog.class_from_variant, wrong)
    check_replaced()


register()
if sys.argv[1] == "serve":
    serve()
else:
    run_client(sys.argv[2])
