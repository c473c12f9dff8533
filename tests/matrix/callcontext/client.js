// SPDX-License-Identifier: LGPL-2.1-or-later
import GLib from 'gi://GLib';
import Pyrog from 'gi://Pyrog';
import {connect, unpack} from '../frame.js';

const context = connect(ARGV[0]);

for (const note of ['hello', null]) {
    const options = Pyrog.CallOptions.new();
    options.set_correlation_id('6ba7b810-9dad-11d1-80b4-00c04fd430c8');
    if (note)
        options.set_annotation('NOTE', new GLib.Bytes(new TextEncoder().encode(note)));
    const [answer, outcome] = context.call_full_sync('describe', null, null, null, options, null);
    const {note: seen, correlation} = unpack(answer);
    print(seen, correlation);
    const response = outcome.get_annotations().lookup_value('RESP', new GLib.VariantType('ay'));
    print(new TextDecoder().decode(response.get_data_as_bytes().toArray()));
}
