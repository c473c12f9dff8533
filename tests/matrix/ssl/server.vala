// SPDX-License-Identifier: LGPL-2.1-or-later
void main () {
  var config = new Pyrog.Config ();
  config.ssl = config.ssl_requireclientcert = true;
  config.ssl_servercert = "server-cert.pem";
  config.ssl_serverkey = "server-key.pem";
  config.ssl_cacerts = "ca-cert.pem";
  var greeter = new Pyrog.Servant ();
  greeter.add_method ("greet", "s word", "s", (invocation, args) => {
    var certificate = invocation.get_connection ().get_peer_certificate ();
    var name = Pyrog.certificate_dup_common_name (certificate);
    invocation.return_value ("%s, %s".printf (args.get_child_value (0).get_string (), name));
  });
  Frame.serve ({"greeter"}, {greeter}, new Pyrog.Daemon (config));
}
