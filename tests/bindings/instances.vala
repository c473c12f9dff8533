// SPDX-License-Identifier: LGPL-2.1-or-later
// A daemon that makes the objects that are called, and tells who came and went

class Counter : Object {
  public int count { get; set; }
}

class Story : Object {
  private GenericArray<string> lines = new GenericArray<string> ();
  private HashTable<int64?, int> sessions = new HashTable<int64?, int> (int64_hash, int64_equal);

  public Story (Pyrog.Daemon daemon) {
    daemon.client_connected.connect ((connection) => {
      sessions[(int64) connection.get_session ()] = 0;
      lines.add ("connected");
    });
    daemon.client_disconnected.connect ((connection) => {
      var session = (int64) connection.get_session ();
      lines.add (@"disconnected after $(sessions[session])");
      sessions.remove (session);
    });
    daemon.method_failed.connect ((invocation, error) => {
      var oneway = invocation.get_oneway () ? " oneway" : "";
      lines.add (@"failed $(invocation.get_method_name ())$oneway: $(error.message)");
    });
  }

  public Pyrog.Servant make_servant () {
    var servant = new Pyrog.Servant ();
    servant.add_method ("tell", "", "as", (invocation, args) => {
      var builder = new VariantBuilder (VariantType.STRING_ARRAY);
      foreach (unowned var line in lines.data)
        builder.add ("s", line);
      invocation.return_value (builder.end ());
    });
    servant.add_method ("count", "", "i", (invocation, args) => {
      var session = (int64) invocation.get_session ();
      sessions[session] = sessions[session] + 1;
      invocation.return_value (new Variant.int32 (sessions[session]));
    });
    servant.add_method ("track", "", null, (invocation, args) => {
      var connection = invocation.get_connection ();
      connection.track (() => lines.add ("first ended"));
      connection.track (() => lines.add ("second ended"));
      connection.untrack (connection.track (() => lines.add ("never")));
      invocation.return_none ();
    });
    servant.add_method ("fail", "", null, (invocation, args) => {
      throw new Pyrog.Error.KEY_ERROR ("nobody hears");
    });
    servant.set_oneway ("fail", true);
    return servant;
  }
}

Pyrog.Servant describe_counter () {
  var servant = new Pyrog.Servant.for_type (typeof (Counter));
  servant.add_method ("increment", "", "i", (invocation, args) => {
    var counter = (Counter) invocation.get_instance ();
    counter.count++;
    invocation.return_value (new Variant.int32 (counter.count));
  });
  servant.expose_property ("count", Pyrog.Access.READWRITE);
  return servant;
}

int main () {
  var daemon = new Pyrog.Daemon ();
  var story = new Story (daemon);
  try {
    var uri = daemon.register ("story", story.make_servant ());
    daemon.register_factory ("single", describe_counter (), Pyrog.InstanceMode.SINGLE,
                             (invocation) => new Counter ());
    daemon.register_factory ("session", describe_counter (), Pyrog.InstanceMode.SESSION,
                             (invocation) => new Counter ());
    daemon.register_factory ("percall", describe_counter (), Pyrog.InstanceMode.PERCALL,
                             (invocation) => new Counter ());
    daemon.register_factory ("typed", describe_counter (), Pyrog.InstanceMode.SESSION, null);
    daemon.register_factory ("broken", describe_counter (), Pyrog.InstanceMode.SINGLE,
                             (invocation) => {
      throw new Pyrog.Error.VALUE_ERROR ("no counter");
    });
    daemon.register_factory ("nothing", describe_counter (), Pyrog.InstanceMode.SINGLE,
                             (invocation) => null);
    daemon.start ();
    print ("READY %s\n", uri.to_string ());
    stdout.flush ();
    new MainLoop ().run ();
    return 0;
  } catch (Error error) {
    printerr ("%s\n", error.message);
    return 1;
  }
}
