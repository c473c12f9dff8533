# SPDX-License-Identifier: LGPL-2.1-or-later
from frame import GLib, Pyrog, failure, serve

target = 20


def set_target(name, value):
    global target
    degrees = value.unpack()
    if degrees > 30:
        raise failure(Pyrog.Error.VALUE_ERROR, "too hot")
    target = degrees
    return True


thermostat = Pyrog.Servant()
thermostat.add_attribute("target", "x", lambda name: GLib.Variant("x", target))
thermostat.add_setter("target", set_target)
thermostat.add_attribute("unit", "s", lambda name: GLib.Variant("s", "Celsius"))
serve({"thermostat": thermostat})
