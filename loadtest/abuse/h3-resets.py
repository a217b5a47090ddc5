#!/usr/bin/env python3
"""H3: connections that are reset while the pipeline is full leave nothing behind.

Two loaders keep the queue full; 4,000 connections in 12 s send up to 1 MiB of lines each and are reset after half a second, when
the server has read a part and waits with it; beside them an honest
client of another address sends a line every 250 ms and waits for its acknowledgement. Wanted: resident memory back within
30 MiB of what it was under the same load before, and no acknowledgement later than 1 s.
"""

import threading
import time

from harness import connect, machine, mib, quantile, reset, server

RESETS = 4000
SECONDS = 12
LINES = b"".join(b'{"room":"r%d","text":"what a play %d, did anybody see that coming at all"}\n' % (n % 50, n) for n in range(20000))
PIECE = LINES[: LINES.rindex(b"\n", 0, 1024 * 1024) + 1]
HELD = 0.5


def load(address, source, stop):
    with connect(address, source) as connection:
        connection.settimeout(1)
        while not stop.is_set():
            try:
                connection.sendall(LINES)
            except TimeoutError:
                return  # A part of the blob is lost with the connection; the others go on.
            except OSError:
                return


def keep_loading(address, source, stop):
    while not stop.is_set():
        load(address, source, stop)


def attack(address, source, count, seconds):
    opened = []
    for number in range(count):
        started = time.monotonic()
        while opened and opened[0][0] < started - HELD:
            reset(opened.pop(0)[1])
        try:
            connection = connect(address, source)
            connection.setblocking(False)
            try:
                connection.send(PIECE)
            except BlockingIOError:
                pass
            opened.append((started, connection))
        except OSError:
            pass
        time.sleep(max(0, seconds / count - (time.monotonic() - started)))
    for _, connection in opened:
        reset(connection)


def honest(address, stop, times):
    with connect(address, "127.0.0.9", timeout=60) as connection:
        connection.sendall(b'{"hello":{"ack":true}}\n')
        reader = connection.makefile("rb")
        number = 0
        while not stop.is_set():
            number += 1
            started = time.monotonic()
            connection.sendall(b'{"room":"honest","text":"line %d"}\n' % number)
            while b'"lines":%d,' % number not in reader.readline():
                pass
            times.append(time.monotonic() - started)
            stop.wait(0.25)


with server() as running:
    stop = threading.Event()
    times = []
    loaders = [
        threading.Thread(target=keep_loading, args=(running.ingest, f"127.0.0.{2 + n}", stop)) for n in range(2)
    ]
    client = threading.Thread(target=honest, args=(running.ingest, stop, times))
    for thread in loaders + [client]:
        thread.start()
    time.sleep(6)
    before, quiet = running.rss(), list(times)
    peak = before
    attackers = [
        threading.Thread(target=attack, args=(running.ingest, f"127.0.0.{20 + n}", RESETS // 8, SECONDS))
        for n in range(8)
    ]
    for thread in attackers:
        thread.start()
    while any(thread.is_alive() for thread in attackers):
        peak = max(peak, running.rss())
        time.sleep(0.1)
    during = times[len(quiet) :]
    deadline = time.monotonic() + 60
    while running.rss() > before + 30 * 1048576 and time.monotonic() < deadline:
        time.sleep(0.5)
    after = running.rss()
    stop.set()
    for thread in loaders + [client]:
        thread.join(70)
    held = {c["component"]: c["bytes"] for c in running.memory()["components"] if c["component"] == "ingest-waiting"}
    print(machine())
    print(f"resets {RESETS} in {SECONDS} s; RSS under load {mib(before)}, peak {mib(peak)}, after {mib(after)}")
    for name, values in ("before", quiet), ("during", during):
        if values:
            print(f"acknowledged {name}: p50 {quantile(values, 0.5) * 1000:.0f} ms, longest {max(values) * 1000:.0f} ms")
        else:
            print(f"acknowledged {name}: nothing")
    print(f"held by waiting sources at the end: {held}; abandoned lines {running.metric('danmaku_ingest_abandoned_lines_total')}")
    print(f"unaccounted comments: {running.metric('danmaku_unaccounted_comments')}")
    good = after <= before + 30 * 1048576 and during and max(during) <= 1
    print("ok" if good else "NOT HELD")
