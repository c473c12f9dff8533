# SPDX-License-Identifier: LGPL-2.1-or-later
"""Lets all workers work at once"""

import concurrent.futures
import sys

from stock import connect

NUMBERS = [60, 97, 1001, 65536, 99991, 123456]


def factorize(uri, number):
    with connect(uri) as worker:
        return worker.factorize(number)


with concurrent.futures.ThreadPoolExecutor() as pool:
    futures = [pool.submit(factorize, sys.argv[1 + index % 3], number)
               for index, number in enumerate(NUMBERS)]
for number, future in zip(NUMBERS, futures):
    print(number, "=", " * ".join(str(factor) for factor in future.result()))
