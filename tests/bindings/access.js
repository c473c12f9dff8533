// SPDX-License-Identifier: LGPL-2.1-or-later
// What access.py does, in JavaScript

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Pyrog from 'gi://Pyrog';
import System from 'system';

const [role, question, behaviour, uri] = System.programArgs;
const loop = new GLib.MainLoop(null, false);
const kept = [];
let daemon = null;
let handler = 0;

function describe(request) {
    if (request instanceof Pyrog.CertificateRequest) {
        const name = Pyrog.certificate_dup_common_name(request.get_certificate());
        return `${name} ${request.get_errors()}`;
    }
    if (request instanceof Pyrog.HandshakeRequest)
        return request.get_data().deepUnpack();
    const method = request.get_operation() === Pyrog.Operation.CALL ? request.get_member()
        : request.get_operation() === Pyrog.Operation.GET ? '__getattr__' : '__setattr__';
    if (request.get_invocation().get_method_name() !== method)
        throw new Error('The call and its member differ');
    return `${request.get_object_id()}.${request.get_member()} ${request.get_operation()}`;
}

function refuse(request) {
    request.refuse(new GLib.Error(Pyrog.Error, Pyrog.Error.VALUE_ERROR, 'not today'));
}

function later(action) {
    GLib.timeout_add(GLib.PRIORITY_DEFAULT, 20, () => {
        action();
        return GLib.SOURCE_REMOVE;
    });
}

function leave(asker) {
    asker.disconnect(handler);
    kept.length = 0;
    later(System.gc);
}

// Until the harness says that the daemon is gone
function wait(request) {
    const input = new Gio.UnixInputStream({fd: 0, closeFd: false});
    input.read_bytes(1, null);
    request.accept();
}

function asked(asker, request) {
    print(`ASKED ${describe(request)}`);
    if (request.get_connection() !== request.connection)
        throw new Error('There are two connections');
    if (behaviour === 'throw')
        throw new Error('thrown on purpose');
    if (behaviour === 'nothing')
        return undefined;
    if (behaviour === 'accept')
        request.accept();
    else if (behaviour === 'answer')
        request.set_answer(new GLib.Variant('s', 'room 7'));
    else if (behaviour === 'refuse')
        refuse(request);
    else if (behaviour === 'refuse-silently')
        request.refuse(null);
    else if (behaviour !== 'yes' && behaviour !== 'no')
        request.hold();
    if (behaviour === 'later-accept')
        later(() => request.accept());
    else if (behaviour === 'later-refuse')
        later(() => refuse(request));
    else if (behaviour === 'later-stop')
        later(() => {
            daemon.stop();
            request.accept();
        });
    else if (behaviour === 'wait')
        later(() => wait(request));
    else if (behaviour === 'keep' || behaviour === 'leave')
        kept.push(request);
    else if (behaviour === 'drop')
        later(System.gc); // only now the wrapper, and with it the reference, goes
    if (behaviour === 'leave')
        later(() => leave(asker));
    return behaviour !== 'no';
}

// Lives by its handler, and is the only one who keeps the request. (A WeakRef would be no better:
// GJS 1.74 keeps what one has led to for ever.)
class Owner {
    constructor(asker) {
        this.said = text => print(`ASKED ${text}`);
        this.asker = asker;
        this.handler = asker.connect(question, (_asker, request) => this.asked(request));
    }

    asked(request) {
        this.said(describe(request));
        request.hold();
        this.request = request;
        later(() => this.go());
        return true;
    }

    go() {
        this.asker.disconnect(this.handler);
        later(System.gc);
    }

    // The handler stays by mistake, and fails
    destroy() {
        this.said = null;
    }
}

function connect(asker) {
    if (behaviour.startsWith('owner')) {
        const owner = new Owner(asker);
        if (behaviour === 'owner-gone')
            owner.destroy();
        return;
    }
    handler = asker.connect(question, asked);
    if (behaviour === 'gone')
        asker.disconnect(handler);
}

function serve() {
    const servant = new Pyrog.Servant();
    servant.add_method('echo', 's text', 's', (invocation, args) => {
        invocation.return_value(args.get_child_value(0));
    });
    servant.add_attribute('level', 'x', () => new GLib.Variant('x', 7));
    servant.add_setter('level', () => true);
    daemon = Pyrog.Daemon.new(null);
    connect(daemon);
    print(`READY ${daemon.register('echo', servant).to_string()}`);
    daemon.run(null);
    print('STOPPED');
}

function call() {
    const proxy = Pyrog.Proxy.new(uri, null);
    connect(proxy);
    proxy.call('echo', new GLib.Variant('(s)', ['hello']), 's', null, (object, result) => {
        try {
            print(`RESULT ${proxy.call_finish(result).deepUnpack()}`);
        } catch (error) {
            print(`ERROR ${error.message}`);
        }
        loop.quit();
    });
    loop.run();
}

if (role === 'server')
    serve();
else
    call();
