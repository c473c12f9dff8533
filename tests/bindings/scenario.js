// SPDX-License-Identifier: LGPL-2.1-or-later
// Usage: gjs -m scenario.js server | gjs -m scenario.js client URI

import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Gio from 'gi://Gio';
import Pyrog from 'gi://Pyrog';
import System from 'system';

Gio._promisify(Pyrog.Proxy.prototype, 'call', 'call_finish');
Gio._promisify(Pyrog.Proxy.prototype, 'call_blob', 'call_blob_finish');
Gio._promisify(Pyrog.Proxy.prototype, 'get_attribute', 'get_attribute_finish');
Gio._promisify(Pyrog.Proxy.prototype, 'set_attribute', 'set_attribute_finish');
Gio._promisify(Pyrog.Batch.prototype, 'submit', 'submit_finish');
Gio._promisify(Pyrog.Batch.prototype, 'submit_oneway', 'submit_oneway_finish');

const loop = new GLib.MainLoop(null, false);

/* ---- The server ---- */

const Scenario = GObject.registerClass({
    Properties: {
        'level': GObject.ParamSpec.int('level', null, null, GObject.ParamFlags.READWRITE, 0, 100, 3),
    },
}, class Scenario extends Pyrog.Servant {
    _init() {
        super._init();
        this.add_method('subclassed', 's text', 's', null);
        this.expose_property('level', Pyrog.Access.READWRITE);
    }

    vfunc_invoke(invocation) {
        const [text] = invocation.get_args().deepUnpack();
        invocation.return_value(new GLib.Variant('s', `${text}!`));
    }
});

function makeServant() {
    const servant = new Scenario();
    servant.add_method('add', 'x a, x b', 'x', (invocation, args) => {
        const [a, b] = args.deepUnpack();
        invocation.return_value(new GLib.Variant('x', a + b));
    });
    servant.add_method('echo', 'v value', null, (invocation, args) => {
        invocation.return_value(args.get_child_value(0).get_variant());
    });
    servant.add_method('boom', '', null, () => {
        throw new GLib.Error(Pyrog.Error, Pyrog.Error.VALUE_ERROR, 'boom');
    });
    servant.add_method('throws', '', null, () => {
        throw new RangeError('thrown in the language');
    });
    servant.add_method('later', '', 's', invocation => {
        invocation.hold();
        GLib.idle_add(GLib.PRIORITY_DEFAULT, () => {
            invocation.return_value(new GLib.Variant('s', 'late'));
            return GLib.SOURCE_REMOVE;
        });
    });
    servant.add_method('blob', null, null, invocation => {
        const blob = invocation.get_blob();
        invocation.return_value(
            new GLib.Variant('(vv)', [blob.get_info(), blob.deserialize(null)]));
    });
    let note = '';
    servant.add_method('note', 's text', null, (invocation, args) => {
        [note] = args.deepUnpack();
        invocation.return_none();
    });
    servant.set_oneway('note', true);
    servant.add_method('noted', '', 's', invocation => {
        invocation.return_value(new GLib.Variant('s', note));
    });
    let color = 'red';
    servant.add_attribute('color', 's', () => new GLib.Variant('s', color));
    servant.add_setter('color', (name, value) => {
        color = value.deepUnpack();
        return true;
    });
    return servant;
}

function serve() {
    const daemon = Pyrog.Daemon.new(null);
    const uri = daemon.register('scenario', makeServant());
    daemon.start();
    print(`READY ${uri.to_string()}`);
    loop.run();
}

/* ---- The client ---- */

function check(condition, what) {
    if (!condition)
        throw new Error(`failed: ${what}`);
}

/* A oneway call has arrived some time */
async function waitForNote(proxy, expected) {
    while ((await proxy.call('noted', null, 's', null)).deepUnpack() !== expected);
}

async function fails(promise, code, what) {
    try {
        await promise;
    } catch (error) {
        check(error.matches(Pyrog.Error, code), `${what}: ${error.domain}/${error.code} ${error}`);
        return error;
    }
    throw new Error(`failed: ${what} did not throw`);
}

