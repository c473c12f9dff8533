#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The licence line and the layout of sources."""

import shutil
import subprocess

from lint import ROOT, Report, files, name

LICENCE = "SPDX-License-Identifier: LGPL-2.1-or-later"
FOLDERS = ["pyrog", "tests", "examples"]


def badly_laid_out(paths):
    for path in paths:
        result = subprocess.run(["clang-format", "--style=file", str(path)], cwd=ROOT,
                                capture_output=True, check=True)
        if result.stdout != path.read_bytes():
            yield "%s: clang-format -i changes it" % name(path)


def main():
    paths = files(FOLDERS, [".c", ".cc", ".h"])
    scripts = files(FOLDERS, [".py", ".sh", ".js", ".vala"])
    report = Report()
    report.check("there are files to look at", [] if paths else ["no C file was found"])
    report.check("sources begin with their licence",
                 [name(path) for path in paths + scripts
                  if LICENCE not in path.read_text()[:200]])
    if shutil.which("clang-format"):
        report.check("clang-format leaves the files as they are", list(badly_laid_out(paths)))
    else:
        report.skip("clang-format leaves the files as they are", "clang-format is not there")
    report.finish()


main()
