// SPDX-License-Identifier: LGPL-2.1-or-later
import Gio from 'gi://Gio';
import {attempt, call, connect} from '../frame.js';

const privileged = connect(ARGV[0]);
const own = new Gio.Credentials().get_unix_user();
print(call(privileged, 'user') === own ? 'True' : 'False');
for (const command of ['clock', 'disk', 'shell'])
    attempt(() => call(privileged, 'run', command));
