// SPDX-License-Identifier: LGPL-2.1-or-later
int64 ask (Pyrog.Proxy clock, string method, Variant? args = null) throws Error {
  return (int64) clock.call_sync (method, args, "x");
}

void main (string[] args) {
  try {
    var clock = Frame.connect (args[1]);
    Frame.say (ask (clock, "add", new Variant ("(ii)", 3, 4)).to_string ());
    int64 before = ask (clock, "ticks");
    while (ask (clock, "ticks") < before + 5);
    Frame.say ("it ticks");
    Frame.say (ask (clock, "add", new Variant ("(ii)", 5, 6)).to_string ());
  } catch (Error error) {
    GLib.error ("%s", error.message);
  }
}
