# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads and sets attributes, also such that cannot be"""

import sys

from stock import connect, kind

thermostat = connect(sys.argv[1])
thermostat._pyroBind()
print(",".join(sorted(thermostat._pyroAttrs)))
print(thermostat.target, thermostat.unit)
thermostat.target = 25
print(thermostat.target)
for name in "target", "unit", "secret", "_target":
    try:
        setattr(thermostat, name, 40)
    except Exception as error:
        print(name, kind(error), "too hot" in str(error))
try:
    print(thermostat.secret)
except AttributeError as error:
    print(kind(error))
print(thermostat.target)
