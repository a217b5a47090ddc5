#!/usr/bin/env python3
"""Bytes behind a request that offers an upgrade: does the server keep them?

One connection sends `GET` with `Upgrade` (or `CONNECT`) and then a gigabyte. Prints the resident memory before, at the most,
and after the connection is gone.
"""

import time

import harness

MEGABYTE = b"a" * 1_000_000
CASES = [
    ("GET with Upgrade", b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"),
    ("CONNECT", b"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n"),
]


def main():
    print(harness.machine())
    for name, head in CASES:
        with harness.server() as server:
            before = top = server.rss()
            sent = 0
            connection = harness.connect(server.http, timeout=5)
            connection.sendall(head)
            try:
                while sent < 1000:
                    connection.sendall(MEGABYTE)
                    sent += 1
                    if sent % 50 == 0:
                        top = max(top, server.rss())
            except OSError as error:
                print(f"{name}: the server ended it: {type(error).__name__}")
            top = max(top, server.rss())
            connection.close()
            time.sleep(2)
            print(
                f"{name}: {sent} MB sent, resident {harness.mib(before)} -> {harness.mib(top)} at the most, "
                f"{harness.mib(server.rss())} two seconds after the connection is gone"
            )
            server.stop()


main()
