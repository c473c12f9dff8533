// SPDX-License-Identifier: LGPL-2.1-or-later
import GLib from 'gi://GLib';
import {call, connect} from '../frame.js';

const PRIME = 2n ** 127n - 1n;
const BASE = 43n;
const SECRET = 98765432109876543210n;

function power(base, exponent, modulus) {
    let result = 1n;
    for (; exponent > 0n; exponent >>= 1n) {
        if (exponent & 1n)
            result = result * base % modulus;
        base = base * base % modulus;
    }
    return result;
}

const exchange = connect(ARGV[0]);
const ours = new GLib.Variant('mms', power(BASE, SECRET, PRIME).toString());
const theirs = BigInt(call(exchange, 'exchange', ours));
const shared = power(theirs, SECRET, PRIME);
print(theirs);
print(shared);
print(BigInt(call(exchange, 'fingerprint')) === shared % 1000003n ? 'True' : 'False');
