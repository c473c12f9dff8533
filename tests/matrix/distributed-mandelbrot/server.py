# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calculates lines of a picture of the Mandelbrot set"""

import Pyro5.api
from stock import serve


@Pyro5.api.expose
class Mandelbrot:
    def line(self, y, width):
        return "".join(self.point(-2.0 + 3.0 * x / width, y) for x in range(width))

    def point(self, a, b):
        x = y = 0.0
        for depth in range(64):
            x, y = x * x - y * y + a, 2.0 * x * y + b
            if x * x + y * y > 4.0:
                return " .:-=+*%"[min(depth, 7)]
        return "@"


serve({"one": Mandelbrot(), "two": Mandelbrot()})
