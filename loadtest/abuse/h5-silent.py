#!/usr/bin/env python3
"""H5, ingest: silent connections do not hold the places of the others.

One address opens 300 connections, four others 256 each, all silent. Wanted: no address gets more than its cap; a client of
another address is served while one address holds all it may, and again when the idle timeout has closed the silent ones.
"""

import subprocess
import time

from harness import BIN, connect, machine, server

IDLE = 5


def knows(key):
    return key in subprocess.run([BIN, "config"], capture_output=True, text=True).stdout


def is_served(address):
    """Whether a line is acknowledged, and what was answered otherwise."""
    try:
        with connect(address, "127.0.0.9", timeout=5) as connection:
            connection.sendall(b'{"hello":{"ack":true}}\n{"room":"a","text":"hello"}\n')
            return connection.makefile("rb").readline().decode().strip()
    except OSError as error:
        return str(error)


def answers(connections):
    """What the connections were told so far."""
    told = {}
    for connection in connections:
        connection.setblocking(False)
        try:
            answer = connection.recv(200).decode().strip() or "closed"
        except BlockingIOError:
            answer = "open"
        except OSError:
            answer = "reset"
        told[answer] = told.get(answer, 0) + 1
    return told


arguments = ["--set", f"ingest.idle-timeout-seconds={IDLE}"] if knows("ingest.idle-timeout-seconds") else []
with server(*arguments) as running:
    print(machine())
    greedy = [connect(running.ingest, "127.0.0.2") for _ in range(300)]
    time.sleep(1)
    print("300 of one address:", answers(greedy))
    first = is_served(running.ingest)
    print("another address meanwhile:", first)
    crowd = [connect(running.ingest, f"127.0.0.{3 + n}") for n in range(4) for _ in range(256)]
    time.sleep(1)
    print("1,024 of four more:", answers(crowd))
    print("another address meanwhile:", is_served(running.ingest))
    print(f"after {IDLE + 3} s:")
    time.sleep(IDLE + 3)
    last = is_served(running.ingest)
    print("another address:", last)
    print("open ingest connections:", running.metric("danmaku_ingest_connections"))
    good = '"accepted":1' in first and '"accepted":1' in last
    print("ok" if good else "NOT HELD")
