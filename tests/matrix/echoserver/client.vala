// SPDX-License-Identifier: LGPL-2.1-or-later
struct Value {
  public string name;
  public string text; // in GVariant's notation
}

const Value[] VALUES = {
  {"text", "'schön & \xf0\x9f\x98\x80'"},
  {"negative", "int64 -5"},
  {"large", "int64 1099511627776"},
  {"fraction", "2.5"},
  {"truth", "true"},
  {"list", "[<int64 1>, <'a'>, <@av []>]"},
  {"dict", "{'key': <[<int64 1>, <int64 2>]>, 'empty': <@a{sv} {}>}"},
  {"none", "@mv nothing"},
};

void main (string[] args) {
  try {
    var echo = Frame.connect (args[1]);
    foreach (var value in VALUES) {
      var sent = Variant.parse (null, value.text);
      var received = echo.call_sync ("echo", new Variant.tuple ({sent}));
      Frame.say ("%s %s".printf (value.name, received.equal (sent) ? "True" : "False"));
    }
    try {
      echo.call_sync ("error", new Variant ("(s)", "as you wish"));
    } catch (Pyrog.Error.VALUE_ERROR error) {
      Frame.say ("%s %s".printf (Frame.kind (error), error.message));
    }
  } catch (Error error) {
    GLib.error ("%s", error.message);
  }
}
