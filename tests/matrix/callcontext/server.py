# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tells what comes along with a call, and sends something along with the answer"""

import Pyro5.api
from stock import serve


@Pyro5.api.expose
class Context:
    def describe(self):
        context = Pyro5.api.current_context
        note = bytes(context.annotations.get("NOTE", b"nothing")).decode()
        context.response_annotations = {"RESP": ("re: " + note).encode()}
        return {"note": note, "correlation": str(context.correlation_id)}


serve({"context": Context()})
