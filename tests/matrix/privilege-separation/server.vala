// SPDX-License-Identifier: LGPL-2.1-or-later
void main () {
  var privileged = new Pyrog.Servant ();
  privileged.add_method ("user", "", "x", (invocation, args) => {
    invocation.return_value ((int64) invocation.get_connection ().get_credentials ()
                                               .get_unix_user ());
  });
  privileged.add_method ("run", "s command", "s", (invocation, args) => {
    unowned string command = args.get_child_value (0).get_string ();
    switch (command) {
      case "disk":
        invocation.return_value ("half full");
        break;
      case "clock":
        invocation.return_value ("set");
        break;
      default:
        throw new Pyrog.Error.PERMISSION_ERROR ("%s is not for you", command);
    }
  });
  var server = new Pyrog.Daemon ();
  try {
    server.listen ("./u:%s/privileged.sock".printf (Environment.get_current_dir ()));
  } catch (Error error) {
    GLib.error ("%s", error.message);
  }
  Frame.serve ({"privileged"}, {privileged}, server);
}
