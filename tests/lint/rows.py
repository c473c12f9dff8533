#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The rows of the library: a file includes its own row or lower ones, and no module includes one
that includes it, however far around."""

import re

from lint import ROOT, Report, files, name

LEVELS = {"base": 0, "values": 1, "codecs": 2, "link": 3, "client": 4, "server": 4, "naming": 5,
    "tools": 6}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)


def module(path):
    """pyrog-foo.c, pyrog-foo.h and pyrog-foo-private.h are one module"""
    return path.stem.removesuffix("-private")


def read_includes():
    """(file, included file) for every include of a file of ours"""
    sources = [path for row in LEVELS for path in files(["pyrog/" + row], [".c", ".h"])]
    headers = {path.name: path for path in sources if path.suffix == ".h"}
    for path in sources:
        for include in INCLUDE.findall(path.read_text()):
            target = headers.get(include.rsplit("/", 1)[-1])
            if target is not None:
                yield path, target


def row(path):
    return path.relative_to(ROOT / "pyrog").parts[0]


def upward(includes):
    for source, target in includes:
        same_row = row(source) == row(target)
        if not same_row and LEVELS[row(target)] >= LEVELS[row(source)]:
            yield "%s includes %s" % (name(source), name(target))


def parts_of_one_noun(modules):
    """pyrog-value and pyrog-value-index: one noun that is too large for one file"""
    noun = min(modules, key=len)
    return all(other == noun or other.startswith(noun + "-") for other in modules)


def circles(includes):
    """The circles of modules, each told once"""
    graph = {}
    for source, target in includes:
        if module(source) != module(target):
            graph.setdefault(module(source), set()).add(module(target))
    done, found = set(), []

    def walk(node, path):
        if node in path:
            circle = path[path.index(node):]
            if not parts_of_one_noun(circle):
                found.append(" -> ".join(circle + [node]))
        elif node not in done:
            for following in sorted(graph.get(node, ())):
                walk(following, path + [node])
            done.add(node)

    for node in sorted(graph):
        walk(node, [])
    return found


def main():
    includes = list(read_includes())
    report = Report()
    report.check("there are files to look at", [] if includes else ["no include was found"])
    report.check("includes point to the same row or a lower one", list(upward(includes)))
    report.check("modules include each other in no circle", circles(includes))
    report.finish()


main()
