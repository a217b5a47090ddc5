#!/usr/bin/env python3
"""M5: resident memory goes back to the system within a minute after an abuse has ended.

Two abuses: bodies that stand still (as many as the server lets in, 1 MiB each at most) and connections that are reset
while their lines wait. After each it prints the resident memory every five seconds, beside what the components hold.
"""

import sys
import threading
import time

import harness

BODIES = 1500
RESETS = 4000


def standing_bodies(server):
    """Holds bodies that lack their last byte, from several addresses; the connections that were let in."""
    head = (
        b"POST /v1/comments HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        b"content-length: 1048576\r\n\r\n"
    )
    body = b"[" + b" " * 1_000_000
    held = []

    def fill(numbers):
        for number in numbers:
            try:
                connection = harness.connect(server.http, source=f"127.0.0.{2 + number % 50}", timeout=5)
                connection.sendall(head + body)
                held.append(connection)
            except OSError:
                pass

    threads = [threading.Thread(target=fill, args=(range(first, BODIES, 4),)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return held


def resets(server):
    """Connects, sends some 256 kB of lines and resets, again and again."""
    line = b'{"room":"r","text":"' + b"x" * 900 + b'"}\n'
    lines = line * 280

    def attack(numbers):
        for number in numbers:
            try:
                connection = harness.connect(server.ingest, source=f"127.0.0.{2 + number % 50}", timeout=2)
                connection.setblocking(False)
                try:
                    connection.send(lines)
                except OSError:
                    pass
                harness.reset(connection)
            except OSError:
                pass

    threads = [threading.Thread(target=attack, args=(range(first, RESETS, 8),)) for first in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def watch(server, title):
    """Shows memory for a minute; whether it came back."""
    start = time.monotonic()
    while True:
        held = server.components()
        rss = server.rss()
        elapsed = time.monotonic() - start
        bound = held * 1.5 + (60 << 20)
        print(
            f"  {title} + {elapsed:4.0f} s: {harness.mib(rss)} resident, components {harness.mib(held)}, "
            f"bound {harness.mib(bound)}, trims {server.metric('danmaku_memory_trims_total')}"
        )
        if elapsed >= 60:
            return rss <= bound
        time.sleep(5)


def main():
    print(harness.machine())
    returned = True
    with harness.server() as server:
        time.sleep(1)
        print(f"at rest: {harness.mib(server.rss())} resident, components {harness.mib(server.components())}")
        held = standing_bodies(server)
        time.sleep(2)
        print(f"{len(held)} standing bodies: {harness.mib(server.rss())}, components {harness.mib(server.components())}")
        for connection in held:
            connection.close()
        returned &= watch(server, "bodies")
        resets(server)
        print(f"{RESETS} resets: {harness.mib(server.rss())}, components {harness.mib(server.components())}")
        returned &= watch(server, "resets")
    print("RSS came back within a minute" if returned else "RSS did NOT come back within a minute")
    sys.exit(0 if returned else 1)


if __name__ == "__main__":
    main()
