# SPDX-License-Identifier: LGPL-2.1-or-later
"""Lets the objects count a part each, and adds up"""

import collections
import sys

from stock import connect

TEXT = ["the cat saw", "the dog and", "the dog saw", "the bird"]

counters = [connect(uri) for uri in sys.argv[1:]]
total = collections.Counter()
for number, counter in enumerate(counters):
    total.update(counter.count(TEXT[2 * number:2 * number + 2]))
for word in sorted(total):
    print(word, total[word])
