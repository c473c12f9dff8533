# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two who talk, in one program"""

import sys
import threading

import Pyro5.api
from stock import connect


@Pyro5.api.expose
class Listener:
    def __init__(self, owner):
        self.owner = owner

    def hear(self, room, name, words):
        print("%s hears %s in %s: %s" % (self.owner, name, room, words))


daemon = Pyro5.api.Daemon()
ada, bob = Listener("ada"), Listener("bob")
daemon.register(ada)
daemon.register(bob)
threading.Thread(target=daemon.requestLoop, daemon=True).start()
chat = connect(sys.argv[1])
print(",".join(chat.join("hall", "ada", ada)))
chat.say("hall", "ada", "anybody there?")
print(",".join(chat.join("hall", "bob", bob)))
try:
    chat.join("hall", "bob", ada)
except ValueError as error:
    print(error)
chat.say("hall", "bob", "it is me")
chat.leave("hall", "ada")
chat.say("hall", "bob", "still there?")
