# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two objects that count words"""

import collections

import Pyro5.api
from stock import serve


@Pyro5.api.expose
class WordCounter:
    def count(self, lines):
        return dict(collections.Counter(" ".join(lines).lower().split()))


serve({"first": WordCounter(), "second": WordCounter()})
