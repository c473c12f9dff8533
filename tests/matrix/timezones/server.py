# SPDX-License-Identifier: LGPL-2.1-or-later
"""Converts points in time between time zones"""

import datetime

import Pyro5.api
from stock import serve


@Pyro5.api.expose
class Clock:
    def at(self, hours):
        """Serializers turn it into text, with the offset of the zone"""
        zone = datetime.timezone(datetime.timedelta(hours=hours))
        return datetime.datetime(2024, 2, 29, 23, 59, 58, tzinfo=datetime.timezone.utc) \
            .astimezone(zone)

    def same(self, first, second):
        return datetime.datetime.fromisoformat(first) == datetime.datetime.fromisoformat(second)


serve({"clock": Clock()})
