// SPDX-License-Identifier: LGPL-2.1-or-later
// The client of client.c in JavaScript. Usage: gjs -m client.js NAME URI

import Pyrog from 'gi://Pyrog';
import System from 'system';

const [name, uri] = System.programArgs;
const config = new Pyrog.Config({
    // With TLS or not at all; of servers only those count whose certificate our own CA has signed
    ssl: true,
    ssl_cacerts: 'ca-cert.pem',
    // Who we are
    ssl_clientcert: `${name}-cert.pem`,
    ssl_clientkey: `${name}-key.pem`,
});
const greeter = Pyrog.Proxy.new(uri, config);

// Asked before a byte of Pyro's protocol is sent. Key, signature, dates and the host of the uri are
// checked already. Other servers of this host have good certificates, too, but are not the greeter.
greeter.connect('accept-certificate', (self, request) =>
    Pyrog.certificate_dup_common_name(request.get_certificate()) === 'greeter');
try {
    // The first call connects, and certificates are judged then
    print(`  greet() -> ${greeter.call_sync('greet', null, 's', null).deepUnpack()}`);
} catch (error) {
    print(`  an error: ${error.message}`);
    System.exit(1);
}
