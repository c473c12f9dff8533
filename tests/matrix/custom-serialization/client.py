# SPDX-License-Identifier: LGPL-2.1-or-later
"""The same class at the other end"""

import sys

import Pyro5.api
from stock import connect


class Book:
    def __init__(self, title, pages):
        self.title = title
        self.pages = pages

    def __str__(self):
        return "%s, %d pages" % (self.title, self.pages)


Pyro5.api.register_class_to_dict(
    Book, lambda book: {"__class__": "library.Book", "title": book.title, "pages": book.pages})
Pyro5.api.register_dict_to_class(
    "library.Book", lambda name, values: Book(values["title"], values["pages"]))

publisher = connect(sys.argv[1])
print(publisher.write("Emma"))
print(publisher.shorten(Book("Ulysses", 730)))
print(publisher.shorten(publisher.write("Ivanhoe")))
