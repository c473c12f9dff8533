// SPDX-License-Identifier: LGPL-2.1-or-later
// The client of client.c in Vala. Usage: client-vala NAME URI

int main (string[] args) {
  Intl.setlocale (); // errors in the user's language and characters
  // With TLS or not at all; of servers only those count whose certificate our own CA has signed
  var config = new Pyrog.Config ();
  config.ssl = true;
  config.ssl_cacerts = "ca-cert.pem";
  // Who we are
  config.ssl_clientcert = args[1] + "-cert.pem";
  config.ssl_clientkey = args[1] + "-key.pem";

  try {
    var greeter = new Pyrog.Proxy (args[2], config);
    // Asked before a byte of Pyro's protocol is sent. Key, signature, dates and the host of the uri
    // are checked already. Other servers of this host have good certificates, too, but are not the
    // greeter.
    greeter.accept_certificate.connect (
      request => Pyrog.certificate_dup_common_name (request.get_certificate ()) == "greeter");
    // The first call connects, and certificates are judged then
    print ("  greet() -> %s\n", (string) greeter.call_sync ("greet", null, "s"));
    return 0;
  } catch (Error error) {
    print ("  an error: %s\n", error.message);
    return 1;
  }
}
