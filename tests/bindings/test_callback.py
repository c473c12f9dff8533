#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Objects passed and called back in each language"""

import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../interop"))

import tap  # noqa: E402

PROGRAMS = {
    "C": [os.environ["CALLBACK_C"]],
    "Vala": [os.environ["CALLBACK_VALA"]],
    "JavaScript": ["gjs", "-m", os.path.join(HERE, "callback.js")],
    "Python": [sys.executable, os.path.join(HERE, "callback.py")],
}


def each_pair(function):
    for server in reversed(PROGRAMS):
        for client in reversed(PROGRAMS):
            # C's client needs C's server, which has more methods; test_callback has tried that
            if client != "C":
                tap.case(server, client)(function)
    return function


@each_pair
def test_server_and_client(server, client):
    with subprocess.Popen(PROGRAMS[server] + ["serve"], stdout=subprocess.PIPE,
                          text=True) as process:
        try:
            uri = process.stdout.readline().split()[-1]
            subprocess.run(PROGRAMS[client] + ["call", uri], check=True, timeout=60)
        finally:
            process.kill()


tap.run()
