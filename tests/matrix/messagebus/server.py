# SPDX-License-Identifier: LGPL-2.1-or-later
"""Keeps messages on topics until their subscribers have fetched them"""

import collections

import Pyro5.api
from stock import serve


@Pyro5.api.expose
class MessageBus:
    def __init__(self):
        self.queues = collections.defaultdict(dict)

    def subscribe(self, topic, who):
        self.queues[topic].setdefault(who, [])

    def unsubscribe(self, topic, who):
        del self.queues[topic][who]

    def send(self, topic, message):
        for queue in self.queues[topic].values():
            queue.append(message)
        return len(self.queues[topic])

    def fetch(self, topic, who):
        if who not in self.queues[topic]:
            raise LookupError(who + " has not subscribed to " + topic)
        messages = self.queues[topic][who]
        self.queues[topic][who] = []
        return messages

    def topics(self):
        return sorted(self.queues)


serve({"bus": MessageBus()})
