#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the shared library exports. Usage: symbols.py LIBRARY"""

import re
import subprocess
import sys

from lint import Report, files

DECLARED = re.compile(r"PYROG_AVAILABLE_IN_ALL[^;{]*?\b(pyrog_\w+)\s*\(")
DECLARED_TYPE = re.compile(r"PYROG_AVAILABLE_IN_ALL\s+G_DECLARE_\w+\s*\(\s*\w+\s*,\s*(pyrog_\w+)")


def exported(library):
    result = subprocess.run(["nm", "-D", "--defined-only", "--format=posix", library],
                            capture_output=True, text=True, check=True)
    return {line.split()[0] for line in result.stdout.splitlines()}


def marked():
    names = set()
    for path in files(["pyrog"], [".h", ".h.in"]):
        text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
        names.update(DECLARED.findall(text))
        names.update(noun + "_get_type" for noun in DECLARED_TYPE.findall(text))
    return names


def main():
    symbols = exported(sys.argv[1])
    ours = {symbol for symbol in symbols if symbol.startswith("pyrog_")}
    # sanitizers add symbols of their own
    sanitizers = ("__asan", "__odr_asan", "__ubsan")
    foreign = {symbol for symbol in symbols - ours if not symbol.startswith(sanitizers)}
    generated = {symbol for symbol in ours if symbol.endswith("_get_type")}
    report = Report()
    report.check("exported symbols start with pyrog_", sorted(foreign))
    report.check("what the headers mark as public is exported", sorted(marked() - symbols))
    report.check("what is exported is marked in a header", sorted(ours - generated - marked()))
    report.finish()


main()
