#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The C code of a page is compiled: it stands word for word in tests/docs."""

import re
import textwrap

from lint import ROOT, Report

FENCE = re.compile(r"^```c\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PIECE = re.compile(r"^[ ]*/\* [a-z-]+ \*/\n(.*?)^[ ]*/\* end \*/$", re.DOTALL | re.MULTILINE)


def main():
    report = Report()
    for source in sorted((ROOT / "tests/docs").glob("*.c")):
        page = (ROOT / "pyrog/docs" / (source.stem + ".md")).read_text()
        pieces = {textwrap.dedent(piece) for piece in PIECE.findall(source.read_text())}
        shown = set(FENCE.findall(page))
        report.check("the code of %s.md is compiled" % source.stem, sorted(shown - pieces))
        report.check("%s.md has all of tests/docs/%s.c" % (source.stem, source.stem),
                     sorted(pieces - shown))
    report.finish()


main()
