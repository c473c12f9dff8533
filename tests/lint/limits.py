#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each limit has a row in the page about limits, and each row a test that there is."""

import re

from lint import ROOT, Report

NO_LIMITS = {"MAX_RETRIES", "POLLTIMEOUT"}  # no peer can cross these


def read_rows():
    """The cells of each row below a heading of a table"""
    rows = []
    for line in (ROOT / "pyrog/docs/limits.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and cells[0] != "limit" and not line.startswith("|--"):
            rows.append(cells)
    return rows


def find_items():
    text = (ROOT / "pyrog/base/pyrog-config-items.h").read_text()
    items = set(re.findall(r"PYROG_CONFIG_((?:MAX_[A-Z_]+)|(?:[A-Z_]*TIMEOUT))\b", text))
    return items - NO_LIMITS


def is_test(name):
    if name.startswith("test-"):
        return (ROOT / "tests/unit" / (name + ".c")).exists()
    return (ROOT / "tests/interop" / ("test_%s.py" % name.replace("-", "_"))).exists()


def main():
    report = Report()
    rows = read_rows()
    named = set(re.findall(r"`PYROG?_([A-Z_]+)`", " ".join(row[1] for row in rows)))
    report.check("each limit has a row", sorted(find_items() - named))
    report.check("each row has a test", [
        row[0] for row in rows if len(row) != 5 or not re.findall(r"`([^`]+)`", row[4])])
    report.check("each test of a row exists", [
        "%s: %s" % (row[0], name) for row in rows
        for name in re.findall(r"`([^`]+)`", row[-1]) if not is_test(name)])
    report.finish()


main()
