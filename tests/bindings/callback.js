// SPDX-License-Identifier: LGPL-2.1-or-later
// Usage: gjs -m callback.js serve | gjs -m callback.js call URI

import GLib from 'gi://GLib';
import Gio from 'gi://Gio';
import Pyrog from 'gi://Pyrog';
import System from 'system';

Gio._promisify(Pyrog.Proxy.prototype, 'call', 'call_finish');

function newCounter() {
    let sum = 0;
    const servant = new Pyrog.Servant();
    servant.add_method('add', '(x)', 'x', (invocation, args) => {
        sum += Number(args.deepUnpack()[0]);
        invocation.return_value(new GLib.Variant('x', sum));
    });
    return servant;
}

async function callBack(invocation, args) {
    try {
        const proxy = Pyrog.Proxy.new_from_variant(args.get_child_value(0).get_variant(), null);
        const number = args.get_child_value(1);
        invocation.return_value(
            await proxy.call('add', GLib.Variant.new_tuple([number]), 'x', null));
    } catch (error) {
        invocation.return_gerror(error);
    }
}

function serve() {
    const daemon = new Pyrog.Daemon();
    const servant = new Pyrog.Servant();
    servant.add_method('call_back', '(vx)', null, (invocation, args) => {
        callBack(invocation.hold(), args);
    });
    servant.add_method('make', '()', null, invocation => {
        const counter = newCounter();
        daemon.register(null, counter);
        invocation.return_value(daemon.proxy_for(counter, invocation.get_connection()));
    });
    const uri = daemon.register('callback', servant);
    daemon.start();
    print(uri.to_string());
    daemon.run(null);
}

function assertEqual(actual, expected) {
    if (actual !== expected)
        throw new Error(`${actual} is not ${expected}`);
}

async function add(proxy, number) {
    const result = await proxy.call('add', new GLib.Variant('(x)', [number]), 'x', null);
    return Number(result.deepUnpack());
}

async function runClient(uri) {
    const daemon = new Pyrog.Daemon();
    const counter = newCounter();
    daemon.register(null, counter);
    daemon.start();
    const server = Pyrog.Proxy.new(uri, null);
    for (let i = 1; i <= 3; i++) {
        const args = new GLib.Variant('(vx)', [daemon.proxy_for(counter, null), 10]);
        const result = await server.call('call_back', args, 'x', null);
        assertEqual(Number(result.deepUnpack()), 10 * i);
    }
    const made = Pyrog.Proxy.new_from_variant(await server.call('make', null, null, null), null);
    assertEqual(await add(made, 5), 5);
    assertEqual(await add(made, 2), 7);
    try {
        Pyrog.Proxy.new_from_variant(new GLib.Variant('s', 'nothing'), null);
    } catch (error) {
        if (error.matches(Pyrog.Error, Pyrog.Error.TYPE_ERROR))
            return;
    }
    throw new Error('no error');
}

if (System.programArgs[0] === 'serve') {
    serve();
} else {
    const loop = new GLib.MainLoop(null, false);
    let failure = null;
    runClient(System.programArgs[1]).catch(error => {
        failure = error;
    }).finally(() => loop.quit());
    loop.run();
    if (failure) {
        logError(failure);
        System.exit(1);
    }
}
