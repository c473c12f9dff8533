# SPDX-License-Identifier: LGPL-2.1-or-later
"""Keeps the data of users, and knows for each connection who has logged in"""

import Pyro5.api
from stock import serve

words = {"ada": "lovelace", "bob": "builder"}
notes = {}


@Pyro5.api.expose
@Pyro5.api.behavior(instance_mode="session")
class Session:
    user = None

    def login(self, user, word):
        if words.get(user) != word:
            raise PermissionError("wrong user or word")
        self.user = user

    def write(self, text):
        notes[self.who()] = text

    def read(self):
        return notes.get(self.who(), "nothing")

    def who(self):
        if self.user is None:
            raise PermissionError("log in first")
        return self.user


serve({"session": Session})
