#!/usr/bin/env python3
"""L3: an NDJSON POST that sends a byte a second, or a blank line a second, does not hold a connection for ever.

`ingest.line-timeout-seconds` is 3. Wanted: 408 `line_timeout` within 3 to 6 s for both; a stream that finishes a line every
second goes on.
"""

import select
import time

from harness import connect, machine, server

HEAD = (
    b"POST /v1/rooms/a/comments HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)
LONGEST = 12


def drip(address, pieces):
    """Sends a piece a second until there is an answer; the answer and when it came."""
    with connect(address) as connection:
        connection.sendall(HEAD)
        started = time.monotonic()
        while time.monotonic() < started + LONGEST:
            piece = next(pieces)
            try:
                connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
            except OSError:
                break
            if select.select([connection], [], [], 1)[0]:
                break
        if not select.select([connection], [], [], 0)[0]:
            return None, time.monotonic() - started
        taken = time.monotonic() - started
        data = b""
        while piece := connection.recv(65536):
            data += piece
        return data, taken


def repeated(piece):
    while True:
        yield piece


with server("--set", "ingest.line-timeout-seconds=3") as running:
    print(machine())
    results = {
        "a byte a second": drip(running.http, repeated(b"x")),
        "a blank line a second": drip(running.http, repeated(b"\n")),
        "a line a second": drip(running.http, repeated(b'{"text":"hello"}\n')),
    }
    for name, (data, taken) in results.items():
        said = "no answer" if data is None else f"{data.splitlines()[0].decode()}, {data.splitlines()[-1].decode()}"
        print(f"{name}: {said} after {taken:.1f} s")
    slow = list(results.values())[:2]
    good = all(data and b" 408 " in data and b"line_timeout" in data and 3 <= taken <= 6 for data, taken in slow)
    print("ok" if good and results["a line a second"][0] is None else "NOT HELD")
