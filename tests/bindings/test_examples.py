#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The examples do what they say, and leave nothing running."""

import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../interop"))

import tap  # noqa: E402

if "PYRO5_PATH" not in os.environ:
    print("1..0 # SKIP PYRO5_PATH does not name a Pyro5")
    sys.exit(0)

SERVICES = 4
CLIENTS = 5


def show(name):
    # Servers keep the error stream open: its end is the end of them all
    script = os.path.join(HERE, "../../examples", name, "show")
    result = subprocess.run([script, os.environ["BUILD"]], timeout=120, text=True, check=False,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            env=dict(os.environ, LC_ALL="C.UTF-8"))
    assert result.returncode == 0, result.stdout
    return result.stdout


@tap.case()
def test_calc():
    output = show("calc")
    assert len(re.findall(r"add\(3, (?:b=)?4\) -> 7", output)) == CLIENTS + SERVICES - 1, output
    assert output.count("memory = 42, memory -> 42") == SERVICES, output
    assert output.count("a ZeroDivisionError: division by zero") == SERVICES, output
    assert "echo(\"hello\") -> 'hello'" in output, output


@tap.case()
def test_tls():
    """Alice is let in everywhere; bob, mallory and the impostor are not, whoever looks at them"""
    output = show("tls")
    assert output.count("greet() -> hello, alice") == CLIENTS + SERVICES - 1, output
    assert len(re.findall("an error: .*(?:Access was denied|ACCESS_DENIED)", output)) \
        == 2 + SERVICES - 1, output
    assert len(re.findall("an error: .*(?:CA is unknown|UNKNOWN_CA)", output)) == 2, output
    assert len(re.findall("an error: .*(?:refused by this program|not the greeter)", output)) \
        == CLIENTS, output


tap.run()
