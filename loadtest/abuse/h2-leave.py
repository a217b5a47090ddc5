#!/usr/bin/env python3
"""H2: what do 1,500 and 3,000 streams of the same 100 rooms cost when they leave at once?

The limit: 3,000 cost at most 2.6 times what 1,500 cost. The streams come from several loopback addresses.
"""

import os
import time

import harness
import streams

COUNTS = [int(count) for count in os.environ.get("STREAMS", "1500 3000").split()]
ROOMS = int(os.environ.get("ROOMS", 100))
ADDRESSES = [f"127.0.0.{number}" for number in range(2, 10)]


def leave(server, count):
    """The server's CPU time until the last of the streams is gone."""
    wanted = streams.request([f"h2-{number}" for number in range(ROOMS)])
    every = streams.Streams()
    for number in range(count):
        every.open(server.http, wanted, ADDRESSES[number % len(ADDRESSES)])
        if number % 100 == 99:
            every.read(0.01)
    if not every.read_until(ROOMS, 120):
        raise SystemExit("not all streams got their snapshots")
    joined = every.open_count()
    every.read(1)
    cpu = server.cpu()
    begun = time.monotonic()
    every.close()
    while server.metric("danmaku_subscribers") > 0:
        time.sleep(0.2)
    return joined, server.cpu() - cpu, time.monotonic() - begun


def main():
    print(harness.machine())
    limits = streams.settings(
        fanout_max_watched_rooms=1_000_000,
        fanout_max_watched_rooms_per_address=1_000_000,
    )
    figures = []
    with harness.server(*limits) as server:
        leave(server, 200)
        for count in COUNTS:
            joined, cpu, seconds = leave(server, count)
            figures.append(cpu)
            print(f"{joined} streams of {ROOMS} rooms leave: {cpu:.2f} s of CPU, {seconds:.1f} s")
        server.stop()
    factor = figures[-1] / max(figures[0], 0.01)
    print(f"{COUNTS[-1]} / {COUNTS[0]}: {factor:.2f} (limit 2.6): {'held' if factor <= 2.6 else 'NOT HELD'}")


if __name__ == "__main__":
    main()
