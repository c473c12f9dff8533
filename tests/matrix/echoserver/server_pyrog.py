# SPDX-License-Identifier: LGPL-2.1-or-later
from frame import servant, serve


def echo(value):
    return value


def error(text):
    raise ValueError(text)


serve({"echo": servant(echo, error)})
