# SPDX-License-Identifier: LGPL-2.1-or-later
"""Has a daemon of its own, which is called back while a call is under way"""

import sys
import threading

import Pyro5.api
from stock import connect


@Pyro5.api.expose
class Listener:
    @Pyro5.api.callback
    def progress(self, text):
        print(text)


daemon = Pyro5.api.Daemon()
listener = Listener()
daemon.register(listener)
threading.Thread(target=daemon.requestLoop, daemon=True).start()
worker = connect(sys.argv[1])
for steps in 3, 1:
    print(worker.work(steps, listener))
