# SPDX-License-Identifier: LGPL-2.1-or-later
"""A dispatcher that passes data on by its topic, without reading it, and two that listen"""

import sys

import Pyro5.api
from stock import connect

received = {"sports": [], "news": []}


@Pyro5.api.expose
class Dispatcher:
    def publish(self, blob):
        with connect(daemon.uriFor(blob.info)) as listener:
            return listener.process(blob)


@Pyro5.api.expose
class Listener:
    def __init__(self, topic):
        self.topic = topic

    def process(self, blob):
        data = blob.deserialized()
        received[self.topic].append("%s %d" % (data["title"], sum(data["numbers"])))
        return len(received[self.topic])

    @property
    def received(self):
        return received[self.topic]


daemon = Pyro5.api.Daemon()
objects = {"dispatcher": Dispatcher(), "sports": Listener("sports"), "news": Listener("news")}
print(*[daemon.register(thing, name) for name, thing in objects.items()])
sys.stdout.flush()
daemon.requestLoop()
