// SPDX-License-Identifier: LGPL-2.1-or-later
// Usage: callback-vala serve | callback-vala call URI

Pyrog.Servant new_counter () {
  int64 sum = 0;
  var servant = new Pyrog.Servant ();
  servant.add_method ("add", "(x)", "x", (invocation, args) => {
    int64 number;
    args.get ("(x)", out number);
    sum += number;
    invocation.return_value (new Variant.int64 (sum));
  });
  return servant;
}

async void call_back (Pyrog.Invocation invocation, Variant args) {
  try {
    var proxy = new Pyrog.Proxy.from_variant (args.get_child_value (0).get_variant (), null);
    Variant number[1] = { args.get_child_value (1) };
    invocation.return_value (
      yield proxy.call ("add", new Variant.tuple (number), "x", null));
  } catch (Error error) {
    invocation.return_gerror (error);
  }
}

void serve () throws Error {
  var daemon = new Pyrog.Daemon (null);
  var servant = new Pyrog.Servant ();
  servant.add_method ("call_back", "(vx)", null, (invocation, args) => {
    call_back.begin (invocation.hold (), args);
  });
  servant.add_method ("make", "()", null, (invocation, args) => {
    var counter = new_counter ();
    daemon.register (null, counter);
    invocation.return_value (daemon.proxy_for (counter, invocation.get_connection ()));
  });
  var uri = daemon.register ("callback", servant);
  daemon.start ();
  stdout.printf ("%s\n", uri.to_string ());
  stdout.flush ();
  daemon.run (null);
}

async int64 add (Pyrog.Proxy proxy, int64 number) throws Error {
  var result = yield proxy.call ("add", new Variant ("(x)", number), "x", null);
  return result.get_int64 ();
}

async void run_client (string uri) throws Error {
  var daemon = new Pyrog.Daemon (null);
  var counter = new_counter ();
  daemon.register (null, counter);
  daemon.start ();
  var server = new Pyrog.Proxy (uri, null);
  for (int64 i = 1; i <= 3; i++) {
    var args = new Variant ("(vx)", daemon.proxy_for (counter, null), (int64) 10);
    var result = yield server.call ("call_back", args, "x", null);
    assert (result.get_int64 () == 10 * i);
  }
  var made = new Pyrog.Proxy.from_variant (yield server.call ("make", null, null, null), null);
  assert ((yield add (made, 5)) == 5);
  assert ((yield add (made, 2)) == 7);
  try {
    new Pyrog.Proxy.from_variant (new Variant.string ("nothing"), null);
    assert_not_reached ();
  } catch (Pyrog.Error.TYPE_ERROR error) {
  }
}

int main (string[] args) {
  try {
    if (args[1] == "serve") {
      serve ();
      return 0;
    }
    var loop = new MainLoop ();
    Error? failure = null;
    run_client.begin (args[2], (object, result) => {
      try {
        run_client.end (result);
      } catch (Error error) {
        failure = error;
      }
      loop.quit ();
    });
    loop.run ();
    if (failure != null)
      throw failure;
    return 0;
  } catch (Error error) {
    stderr.printf ("%s\n", error.message);
    return 1;
  }
}
