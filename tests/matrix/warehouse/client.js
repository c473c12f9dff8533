// SPDX-License-Identifier: LGPL-2.1-or-later
import {attempt, call, connect} from '../frame.js';

const warehouse = connect(ARGV[0]);
const list = () => print(call(warehouse, 'list_contents').join(', '));

list();
for (const who of ['Janet', 'Henry']) {
    print(call(warehouse, 'store', who, `box of ${who}`));
    attempt(() => call(warehouse, 'take', who, 'bike'));
}
list();
