#!/usr/bin/env python3
"""H1: 200 streams of 100 rooms reconnect with an old cursor; how long does a POST take beside them?

STREAMS (200), ROOMS (100), ROUNDS (4 reconnections of all), DETAIL (mood), SECONDS (10 of publishing before).
The limit is 5 times the quiet p99.
"""

import http.client
import json
import multiprocessing
import os
import re
import time

import harness
import streams

STREAMS = int(os.environ.get("STREAMS", 200))
ROOMS = int(os.environ.get("ROOMS", 100))
ROUNDS = int(os.environ.get("ROUNDS", 4))
DETAIL = os.environ.get("DETAIL", "mood")
SECONDS = float(os.environ.get("SECONDS", 10))
NAMES = [f"h1-{number}" for number in range(ROOMS)]


def publish(server):
    """Each room gets 20 entries a second, as long as they stay in the log."""
    connection = harness.connect(server.ingest)
    end = time.monotonic() + SECONDS
    count = 0
    while time.monotonic() < end:
        begun = time.monotonic()
        lines = [json.dumps({"room": name, "text": f"comment {count}"}) for name in NAMES]
        connection.sendall(("\n".join(lines) + "\n").encode())
        count += 1
        time.sleep(max(0, 0.055 - (time.monotonic() - begun)))
    connection.close()
    return count * ROOMS


def first_cursor(server):
    connection = harness.connect(server.http)
    connection.sendall(streams.request([NAMES[0]]))
    seen = b""
    while not (match := re.search(rb"id: (\S+)\n", seen)):
        seen += connection.recv(65536)
    connection.close()
    return match[1].decode()


def post(connection, times):
    begun = time.monotonic()
    connection.request(
        "POST",
        "/v1/rooms/h1-post/comments",
        '{"text":"beside"}',
        {"Content-Type": "application/json"},
    )
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 202, answer.status
    times.append(time.monotonic() - begun)


def storm(address, wanted, begin, over, results):
    """A process of its own, and a nice one, so that its reading does not delay the POSTs of the other."""
    os.nice(10)
    begin.wait()
    for _ in range(ROUNDS):
        begun = time.monotonic()
        # The newest mood of each room is the end of a replay.
        every = streams.Streams(b"event: mood")
        for _ in range(STREAMS):
            every.open(address, wanted)
        served = every.read_until(ROOMS, 120)
        results.put((time.monotonic() - begun, served, every.refused, every.ended))
        every.close()
    over.set()


def main():
    print(harness.machine())
    with harness.server() as server:
        cursor = first_cursor(server)
        print(f"published {publish(server)} comments in {ROOMS} rooms; the cursor is {cursor}")
        connection = http.client.HTTPConnection(*server.http, timeout=120)
        quiet, during = [], []
        for _ in range(50):
            post(connection, [])
        for _ in range(500):
            post(connection, quiet)
            time.sleep(0.002)
        begin, over, results = multiprocessing.Event(), multiprocessing.Event(), multiprocessing.Queue()
        wanted = streams.request(NAMES, DETAIL, cursor)
        reader = multiprocessing.Process(target=storm, args=(server.http, wanted, begin, over, results))
        reader.start()
        cpu = server.cpu()
        begin.set()
        while not over.is_set():
            post(connection, during)
            time.sleep(0.002)
        cpu = server.cpu() - cpu
        reader.join()
        for number in range(ROUNDS):
            seconds, served, refused, ended = results.get()
            print(
                f"round {number + 1}: {STREAMS} streams, {seconds:.2f} s until all had the moods of {ROOMS} rooms"
                f" ({'all served' if served else 'not all served'}, {refused} refused, {ended} ended)"
            )
        figures = []
        for name, times in (("quiet", quiet), ("during", during)):
            figures.append(harness.quantile(times, 0.99))
            print(
                f"POST {name}: {len(times)} requests, p50 {1000 * harness.quantile(times, 0.5):.2f} ms,"
                f" p99 {1000 * figures[-1]:.2f} ms, longest {1000 * max(times):.2f} ms"
            )
        print(f"server CPU during the reconnections: {cpu:.2f} s")
        factor = figures[1] / figures[0]
        print(f"p99 during / quiet: {factor:.1f} (limit 5): {'held' if factor <= 5 else 'NOT HELD'}")
        server.stop()


if __name__ == "__main__":
    main()
