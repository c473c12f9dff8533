// SPDX-License-Identifier: LGPL-2.1-or-later
import GLib from 'gi://GLib';
import {call, connect} from '../frame.js';

const location = ARGV[0].split('@')[1];
print(location.startsWith('./u:/') ? 'True' : 'False', GLib.path_get_basename(location));
const thing = connect(ARGV[0]);
print(call(thing, 'message', 'hello'), call(thing, 'message', 'once more'));
