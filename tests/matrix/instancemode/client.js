// SPDX-License-Identifier: LGPL-2.1-or-later
import {call, connect} from '../frame.js';

for (const uri of ARGV) {
    const one = connect(uri), two = connect(uri);
    print(...[one, one, two, one, two].map(proxy => call(proxy, 'count')));
    one.release();
    print(call(one, 'count'));
}
