#!/usr/bin/env python3
"""M10: a client sends nothing but paid comments; a reader at detail=display counts what it is shown.

Before: every one of them was shown, whatever their number (9,600 in 5 s).
"""

import json
import threading
import time

import harness

SECONDS = 5
RATE = 2000


def read(server, counts, ready, until):
    connection = harness.connect(server.http)
    connection.sendall(b"GET /v1/rooms/hall/events?detail=display HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    connection.settimeout(0.5)
    buffer = b""
    while time.monotonic() < until():
        try:
            part = connection.recv(1 << 16)
        except TimeoutError:
            continue
        if not part:
            break
        ready.set()
        buffer += part
        *lines, buffer = buffer.split(b"\n")
        for line in lines:
            if line.startswith(b'data: {"room":"hall","results"'):
                data = json.loads(line[6:])
                for result in data["results"]:
                    counts[result["kind"]] = counts.get(result["kind"], 0) + 1
                counts["omitted"] = counts.get("omitted", 0) + data["omitted"]
    connection.close()


def main():
    print(harness.machine())
    with harness.server() as server:
        counts, ready, end = {}, threading.Event(), [time.monotonic() + 60]
        reader = threading.Thread(target=read, args=(server, counts, ready, lambda: end[0]))
        reader.start()
        ready.wait(30)
        connection = harness.connect(server.ingest, "127.0.0.2")
        begin = time.monotonic()
        sent = 0
        while (elapsed := time.monotonic() - begin) < SECONDS:
            due = int(elapsed * RATE)
            lines = "".join(
                json.dumps({"room": "hall", "text": f"look {n}", "kind": "paid", "price": 1}) + "\n" for n in range(sent, due)
            )
            connection.sendall(lines.encode())
            sent = due
            time.sleep(0.02)
        end[0] = time.monotonic() + 2
        reader.join()
        connection.close()
        print(f"{sent} paid comments sent in {SECONDS} s; shown at detail=display: {counts.get('paid', 0)} as paid,"
              f" {counts.get('chat', 0)} as chat; omitted {counts.get('omitted', 0)}")
        print(f"taken as chat: {server.metric('danmaku_paid_as_chat_total')}")
        print(f"exit status {server.stop()}")


if __name__ == "__main__":
    main()
