#!/usr/bin/env python3
"""M1: without a descriptor left the server idles, logs little, and recovers by itself.

Started with a hard limit of 256 open files. 400 idle connections use all of them for ten seconds. Wanted: under 5 % of a core,
at most 2 log lines a second, an answer within 2 s after they are gone; reduced defaults are told in one line; a setting that
cannot be kept refuses to start with one line and status 64.
"""

import resource
import socket
import subprocess
import time

from harness import BIN, connect, machine, server

LIMIT = 256
SECONDS = 10


def few_files():
    resource.setrlimit(resource.RLIMIT_NOFILE, (LIMIT, LIMIT))


print(machine())
try:
    refused = subprocess.run(
        [BIN, "serve", "--http-port", "0", "--ingest-port", "0", "--set", "http.max-connections=1000"],
        capture_output=True,
        text=True,
        preexec_fn=few_files,
        timeout=10,
    )
    status = refused.returncode
    print(f"a setting that cannot be kept: status {status}: {refused.stderr.strip()}")
except subprocess.TimeoutExpired:
    status = None
    print("a setting that cannot be kept: taken all the same")

with server(preexec=few_files) as running:
    for line in running.log_lines():
        if "open files" in line:
            print("at the start:", line)
    crowd = []
    for port in running.http, running.ingest:
        for number in range(200):
            connection = socket.socket()
            connection.setblocking(False)
            connection.bind((f"127.0.0.{2 + number % 4}", 0))
            try:
                connection.connect(port)
            except BlockingIOError:
                pass
            crowd.append(connection)
    time.sleep(1)
    print(f"descriptors of the server: {running.descriptors()} of {LIMIT}")
    cpu, lines, size, started = running.cpu(), len(running.log_lines()), running.log_bytes(), time.monotonic()
    time.sleep(SECONDS)
    seconds = time.monotonic() - started
    share = (running.cpu() - cpu) / seconds
    rate = (len(running.log_lines()) - lines) / seconds
    print(f"with none left: {100 * share:.1f} % of a core, {rate:.1f} log lines/s, {(running.log_bytes() - size) / seconds:.0f} B/s")
    for connection in crowd:
        connection.close()
    started = time.monotonic()
    answer = None
    while answer is None and time.monotonic() < started + 30:
        try:
            answer = running.request("GET", "/health/live", timeout=5)[0]
        except OSError:
            time.sleep(0.05)
    recovery = time.monotonic() - started
    print(f"after they are gone: {answer} within {recovery:.2f} s")
    for listener in "http", "ingest":
        print(f"errors of accept, {listener}: {running.metric('danmaku_accept_errors_total', listener=listener)}")
    good = status == 64 and share < 0.05 and rate <= 2 and answer == 200 and recovery <= 2
    print("ok" if good else "NOT HELD")
