#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What comes along with calls, set and seen in each language"""

import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../interop"))

import tap  # noqa: E402

PROGRAMS = {
    "Vala": [os.environ["CONTEXT_VALA"]],
    "JavaScript": ["gjs", "-m", os.path.join(HERE, "context.js")],
    "Python": [sys.executable, os.path.join(HERE, "context.py")],
}
EXPECTED = "6ba7b810-9dad-11d1-80b4-00c04fd430c8 pyrog pyrog RESP=re: n SHRD=x\n"


for _server in PROGRAMS:
    for _client in PROGRAMS:
        @tap.case(_server, _client)
        def test_context(server, client):
            with subprocess.Popen(PROGRAMS[server] + ["serve"], stdout=subprocess.PIPE,
                                  text=True) as process:
                try:
                    uri = process.stdout.readline().strip()
                    result = subprocess.run(PROGRAMS[client] + ["call", uri], check=True,
                                            timeout=60, stdout=subprocess.PIPE, text=True)
                    assert result.stdout == EXPECTED, result.stdout
                finally:
                    process.kill()


tap.run()
