#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Says what a certificate says, as JSON, and what policies think of it and of another one"""

import json
import sys

import gi

gi.require_version("Pyrog", "1")
from gi.repository import Gio, GLib, Pyrog  # noqa: E402


def attempt(action, *arguments):
    try:
        return action(*arguments)
    except GLib.Error as error:
        expected = (Pyrog.Error.SECURITY, Pyrog.Error.INVALID_CONFIG)
        if any(error.matches(Pyrog.error_quark(), code) for code in expected):
            return "refused"
        return str(error)


certificate, other = [Gio.TlsCertificate.new_from_file(path) for path in sys.argv[1:]]
_, begin, end = Pyrog.certificate_get_validity(certificate)
good, unknown = Gio.TlsCertificateFlags(0), Gio.TlsCertificateFlags.UNKNOWN_CA

pinning = Pyrog.CertificatePolicy()
pinning.add_pin(Pyrog.certificate_dup_key_fingerprint(certificate))
requiring = Pyrog.CertificatePolicy.new()
requiring.require_common_name(Pyrog.certificate_dup_common_name(certificate))
requiring.require_serial_number(Pyrog.certificate_dup_serial_number(certificate))

print(json.dumps({
    "subject": Pyrog.certificate_dup_subject(certificate),
    "issuer": Pyrog.certificate_dup_issuer(certificate),
    "commonName": Pyrog.certificate_dup_common_name(certificate),
    "serialNumber": Pyrog.certificate_dup_serial_number(certificate),
    "dnsNames": Pyrog.certificate_list_dns_names(certificate),
    "ipAddresses": Pyrog.certificate_list_ip_addresses(certificate),
    "notBefore": begin.format_iso8601(),
    "notAfter": end.format_iso8601(),
    "fingerprint": Pyrog.certificate_dup_fingerprint(certificate),
    "keyFingerprint": Pyrog.certificate_dup_key_fingerprint(certificate),
    "words": Pyrog.certificate_describe_errors(Gio.TlsCertificateFlags.EXPIRED),
    "verdicts": [
        attempt(pinning.check, certificate, unknown),
        attempt(pinning.check, other, good),
        attempt(requiring.check, certificate, good),
        attempt(requiring.check, certificate, unknown),
        attempt(requiring.check, other, good),
        attempt(pinning.add_pin, "nonsense"),
        attempt(pinning.set_denied_file, "/nonexistent"),
        attempt(pinning.set_denied_file, None),
    ],
}))
