# SPDX-License-Identifier: LGPL-2.1-or-later
from frame import Pyrog, failure, servant, serve


def listed():
    return [1, 2, 3]


def squares(end):
    return (number * number for number in range(end))


def fails():
    yield 1
    yield 2
    raise failure(Pyrog.Error.VALUE_ERROR, "there is no third one")


listed.__name__ = "list"
serve({"streamer": servant(listed, squares, fails)})
