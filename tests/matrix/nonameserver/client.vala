// SPDX-License-Identifier: LGPL-2.1-or-later
void main (string[] args) {
  try {
    var quotes = Frame.connect (args[1]);
    for (int64 number = 0; number < 5; number++) {
      try {
        Frame.say ((string) quotes.call_sync ("quote", new Variant ("(x)", number), "s"));
      } catch (Pyrog.Error.INDEX_ERROR error) {
        Frame.say (Frame.kind (error));
      }
    }
  } catch (Error error) {
    GLib.error ("%s", error.message);
  }
}
