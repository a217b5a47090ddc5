#!/usr/bin/env python3
"""M3, ingest half: what a web page can make a browser send to the ingest port is answered as HTTP, and nothing of it counts.

The bytes are those of a `no-cors` POST of Chromium with two comments in its body, whole and cut into single bytes; and a TLS
greeting.
"""

import time

from harness import connect, machine, server

BODY = b'{"room":"a","text":"from a web page"}\n{"room":"a","text":"another"}\n'
POST = (
    b"POST / HTTP/1.1\r\nHost: 127.0.0.1:9000\r\nConnection: keep-alive\r\nContent-Length: %d\r\n"
    b"Content-Type: text/plain;charset=UTF-8\r\nAccept: */*\r\nOrigin: http://evil.example\r\n"
    b"Sec-Fetch-Mode: no-cors\r\nSec-Fetch-Site: cross-site\r\n\r\n" % len(BODY)
) + BODY


def answer(address, pieces):
    with connect(address) as connection:
        for piece in pieces:
            try:
                connection.sendall(piece)
            except OSError:
                break
        data = b""
        while True:
            try:
                piece = connection.recv(65536)
            except OSError:
                return data or b"reset"
            if not piece:
                return data
            data += piece
            if len(pieces) == 1 and b"\r\n\r\n" not in data and b"\n" in data:
                connection.settimeout(1)


with server() as running:
    print(machine())
    whole = answer(running.ingest, [POST])
    cut = answer(running.ingest, [POST[n : n + 1] for n in range(len(POST))])
    tls = answer(running.ingest, [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(512)])
    for name, text in ("whole", whole), ("cut", cut), ("TLS", tls):
        print(f"{name}: {text.splitlines()[:1]} … {text[-120:]!r}")
    time.sleep(0.5)
    accepted = running.metric("danmaku_comments_total", outcome="accepted")
    received = running.metric("danmaku_comments_total", outcome="received")
    print(f"comments: accepted {accepted:.0f}, received {received:.0f}")
    good = whole.startswith(b"HTTP/1.1 400") and cut.startswith(b"HTTP/1.1 400") and received == 0
    print("ok" if good else "NOT HELD")
