// SPDX-License-Identifier: LGPL-2.1-or-later
class Thing : Pyrog.Servant {
  public Thing (string name) {
    add_method ("speak", "s words", "s", (invocation, args) => {
      invocation.return_value ("%s says %s".printf (name, args.get_child_value (0).get_string ()));
    });
  }
}

void main () {
  var server = new Pyrog.Daemon ();
  var factory = new Pyrog.Servant ();
  factory.add_method ("make", "s name", null, (invocation, args) => {
    var thing = new Thing (args.get_child_value (0).get_string ());
    server.register (null, thing);
    invocation.return_value (server.proxy_for (thing, invocation.get_connection ()));
  });
  Frame.serve ({"factory"}, {factory}, server);
}
