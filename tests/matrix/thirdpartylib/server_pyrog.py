# SPDX-License-Identifier: LGPL-2.1-or-later
from frame import servant, serve


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


library = Library()
serve({"library": servant(library.weird_count, library.find, library.add)})
