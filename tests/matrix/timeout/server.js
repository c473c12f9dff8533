// SPDX-License-Identifier: LGPL-2.1-or-later
import {serve, servant} from '../frame.js';

serve({slow: servant({
    quick: () => 'at once',
    never: () => new Promise(() => {}),
})});
