// SPDX-License-Identifier: LGPL-2.1-or-later
// The service of service.c in Vala. Usage: service-vala NAME

int main (string[] args) {
  // Everything is encrypted; who does not speak TLS is not heard at all
  var config = new Pyrog.Config ();
  config.ssl = true;
  config.ssl_servercert = args[1] + "-cert.pem";
  config.ssl_serverkey = args[1] + "-key.pem";
  // Clients have to show a certificate, and only our own CA counts for it
  config.ssl_requireclientcert = true;
  config.ssl_cacerts = "ca-cert.pem";

  // Nothing can be called that is not named here
  var greeter = new Pyrog.Servant ();
  greeter.add_method ("greet", "", "s", (invocation, arguments) => {
    // Each call knows who makes it
    var certificate = invocation.get_connection ().get_peer_certificate ();
    invocation.return_value ("hello, " + Pyrog.certificate_dup_common_name (certificate));
  });

  var server = new Pyrog.Daemon (config);
  // Asked for each client, before a byte of Pyro's protocol is read. Key, signature and dates are
  // checked already: true says no more than "no objection", false refuses. Our CA knows bob as
  // well, but he has no business here.
  server.accept_certificate.connect (
    request => Pyrog.certificate_dup_common_name (request.get_certificate ()) == "alice");
  try {
    // What is wrong with our own certificate or key is an error here
    var uri = server.register ("example.greeter", greeter);
    print ("READY %s\n", uri.to_string ());
    server.run ();
    return 0;
  } catch (Error error) {
    printerr ("%s\n", error.message);
    return 1;
  }
}
