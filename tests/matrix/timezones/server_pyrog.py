# SPDX-License-Identifier: LGPL-2.1-or-later
import datetime

from frame import servant, serve


def at(hours):
    zone = datetime.timezone(datetime.timedelta(hours=hours))
    time = datetime.datetime(2024, 2, 29, 23, 59, 58, tzinfo=datetime.timezone.utc)
    return time.astimezone(zone).isoformat()


def same(first, second):
    return datetime.datetime.fromisoformat(first) == datetime.datetime.fromisoformat(second)


serve({"clock": servant(at, same)})
