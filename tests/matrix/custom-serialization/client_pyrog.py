# SPDX-License-Identifier: LGPL-2.1-or-later
import dataclasses
import sys

from frame import call, connect


@dataclasses.dataclass
class Book:
    title: str
    pages: int

    def __str__(self):
        return "%s, %d pages" % (self.title, self.pages)


def decode(values):
    """Classes that are not known are dicts with a name"""
    assert values.pop("__class__") == "library.Book"
    return Book(**values)


def encode(book):
    return {"__class__": "library.Book", **dataclasses.asdict(book)}


publisher = connect(sys.argv[1])
print(decode(call(publisher, "write", "Emma")))
print(decode(call(publisher, "shorten", encode(Book("Ulysses", 730)))))
print(decode(call(publisher, "shorten", encode(decode(call(publisher, "write", "Ivanhoe"))))))
