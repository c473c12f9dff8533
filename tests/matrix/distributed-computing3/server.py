# SPDX-License-Identifier: LGPL-2.1-or-later
"""Three workers that find the prime factors of numbers"""

import Pyro5.api
from stock import serve


@Pyro5.api.expose
class Factorizer:
    def factorize(self, number):
        factors = []
        divisor = 2
        while number > 1:
            while number % divisor == 0:
                factors.append(divisor)
                number //= divisor
            divisor += 1
        return factors


serve({name: Factorizer() for name in ("one", "two", "three")})
