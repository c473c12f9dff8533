# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two connections count with each of them"""

import sys

from stock import connect

for uri in sys.argv[1:]:
    one, two = connect(uri), connect(uri)
    print(one.count(), one.count(), two.count(), one.count(), two.count())
    one._pyroRelease()
    print(one.count())
