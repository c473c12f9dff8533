#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A soak run of a few seconds: too short to say anything of memory, but of everything else."""

import os
import subprocess
import sys

import tap  # of tests/interop

if "PYRO5_PATH" not in os.environ:
    print("1..0 # SKIP PYRO5_PATH does not name a Pyro5")
    sys.exit(0)

HERE = os.path.dirname(os.path.abspath(__file__))


@tap.case()
def test_soak():
    command = [sys.executable, os.path.join(HERE, "soak.py"), os.environ["BENCH_BUILD"],
               "--minutes", "0.1", "--clients", "4"]
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                         check=False)
    for line in run.stdout.splitlines():
        print("# " + line)
    answered, verdict = run.stdout.splitlines()[-2:]
    assert answered.endswith("; 0 with a wrong answer or a wrong end"), answered
    assert not answered.startswith("0 "), answered
    assert "descriptors all closed, daemons ended in good order" in verdict, verdict


tap.run()
