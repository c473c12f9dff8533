// SPDX-License-Identifier: LGPL-2.1-or-later
// The service of service.c in JavaScript. Usage: gjs -m service.js NAME

import GLib from 'gi://GLib';
import Pyrog from 'gi://Pyrog';
import System from 'system';

const [name] = System.programArgs;
const config = new Pyrog.Config({
    // Everything is encrypted; who does not speak TLS is not heard at all
    ssl: true,
    ssl_servercert: `${name}-cert.pem`,
    ssl_serverkey: `${name}-key.pem`,
    // Clients have to show a certificate, and only our own CA counts for it
    ssl_requireclientcert: true,
    ssl_cacerts: 'ca-cert.pem',
});

// Nothing can be called that is not named here
const greeter = new Pyrog.Servant();
greeter.add_method('greet', '', 's', invocation => {
    // Each call knows who makes it
    const certificate = invocation.get_connection().get_peer_certificate();
    const caller = Pyrog.certificate_dup_common_name(certificate);
    invocation.return_value(new GLib.Variant('s', `hello, ${caller}`));
});

const daemon = Pyrog.Daemon.new(config);
// Asked for each client, before a byte of Pyro's protocol is read. Key, signature and dates are
// checked already: true says no more than "no objection". False refuses, and so does a handler that
// throws. Our CA knows bob as well, but he has no business here.
daemon.connect('accept-certificate', (self, request) =>
    Pyrog.certificate_dup_common_name(request.get_certificate()) === 'alice');
// What is wrong with our own certificate or key is an error here
const uri = daemon.register('example.greeter', greeter);
print(`READY ${uri.to_string()}`);
daemon.run(null);
