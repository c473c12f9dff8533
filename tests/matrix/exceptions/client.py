# SPDX-License-Identifier: LGPL-2.1-or-later
"""What arrives of exceptions: class, text, arguments and attributes"""

import sys

from stock import connect, kind

trouble = connect(sys.argv[1])
try:
    trouble.plain()
except Exception as error:
    print(kind(error), error)
try:
    trouble.several()
except Exception as error:
    print(kind(error), *error.args)
try:
    trouble.labelled()
except Exception as error:
    print(kind(error), error, error.degrees)
try:
    trouble.divide(1, 0)
except Exception as error:
    print(kind(error))
try:
    trouble.missing()
except Exception as error:
    print(kind(error))
try:
    trouble.plain("too", "many")
except Exception as error:
    print(kind(error))
print(trouble.fine())
