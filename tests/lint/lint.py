# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the lint tests share: the source files, and results in TAP."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def files(folders, suffixes):
    """The files below folders of the source tree, sorted"""
    found = [path for folder in folders for suffix in suffixes
             for path in (ROOT / folder).rglob("*" + suffix)]
    return sorted(found)


def name(path):
    return str(path.relative_to(ROOT))


class Report:
    """One TAP test for each check; a check fails with the list of what is wrong"""

    def __init__(self):
        self.count = 0
        self.failed = False

    def check(self, title, problems):
        self.count += 1
        self.failed |= bool(problems)
        for problem in problems:
            print("# " + problem)
        print("%s %d - %s" % ("not ok" if problems else "ok", self.count, title))

    def skip(self, title, reason):
        self.count += 1
        print("ok %d - %s # SKIP %s" % (self.count, title, reason))

    def finish(self):
        print("1..%d" % self.count)
        sys.exit(1 if self.failed else 0)
