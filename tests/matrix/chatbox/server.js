// SPDX-License-Identifier: LGPL-2.1-or-later
import Pyrog from 'gi://Pyrog';
import {args, error, serve, servant} from '../frame.js';

const rooms = {};

serve({chat: servant({
    join: (room, name, listener) => {
        rooms[room] ??= new Map();
        if (rooms[room].has(name))
            throw error(Pyrog.Error.VALUE_ERROR, `there is a ${name} in ${room}`);
        rooms[room].set(name, listener);
        return [...rooms[room].keys()];
    },
    leave: (room, name) => {
        rooms[room].delete(name);
    },
    say: async (room, name, words) => {
        for (const listener of rooms[room].values())
            await listener.call('hear', args(room, name, words), null, null);
    },
})});
