// SPDX-License-Identifier: LGPL-2.1-or-later
import {args, connect, serve, servant, unpack} from '../frame.js';

function makeNode(name) {
    let next = null;
    return servant({
        set_next: uri => {
            next = connect(uri);
        },
        pass_on: async path => {
            if (path.includes(name))
                return [...path, name, 'complete'];
            return unpack(await next.call('pass_on', args([...path, name]), null, null));
        },
    });
}

serve({A: makeNode('A'), B: makeNode('B'), C: makeNode('C')});
