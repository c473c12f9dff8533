#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The page about Pyro5 has a row for everything that there is to know, and each row a place and a
test that exist."""

import functools
import re

from lint import ROOT, Report, files

PAGE = ROOT / "pyrog/docs/pyro5-compatibility.md"
# How many rows each group has; 0 for a single one
GROUPS = {"U": 10, "W": 18, "V": 21, "S": 7, "D": 17, "P": 13, "X": 4, "E": 5, "N": 0, "T": 1,
          "G": 0, "F": 3, "K": 5, "L": 5, "Z": 3, "DF": 22}
ITEMS = """
    HOST NS_HOST NS_PORT NS_BCPORT NS_BCHOST NS_AUTOCLEAN NS_LOOKUP_DELAY NATHOST NATPORT
    COMPRESSION SERVERTYPE COMMTIMEOUT POLLTIMEOUT MAX_RETRIES SOCK_REUSE SOCK_NODELAY
    DETAILED_TRACEBACK THREADPOOL_SIZE THREADPOOL_SIZE_MIN MAX_MESSAGE_SIZE BROADCAST_ADDRS
    PREFER_IP_VERSION SERIALIZER SERPENT_BYTES_REPR ITER_STREAMING ITER_STREAM_LIFETIME
    ITER_STREAM_LINGER LOGFILE LOGLEVEL LOGWIRE SSL SSL_SERVERCERT SSL_SERVERKEY
    SSL_SERVERKEYPASSWD SSL_REQUIRECLIENTCERT SSL_CLIENTCERT SSL_CLIENTKEY SSL_CLIENTKEYPASSWD
    SSL_CACERTS""".split()
EXAMPLES = """
    attributes autoproxy autoreconnect autoretry banks batchedcalls benchmark blob-dispatch
    callback callcontext chatbox circular custom-serialization diffie-hellman disconnects
    distributed-computing distributed-computing2 distributed-computing3 distributed-mandelbrot
    echoserver eventloop exceptions filetransfer gui_eventloop handshake http hugetransfer
    instancemode maxsize messagebus nameserverstress nonameserver ns-metadata oneway
    privilege-separation resourcetracking robots servertypes shoppingcart socketpair ssl
    stockquotes streaming thirdpartylib threadproxysharing timeout timezones unixdomainsock
    usersession warehouse""".split()
# What comes with a part that is not there yet has no place and no test
LATER = {
    "with the name server": """
        U8 U9 U10 N NS_HOST NS_PORT NS_BCPORT NS_BCHOST NS_AUTOCLEAN NS_LOOKUP_DELAY
        BROADCAST_ADDRS nameserverstress ns-metadata DF13 DF15 DF16""".split(),
    "with the gateway": "G http DF19".split(),
    "with the Python package": ["Z1"],
}
OPEN = []  # is to stay empty
MAX_DIFFERENCES = 10
DECLARATION = re.compile(r"\b(pyrog_[a-z0-9_]+) ?\(")
TYPE = re.compile(r"G_DECLARE_\w+ \((Pyrog\w+),|^typedef .*\b(Pyrog\w+);", re.MULTILINE)
MEMBER = re.compile(r"^ +\* (Pyrog\w+::?[a-z0-9-]+):", re.MULTILINE)


def split(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def read_page():
    """The rows of the section about differences, and all others"""
    differences, rows, columns = [], [], None
    for line in PAGE.read_text().splitlines():
        if not line.startswith("|"):
            columns = None
        elif columns is None:
            columns = split(line)
        elif not line.startswith("|---"):
            (rows if columns[1:] == ["What there is", "Where", "Tests"] else
             differences).append(split(line))
    return differences, rows


def expected():
    for group, count in GROUPS.items():
        yield from [group + str(n + 1) for n in range(count)] or [group]
    yield from ITEMS + EXAMPLES


def quoted(cell):
    return re.findall("`([^`]*)`", cell)


def duplicates(names):
    return sorted({name for name in names if names.count(name) > 1})


# ---- Places ----

@functools.cache
def known_places():
    headers = "".join(path.read_text() for path in files(["pyrog"], [".h"]))
    sources = "".join(path.read_text() for path in files(["pyrog"], [".c"]))
    types = {first or second for first, second in TYPE.findall(headers)}
    entries = (ROOT / "pyrog/base/pyrog-config-entries.c").read_text()
    return (set(DECLARATION.findall(headers)) | types | set(MEMBER.findall(sources))
            | {"PyrogConfig:" + name for name in re.findall('"([a-z-]+)"', entries)}
            | {path.name for path in files(["pyrog"], [".c", ".h"])})


def check_place(cell):
    names = quoted(cell)
    return ["no place"] * (not names) + ["no place `%s`" % name for name in names
                                         if name not in known_places()]


# ---- Tests ----

@functools.cache
def text_of(path):
    return (ROOT / path).read_text() if (ROOT / path).is_file() else None


@functools.cache
def golden_names():
    return [name for path in files(["tests/golden"], [".txt"])
            for name in re.findall("^name (.*)$", path.read_text(), re.MULTILINE)]


def is_run(folder, name):
    """Whether that program is among those of its folder"""
    lines = text_of("tests/%s/meson.build" % folder)
    return lines is not None and ("'%s'" % name in lines or "'test_%s.py'" % name in lines)


def exists(test):
    """Whether there is that program and case; a case's name may be made of parts"""
    program, _, case = test.partition(" ")
    folder, _, name = program.partition("/")
    if program == "golden":
        return any(name.startswith(case) for name in golden_names())
    if folder == "matrix":
        return all((ROOT / "tests/matrix" / name / (role + ".py")).exists()
                   for role in ("client", "server"))
    if program.startswith("test-"):
        text = text_of("tests/unit/%s.c" % program)
        path = "/%s/%s" % (program.removeprefix("test-"), case)
        # ... for each server type, which are names between those of the program and of the case
        return (text is not None and is_run("unit", program.removeprefix("test-"))
                and re.search(r'"(%s[/"]|%s")' % (path, case), text) is not None)
    if folder == "lint":
        text = text_of("tests/lint/%s.py" % name)
    else:
        text = text_of("tests/%s/test_%s.py" % (folder, name))
    return text is not None and is_run(folder, name) and "def test_%s(" % case in text


