# SPDX-License-Identifier: LGPL-2.1-or-later
from frame import GLib, Pyrog, failure, servant, serve


def validate_handshake(daemon, request):
    if request.get_data().unpack() == {"word": "sesame"}:
        request.set_answer(GLib.Variant("s", "welcome"))
    else:
        request.refuse(failure(Pyrog.Error.VALUE_ERROR, "wrong word"))
    return True


def treasure():
    return "gold"


daemon = Pyrog.Daemon.new(None)
daemon.connect("validate-handshake", validate_handshake)
serve({"cave": servant(treasure)}, daemon)
