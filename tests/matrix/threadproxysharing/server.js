// SPDX-License-Identifier: LGPL-2.1-or-later
import {serve, servant} from '../frame.js';

let sum = 0;

serve({adder: servant({
    add: number => {
        sum += number;
        return number;
    },
    total: () => sum,
})});
