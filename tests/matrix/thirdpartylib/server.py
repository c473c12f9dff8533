# SPDX-License-Identifier: LGPL-2.1-or-later
"""Serves a class that knows nothing of Pyro5"""

import Pyro5.api
from stock import serve


class Library:
    """As somebody else wrote it"""

    def __init__(self):
        self.books = ["Emma", "Ivanhoe"]

    def weird_count(self):
        return len(self.books)

    def find(self, start):
        return [book for book in self.books if book.startswith(start)]

    def add(self, book):
        self.books.append(book)


serve({"library": Pyro5.api.expose(Library)()})
