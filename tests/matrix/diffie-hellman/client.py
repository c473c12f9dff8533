# SPDX-License-Identifier: LGPL-2.1-or-later
"""Numbers of more than 64 bits, there and back"""

import sys

from stock import connect

PRIME, BASE, SECRET = 2**127 - 1, 43, 98765432109876543210

exchange = connect(sys.argv[1])
theirs = exchange.exchange(pow(BASE, SECRET, PRIME))
shared = pow(theirs, SECRET, PRIME)
print(theirs)
print(shared)
print(exchange.fingerprint() == shared % 1000003)
