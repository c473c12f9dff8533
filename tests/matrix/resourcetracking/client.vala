// SPDX-License-Identifier: LGPL-2.1-or-later
string[] lent (Pyrog.Proxy lender) throws Error {
  return (string[]) lender.call_sync ("lent", null, "as");
}

void main (string[] args) {
  try {
    var one = Frame.connect (args[1]), two = Frame.connect (args[1]);
    foreach (var name in new string[] {"saw", "drill", "ladder"})
      one.call_sync ("borrow", new Variant ("(s)", name));
    two.call_sync ("borrow", new Variant ("(s)", "hammer"));
    Frame.say (string.joinv (",", lent (two)));
    one.call_sync ("bring_back", new Variant ("(s)", "drill"));
    Frame.say (string.joinv (",", lent (two)));
    one.release ();
    while ("saw" in lent (two) || "ladder" in lent (two));
    Frame.say (string.joinv (",", lent (two)));
  } catch (Error error) {
    GLib.error ("%s", error.message);
  }
}
