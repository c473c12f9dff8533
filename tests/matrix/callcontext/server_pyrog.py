# SPDX-License-Identifier: LGPL-2.1-or-later
from frame import GLib, servant, serve


def describe(invocation):
    annotation = invocation.get_annotation("NOTE")
    note = annotation.get_data().decode() if annotation else "nothing"
    invocation.set_reply_annotation("RESP", GLib.Bytes.new(("re: " + note).encode()))
    return {"note": note, "correlation": invocation.get_correlation_id()}


serve({"context": servant(describe, invocation=["describe"])})
