#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The sizes of C files and their functions."""

from lint import Report, files, name

MAX_FILE = 600
MAX_FUNCTION = 80


def functions(lines):
    """(line number of the opening brace, number of lines) of each function: in our layout its
    braces stand alone in the first column"""
    start = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            start = number
        elif line == "}" and start is not None:
            yield start, number - start + 1
            start = None


def long_functions(path, lines):
    for start, size in functions(lines):
        if size > MAX_FUNCTION:
            yield "%s:%d: a function of %d lines" % (name(path), start, size)


def main():
    paths = files(["pyrog", "tests", "examples"], [".c", ".h"])
    texts = {path: path.read_text().split("\n") for path in paths}
    report = Report()
    report.check("there are files to look at", [] if paths else ["no C file was found"])
    report.check("files have at most %d lines" % MAX_FILE,
                 ["%s: %d lines" % (name(path), len(lines) - 1) for path, lines in texts.items()
                  if len(lines) - 1 > MAX_FILE])
    report.check("functions have at most %d lines" % MAX_FUNCTION,
                 [line for path, lines in texts.items() for line in long_functions(path, lines)])
    report.finish()


main()
