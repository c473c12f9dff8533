#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sizes, licence lines and layout of the C files."""

import shutil
import subprocess

from lint import ROOT, Report, files, name

MAX_FILE = 600
MAX_FUNCTION = 80
LICENCE = "SPDX-License-Identifier: LGPL-2.1-or-later"


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


def badly_laid_out(paths):
    for path in paths:
        result = subprocess.run(["clang-format", "--style=file", str(path)], cwd=ROOT,
                                capture_output=True, check=True)
        if result.stdout != path.read_bytes():
            yield "%s: clang-format -i changes it" % name(path)


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
    report.check("files begin with their licence",
                 [name(path) for path, lines in texts.items() if LICENCE not in lines[0]])
    if shutil.which("clang-format"):
        report.check("clang-format leaves the files as they are", list(badly_laid_out(paths)))
    else:
        report.skip("clang-format leaves the files as they are", "clang-format is not there")
    scripts = files(["pyrog", "tests", "examples"], [".py", ".sh", ".js", ".vala"])
    report.check("other sources name their licence",
                 [name(path) for path in scripts if LICENCE not in path.read_text()[:400]])
    report.finish()


main()
