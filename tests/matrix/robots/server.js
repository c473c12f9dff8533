// SPDX-License-Identifier: LGPL-2.1-or-later
import Pyrog from 'gi://Pyrog';
import {error, serve, servant} from '../frame.js';

const WIDTH = 12, HEIGHT = 5;
const robots = new Map();

function place(name, x, y) {
    if (x < 0 || x >= WIDTH || y < 0 || y >= HEIGHT)
        throw error(Pyrog.Error.VALUE_ERROR, `${name} hits the wall`);
    if ([...robots.values()].some(other => other.x === x && other.y === y))
        throw error(Pyrog.Error.VALUE_ERROR, `${name} hits another robot`);
    robots.set(name, {x, y});
}

serve({game: servant({
    join: (name, x, y) => {
        place(name, x, y);
        return robots.size;
    },
    move: (name, dx, dy) => {
        const {x, y} = robots.get(name);
        place(name, x + dx, y + dy);
    },
    screen: () => {
        const lines = Array.from({length: HEIGHT}, () => Array(WIDTH).fill('.'));
        for (const [name, {x, y}] of robots)
            lines[y][x] = name[0];
        return lines.map(line => line.join(''));
    },
})});
