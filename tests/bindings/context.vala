// SPDX-License-Identifier: LGPL-2.1-or-later
// What context.py does, in Vala

const string ID = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";

int serve () throws Error {
  var servant = new Pyrog.Servant ();
  servant.add_method ("describe", "", "s", (invocation, args) => {
    var note = (string) invocation.get_annotation ("NOTE").get_data ();
    invocation.set_reply_annotation ("RESP", new Bytes ("re: %.1s".printf (note).data));
    new Pyrog.CallOptions.for_invocation (invocation);
    invocation.return_value ("%s %s".printf (invocation.ensure_correlation_id (),
                                             invocation.get_connection ().peer_software));
  });
  var daemon = new Pyrog.Daemon ();
  daemon.set_annotation ("SHRD", new Bytes ("x".data));
  daemon.set_annotation ("GONE", new Bytes ("x".data));
  daemon.set_annotation ("GONE", null);
  print ("%s\n", daemon.register ("context", servant).to_string ());
  daemon.run ();
  return 0;
}

int call (string uri) throws Error {
  var options = new Pyrog.CallOptions ();
  options.set_annotation ("NOTE", new Bytes ("n".data));
  options.set_correlation_id (ID);
  var proxy = new Pyrog.Proxy (uri);
  Pyrog.Outcome outcome;
  var result = proxy.call_full_sync ("describe", null, null, "s", options, null, out outcome);
  assert (outcome.get_correlation_id () == ID);
  print ("%s %s", (string) result, proxy.peer_software);
  var annotations = outcome.get_annotations ();
  foreach (var name in new string[] { "GONE", "NOTE", "RESP", "SHRD" }) {
    var data = annotations.lookup_value (name, VariantType.BYTESTRING);
    if (data != null)
      print (" %s=%.*s", name, (int) data.get_size (), (string) data.get_data ());
  }
  print ("\n");
  return 0;
}

int main (string[] args) {
  try {
    return args[1] == "serve" ? serve () : call (args[2]);
  } catch (Error error) {
    printerr ("%s\n", error.message);
    return 1;
  }
}
