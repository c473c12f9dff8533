# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two customers"""

import sys

from stock import connect

shop = connect(sys.argv[1])
anna, bert = shop.enter("anna"), shop.enter("bert")
print(anna.put("soap"), bert.put("hammer"), anna.put("apple"))
try:
    bert.put("elephant")
except LookupError as error:
    print(error)
print(",".join(anna.contents()), ",".join(bert.contents()))
print(shop.pay(anna), shop.pay(bert))
