# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tries two words, and looks at the answer"""

import sys

import Pyro5.api
from stock import kind


class Proxy(Pyro5.api.Proxy):
    def _pyroValidateHandshake(self, response):
        print("answer:", response)


for word in "barley", "sesame":
    cave = Proxy(sys.argv[1])
    cave._pyroHandshake = {"word": word}
    try:
        print(cave.treasure())
    except Exception as error:
        print(kind(error), "wrong word" in str(error))
