# SPDX-License-Identifier: LGPL-2.1-or-later
"""Greets clients by the names in their certificates"""

import Pyro5.api
from Pyro5.api import config
from stock import serve

config.SSL = config.SSL_REQUIRECLIENTCERT = True
config.SSL_SERVERCERT = "server-cert.pem"
config.SSL_SERVERKEY = "server-key.pem"
config.SSL_CACERTS = "ca-cert.pem"


@Pyro5.api.expose
class Greeter:
    def greet(self, word):
        subject = Pyro5.api.current_context.client.getpeercert()["subject"]
        names = [value for part in subject for key, value in part if key == "commonName"]
        return "%s, %s" % (word, names[0])


serve({"greeter": Greeter()})
