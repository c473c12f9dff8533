#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Usage: client_pyro5.py NAME URI: a client written for Pyro5, which knows nothing of pyrog"""

import sys

import Pyro5.api
import Pyro5.errors


class Greeter(Pyro5.api.Proxy):
    def _pyroValidateHandshake(self, response):
        """Called when the server has accepted us. Key, signature, dates and the host of the uri are
        checked already."""
        # Other servers of this host have good certificates, too, but are not the greeter
        subject = self._pyroConnection.getpeercert()["subject"]
        if (("commonName", "greeter"),) not in subject:
            raise Pyro5.errors.SecurityError("this is not the greeter")


name, uri = sys.argv[1:]
Pyro5.config.SSL = True
# Pyro5 trusts the CAs of the system besides this one
Pyro5.config.SSL_CACERTS = "ca-cert.pem"
# Who we are
Pyro5.config.SSL_CLIENTCERT = name + "-cert.pem"
Pyro5.config.SSL_CLIENTKEY = name + "-key.pem"
try:
    with Greeter(uri) as greeter:
        print("  greet() ->", greeter.greet())
except Pyro5.errors.PyroError as error:
    print("  an error:", error)
    sys.exit(1)
