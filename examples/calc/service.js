// SPDX-License-Identifier: LGPL-2.1-or-later
// The service of service.c in JavaScript. Usage: gjs -m service.js

import GLib from 'gi://GLib';
import Pyrog from 'gi://Pyrog';

const calc = new Pyrog.Servant();
let memory = 0;

calc.add_method('add', 'x a, x b', 'x', (invocation, args) => {
    const [a, b] = args.deepUnpack();
    invocation.return_value(new GLib.Variant('x', a + b));
});
calc.add_method('divide', '(dd)', 'd', (invocation, args) => {
    const [a, b] = args.deepUnpack();
    if (b === 0)
        throw new GLib.Error(Pyrog.Error, Pyrog.Error.ZERO_DIVISION_ERROR, 'division by zero');
    invocation.return_value(new GLib.Variant('d', a / b));
});
calc.add_method('think', '', 's', invocation => {
    invocation.hold();
    GLib.timeout_add(GLib.PRIORITY_DEFAULT, 100, () => {
        invocation.return_value(new GLib.Variant('s', 'here it is'));
        return GLib.SOURCE_REMOVE;
    });
});
calc.add_attribute('memory', 'x', () => new GLib.Variant('x', memory));
calc.add_setter('memory', (name, value) => {
    memory = value.deepUnpack();
    return true;
});

const daemon = Pyrog.Daemon.new(null);
const uri = daemon.register('example.calc', calc);
print(`READY ${uri.to_string()}`);
daemon.run(null);
