// SPDX-License-Identifier: LGPL-2.1-or-later
import Pyrog from 'gi://Pyrog';
import {call, connect} from '../frame.js';

const config = new Pyrog.Config({
    ssl: true,
    ssl_cacerts: 'ca-cert.pem',
    ssl_clientcert: 'client-cert.pem',
    ssl_clientkey: 'client-key.pem',
});
print(call(connect(ARGV[0], config), 'greet', 'hello'));
try {
    print(call(connect(ARGV[0]), 'greet', 'hello'));
} catch (error) {
    if (!Pyrog.error_is_communication(error))
        throw error;
    print('refused');
}
