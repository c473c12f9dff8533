# SPDX-License-Identifier: LGPL-2.1-or-later
"""Publishes on two topics"""

import sys

from Pyro5.api import SerializedBlob
from stock import connect

dispatcher, sports, news = [connect(uri) for uri in sys.argv[1:]]
for topic, title, numbers in (("sports", "goals", [3, 2]), ("news", "rain", [7]),
                              ("sports", "points", [1, 1, 1])):
    print(dispatcher.publish(SerializedBlob(topic, {"title": title, "numbers": numbers})))
for listener in sports, news:
    print(", ".join(listener.received))
