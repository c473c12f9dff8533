# SPDX-License-Identifier: LGPL-2.1-or-later
"""The same customers at both banks"""

import sys

from stock import connect, kind

for uri in sys.argv[1:]:
    bank = connect(uri)
    print(bank.deposit("ada", 70), bank.deposit("bob", 10), bank.deposit("ada", 30))
    for who, amount in ("ada", 60), ("bob", 50), ("carl", 1), ("bob", 500):
        try:
            print(who, bank.withdraw(who, amount))
        except (LookupError, ValueError) as error:
            print(who, kind(error), error)
    print(", ".join("%s %d" % item for item in sorted(bank.everyone().items())))
