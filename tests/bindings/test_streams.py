#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Item streams made and read in each language"""

import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../interop"))

import tap  # noqa: E402

PROGRAMS = {
    "C": [os.environ["STREAMS_C"]],
    "Vala": [os.environ["STREAMS_VALA"]],
    "JavaScript": ["gjs", "-m", os.path.join(HERE, "streams.js")],
    "Python": [sys.executable, os.path.join(HERE, "streams.py")],
}


def each_pair(function):
    for server in reversed(PROGRAMS):
        for client in reversed(PROGRAMS):
            tap.case(server, client)(function)
    return function


@each_pair
def test_server_and_client(server, client):
    with subprocess.Popen(PROGRAMS[server] + ["serve"], stdout=subprocess.PIPE,
                          text=True) as process:
        try:
            uri = process.stdout.readline().strip()
            command = "read-attributes" if client == "C" else "read"
            subprocess.run(PROGRAMS[client] + [command, uri], check=True, timeout=60)
        finally:
            process.kill()


tap.run()
