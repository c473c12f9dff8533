# SPDX-License-Identifier: LGPL-2.1-or-later
"""Four threads and one proxy, which they have to own in turn"""

import sys
import threading

from stock import connect

lock = threading.Lock()
adder = connect(sys.argv[1])


def work(number):
    for _ in range(25):
        with lock:
            adder._pyroClaimOwnership()
            assert adder.add(number) == number


threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
adder._pyroClaimOwnership()
print(adder.total())
