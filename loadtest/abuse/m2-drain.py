#!/usr/bin/env python3
"""M2: one mute source and 300 stalled readers do not take the grace from everybody.

300 streams that read nothing, 20 that do, and a source that sends bad lines and never reads its answers; then SIGTERM. Wanted:
every reading stream gets its `bye`, and the process ends with 0 within the grace.
"""

import signal
import socket
import threading
import time

from harness import connect, machine, server

STALLED = 300
HEALTHY = 20


def watch(address, source=None, reads=True):
    connection = socket.socket()
    if not reads:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.bind((source or "127.0.0.1", 0))
    connection.connect(address)
    connection.sendall(b"GET /v1/rooms/a/events?detail=full HTTP/1.1\r\nHost: localhost\r\n\r\n")
    return connection


def read_to_end(connection, seen, index):
    data = b""
    while True:
        try:
            piece = connection.recv(65536)
        except OSError:
            break
        if not piece:
            break
        data = (data + piece)[-4096:]
    seen[index] = (b"event: bye" in data, time.monotonic())


with server() as running:
    print(machine())
    stalled = [watch(running.http, f"127.0.0.{2 + n % 4}", reads=False) for n in range(STALLED)]
    healthy = [watch(running.http) for _ in range(HEALTHY)]
    seen = {}
    threads = [threading.Thread(target=read_to_end, args=(c, seen, n)) for n, c in enumerate(healthy)]
    for thread in threads:
        thread.start()
    # Enough for the stalled ones to be stalled: their sockets are full.
    with connect(running.ingest) as source:
        source.sendall(b'{"hello":{"ack":true}}\n')
        for number in range(200):
            text = b"x" * 500
            source.sendall(b"".join(b'{"room":"a","text":"%d %s"}\n' % (number * 100 + n, text) for n in range(100)))
        while b'"lines":20000,' not in source.recv(65536):
            pass
    mute = socket.socket()
    mute.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    mute.connect(running.ingest)
    mute.setblocking(False)
    quiet_since = time.monotonic()
    while time.monotonic() < quiet_since + 1:
        try:
            if mute.send(b"x\n" * 16384) > 0:
                quiet_since = time.monotonic()
        except BlockingIOError:
            time.sleep(0.05)
    started = time.monotonic()
    running.process.send_signal(signal.SIGTERM)
    status = running.process.wait(60)
    taken = time.monotonic() - started
    for thread in threads:
        thread.join(10)
    byes = [at - started for has, at in seen.values() if has]
    print(f"exit status {status} after {taken:.1f} s; bye: {len(byes)} of {HEALTHY}, the last after {max(byes, default=0):.1f} s")
    for line in running.log_lines():
        if "rain" in line or "grace" in line:
            print(line)
    print("ok" if status == 0 and len(byes) == HEALTHY and taken < 20 else "NOT HELD")
