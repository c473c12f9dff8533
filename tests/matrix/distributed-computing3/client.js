// SPDX-License-Identifier: LGPL-2.1-or-later
import GLib from 'gi://GLib';
import {args, connect, unpack} from '../frame.js';

const NUMBERS = [60, 97, 1001, 65536, 99991, 123456];
const loop = new GLib.MainLoop(null, false);
const workers = ARGV.map(uri => connect(uri));

function factorize(number, index) {
    return workers[index % 3].call('factorize', args(number), null, null);
}

Promise.all(NUMBERS.map(factorize)).then(results => {
    results.forEach((factors, index) => print(NUMBERS[index], '=', unpack(factors).join(' * ')));
}).catch(logError).finally(() => loop.quit());
loop.run();
