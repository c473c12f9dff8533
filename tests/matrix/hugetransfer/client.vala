// SPDX-License-Identifier: LGPL-2.1-or-later
const int SIZE = 4000000;

void main (string[] args) {
  try {
    var store = Frame.connect (args[1]);
    store.set_serializer (Pyrog.Serializer.MARSHAL);
    var data = new uint8[SIZE];
    Memory.set (data, 'x', SIZE);
    var bytes = new Variant.from_bytes (VariantType.BYTESTRING, new Bytes (data), true);
    var stored = store.call_sync ("put", new Variant.tuple ({bytes}), "x");
    Frame.say (((int64) stored).to_string ());
    var text = store.call_sync ("get", new Variant ("(i)", SIZE), "ay").get_data_as_bytes ();
    unowned uint8[] got = text.get_data ();
    Frame.say ("%d %.12s %.3s".printf (got.length, (string) got, (string) got[SIZE - 3:SIZE]));
  } catch (Error error) {
    GLib.error ("%s", error.message);
  }
}
