// SPDX-License-Identifier: LGPL-2.1-or-later
import Pyrog from 'gi://Pyrog';
import {serve, servant} from '../frame.js';

const names = new Map();
const gone = [];

const daemon = Pyrog.Daemon.new(null);
daemon.connect('client-disconnected', (self, connection) => {
    const session = connection.get_session();
    if (names.has(session))
        gone.push(names.get(session));
});
serve({house: servant({
    enter(name) {
        names.set(this.get_session(), name);
        return `welcome, ${name}`;
    },
    gone: () => gone,
})}, daemon);
