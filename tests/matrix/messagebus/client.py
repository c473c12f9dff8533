# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two subscribers and a publisher"""

import sys

from stock import connect

bus = connect(sys.argv[1])
bus.subscribe("weather", "ada")
bus.subscribe("weather", "bob")
bus.subscribe("news", "ada")
print(bus.topics())
print(bus.send("weather", "rain"), bus.send("weather", "sun"), bus.send("news", "none"))
print(bus.fetch("weather", "ada"), bus.fetch("news", "ada"))
bus.unsubscribe("weather", "ada")
print(bus.send("weather", "wind"), bus.fetch("weather", "bob"), bus.fetch("weather", "bob"))
try:
    bus.fetch("weather", "ada")
except LookupError as error:
    print(error)
