// SPDX-License-Identifier: LGPL-2.1-or-later
import {connect, kind, pack, unpack} from '../frame.js';

const thermostat = connect(ARGV[0]);
const get = name => unpack(thermostat.get_attribute_sync(name, null, null));
const set = (name, value) => thermostat.set_attribute_sync(name, pack(value), null);

thermostat.bind_sync(null);
print(thermostat.list_attributes().sort().join());
print(get('target'), get('unit'));
set('target', 25);
print(get('target'));
for (const name of ['target', 'unit', 'secret', '_target']) {
    try {
        set(name, 40);
    } catch (error) {
        print(name, kind(error), error.message.includes('too hot') ? 'True' : 'False');
    }
}
try {
    print(get('secret'));
} catch (error) {
    print(kind(error));
}
print(get('target'));
