# SPDX-License-Identifier: LGPL-2.1-or-later
"""Asks for more than it gets"""

import os
import sys

from stock import connect, kind

privileged = connect(sys.argv[1])
print(privileged.user() == os.getuid())
for command in "clock", "disk", "shell":
    try:
        print(privileged.run(command))
    except PermissionError as error:
        print(kind(error), error)
