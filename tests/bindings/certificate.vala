// SPDX-License-Identifier: LGPL-2.1-or-later
// Says what a certificate says, as JSON, and what policies think of it and of another one

delegate bool Attempt () throws Error;

string verdict (Attempt attempt)
{
  try {
    return attempt () ? "true" : "false";
  } catch (Pyrog.Error.SECURITY error) {
    return "\"refused\"";
  } catch (Pyrog.Error.INVALID_CONFIG error) {
    return "\"refused\"";
  } catch (Error error) {
    return "\"" + error.message + "\"";
  }
}

string list (string[] texts)
{
  return texts.length == 0 ? "[]" : "[\"" + string.joinv ("\", \"", texts) + "\"]";
}

int main (string[] args)
{
  try {
    var certificate = new TlsCertificate.from_file (args[1]);
    var other = new TlsCertificate.from_file (args[2]);
    DateTime begin, end;
    Pyrog.certificate_get_validity (certificate, out begin, out end);

    var pinning = new Pyrog.CertificatePolicy ();
    pinning.add_pin (Pyrog.certificate_dup_key_fingerprint (certificate));
    var requiring = new Pyrog.CertificatePolicy ();
    requiring.require_common_name (Pyrog.certificate_dup_common_name (certificate));
    requiring.require_serial_number (Pyrog.certificate_dup_serial_number (certificate));
    string[] verdicts = {
      verdict (() => { return pinning.check (certificate, TlsCertificateFlags.UNKNOWN_CA); }),
      verdict (() => { return pinning.check (other, 0); }),
      verdict (() => { return requiring.check (certificate, 0); }),
      verdict (() => { return requiring.check (certificate, TlsCertificateFlags.UNKNOWN_CA); }),
      verdict (() => { return requiring.check (other, 0); }),
      verdict (() => { return pinning.add_pin ("nonsense"); }),
      verdict (() => { return pinning.set_denied_file ("/nonexistent"); }),
      verdict (() => { return pinning.set_denied_file (null); })
    };

    print ("{\"subject\": \"%s\", ", Pyrog.certificate_dup_subject (certificate));
    print ("\"issuer\": \"%s\", ", Pyrog.certificate_dup_issuer (certificate));
    print ("\"commonName\": \"%s\", ", Pyrog.certificate_dup_common_name (certificate));
    print ("\"serialNumber\": \"%s\", ", Pyrog.certificate_dup_serial_number (certificate));
    print ("\"dnsNames\": %s, ", list (Pyrog.certificate_list_dns_names (certificate)));
    print ("\"ipAddresses\": %s, ", list (Pyrog.certificate_list_ip_addresses (certificate)));
    print ("\"notBefore\": \"%s\", ", begin.format_iso8601 ());
    print ("\"notAfter\": \"%s\", ", end.format_iso8601 ());
    print ("\"fingerprint\": \"%s\", ", Pyrog.certificate_dup_fingerprint (certificate));
    print ("\"keyFingerprint\": \"%s\", ", Pyrog.certificate_dup_key_fingerprint (certificate));
    print ("\"words\": \"%s\", ",
           Pyrog.certificate_describe_errors (TlsCertificateFlags.EXPIRED));
    print ("\"verdicts\": [%s]}\n", string.joinv (", ", verdicts));
    return 0;
  } catch (Error error) {
    printerr ("%s\n", error.message);
    return 1;
  }
}
