# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls with a certificate, and in vain without encryption"""

import sys

import Pyro5.errors
from Pyro5.api import config
from stock import connect

config.SSL = True
config.SSL_CACERTS = "ca-cert.pem"
config.SSL_CLIENTCERT = "client-cert.pem"
config.SSL_CLIENTKEY = "client-key.pem"
print(connect(sys.argv[1]).greet("hello"))
config.SSL = False
try:
    print(connect(sys.argv[1]).greet("hello"))
except Pyro5.errors.CommunicationError:
    print("refused")
