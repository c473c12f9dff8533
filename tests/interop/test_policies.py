#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Rules about who may call what, as the real Pyro5 sees them from two users of the machine."""

import json
import os
import subprocess
import sys
import tempfile

import tap

if os.geteuid() != 0:
    print("1..0 # SKIP Only root can play two users")
    sys.exit(0)
if "PYRO5_PATH" not in os.environ:
    print("1..0 # SKIP PYRO5_PATH does not name a Pyro5")
    sys.exit(0)

STRANGER = 65534
GROUP = 54321

# Does everything with each object that it is told; prints what came of it as JSON. Python and what
# it imports may be where only root gets, so it becomes another user only then.
CLIENT = """
import json, os, sys
import Pyro5.api
import serpent, encodings.idna
uid, gid, location, *objects = sys.argv[1:]
actions = {
    "call": lambda proxy: proxy.echo("hello"),
    "note": lambda proxy: proxy.note("hello"),
    "get": lambda proxy: proxy.level,
    "set": lambda proxy: setattr(proxy, "level", 1),
    "batch": lambda proxy: batch(proxy),
}

def batch(proxy):
    calls = Pyro5.api.BatchProxy(proxy)
    calls.echo("hello")
    return list(calls())[0]

if os.getuid() != int(uid):
    os.setgroups([int(gid)])
    os.setresgid(int(uid), int(uid), int(uid))
    os.setresuid(int(uid), int(uid), int(uid))
outcomes = {}
for name in objects:
    with Pyro5.api.Proxy("PYRO:%s@./u:%s" % (name, location)) as proxy:
        for action, do in actions.items():
            try:
                outcomes[name + " " + action] = do(proxy)
            except Exception as error:
                outcomes[name + " " + action] = "%s: %s" % (type(error).__name__, error)
print(json.dumps(outcomes))
"""

RESULTS = {"call": "hello", "note": "hello", "get": 7, "set": None, "batch": "hello"}
MEMBERS = {"call": "echo", "note": "note", "get": "level", "set": "level", "batch": "echo"}
EVERYTHING = list(RESULTS)

# What root, as whom the daemon runs, and the stranger may do with each object. The daemon's own
# user is always among those who are allowed by name.
PERMITTED = {
    "open": (EVERYTHING, EVERYTHING),
    "own": (EVERYTHING, []),
    "stranger": (EVERYTHING, EVERYTHING),
    "other": (EVERYTHING, []),
    "group": (EVERYTHING, EVERYTHING),
    "read-only": (["get"], ["get"]),
    "certificates": ([], []),
    "own-note": (EVERYTHING, ["call", "get", "set", "batch"]),
    "own-level": (EVERYTHING, ["call", "note", "batch"]),
}


def play(uid, location):
    """All outcomes of a client of that user"""
    output = subprocess.run([sys.executable, "-c", CLIENT, str(uid), str(GROUP), location,
                             *PERMITTED], stdout=subprocess.PIPE, text=True, timeout=120,
                            check=True, env=dict(os.environ, LC_ALL="C.UTF-8",
                                                 PYTHONPATH=os.environ["PYRO5_PATH"])).stdout
    return json.loads(output)


@tap.case(0, 0)
@tap.case(1, STRANGER)
def test_policies(column, uid):
    """Who is not permitted something learns what it was, and not why"""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        location = os.path.join(folder, "socket")
        with subprocess.Popen([os.environ["POLICY_SCENARIO"], "./u:" + location, str(STRANGER),
                               str(GROUP)], stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout.readline() == "READY\n"
                outcomes = play(uid, location)
            finally:
                server.terminate()
        for name, permitted in PERMITTED.items():
            for action, result in RESULTS.items():
                expected = result if action in permitted[column] else \
                    "PermissionError: Access to ‘%s’ is not permitted" % MEMBERS[action]
                outcome = outcomes[name + " " + action]
                assert outcome == expected, (name, action, outcome)


tap.run()
