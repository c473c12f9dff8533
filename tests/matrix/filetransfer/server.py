# SPDX-License-Identifier: LGPL-2.1-or-later
"""Has files, and sends them piece by piece"""

import Pyro5.api
from stock import serve

FILES = {"letters": b"abcdefghijklmnopqrstuvwxyz" * 1000, "zeros": bytes(5000), "empty": b""}
PIECE = 4096


@Pyro5.api.expose
class Files:
    def list(self):
        return sorted(FILES)

    def size(self, name):
        return len(FILES[name])

    def read(self, name):
        for start in range(0, len(FILES[name]), PIECE):
            yield FILES[name][start:start + PIECE]


serve({"files": Files()})
