// SPDX-License-Identifier: LGPL-2.1-or-later
import {args, serve, servant} from '../frame.js';

serve({worker: servant({
    work: async (steps, listener) => {
        for (let step = 1; step <= steps; step++)
            // One call after the other
            await listener.call('progress', args(`${step} of ${steps}`), null, null);
        return 'done';
    },
})});
