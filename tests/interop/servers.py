# SPDX-License-Identifier: LGPL-2.1-or-later
"""Echo servers, ours and the real Pyro5's, on every kind of address, and our test target."""

import contextlib
import os
import resource
import subprocess
import sys
import tempfile
import uuid

# How a server is told where to listen
ADDRESSES = {
    "tcp": lambda directory: [],
    "ipv6": lambda directory: ["-H", "::1"],
    "unix": lambda directory: ["-u", os.path.join(directory, "echo-%s" % uuid.uuid4().hex)],
    "abstract": lambda directory: ["-u", "@pyrog-test-%s" % uuid.uuid4().hex],
}


class EchoServer:
    """A running echo server; as a context it ends at the end of the block"""

    def __init__(self, command, address="tcp", max_files=None, **environment):
        def limit_files():
            if max_files is not None:
                resource.setrlimit(resource.RLIMIT_NOFILE, (max_files, max_files))

        self.directory = tempfile.TemporaryDirectory()
        where = ADDRESSES[address](self.directory.name)
        self.process = subprocess.Popen(
            command + where, stdout=subprocess.PIPE, text=True,
            env=dict(os.environ, PYTHONUNBUFFERED="1", **environment), preexec_fn=limit_files)
        self.uri = None
        for line in self.process.stdout:
            if line.startswith("echo uri: "):
                self.uri = line.removeprefix("echo uri: ").strip()
            if line.startswith("echoserver running"):
                break
        if self.uri is None:
            self.stop()
            raise RuntimeError("The echo server did not start")

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.directory.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.stop()


def ours(address="tcp", **environment):
    return EchoServer([os.environ["ECHOSERVER"]], address, **environment)


def pyro5(address="tcp", **environment):
    environment["PYTHONPATH"] = os.environ["PYRO5_PATH"]
    return EchoServer([sys.executable, "-m", "Pyro5.utils.echoserver"], address, **environment)


@contextlib.contextmanager
def target(server_type, host="localhost", **environment):
    """The target's uri and process"""
    with subprocess.Popen([os.environ["TEST_TARGET"], host, "0", "target", server_type],
                          stdout=subprocess.PIPE, text=True,
                          env=dict(os.environ, **environment)) as process:
        try:
            ready, uri, pid = process.stdout.readline().split()
            assert ready == "READY" and int(pid) == process.pid
            yield uri, process
        finally:
            process.kill()
