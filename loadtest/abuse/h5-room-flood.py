#!/usr/bin/env python3
"""H5: one client begins rooms until there is no place for more; another client then begins rooms of its own.

Before: every new room of everybody was refused with room_limit for rooms.idle-minutes.
"""

import json
import time

import harness

ROOMS = 10_000
NEWCOMERS = 100


def offer(server, source, lines):
    """Sends lines and waits for the last acknowledgement: its counts."""
    connection = harness.connect(server.ingest, source)
    connection.sendall(b'{"hello":{"ack":true}}\n')
    connection.sendall("".join(json.dumps(line) + "\n" for line in lines).encode())
    connection.shutdown(1)
    answers = b""
    while True:
        part = connection.recv(1 << 16)
        if not part:
            break
        answers += part
    connection.close()
    entries = [json.loads(line) for line in answers.splitlines()]
    return [entry["ack"] for entry in entries if "ack" in entry][-1], [e["error"] for e in entries if "error" in e]


def main():
    print(harness.machine())
    with harness.server() as server:
        for comments in (1, 2):
            begin = time.monotonic()
            flood = [{"room": f"flood-{comments}-{i}", "text": str(n)} for i in range(ROOMS) for n in range(comments)]
            ack, _ = offer(server, "127.0.0.2", flood)
            print(f"flood of {ROOMS} rooms with {comments} comment(s) each: {ack['accepted']} of {len(flood)} accepted"
                  f" in {time.monotonic() - begin:.2f} s; rooms {server.metric('danmaku_rooms'):.0f}")
            newcomers = [{"room": f"new-{comments}-{i}", "text": "hello"} for i in range(NEWCOMERS)]
            ack, errors = offer(server, "127.0.0.3", newcomers)
            print(f"  then {NEWCOMERS} new rooms of another client: {ack['accepted']} accepted, {ack['rejected']} rejected"
                  f" ({', '.join(sorted(set(errors))) or 'none'})")
        for reason in ("idle", "excess", "single"):
            print(f"evicted as {reason}: {server.metric('danmaku_rooms_evicted_total', reason=reason)}")
        print(f"RSS {harness.mib(server.rss())}; exit status {server.stop()}")


if __name__ == "__main__":
    main()
