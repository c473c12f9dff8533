// SPDX-License-Identifier: LGPL-2.1-or-later
import Pyrog from 'gi://Pyrog';
import {error, serve, servant} from '../frame.js';

let calls = 0;

serve({thing: servant({
    multiply: (a, b) => {
        calls += 1;
        return a * b;
    },
    divide: (a, b) => {
        calls += 1;
        if (b === 0)
            throw error(Pyrog.Error.ZERO_DIVISION_ERROR, 'division by zero');
        return Math.floor(a / b);
    },
    count: () => calls,
})});
