# SPDX-License-Identifier: LGPL-2.1-or-later
"""Waits no longer than it wants to, and goes on afterwards"""

import sys

from stock import connect, kind

slow = connect(sys.argv[1])
print(slow.quick())
slow._pyroTimeout = 0.3
try:
    slow.never()
except Exception as error:
    print(kind(error))
print(slow._pyroConnection is None)
slow._pyroTimeout = 30
print(slow.quick())
