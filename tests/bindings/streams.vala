// SPDX-License-Identifier: LGPL-2.1-or-later
// Usage: streams-vala serve | streams-vala read URI

Pyrog.ItemStream new_stream (int64 end, bool fails) {
  int64 next = 0;
  return new Pyrog.ItemStream (() => {
    if (next < end)
      return new Variant.int64 (next++);
    if (fails)
      throw new Pyrog.Error.VALUE_ERROR ("enough");
    return null;
  });
}

async void push_three (Pyrog.ItemQueue queue) {
  try {
    for (int64 i = 0; i < 3; i++)
      yield queue.push (new Variant.int64 (i));
  } catch (Error error) {
    GLib.error ("%s", error.message);
  }
  queue.end ();
}

int serve () throws Error {
  var servant = new Pyrog.Servant ();
  servant.add_method ("count", "x end, b fails", null, (invocation, args) => {
    int64 end;
    bool fails;
    args.get ("(xb)", out end, out fails);
    invocation.return_stream (new_stream (end, fails));
  });
  servant.add_method ("events", "", null, (invocation, args) => {
    var queue = new Pyrog.ItemQueue (1);
    push_three.begin (queue);
    invocation.return_stream (queue);
  });
  servant.add_stream_attribute ("numbers", (name) => new_stream (3, false));
  var daemon = new Pyrog.Daemon ();
  var uri = daemon.register ("streams", servant);
  daemon.start ();
  stdout.printf ("%s\n", uri.to_string ());
  stdout.flush ();
  daemon.run ();
  return 0;
}

async void read_all (string uri) throws Error {
  var proxy = new Pyrog.Proxy (uri);
  int64 expected = 0;
  foreach (Variant item in proxy.stream_sync ("count", new Variant ("(xb)", (int64) 100, false)))
    assert ((int64) item == expected++);
  assert (expected == 100);

  var stream = yield proxy.stream ("count", new Variant ("(xb)", (int64) 3, true));
  for (expected = 0; expected < 3; expected++)
    assert ((int64) (yield stream.next ()) == expected);
  try {
    yield stream.next ();
    assert_not_reached ();
  } catch (Pyrog.Error.VALUE_ERROR error) {
    assert (error.message == "enough");
  }
  assert ((yield stream.next ()) == null);

  var kwargs = new VariantDict ();
  kwargs.insert_value ("end", (int64) 4);
  kwargs.insert_value ("fails", false);
  var full = yield proxy.stream_full ("count", null, kwargs.end (), null, null);
  for (expected = 0; expected < 4; expected++)
    assert ((int64) (yield full.next ()) == expected);
  assert ((yield full.next ()) == null);

  var events = yield proxy.stream ("events");
  Variant? item;
  for (expected = 0; (item = yield events.next ()) != null; expected++)
    assert ((int64) item == expected);
  assert (expected == 3);
  var left = yield proxy.stream_attribute ("numbers");
  assert ((int64) left.next_sync () == 0);
  left.close ();
  assert (left.is_closed ());
}

int main (string[] args) {
  try {
    if (args[1] == "serve")
      return serve ();
    var loop = new MainLoop ();
    read_all.begin (args[2], (object, result) => {
      try {
        read_all.end (result);
      } catch (Error error) {
        GLib.error ("%s", error.message);
      }
      loop.quit ();
    });
    loop.run ();
  } catch (Error error) {
    GLib.error ("%s", error.message);
  }
  return 0;
}
