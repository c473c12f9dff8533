// SPDX-License-Identifier: LGPL-2.1-or-later
// Says what a certificate says, as JSON, and what policies think of it and of another one

import Gio from 'gi://Gio';
import Pyrog from 'gi://Pyrog';
import System from 'system';

function attempt(action) {
    try {
        return action();
    } catch (error) {
        return error.matches(Pyrog.Error, Pyrog.Error.SECURITY) ||
            error.matches(Pyrog.Error, Pyrog.Error.INVALID_CONFIG) ? 'refused' : `${error}`;
    }
}

const [certificate, other] = System.programArgs.map(path =>
    Gio.TlsCertificate.new_from_file(path));
const [, begin, end] = Pyrog.certificate_get_validity(certificate);
const unknown = Gio.TlsCertificateFlags.UNKNOWN_CA;

const pinning = new Pyrog.CertificatePolicy();
pinning.add_pin(Pyrog.certificate_dup_key_fingerprint(certificate));
const requiring = Pyrog.CertificatePolicy.new();
requiring.require_common_name(Pyrog.certificate_dup_common_name(certificate));
requiring.require_serial_number(Pyrog.certificate_dup_serial_number(certificate));

print(JSON.stringify({
    subject: Pyrog.certificate_dup_subject(certificate),
    issuer: Pyrog.certificate_dup_issuer(certificate),
    commonName: Pyrog.certificate_dup_common_name(certificate),
    serialNumber: Pyrog.certificate_dup_serial_number(certificate),
    dnsNames: Pyrog.certificate_list_dns_names(certificate),
    ipAddresses: Pyrog.certificate_list_ip_addresses(certificate),
    notBefore: begin.format_iso8601(),
    notAfter: end.format_iso8601(),
    fingerprint: Pyrog.certificate_dup_fingerprint(certificate),
    keyFingerprint: Pyrog.certificate_dup_key_fingerprint(certificate),
    words: Pyrog.certificate_describe_errors(Gio.TlsCertificateFlags.EXPIRED),
    verdicts: [
        attempt(() => pinning.check(certificate, unknown)),
        attempt(() => pinning.check(other, 0)),
        attempt(() => requiring.check(certificate, 0)),
        attempt(() => requiring.check(certificate, unknown)),
        attempt(() => requiring.check(other, 0)),
        attempt(() => pinning.add_pin('nonsense')),
        attempt(() => pinning.set_denied_file('/nonexistent')),
        attempt(() => pinning.set_denied_file(null)),
    ],
}));
