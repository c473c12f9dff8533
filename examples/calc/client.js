// SPDX-License-Identifier: LGPL-2.1-or-later
// Usage: gjs -m client.js URI

import GLib from 'gi://GLib';
import Pyrog from 'gi://Pyrog';

const calc = Pyrog.Proxy.new(ARGV[0], null);
const sum = calc.call_sync('add', new GLib.Variant('(ii)', [3, 4]), 'x', null);
print(`  add(3, 4) -> ${sum.deepUnpack()}`);
try {
    calc.call_sync('divide', new GLib.Variant('(ii)', [1, 0]), 'd', null);
} catch (error) {
    if (error.matches(Pyrog.Error, Pyrog.Error.ZERO_DIVISION_ERROR))
        print(`  divide(1, 0) -> an error: ${error.message}`);
}
