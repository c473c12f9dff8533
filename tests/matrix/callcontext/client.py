# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls with a correlation id, with and without an annotation"""

import sys
import uuid

from Pyro5.api import current_context
from stock import connect

context = connect(sys.argv[1])
current_context.correlation_id = uuid.UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
for annotations in {"NOTE": b"hello"}, {}:
    current_context.annotations = annotations
    answer = context.describe()
    print(answer["note"], answer["correlation"])
    print(bytes(current_context.response_annotations["RESP"]).decode())
