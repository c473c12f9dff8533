# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls through a unix socket"""

import os
import sys

import Pyro5.api
from stock import connect

location = Pyro5.api.URI(sys.argv[1]).location
print(location.startswith("./u:/"), os.path.basename(location))
thing = connect(sys.argv[1])
print(thing.message("hello"), thing.message("once more"))
