# SPDX-License-Identifier: LGPL-2.1-or-later
"""A thermostat: an attribute that can be set, one that cannot, and one that is nobody's business"""

import Pyro5.api
from stock import serve


class Thermostat:
    def __init__(self):
        self._target = 20
        self.secret = "hidden"

    @Pyro5.api.expose
    @property
    def target(self):
        return self._target

    @target.setter
    def target(self, degrees):
        if degrees > 30:
            raise ValueError("too hot")
        self._target = degrees

    @Pyro5.api.expose
    @property
    def unit(self):
        return "Celsius"


serve({"thermostat": Thermostat()})