async function call(proxy, uri) {
    const sum = await proxy.call('add', new GLib.Variant('(ii)', [3, 4]), 'x', null);
    check(sum.deepUnpack() === 7, 'add');
    check(proxy.call_sync('add', new GLib.Variant('(xx)', [1, 2]), 'x', null).deepUnpack() === 3,
        'add, synchronous');
    const list = await proxy.call('echo', new GLib.Variant('(as)', [['a', 'b']]), 'as', null);
    check(JSON.stringify(list.deepUnpack()) === '["a","b"]', 'echo');
    const error = await fails(proxy.call('boom', null, null, null), Pyrog.Error.VALUE_ERROR, 'boom');
    check(error.message === 'boom', 'the text of boom');
    check(Pyrog.error_get_execution(error) === Pyrog.Execution.ANSWERED, 'execution');
    try {
        await proxy.call('throws', null, null, null);
        check(false, 'throws');
    } catch (thrown) {
        check(thrown instanceof GLib.Error && !thrown.matches(Pyrog.Error, Pyrog.Error.TIMEOUT),
            `throws: ${thrown}`);
    }
    await fails(proxy.call('nosuch', null, null, null), Pyrog.Error.ATTRIBUTE_ERROR, 'nosuch');
    check((await proxy.call('later', null, 's', null)).deepUnpack() === 'late', 'later');
    check((await proxy.call('subclassed', new GLib.Variant('(s)', ['hi']), 's', null))
        .deepUnpack() === 'hi!', 'subclassed');
    await proxy.call('note', new GLib.Variant('(s)', ['noted']), null, null);
    await waitForNote(proxy, 'noted');
    await proxy.set_attribute('color', new GLib.Variant('s', 'blue'), null);
    check((await proxy.get_attribute('color', 's', null)).deepUnpack() === 'blue', 'attribute');
    await proxy.set_attribute('level', new GLib.Variant('i', 42), null);
    check((await proxy.get_attribute('level', 'i', null)).deepUnpack() === 42, 'property');
    const [result] = proxy.call_full_sync('add', null,
        new GLib.Variant('a{sv}', {a: new GLib.Variant('i', 5), b: new GLib.Variant('i', 6)}), 'x', null,
        null);
    check(result.deepUnpack() === 11, 'keyword arguments');
    const options = Pyrog.CallOptions.new();
    options.set_oneway(true);
    check(proxy.call_full_sync('boom', null, null, null, options, null)[0].n_children() === 0,
        'a oneway call of a method that fails');
    proxy.call_full_sync('subclassed', new GLib.Variant('(s)', ['hi']), null, null, options, null);
    check((await proxy.call('noted', null, 's', null)).deepUnpack() === 'noted', 'after oneway calls');
}

async function checkBatch(proxy) {
    const batch = Pyrog.Batch.new(proxy);
    batch.add('add', new GLib.Variant('(ii)', [3, 4]));
    batch.add('later', null);
    batch.add('boom', null);
    batch.add('add', new GLib.Variant('(ii)', [5, 6]));
    const results = await batch.submit(null);
    check(results.get_size() === 3, 'the size of a batch');
    check(results.next('x').deepUnpack() === 7, 'add in a batch');
    check(results.next('s').deepUnpack() === 'late', 'later in a batch');
    await fails((async () => results.next(null))(), Pyrog.Error.VALUE_ERROR, 'boom in a batch');
    check(results.next(null) === null, 'the end of a batch');
    batch.add('nosuch', null);
    await fails(batch.submit(null), Pyrog.Error.ATTRIBUTE_ERROR, 'nosuch in a batch');
    batch.add('note', new GLib.Variant('(s)', ['in a batch']));
    await batch.submit_oneway(null);
    await waitForNote(proxy, 'in a batch');
    batch.add('noted', null);
    check(batch.submit_sync(null).next('s').deepUnpack() === 'in a batch', 'oneway batch');
}

async function checkBlob(proxy) {
    const blob = Pyrog.SerializedBlob.new(new GLib.Variant('s', 'topic'),
        new GLib.Variant('as', ['a', 'b']));
    const answer = await proxy.call_blob('blob', blob, '(sas)', null, null);
    check(JSON.stringify(answer.deepUnpack()) === '["topic",["a","b"]]', 'blob');
}

async function runClient(text) {
    try {
        const proxy = Pyrog.Proxy.new(text, null);
        proxy.timeout = 20;
        await call(proxy);
        await checkBatch(proxy);
        await checkBlob(proxy);
        print('RESULT ok');
    } catch (error) {
        printerr(`${error}\n${error.stack}`);
    }
    loop.quit();
}

if (ARGV[0] === 'server') {
    serve();
} else {
    runClient(ARGV[1]);
    loop.run();
    System.exit(0);
}
