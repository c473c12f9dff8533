// SPDX-License-Identifier: LGPL-2.1-or-later
class Counter : Object {
  public int64 number;
}

Pyrog.Servant make_servant () {
  var servant = new Pyrog.Servant.for_type (typeof (Counter));
  servant.add_method ("count", "", "x", (invocation, args) => {
    var counter = (Counter) invocation.get_instance ();
    invocation.return_value (++counter.number);
  });
  return servant;
}

void main () {
  try {
    var server = new Pyrog.Daemon ();
    Pyrog.InstanceMode[] modes = {SINGLE, SESSION, PERCALL};
    string[] uris = {};
    string[] names = {"single", "session", "percall"};
    for (int i = 0; i < 3; i++)
      uris += server.register_factory (names[i], make_servant (), modes[i],
                                       (invocation) => new Counter ()).to_string ();
    server.start ();
    Frame.say (string.joinv (" ", uris));
    server.run ();
  } catch (Error error) {
    GLib.error ("%s", error.message);
  }
}
