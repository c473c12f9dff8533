// SPDX-License-Identifier: LGPL-2.1-or-later
// What the programs in Vala share

namespace Frame {
  // Serves servants by their ids, and prints their uris on one line
  public void serve (string[] ids, Pyrog.Servant[] servants, Pyrog.Daemon? given = null) {
    var daemon = given ?? new Pyrog.Daemon ();
    string[] uris = {};
    try {
      for (int i = 0; i < ids.length; i++)
        uris += daemon.register (ids[i], servants[i]).to_string ();
      daemon.start ();
    } catch (Error error) {
      GLib.error ("%s", error.message);
    }
    say (string.joinv (" ", uris));
    new MainLoop ().run ();
  }

  public Pyrog.Proxy connect (string uri, Pyrog.Config? config = null) throws Error {
    var proxy = new Pyrog.Proxy (uri, config);
    proxy.set_timeout (30);
    return proxy;
  }

  public void say (string line) {
    stdout.printf ("%s\n", line);
    stdout.flush ();
  }

  // The name of the class of the exception that an error stands for
  public string kind (Error error) {
    var name = Pyrog.Error.to_class (error.domain, error.code);
    return name.substring (name.last_index_of_char ('.') + 1);
  }
}
