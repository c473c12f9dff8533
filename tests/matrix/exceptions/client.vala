// SPDX-License-Identifier: LGPL-2.1-or-later
void fail (Pyrog.Proxy trouble, string method, bool with_text = false, Variant? args = null) {
  try {
    trouble.call_sync (method, args);
  } catch (Error error) {
    Frame.say (with_text ? "%s %s".printf (Frame.kind (error), error.message)
                         : Frame.kind (error));
  }
}

void fail_in_detail (Pyrog.Proxy trouble) {
  Pyrog.Outcome outcome;
  try {
    trouble.call_full_sync ("several", null, null, null, null, null, out outcome);
  } catch (Error error) {
    Variant first, second, third;
    outcome.get_args ().get ("(vvv)", out first, out second, out third);
    Frame.say ("%s %s %d %.1f".printf (Frame.kind (error), (string) first, (int) (int64) second,
                                       (double) third));
  }
  try {
    trouble.call_full_sync ("labelled", null, null, null, null, null, out outcome);
  } catch (Error error) {
    var degrees = outcome.get_attributes ().lookup_value ("degrees", VariantType.INT64);
    Frame.say ("%s %s %d".printf (Frame.kind (error), error.message, (int) degrees.get_int64 ()));
  }
}

void main (string[] args) {
  try {
    var trouble = Frame.connect (args[1]);
    fail (trouble, "plain", true);
    fail_in_detail (trouble);
    fail (trouble, "divide", false, new Variant ("(ii)", 1, 0));
    fail (trouble, "missing");
    fail (trouble, "plain", false, new Variant ("(ss)", "too", "many"));
    Frame.say ((string) trouble.call_sync ("fine", null, "s"));
  } catch (Error error) {
    GLib.error ("%s", error.message);
  }
}
