#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Functions of libraries that only some files may call, and why."""

import re

from lint import Report, files, name

# what: (the functions, the files that may call them)
RULES = {
    "timeouts and limits do not depend on the wall clock, which may be set": (
        r"g_get_real_time|g_date_time_new_now\w*|\btime|gettimeofday",
        {
            "pyrog/link/pyrog-certificate-policy.c",  # validity
            "pyrog/link/pyrog-denied-list.c",  # the age of a file
            "pyrog/link/pyrog-tls-identity.c",  # validity
            "pyrog/tools/pyrog-cert.c",  # validity
            "pyrog/tools/pyrog-echoserver.c",  # a result
            "pyrog/tools/pyrog-log.c",  # shown
        }),
    "random numbers that can be foreseen are not for secrets and ids": (
        r"g_random_\w+|g_rand_\w+|\brand|\brandom",
        {
            "pyrog/client/pyrog-proxy-connect.c",  # jitter
            "pyrog/client/pyrog-session-connect.c",  # jitter
        }),
}
# Where secrets are, nothing that ends at the first difference compares
SECRETS = {"pyrog/link/pyrog-cookie.c", "pyrog/base/pyrog-secret.c"}
HASTY = r"\bmemcmp|\bstrn?cmp|g_strcmp0|g_str_equal|g_bytes_equal"


def calls(path, functions):
    for number, line in enumerate(path.read_text().split("\n"), 1):
        if re.search(r"(?:%s) \(" % functions, line):
            yield "%s:%d: %s" % (name(path), number, line.strip())


def main():
    paths = files(["pyrog"], [".c", ".h"])
    report = Report()
    for what, (functions, allowed) in RULES.items():
        found = {path: list(calls(path, functions)) for path in paths}
        report.check(what, [line for path, lines in found.items() for line in lines
                            if name(path) not in allowed])
        report.check("nobody has that right in vain: " + what,
                     sorted(allowed - {name(path) for path, lines in found.items() if lines}))
    report.check("secrets are compared in constant time",
                 [line for path in paths if name(path) in SECRETS for line in calls(path, HASTY)]
                 or sorted(SECRETS - {name(path) for path in paths}))
    report.finish()


main()
