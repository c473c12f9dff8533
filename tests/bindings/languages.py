# SPDX-License-Identifier: LGPL-2.1-or-later
"""The same program in several languages, as a server and as a client."""

import contextlib
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../interop"))


def programs(noun):
    """The commands by language: C only where there is such a program"""
    commands = {
        "Vala": [os.environ["%s_VALA" % noun.upper()]],
        "JavaScript": ["gjs", "-m", os.path.join(HERE, noun + ".js")],
        "Python": [sys.executable, os.path.join(HERE, noun + ".py")],
    }
    if "%s_C" % noun.upper() in os.environ:
        commands["C"] = [os.environ["%s_C" % noun.upper()]]
    return commands


def servers(commands):
    """The same as servers of both types; JavaScript runs in one thread only"""
    threaded = {name + " with threads": ["env", "PYRO_SERVERTYPE=thread", *command]
                for name, command in commands.items() if name != "JavaScript"}
    return {**commands, **threaded}


@contextlib.contextmanager
def serving(command):
    """The uri of a server, which says it first, perhaps behind READY"""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            words = process.stdout.readline().split()
            assert words, "The server did not start"
            yield words[-1]
        finally:
            process.kill()
