// SPDX-License-Identifier: LGPL-2.1-or-later
import Pyrog from 'gi://Pyrog';
import {error, serve, servant} from '../frame.js';

const done = [];

serve({worker: servant({
    start: job => {
        if (!job)
            throw error(Pyrog.Error.VALUE_ERROR, 'nobody will hear of this');
        done.push(job);
    },
    finish: job => done.push(job),
    jobs: () => done,
}, {oneway: ['start']})});
