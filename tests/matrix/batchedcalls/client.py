# SPDX-License-Identifier: LGPL-2.1-or-later
"""Many calls in one message: with results, with a failing one amidst, and without results"""

import sys

from Pyro5.api import BatchProxy
from stock import connect, kind

thing = connect(sys.argv[1])
batch = BatchProxy(thing)
for number in range(50):
    batch.multiply(number, 3)
print(sum(batch()))

batch.multiply(7, 6)
batch.divide(1, 0)
batch.multiply(1, 1)
results = batch()
print(next(results))
try:
    next(results)
except ZeroDivisionError as error:
    print(kind(error))
print(thing.count())

for _ in range(10):
    batch.multiply(1, 1)
batch(oneway=True)
print(thing.count())
