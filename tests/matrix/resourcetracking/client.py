# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two borrowers, one of whom goes away with what he has"""

import sys

from stock import connect

one, two = connect(sys.argv[1]), connect(sys.argv[1])
for name in "saw", "drill", "ladder":
    one.borrow(name)
two.borrow("hammer")
print(",".join(two.lent()))
one.bring_back("drill")
print(",".join(two.lent()))
one._pyroRelease()
while "saw" in two.lent() or "ladder" in two.lent():
    pass
print(",".join(two.lent()))
