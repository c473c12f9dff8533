# SPDX-License-Identifier: LGPL-2.1-or-later
"""Objects of a class of its own as arguments and results"""

import Pyro5.api
from stock import serve


class Book:
    def __init__(self, title, pages):
        self.title = title
        self.pages = pages


Pyro5.api.register_class_to_dict(
    Book, lambda book: {"__class__": "library.Book", "title": book.title, "pages": book.pages})
Pyro5.api.register_dict_to_class(
    "library.Book", lambda name, values: Book(values["title"], values["pages"]))


@Pyro5.api.expose
class Publisher:
    def write(self, title):
        return Book(title, 10 * len(title))

    def shorten(self, book):
        return Book("short " + book.title, book.pages // 2)


serve({"publisher": Publisher()})
