# SPDX-License-Identifier: LGPL-2.1-or-later
"""Test cases of a Python program as TAP: functions that begin with test_, with their arguments."""

import sys
import traceback

cases = []


class Skip(Exception):
    """This case can't run here, and why"""


def case(*arguments):
    """Runs the function as a test case with these arguments; more than one line, more cases"""
    def add(function):
        cases.append((function, arguments))
        return function
    return add


def name_of(function, arguments):
    words = [function.__name__.removeprefix("test_").replace("_", " ")]
    return ", ".join(words + [str(argument) for argument in arguments])


def run(*context):
    """Runs all cases with the context in front of their arguments; exits with 1 if one failed"""
    print("1..%d" % len(cases))
    failed = 0
    for number, (function, arguments) in enumerate(cases, 1):
        try:
            function(*context, *arguments)
            print("ok %d - %s" % (number, name_of(function, arguments)), flush=True)
        except Skip as reason:
            print("ok %d - %s # SKIP %s" % (number, name_of(function, arguments), reason),
                  flush=True)
        except Exception:
            failed += 1
            print("not ok %d - %s" % (number, name_of(function, arguments)), flush=True)
            for line in traceback.format_exc().splitlines():
                print("# " + line, flush=True)
    sys.exit(1 if failed else 0)
