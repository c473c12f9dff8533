# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whether values of all kinds are the same when they are back"""

import sys

from stock import connect, kind

VALUES = {
    "text": "schön & \U0001f600",
    "negative": -5,
    "large": 1 << 40,
    "fraction": 2.5,
    "truth": True,
    "list": [1, "a", []],
    "dict": {"key": [1, 2], "empty": {}},
}

echo = connect(sys.argv[1])
for name, value in VALUES.items():
    print(name, echo.echo(value) == value)
print("none", echo.echo(None) is None)
try:
    echo.error("as you wish")
except ValueError as error:
    print(kind(error), error)
