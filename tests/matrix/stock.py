# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the programs for the stock Pyro5 share."""

import Pyro5.api


def serve(objects, daemon=None):
    """Serves objects by their ids, and prints their uris on one line"""
    daemon = daemon or Pyro5.api.Daemon()
    print(*[daemon.register(thing, name) for name, thing in objects.items()], flush=True)
    daemon.requestLoop()


def connect(uri):
    proxy = Pyro5.api.Proxy(uri)
    proxy._pyroTimeout = 30
    return proxy


def kind(error):
    """The name of an exception's class"""
    return type(error).__name__
