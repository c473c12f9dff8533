// SPDX-License-Identifier: LGPL-2.1-or-later
// A daemon that makes the objects that are called, and tells who came and went

import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Pyrog from 'gi://Pyrog';

const Counter = GObject.registerClass({
    Properties: {
        'count': GObject.ParamSpec.int('count', null, null, GObject.ParamFlags.READWRITE, 0, 1000, 0),
    },
}, class Counter extends GObject.Object {});

function describeCounter() {
    const servant = Pyrog.Servant.new_for_type(Counter);
    servant.add_method('increment', '', 'i', invocation => {
        const counter = invocation.get_instance();
        counter.count++;
        invocation.return_value(new GLib.Variant('i', counter.count));
    });
    servant.expose_property('count', Pyrog.Access.READWRITE);
    return servant;
}

function makeStory(daemon) {
    const servant = new Pyrog.Servant();
    const sessions = new Map();
    const lines = [];
    daemon.connect('client-connected', (_daemon, connection) => {
        sessions.set(connection.get_session(), 0);
        lines.push('connected');
    });
    daemon.connect('client-disconnected', (_daemon, connection) => {
        lines.push(`disconnected after ${sessions.get(connection.get_session())}`);
        sessions.delete(connection.get_session());
    });
    daemon.connect('method-failed', (_daemon, invocation, error) => {
        const oneway = invocation.get_oneway() ? ' oneway' : '';
        lines.push(`failed ${invocation.get_method_name()}${oneway}: ${error.message}`);
    });
    servant.add_method('tell', '', 'as', invocation => {
        invocation.return_value(new GLib.Variant('as', lines));
    });
    servant.add_method('count', '', 'i', invocation => {
        const session = invocation.get_session();
        sessions.set(session, sessions.get(session) + 1);
        invocation.return_value(new GLib.Variant('i', sessions.get(session)));
    });
    servant.add_method('track', '', null, invocation => {
        const connection = invocation.get_connection();
        connection.track(() => lines.push('first ended'));
        connection.track(() => lines.push('second ended'));
        connection.untrack(connection.track(() => lines.push('never')));
        invocation.return_none();
    });
    servant.add_method('fail', '', null, () => {
        throw new GLib.Error(Pyrog.Error, Pyrog.Error.KEY_ERROR, 'nobody hears');
    });
    servant.set_oneway('fail', true);
    return servant;
}

const {SINGLE, SESSION, PERCALL} = Pyrog.InstanceMode;
const daemon = Pyrog.Daemon.new(null);
const uri = daemon.register('story', makeStory(daemon));
for (const [name, mode] of Object.entries({single: SINGLE, session: SESSION, percall: PERCALL}))
    daemon.register_factory(name, describeCounter(), mode, () => new Counter());
daemon.register_factory('typed', describeCounter(), SESSION, null);
daemon.register_factory('broken', describeCounter(), SINGLE, () => {
    throw new GLib.Error(Pyrog.Error, Pyrog.Error.VALUE_ERROR, 'no counter');
});
daemon.register_factory('nothing', describeCounter(), SINGLE, () => null);
daemon.start();
print(`READY ${uri.to_string()}`);
new GLib.MainLoop(null, false).run();
