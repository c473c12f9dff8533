// SPDX-License-Identifier: LGPL-2.1-or-later
// What the programs in JavaScript share

import GLib from 'gi://GLib';
import Gio from 'gi://Gio';
import Pyrog from 'gi://Pyrog';

Gio._promisify(Pyrog.Proxy.prototype, 'call', 'call_finish');

// The GVariant for a value of JavaScript; whole numbers are integers
export function pack(value) {
    if (value instanceof GLib.Variant)
        return value;
    if (value === null || value === undefined)
        return new GLib.Variant('mv', null);
    if (value instanceof Uint8Array)
        return GLib.Variant.new_from_bytes(new GLib.VariantType('ay'), new GLib.Bytes(value), true);
    if (Array.isArray(value))
        return new GLib.Variant('av', value.map(pack));
    switch (typeof value) {
    case 'boolean':
        return new GLib.Variant('b', value);
    case 'number':
        return new GLib.Variant(Number.isInteger(value) ? 'x' : 'd', value);
    case 'string':
        return new GLib.Variant('s', value);
    default:
        return new GLib.Variant('a{sv}',
            Object.fromEntries(Object.entries(value).map(([key, item]) => [key, pack(item)])));
    }
}

export function args(...values) {
    return GLib.Variant.new_tuple(values.map(pack));
}

function items(tuple) {
    return Array.from({length: tuple.n_children()}, (_, index) => tuple.get_child_value(index));
}

export function unpack(variant) {
    const value = variant.recursiveUnpack();
    if (value?.__class__ !== 'Pyro5.client.Proxy')
        return value;
    while (variant.is_of_type(GLib.VariantType.new('v')))
        variant = variant.get_variant();
    return Pyrog.Proxy.new_from_variant(variant, null);
}

export function error(code, message) {
    return new Pyrog.Error({code, message});
}

export function stream(iterator) {
    return Pyrog.ItemStream.new(() => {
        const {value, done} = iterator.next();
        return done ? null : pack(value);
    });
}

// A servant whose methods are functions on values, or such that promise a value. this is the
// invocation.
export function servant(methods, {oneway = []} = {}) {
    const made = new Pyrog.Servant();
    for (const [name, func] of Object.entries(methods)) {
        made.add_method(name, null, null, (invocation, values) => {
            const result = func.apply(invocation, items(values).map(unpack));
            if (result instanceof Promise) {
                const held = invocation.hold();
                result.then(value => held.return_value(pack(value)),
                    reason => held.return_gerror(reason));
            } else if (typeof result?.next === 'function') {
                invocation.return_stream(stream(result));
            } else {
                invocation.return_value(pack(result));
            }
        });
        made.set_oneway(name, oneway.includes(name));
    }
    return made;
}

// Serves servants by their ids, and prints their uris on one line
export function serve(objects, daemon = Pyrog.Daemon.new(null)) {
    const uris = Object.entries(objects).map(([id, thing]) => daemon.register(id, thing));
    daemon.start();
    print(uris.map(uri => uri.to_string()).join(' '));
    new GLib.MainLoop(null, false).run();
}

export function connect(uri, config = null) {
    const proxy = Pyrog.Proxy.new(uri, config);
    proxy.set_timeout(30);
    return proxy;
}

export function call(proxy, method, ...values) {
    return unpack(proxy.call_sync(method, args(...values), null, null));
}

// The name of the class of the exception that a GLib.Error stands for
export function kind(reason) {
    return Pyrog.error_to_class(reason.domain, reason.code).split('.').pop();
}

// Prints what func returns, or the exception that it fails with
export function attempt(func) {
    try {
        print(func());
    } catch (reason) {
        print(kind(reason), reason.message);
    }
}
