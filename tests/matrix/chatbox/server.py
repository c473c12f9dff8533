# SPDX-License-Identifier: LGPL-2.1-or-later
"""Rooms in which everybody hears what anybody says"""

import collections

import Pyro5.api
from stock import serve


@Pyro5.api.expose
class Chat:
    def __init__(self):
        self.rooms = collections.defaultdict(dict)

    def join(self, room, name, listener):
        if name in self.rooms[room]:
            raise ValueError("there is a %s in %s" % (name, room))
        self.rooms[room][name] = listener._pyroUri
        return list(self.rooms[room])

    def leave(self, room, name):
        del self.rooms[room][name]

    def say(self, room, name, words):
        for uri in self.rooms[room].values():
            with Pyro5.api.Proxy(uri) as listener:
                listener.hear(room, name, words)


serve({"chat": Chat()})
