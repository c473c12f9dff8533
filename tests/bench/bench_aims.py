# SPDX-License-Identifier: LGPL-2.1-or-later
"""What pyrog is to reach, as ratios within a run, and whether it did."""

LAT, VARIANT = "Sequential call", "Sequential call with GVariants"
ASYNC = "Asynchronous call"
CONC, INFL = "64 connections", "64 calls in flight on a connection"
ECHO = "Echo of %s MiB of bytes"
LIST, TREE = ("Echo of 100,000 integers, %s type" % kind for kind in ("known", "any"))
DICTS, CONN = "Echo of 10,000 dictionaries", "Connect, handshake, call, close"

# Of sequential calls the p50: what else the machine does disturbs it least
# text, (work, peer), (work, peer), field, at least or at most, stretch
AT_LEAST = [
    ("sequential call / raw", (LAT, "pyrog"), (LAT, "raw"), "p50_us", 0.80, 0.92),
    ("with GVariants / raw", (VARIANT, "pyrog"), (LAT, "raw"), "p50_us", 0.60, 0.75),
    ("sequential call / Pyro5", (LAT, "pyrog"), (LAT, "Pyro5"), "p50_us", 4, 5),
    ("Pyro5 client on pyrog / on Pyro5", (LAT, "pyrog, Pyro5 client"), (LAT, "Pyro5"), "p50_us",
     1.5, 2),
    ("async call / raw", (ASYNC, "pyrog"), (ASYNC, "raw"), "rate", 0.70, 0.85),
    ("64 connections, raw load / raw", (CONC, "pyrog, raw load"), (CONC, "raw"), "rate",
     0.75, 0.88),
    ("64 connections / Ice", (CONC, "pyrog"), (CONC, "Ice"), "rate", 1.1, 1.3),
    ("64 connections, raw load / Pyro5", (CONC, "pyrog, raw load"), (CONC, "Pyro5, raw load"),
     "rate", 5, 7),
    ("64 in flight / sequential", (INFL, "pyrog"), (LAT, "pyrog"), "rate", 10, 40),
    ("64 in flight / sd-bus", (INFL, "pyrog"), (INFL, "sd-bus"), "rate", 1.5, 4),
] + [
    ("%s MiB, %s / raw" % (size, serializer), (ECHO % size, "pyrog, " + serializer),
     (ECHO % size, "raw"), "mbs", 0.80, 0.95)
    for size in ("1", "16") for serializer in ("marshal", "msgpack")
] + [
    ("connections / Pyro5", (CONN, "pyrog"), (CONN, "Pyro5"), "rate", 3, 4),
    ("connections / raw", (CONN, "pyrog"), (CONN, "raw"), "rate", 0.40, 0.50),
    ("TLS connections / Ice", (CONN, "pyrog, TLS"), (CONN, "Ice, TLS"), "rate", 1.2, 1.5),
    ("TLS connections / Pyro5", (CONN, "pyrog, TLS"), (CONN, "Pyro5, TLS"), "rate", 1.5, 1.9),
    ("oneway / raw", ("Oneway calls", "pyrog"), ("Oneway calls", "raw"), "rate", 1, 2.5),
    ("batch / Pyro5 msgpack", ("Batches of 1000 calls", "pyrog, msgpack"),
     ("Batches of 1000 calls", "Pyro5, msgpack"), "rate", 3, 10),
    ("stream / gRPC", ("Items of a stream", "pyrog"), ("Items of a stream", "gRPC"), "rate",
     1.5, 5),
]
AT_MOST = [
    ("100k integers, known type / gRPC time", (LIST, "pyrog, msgpack"), (LIST, "gRPC"), "ms",
     1, 0.4),
    ("100k integers, any type / gRPC time", (TREE, "pyrog, msgpack"), (LIST, "gRPC"), "ms", 2, 1),
    ("10k dictionaries / gRPC time", (DICTS, "pyrog, msgpack"), (DICTS, "gRPC"), "ms", 1, 0.4),
    ("TLS call p50 / raw TLS", (LAT, "pyrog, TLS"), (LAT, "raw, TLS"), "p50_us", 1.3, 1.1),
]


def row(text, value, limit, stretch, is_least):
    def word():
        if value is None:
            return "not measured"
        good = (value >= limit, value >= stretch) if is_least else (value <= limit, value <= stretch)
        return "stretch" if good[1] else "met" if good[0] else "missed"
    sign = ">=" if is_least else "<="
    return [text, "" if value is None else "%.2f" % value, "%s %g" % (sign, limit),
            "%g" % stretch, word()]


def memory_rows(memory):
    plain = memory.get("pyrog, raw load", {})
    tls = memory.get("pyrog, TLS", {})
    most = max((count for count in plain if isinstance(count, int)), default=None)
    beside = plain[1000][1] / plain["p50"] if 1000 in plain else None
    return [
        row("KiB a connection, plain", plain[most][0] if most else None, 4, 1.5, False),
        row("KiB a connection, TLS", tls[1000][0] if 1000 in tls else None, 48, 24, False),
        row("p50 beside 1000 idle / beside none", beside, 1.1, 1, False),
        row("connections held and served", most if most == 10000 else None, 10000, 10000, True),
    ]


def table(results, memory):
    rows = [["aim", "reached", "limit", "stretch", "result"]]
    for limits, is_least in ((AT_LEAST, True), (AT_MOST, False)):
        for text, one, other, field, limit, stretch in limits:
            value = results.ratio(one, other, field, is_least and field == "p50_us")
            rows.append(row(text, value, limit, stretch, is_least))
    return rows + memory_rows(memory)
