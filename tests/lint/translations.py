#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every file with messages is listed for translation, and every message is translated."""

import re
import subprocess
import tempfile

from lint import ROOT, Report, files, name

MARK = re.compile(r"\b(?:_|N_|C_|NC_|Q_|g_dngettext|ngettext)\s*\(")


def without_comments(text):
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


def untranslated(sources, language):
    """What msgcmp says of messages that the language lacks"""
    with tempfile.NamedTemporaryFile(suffix=".pot") as template:
        subprocess.run(["xgettext", "--keyword=_", "--keyword=N_", "--from-code=UTF-8",
                        "--output", template.name, *sources], cwd=ROOT, check=True)
        result = subprocess.run(["msgcmp", "po/%s.po" % language, template.name], cwd=ROOT,
                                stderr=subprocess.PIPE, text=True, check=False)
    return result.stderr.splitlines() if result.returncode != 0 else []


def main():
    lines = (ROOT / "po/POTFILES").read_text().split("\n")
    listed = {line for line in lines if line and not line.startswith("#")}
    marked = {name(path) for path in files(["pyrog"], [".c", ".h"])
              if MARK.search(without_comments(path.read_text()))}
    report = Report()
    report.check("files with messages are in po/POTFILES", sorted(marked - listed))
    report.check("po/POTFILES lists only files with messages", sorted(listed - marked))
    ordered = [line for line in lines if line and not line.startswith("#")]
    report.check("po/POTFILES is sorted", [] if ordered == sorted(set(ordered)) else ["it is not"])
    for language in (line for line in (ROOT / "po/LINGUAS").read_text().splitlines()
                     if line and not line.startswith("#")):
        report.check("%s has every message" % language, untranslated(ordered, language))
    report.finish()


main()
