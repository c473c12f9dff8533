// SPDX-License-Identifier: LGPL-2.1-or-later
import {serve, servant} from '../frame.js';

function count(lines) {
    const counts = {};
    for (const word of lines.join(' ').toLowerCase().split(' '))
        counts[word] = (counts[word] ?? 0) + 1;
    return counts;
}

serve({first: servant({count}), second: servant({count})});
