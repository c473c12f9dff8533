# SPDX-License-Identifier: LGPL-2.1-or-later
"""A store that everybody may put things in and take things out of"""

import Pyro5.api
from stock import serve


@Pyro5.api.expose
class Warehouse:
    def __init__(self):
        self.contents = ["chair", "bike", "couch"]

    def list_contents(self):
        return self.contents

    def take(self, who, item):
        if item not in self.contents:
            raise ValueError("there is no %s for %s" % (item, who))
        self.contents.remove(item)
        return "%s took the %s" % (who, item)

    def store(self, who, item):
        self.contents.append(item)
        return "%s stored the %s" % (who, item)


serve({"warehouse": Warehouse()})
