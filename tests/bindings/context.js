// SPDX-License-Identifier: LGPL-2.1-or-later
// What context.py does, in JavaScript

import GLib from 'gi://GLib';
import Pyrog from 'gi://Pyrog';
import System from 'system';

const ID = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
const bytesOf = text => new GLib.Bytes(new TextEncoder().encode(text));
const textOf = bytes => new TextDecoder().decode(bytes);

function serve() {
    const servant = new Pyrog.Servant();
    servant.add_method('describe', '', 's', invocation => {
        const note = textOf(invocation.get_annotation('NOTE').toArray());
        invocation.set_reply_annotation('RESP', bytesOf(`re: ${note}`));
        Pyrog.CallOptions.new_for_invocation(invocation);
        const {peer_software: software} = invocation.get_connection();
        const id = invocation.ensure_correlation_id();
        invocation.return_value(new GLib.Variant('s', `${id} ${software}`));
    });
    const daemon = new Pyrog.Daemon();
    daemon.set_annotation('SHRD', bytesOf('x'));
    daemon.set_annotation('GONE', bytesOf('x'));
    daemon.set_annotation('GONE', null);
    print(daemon.register('context', servant).to_string());
    daemon.run(null);
}

function call(uri) {
    const options = Pyrog.CallOptions.new();
    options.set_annotation('NOTE', bytesOf('n'));
    options.set_correlation_id(ID);
    const proxy = Pyrog.Proxy.new(uri, null);
    const [result, outcome] = proxy.call_full_sync('describe', null, null, 's', options, null);
    if (outcome.get_correlation_id() !== ID)
        throw new Error('no correlation id');
    const annotations = outcome.get_annotations().deepUnpack();
    const shown = Object.keys(annotations).sort().map(name =>
        `${name}=${textOf(annotations[name])}`);
    print(result.deepUnpack(), proxy.peer_software, ...shown);
}

const [mode, uri] = ARGV;
try {
    if (mode === 'serve')
        serve();
    else
        call(uri);
} catch (error) {
    printerr(error);
    System.exit(1);
}
