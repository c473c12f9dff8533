# SPDX-License-Identifier: LGPL-2.1-or-later
from frame import servant, serve


def plain():
    raise ValueError("this is wrong")


def several():
    raise RuntimeError("first", 2, 3.5)


def labelled():
    error = OSError("the oven is too hot")
    error.degrees = 300
    raise error


def divide(a, b):
    return a // b


def fine():
    return "nothing happened"


serve({"trouble": servant(plain, several, labelled, divide, fine)})
