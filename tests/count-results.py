#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Counts the test cases in meson's logs; the last line it prints is "N passed, N failed".

Usage: count-results.py TESTLOG.json...

A program that speaks TAP counts with its test cases; any other one counts as one test case. One
that fails without a failed case (a crash, a timeout) counts as one failed case more. A skipped case
is neither passed nor failed, but named.
"""

import json
import re
import sys

CASE = re.compile(r"^(?P<bad>not )?ok\b[ \d]*(?P<title>[^#\n]*)"
                  r"(?:# *(?P<word>SKIP|TODO)\b(?P<why>.*))?", re.MULTILINE | re.IGNORECASE)
BAD = {"FAIL", "TIMEOUT", "ERROR", "INTERRUPT", "UNEXPECTEDPASS"}
TAIL = 60


class Counts:
    def __init__(self):
        self.passed = self.failed = 0
        self.skipped = []


def read_log(path):
    try:
        with open(path, encoding="utf-8") as log:
            return [json.loads(line) for line in log if line.strip()]
    except FileNotFoundError:
        return []


def count_cases(test, counts):
    """The number of test cases in the program's output"""
    failed = 0
    cases = list(CASE.finditer(test.get("stdout") or ""))
    for case in cases:
        if case["word"] and not case["bad"]:
            counts.skipped.append("%s: %s (%s)" % (test["name"], case["title"].strip(" -"),
                case["why"].strip()))
        elif case["bad"]:
            failed += 1
        else:
            counts.passed += 1
    counts.failed += failed
    return len(cases), failed


def count_test(test, counts):
    cases, failed = count_cases(test, counts)
    is_bad = test["result"] in BAD
    if is_bad and not failed:
        counts.failed += 1
    elif not cases and test["result"] == "SKIP":
        counts.skipped.append(test["name"])
    elif not cases and not is_bad:
        counts.passed += 1
    if is_bad:
        print("---- %s: %s" % (test["name"], test["result"]))
        output = "%s\n%s" % (test.get("stdout") or "", test.get("stderr") or "")
        for line in output.strip().splitlines()[-TAIL:]:
            print("  " + line)


def main():
    counts = Counts()
    for path in sys.argv[1:]:
        for test in read_log(path):
            count_test(test, counts)
    for skipped in counts.skipped:
        print("skipped: " + skipped)
    print("%d passed, %d failed" % (counts.passed, counts.failed))
    sys.exit(1 if counts.failed or not counts.passed else 0)


main()
