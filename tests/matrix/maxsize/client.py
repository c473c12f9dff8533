# SPDX-License-Identifier: LGPL-2.1-or-later
"""Neither sends nor takes more than 5000 bytes"""

import sys

import Pyro5.errors
from Pyro5.api import config
from stock import connect

texts = connect(sys.argv[1])
print(texts.put("x" * 6000))
config.MAX_MESSAGE_SIZE = 5000
for function, value in ((texts.put, "x" * 4000), (texts.put, "x" * 6000), (texts.get, 4000),
                        (texts.get, 6000), (texts.put, "the end")):
    try:
        result = function(value)
        print(result if isinstance(result, int) else len(result))
    except Pyro5.errors.ProtocolError:
        print("too much")
