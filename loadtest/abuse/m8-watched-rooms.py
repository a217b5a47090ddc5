#!/usr/bin/env python3
"""M8: streams watch rooms that nobody writes to: resident memory beside what /health/memory accounts for.

One address asks for 3,000 streams of 100 rooms of their own each (STREAMS, ROOMS); then seven more addresses do the same
with a third of that. The limit: resident memory stays within 1.5 times the components' sum + 60 MiB.
"""

import os
import time

import harness
import streams

STREAMS = int(os.environ.get("STREAMS", 3000))
ROOMS = int(os.environ.get("ROOMS", 100))


def attack(server, every, count, source, name):
    for number in range(count):
        rooms = [f"{name}-{number}-{room}-{'x' * 30}" for room in range(ROOMS)]
        every.open(server.http, streams.request(rooms), source)
        if number % 100 == 99:
            every.read(0.02)
    every.read(3)


def report(server, every, text, baseline):
    memory = server.memory()
    rows = {row["component"]: row for row in memory["components"]}
    total = sum(row["bytes"] for row in memory["components"])
    rss = server.rss()
    limit = 1.5 * total + 60 * 1048576
    print(f"{text}: {every.open_count()} streams open, {every.refused} refused")
    print(f"  resident {harness.mib(rss)} (before {harness.mib(baseline)}), components {harness.mib(total)}")
    for name in ("subscribers", "log-rooms", "streams", "watched-rooms", "joins"):
        if name in rows:
            row = rows[name]
            print(f"  {name}: {row['count']} of {row['limitCount']}, {row['bytes']} bytes")
    print(f"  1.5 x components + 60 MiB = {limit / 1048576:.0f} MiB: {'held' if rss <= limit else 'NOT HELD'}")
    print(f"  growth {harness.mib(rss - baseline)}, of which the components explain {harness.mib(total)}")


def main():
    print(harness.machine())
    with harness.server() as server:
        server.memory()
        baseline = server.rss()
        every = streams.Streams()
        attack(server, every, STREAMS, "127.0.0.2", "a")
        report(server, every, "one address", baseline)
        for number in range(3, 10):
            attack(server, every, STREAMS // 3, f"127.0.0.{number}", f"b{number}")
        report(server, every, "eight addresses", baseline)
        every.close()
        deadline = time.monotonic() + 60
        while server.rss() > baseline + 30 * 1048576 and time.monotonic() < deadline:
            time.sleep(1)
        report(server, every, "after they left", baseline)
        server.stop()


if __name__ == "__main__":
    main()
