// SPDX-License-Identifier: LGPL-2.1-or-later
// Usage: gjs -m streams.js serve | gjs -m streams.js read URI

import GLib from 'gi://GLib';
import Gio from 'gi://Gio';
import Pyrog from 'gi://Pyrog';
import System from 'system';

Gio._promisify(Pyrog.Proxy.prototype, 'stream', 'stream_finish');
Gio._promisify(Pyrog.Proxy.prototype, 'stream_full', 'stream_full_finish');
Gio._promisify(Pyrog.Proxy.prototype, 'stream_attribute', 'stream_attribute_finish');
Gio._promisify(Pyrog.ItemStream.prototype, 'next', 'next_finish');
Gio._promisify(Pyrog.ItemQueue.prototype, 'push', 'push_finish');

const int64 = number => new GLib.Variant('x', number);

function newStream(end, fails) {
    let next = 0;
    return Pyrog.ItemStream.new(() => {
        if (next < end)
            return int64(next++);
        if (fails)
            throw new Pyrog.Error({code: Pyrog.Error.VALUE_ERROR, message: 'enough'});
        return null;
    });
}

async function pushThree(queue) {
    for (let i = 0; i < 3; i++)
        await queue.push(int64(i), null);
    queue.end();
}

function serve() {
    const servant = new Pyrog.Servant();
    servant.add_method('count', 'x end, b fails', null, (invocation, args) => {
        invocation.return_stream(newStream(...args.deepUnpack()));
    });
    servant.add_method('events', '', null, invocation => {
        const queue = Pyrog.ItemQueue.new(1);
        pushThree(queue).catch(logError);
        invocation.return_stream(queue);
    });
    servant.add_stream_attribute('numbers', () => newStream(3, false));
    const daemon = new Pyrog.Daemon();
    const uri = daemon.register('streams', servant);
    daemon.start();
    print(uri.to_string());
    daemon.run(null);
}

function assert(condition) {
    if (!condition)
        throw new Error('wrong');
}

async function readAll(stream) {
    const items = [];
    for (let item; (item = await stream.next(null)) !== null;)
        items.push(item.unpack());
    return items;
}

async function read(uri) {
    const proxy = Pyrog.Proxy.new(uri, null);
    const args = (end, fails) => new GLib.Variant('(xb)', [end, fails]);
    const stream = await proxy.stream('count', args(100, false), null);
    assert((await readAll(stream)).every((number, i) => number === i));

    const failing = await proxy.stream('count', args(1, true), null);
    assert(failing.next_sync(null).unpack() === 0);
    try {
        await failing.next(null);
        assert(false);
    } catch (error) {
        assert(error.matches(Pyrog.Error, Pyrog.Error.VALUE_ERROR));
    }
    assert(await failing.next(null) === null);

    const kwargs = new GLib.Variant('a{sv}', {
        end: int64(4),
        fails: new GLib.Variant('b', false),
    });
    const full = await proxy.stream_full('count', null, kwargs, new Pyrog.CallOptions(), null);
    assert((await readAll(full)).join() === '0,1,2,3');

    assert((await readAll(await proxy.stream('events', null, null))).join() === '0,1,2');
    const left = await proxy.stream_attribute('numbers', null);
    assert(left.next_value().unpack() === 0);
    left.close();
    assert(await left.next(null) === null);
}

if (ARGV[0] === 'serve') {
    serve();
} else {
    const loop = new GLib.MainLoop(null, false);
    let status = 0;
    read(ARGV[1]).catch(error => {
        logError(error);
        status = 1;
    }).finally(() => loop.quit());
    loop.run();
    System.exit(status);
}
