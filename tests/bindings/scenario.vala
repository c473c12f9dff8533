// SPDX-License-Identifier: LGPL-2.1-or-later
// Usage: scenario-vala server | scenario-vala client URI

class Scenario : Pyrog.Servant {
  public int level { get; set; default = 3; }

  public Scenario () {
    add_method ("subclassed", "s text", "s", null);
    expose_property ("level", Pyrog.Access.READWRITE);
  }

  public override void invoke (Pyrog.Invocation invocation) throws Error {
    string text;
    invocation.get_args ().get ("(s)", out text);
    invocation.return_value (text + "!");
  }
}

Mutex note_lock;
string note;
string color;

Pyrog.Servant make_servant () {
  var servant = new Scenario ();
  note = "";
  color = "red";
  servant.add_method ("add", "x a, x b", "x", (invocation, args) => {
    int64 a, b;
    args.get ("(xx)", out a, out b);
    invocation.return_value (a + b);
  });
  servant.add_method ("echo", "v value", null, (invocation, args) => {
    invocation.return_value (args.get_child_value (0).get_variant ());
  });
  servant.add_method ("boom", "", null, (invocation, args) => {
    throw new Pyrog.Error.VALUE_ERROR ("boom");
  });
  servant.add_method ("throws", "", null, (invocation, args) => {
    throw new IOError.FAILED ("thrown in the language");
  });
  servant.add_method ("later", "", "s", (invocation, args) => {
    var answered = invocation.hold ();
    Idle.add (() => {
      answered.return_value ("late");
      return Source.REMOVE;
    });
  });
  servant.add_method ("blob", null, null, (invocation, args) => {
    unowned var blob = invocation.get_blob ();
    invocation.return_value (new Variant ("(vv)", blob.get_info (), blob.deserialize ()));
  });
  servant.add_method ("note", "s text", null, (invocation, args) => {
    note_lock.lock (); // oneway calls may run beside others
    args.get ("(s)", out note);
    note_lock.unlock ();
    invocation.return_none ();
  });
  servant.set_oneway ("note", true);
  servant.add_method ("noted", "", "s", (invocation, args) => {
    note_lock.lock ();
    invocation.return_value (note);
    note_lock.unlock ();
  });
  servant.add_attribute ("color", "s", (name) => new Variant.string (color));
  servant.add_setter ("color", (name, value) => {
    color = value.get_string ();
    return true;
  });
  return servant;
}

void serve () throws Error {
  var daemon = new Pyrog.Daemon ();
  var uri = daemon.register ("scenario", make_servant ());
  daemon.start ();
  print ("READY %s\n", uri.to_string ());
  stdout.flush ();
  new MainLoop ().run ();
}

async void call (Pyrog.Proxy proxy) throws Error {
  assert ((int64) (yield proxy.call ("add", new Variant ("(ii)", 3, 4), "x")) == 7);
  assert ((int64) proxy.call_sync ("add", new Variant ("(xx)", 1, 2), "x") == 3);
  string[] words = { "a", "b" };
  string[] echoed
      = (string[]) yield proxy.call ("echo", new Variant.tuple ({ words }), "as");
  assert (echoed.length == 2 && echoed[1] == "b");
  try {
    yield proxy.call ("boom");
    assert_not_reached ();
  } catch (Pyrog.Error.VALUE_ERROR error) {
    assert (error.message == "boom");
    assert (Pyrog.Error.get_execution (error) == Pyrog.Execution.ANSWERED);
  }
  try {
    yield proxy.call ("throws");
    assert_not_reached ();
  } catch (Pyrog.Error error) {
    assert (!(error is Pyrog.Error.TIMEOUT));
  }
  try {
    yield proxy.call ("nosuch");
    assert_not_reached ();
  } catch (Pyrog.Error.ATTRIBUTE_ERROR error) {
  }
  assert ((string) (yield proxy.call ("later", null, "s")) == "late");
  assert ((string) (yield proxy.call ("subclassed", new Variant ("(s)", "hi"), "s")) == "hi!");
  yield proxy.call ("note", new Variant ("(s)", "noted"));
  while ((string) (yield proxy.call ("noted", null, "s")) != "noted") { // some time
  }
  yield proxy.set_attribute ("color", "blue");
  assert ((string) (yield proxy.get_attribute ("color", "s")) == "blue");
  yield proxy.set_attribute ("level", (int) 42);
  assert ((int) (yield proxy.get_attribute ("level", "i")) == 42);
  var kwargs = new VariantDict ();
  kwargs.insert ("a", "i", 5);
  kwargs.insert ("b", "i", 6);
  Pyrog.Outcome? outcome;
  assert ((int64) proxy.call_full_sync ("add", null, kwargs.end (), "x", null, null, out outcome)
          == 11);
  var options = new Pyrog.CallOptions ();
  options.set_oneway (true);
  // Nobody waits for the answer, which is an exception
  var nothing = proxy.call_full_sync ("boom", null, null, null, options, null, out outcome);
  assert (nothing.n_children () == 0);
  proxy.call_full_sync ("subclassed", new Variant ("(s)", "hi"), null, null, options, null,
                        out outcome);
  assert ((string) (yield proxy.call ("noted", null, "s")) == "noted");
}

async void check_batch (Pyrog.Proxy proxy) throws Error {
  var batch = new Pyrog.Batch (proxy);
  batch.add ("add", new Variant ("(ii)", 3, 4));
  batch.add ("later");
  batch.add ("boom");
  batch.add ("add", new Variant ("(ii)", 5, 6));
  var results = yield batch.submit ();
  assert (results.get_size () == 3);
  assert ((int64) results.next ("x") == 7);
  assert ((string) results.next ("s") == "late");
  try {
    results.next ();
    assert_not_reached ();
  } catch (Pyrog.Error.VALUE_ERROR error) {
  }
  assert (results.next () == null);
  batch.add ("nosuch");
  try {
    yield batch.submit ();
    assert_not_reached ();
  } catch (Pyrog.Error.ATTRIBUTE_ERROR error) {
  }
  batch.add ("note", new Variant ("(s)", "in a batch"));
  yield batch.submit_oneway ();
  while ((string) (yield proxy.call ("noted", null, "s")) != "in a batch") {
  }
  batch.add ("noted");
  assert ((string) batch.submit_sync ().next ("s") == "in a batch");
}

async void check_blob (Pyrog.Proxy proxy) throws Error {
  string[] words = { "a", "b" };
  var blob = new Pyrog.SerializedBlob ("topic", words);
  var answer = yield proxy.call_blob ("blob", blob, "(sas)");
  var data = (string[]) answer.get_child_value (1);
  assert (answer.get_child_value (0).get_string () == "topic");
  assert (data.length == 2 && data[1] == "b");
}

async void run_client (Pyrog.Proxy proxy) throws Error {
  yield call (proxy);
  yield check_batch (proxy);
  yield check_blob (proxy);
}

int main (string[] args) {
  try {
    if (args[1] == "server") {
      serve ();
      return 0;
    }
    var proxy = new Pyrog.Proxy (args[2]);
    proxy.timeout = 20;
    var loop = new MainLoop ();
    var result = 1;
    run_client.begin (proxy, (object, done) => {
      try {
        run_client.end (done);
        print ("RESULT ok\n");
        result = 0;
      } catch (Error error) {
        printerr ("%s\n", error.message);
      }
      loop.quit ();
    });
    loop.run ();
    return result;
  } catch (Error error) {
    printerr ("%s\n", error.message);
    return 1;
  }
}
