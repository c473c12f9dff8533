// SPDX-License-Identifier: LGPL-2.1-or-later
// Usage: gjs -m class.js serve | gjs -m class.js call URI

import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Pyrog from 'gi://Pyrog';
import System from 'system';

const Car = GObject.registerClass({
    Properties: {
        'name': GObject.ParamSpec.string('name', '', '', GObject.ParamFlags.READWRITE, ''),
        'max-speed': GObject.ParamSpec.int64('max-speed', '', '', GObject.ParamFlags.READWRITE,
            0, 300, 0),
        'trailer': GObject.ParamSpec.object('trailer', '', '', GObject.ParamFlags.READWRITE,
            GObject.Object),
    },
}, class Car extends GObject.Object {});

const Price = GObject.registerClass(class Price extends GObject.Object {
    _init(cents = 0) {
        super._init();
        this.cents = cents;
    }
});

function register() {
    if (!Pyrog.class_register(Car.$gtype, 'shop.Car') ||
        !Pyrog.class_register(Price.$gtype, 'shop.Price'))
        throw new Error('a class is registered already');
    Pyrog.class_set_writer(Price.$gtype, price => {
        if (price.cents < 0)
            throw new Pyrog.Error({code: Pyrog.Error.VALUE_ERROR, message: 'not for sale'});
        if (price.cents === 13)
            throw new TypeError('not in a way that C understands');
        const amount = `${Math.floor(price.cents / 100)}.${`${price.cents % 100}`.padStart(2, '0')}`;
        return new GLib.Variant('a{sv}', {amount: new GLib.Variant('s', amount)});
    });
    Pyrog.class_set_reader(Price.$gtype, state => {
        const [euros, cents] = state.recursiveUnpack().amount.split('.');
        return new Price(Number(euros) * 100 + Number(cents));
    });
}

function serve() {
    const servant = new Pyrog.Servant();
    servant.add_method('tune', 'v car', null, (invocation, args) => {
        const car = Pyrog.class_from_variant(args.get_child_value(0));
        car.max_speed += 10;
        invocation.return_value(Pyrog.class_to_variant(car));
    });
    servant.add_method('discount', 'v price', null, (invocation, args) => {
        const price = Pyrog.class_from_variant(args.get_child_value(0));
        price.cents -= 100;
        invocation.return_value(Pyrog.class_to_variant(price));
    });
    const daemon = new Pyrog.Daemon();
    const uri = daemon.register('shop', servant);
    daemon.start();
    print(uri.to_string());
    daemon.run(null);
}

function call(proxy, method, thing) {
    const args = GLib.Variant.new_tuple([GLib.Variant.new_variant(Pyrog.class_to_variant(thing))]);
    return Pyrog.class_from_variant(proxy.call_sync(method, args, null, null));
}

function assertEqual(actual, expected) {
    if (actual !== expected)
        throw new Error(`${actual} is not ${expected}`);
}

// The error's text; what is thrown in a function is an error whatever it was
function failureOf(func) {
    try {
        func();
    } catch (error) {
        return error.message;
    }
    throw new Error('no error');
}

function assertFailure(text, func) {
    const message = failureOf(func);
    if (!message.includes(text))
        throw new Error(`${message} does not say ${text}`);
}

function runClient(uri) {
    const proxy = Pyrog.Proxy.new(uri, null);
    const trailer = new Car({name: 'small'});
    const car = call(proxy, 'tune', new Car({name: 'Ada', max_speed: 100, trailer}));
    assertEqual(car instanceof Car, true);
    assertEqual(car.name, 'Ada');
    assertEqual(car.max_speed, 110);
    assertEqual(car.trailer.name, 'small');
    const price = call(proxy, 'discount', new Price(350));
    assertEqual(price instanceof Price, true);
    assertEqual(price.cents, 250);
    assertFailure('shop.Price: not for sale', () => call(proxy, 'discount', new Price(-1)));
    assertFailure('shop.Price: ', () => call(proxy, 'discount', new Price(13)));
    assertFailure('not for sale', () => call(proxy, 'discount', new Price(50)));
    assertFailure('shop.Price: ', () => Pyrog.class_from_variant(new GLib.Variant('a{sv}', {
        __class__: new GLib.Variant('s', 'shop.Price'),
    })));
    assertFailure('shop.Car["max_speed"]', () => Pyrog.class_from_variant(
        new GLib.Variant('a{sv}', {
            __class__: new GLib.Variant('s', 'shop.Car'),
            max_speed: new GLib.Variant('s', 'fast'),
        })));
}

register();
if (System.programArgs[0] === 'serve') {
    serve();
} else {
    try {
        runClient(System.programArgs[1]);
    } catch (error) {
        logError(error);
        System.exit(1);
    }
}