def check_tests(cell):
    names = quoted(cell)
    return ["no test"] * (not names) + ["no test `%s`" % name for name in names if not exists(name)]


def check_row(row, later):
    if len(row) != 4 or not row[1]:
        return ["a row of four cells has an identifier, what there is, a place and tests"]
    where, tests = row[2:]
    if row[0] in OPEN or where == "OPEN":
        return ["not among those that are open"] * (row[0] not in OPEN or where != "OPEN")
    if row[0] in later or where in LATER:
        return ["not among those that come later"] * (later.get(row[0]) != where or tests != "")
    return check_place(where) + check_tests(tests)


# ---- Two defects that are no behaviour of a running program ----

def test_configuration_page():
    """The items that the configuration has are those that its page has"""
    page = set(re.findall("`((?:PYROG_)?[A-Z_0-9]+)`",
                          (ROOT / "pyrog/docs/configuration.md").read_text()))
    entries = (ROOT / "pyrog/base/pyrog-config-entries.c").read_text()
    known = set(re.findall(r"\[PYROG_CONFIG_(\w+)\]\s*=\s*\{\s*\"PYRO_", entries))
    known |= set(re.findall(r"^ +(?:TEXT|SECRET) \((\w+),", entries, re.MULTILINE))
    known |= set(re.findall(r"(?:FLAG|NUMBER|SECONDS) \(\s*\"PYRO_\",\s*(\w+),", entries))
    return (["%s is not on the page" % name for name in sorted(known - page)]
            + ["%s does not exist" % name for name in sorted(page - known)
               if not name.startswith(("PYRO_", "PYROG_"))]
            + ["Pyro5's %s is missing" % name for name in ITEMS if name not in known])


def test_no_certificates():
    """What is not shipped can't expire"""
    return [str(path.relative_to(ROOT)) for path in
            files(["data", "examples", "pyrog", "tests"], [".pem", ".crt", ".key", ".p12", ".der"])]


def main():
    report = Report()
    differences, rows = read_page()
    names = [row[0] for row in rows]
    wanted = list(expected())
    later = {name: where for where, names in LATER.items() for name in names}
    report.check("everything has a row", ["no row for " + name for name in wanted
                                          if name not in names])
    report.check("no row is about something else", sorted(set(names) - set(wanted)))
    report.check("each has one row", duplicates(names))
    report.check("each row has a place and tests",
                 ["%s: %s" % (row[0], problem) for row in rows
                  for problem in check_row(row, later)])
    report.check("what differs is little, has a row besides, and a reason",
                 ["%d differences" % len(differences)] * (len(differences) > MAX_DIFFERENCES)
                 + [row[0] for row in differences
                    if len(row) != 3 or row[0] not in names or not row[2]])
    report.check("the items of the configuration are those of its page", test_configuration_page())
    report.check("no certificate or key is shipped", test_no_certificates())
    report.finish()


main()
