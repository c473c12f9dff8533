# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bar charts as SVG."""

import html
import os
import re

BAR, GAP, LEFT, WIDTH = 16, 6, 150, 400


def bar(number, name, text, share):
    top = 34 + number * (BAR + GAP)
    colour = "#3465a4" if name.startswith("pyrog") else "#babdb6"
    return ('<text x="%d" y="%d" text-anchor="end">%s</text>'
            '<rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>'
            '<text x="%.1f" y="%d">%s</text>'
            % (LEFT - 6, top + 12, html.escape(name), LEFT, top, max(share * WIDTH, 1), BAR,
               colour, LEFT + max(share * WIDTH, 1) + 6, top + 12, text))


def write(folder, title, rows):
    """The second column of the rows, whose first one is the head"""
    values = [(row[0], row[1]) for row in rows[1:] if row[1]]
    if not values:
        return
    most = max(float(text) for _, text in values)
    bars = [bar(number, name, text, float(text) / most)
            for number, (name, text) in enumerate(values)]
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, re.sub("[^a-z0-9]+", "-", title.lower()).strip("-") + ".svg")
    with open(path, "w", encoding="utf-8") as svg:
        svg.write('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" '
                  'font-family="sans-serif" font-size="12">\n'
                  '<rect width="100%%" height="100%%" fill="white"/>\n'
                  '<text x="6" y="18" font-weight="bold">%s: %s</text>\n%s\n</svg>\n'
                  % (LEFT + WIDTH + 80, 40 + len(bars) * (BAR + GAP), html.escape(title),
                     rows[0][1], "\n".join(bars)))
