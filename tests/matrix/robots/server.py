# SPDX-License-Identifier: LGPL-2.1-or-later
"""A field on which robots move, and where two cannot be in the same place"""

import Pyro5.api
from stock import serve

WIDTH, HEIGHT = 12, 5


@Pyro5.api.expose
class Game:
    def __init__(self):
        self.robots = {}

    def join(self, name, x, y):
        self.place(name, x, y)
        return len(self.robots)

    def move(self, name, dx, dy):
        x, y = self.robots[name]
        self.place(name, x + dx, y + dy)

    def place(self, name, x, y):
        if not (0 <= x < WIDTH and 0 <= y < HEIGHT):
            raise ValueError(name + " hits the wall")
        if [x, y] in self.robots.values():
            raise ValueError(name + " hits another robot")
        self.robots[name] = [x, y]

    def screen(self):
        lines = [["."] * WIDTH for _ in range(HEIGHT)]
        for name, (x, y) in self.robots.items():
            lines[y][x] = name[0]
        return ["".join(line) for line in lines]


serve({"game": Game()})
