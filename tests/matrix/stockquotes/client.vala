// SPDX-License-Identifier: LGPL-2.1-or-later
void main (string[] args) {
  try {
    foreach (var uri in args[1:args.length]) {
      var market = Frame.connect (uri);
      Frame.say (string.joinv (",", (string[]) market.call_sync ("symbols", null, "as")));
      foreach (Variant item in market.stream_sync ("quotes", new Variant ("(i)", 3))) {
        Variant symbol, price;
        item.get ("(vv)", out symbol, out price);
        Frame.say ("%s %d".printf ((string) symbol, (int) (int64) price));
      }
    }
  } catch (Error error) {
    GLib.error ("%s", error.message);
  }
}
