#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The certificates that tests of TLS need, made with `pyrog cert`.

    with certificates.made() as certs:
        context.load_cert_chain(certs.server.cert, certs.server.key)

As a program: certificates.py FOLDER"""

import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile
import types

PASSWORD = "pass word, ä"
WRONG_PASSWORD = "other"

LOCAL = ["--host", "localhost", "--host", "127.0.0.1", "--host", "::1"]
PAST = ["--from", "2020-01-01", "--days", "1"]
FUTURE = ["--from", "2099-01-01", "--days", "1"]
OTHER = ["--ca", "other-ca"]
LOCKED = ["--password-file", "password"]

# name -> what makes it; the order counts
RECIPES = {
    "ca": ["ca", "--name", "Test CA"],
    # a stranger's CA that takes the same name
    "other_ca": ["ca", "--name", "Test CA"],
    # good for localhost, 127.0.0.1 and ::1
    "server": ["server", *LOCAL],
    "wrong_host": ["server", "--host", "other.example"],
    "expired": ["server", *LOCAL, *PAST],
    "not_yet_valid": ["server", *LOCAL, *FUTURE],
    "self_signed": ["server", *LOCAL, "--self-signed"],
    "stranger_server": ["server", *LOCAL, *OTHER],
    "client": ["client", "--name", "alice"],
    "second_client": ["client", "--name", "bob"],
    "expired_client": ["client", "--name", "alice", *PAST],
    "not_yet_valid_client": ["client", "--name", "alice", *FUTURE],
    "self_signed_client": ["client", "--name", "alice", "--self-signed"],
    # of the other CA, and with the name of a good one
    "stranger": ["client", "--name", "alice", *OTHER],
    # keys in PKCS#8 and, as .p12, certificate, key and CA in PKCS#12, all with PASSWORD
    "locked_server": ["server", *LOCAL, "--pkcs12", *LOCKED],
    "locked_client": ["client", "--name", "alice", "--pkcs12", *LOCKED],
}


def pyrog_cert(*arguments, folder=None, **options):
    """Runs `pyrog cert` and returns what it printed"""
    result = subprocess.run([os.environ.get("PROGRAM", "pyrog"), "cert", *arguments], cwd=folder,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120,
                            check=False, **options)
    if result.returncode != 0:
        raise RuntimeError("pyrog cert %s: %s" % (" ".join(arguments), result.stderr))
    return result.stdout


def paths(folder, name):
    prefix = str(pathlib.Path(folder).resolve() / name.replace("_", "-"))
    return types.SimpleNamespace(cert=prefix + "-cert.pem", key=prefix + "-key.pem",
                                 p12=prefix + ".p12")


def make(folder):
    """Makes all of them: an attribute each, with the paths cert, key and, of locked ones, p12;
    `folder` is where they are"""
    (pathlib.Path(folder) / "password").write_text(PASSWORD + "\n")
    for name, recipe in RECIPES.items():
        pyrog_cert(*recipe, "--output", name.replace("_", "-"), folder=folder)
    return types.SimpleNamespace(folder=str(folder),
                                 **{name: paths(folder, name) for name in RECIPES})


@contextlib.contextmanager
def made():
    """Makes all of them in a folder of the build tree, and removes them afterwards"""
    with tempfile.TemporaryDirectory(prefix="certificates-",
                                     dir=os.environ.get("BUILD_FOLDER")) as folder:
        yield make(folder)


if __name__ == "__main__":
    make(sys.argv[1])
