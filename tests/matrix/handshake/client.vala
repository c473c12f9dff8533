// SPDX-License-Identifier: LGPL-2.1-or-later
void main (string[] args) {
  foreach (var word in new string[] {"barley", "sesame"}) {
    try {
      var cave = Frame.connect (args[1]);
      cave.set_handshake (new Variant.parsed ("{'word': <%s>}", word));
      cave.bind_sync ();
      Frame.say ("answer: " + (string) cave.get_handshake_answer ());
      Frame.say ((string) cave.call_sync ("treasure", null, "s"));
    } catch (Error error) {
      Frame.say ("%s %s".printf (Frame.kind (error),
                                 "wrong word" in error.message ? "True" : "False"));
    }
  }
}
