#!/usr/bin/env python3
"""Compares the server's CPU per operation of two builds, alternated in one run, with an A/A pair that shows the noise.

    loadtest/pairs.py BEFORE AFTER [--rounds 5] [--seconds 6] [--only NAME,…]

BEFORE and AFTER are the paths of two release builds of `danmaku`; the generator is LOAD (default
.build/release/LoadGenerator), the recording DATA/zh_bili_knowledge.tsv (default ../shared/data/raw). Each round runs
before, before again and after, and begins with another of the three each time. Medians of the rounds are printed:
`A/A` is the second run of the same build over the first, `after` the new build over the mean of both.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "abuse"))
import harness  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
LOAD = os.environ.get("LOAD", os.path.join(harness.ROOT, ".build", "release", "LoadGenerator"))
DATA = os.environ.get("DATA", os.path.join(harness.ROOT, "..", "shared", "data", "raw"))
RECORDING = os.path.join(DATA, "zh_bili_knowledge.tsv")


def address(pair):
    return f"{pair[0]}:{pair[1]}"


def ingest(server, seconds, *arguments):
    """Microseconds of the server's CPU per comment over TCP."""
    output = subprocess.run(
        [LOAD, "ingest", "--to", address(server.ingest), "--http", address(server.http), "--server-pid",
         str(server.pid), "--file", RECORDING, "--warm-up", "2", "--duration", str(seconds), *arguments],
        capture_output=True, text=True, check=True,
    ).stdout
    return float(re.search(r"([\d.]+) µs of CPU a comment", output)[1])


def deliver(server, seconds):
    """Microseconds of the server's CPU per delivered result: ten full readers at 20,000 comments a second."""
    verify = subprocess.Popen(
        [LOAD, "verify", "--http", address(server.http), "--server-pid", str(server.pid), "--room", "load-1",
         "--subscribers", "10", "--timeout", str(seconds + 60)],
        stdout=subprocess.PIPE, text=True,
    )
    for line in verify.stdout:
        if line.startswith("ready"):
            break
    ingest(server, seconds, "--rate", "20000", "--rooms", "1", "--connections", "2")
    output = verify.communicate()[0]
    return float(re.search(r"([\d.]+) µs a delivered result", output)[1])


def wrk(server, seconds, path, script=None):
    """Microseconds of the server's CPU per HTTP request, 32 connections."""
    subprocess.run(
        [LOAD, "ingest", "--to", address(server.ingest), "--http", address(server.http), "--server-pid",
         str(server.pid), "--file", RECORDING, "--warm-up", "0", "--duration", "1", "--rate", "2000", "--rooms", "1",
         "--connections", "1"],
        capture_output=True, check=True,
    )
    command = ["wrk", "-t1", "-c32", f"-d{seconds}s"]
    if script:
        command += ["-s", os.path.join(HERE, "wrk", script)]
    before = server.cpu()
    output = subprocess.run(
        command + [f"http://{address(server.http)}{path}"], capture_output=True, text=True, check=True
    ).stdout
    if "Non-2xx" in output:
        sys.exit(f"wrk {path} met refusals:\n{output}")
    return (server.cpu() - before) / int(re.search(r"(\d+) requests in", output)[1]) * 1e6


WORK = {
    "ingest-8-rooms": lambda server, seconds: ingest(server, seconds, "--rooms", "8", "--connections", "4"),
    "ingest-1-room": lambda server, seconds: ingest(server, seconds, "--rooms", "1", "--connections", "1"),
    "deliver": deliver,
    "http-get-room": lambda server, seconds: wrk(server, seconds, "/v1/rooms/load-1"),
    "http-post": lambda server, seconds: wrk(server, seconds, "", "comment.lua"),
    "http-score": lambda server, seconds: wrk(server, seconds, "", "score.lua"),
}


def measure(binary, work, seconds):
    harness.BIN = binary
    with harness.server() as server:
        value = WORK[work](server, seconds)
        status = server.stop()
        if status != 0:
            sys.exit(f"{binary} ended with status {status} after {work}")
        return value


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before")
    parser.add_argument("after")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=6)
    parser.add_argument("--only", default=",".join(WORK))
    options = parser.parse_args()
    print(harness.machine())
    print(f"medians of {options.rounds} rounds of {options.seconds} s; µs of the server's CPU per operation")
    started = time.monotonic()
    for work in options.only.split(","):
        runs = {"before": [], "again": [], "after": []}
        order = list(runs)
        for round in range(options.rounds):
            for name in order[round % 3:] + order[:round % 3]:
                binary = options.after if name == "after" else options.before
                runs[name].append(measure(os.path.abspath(binary), work, options.seconds))
        noise = statistics.median(again / before for before, again in zip(runs["before"], runs["again"]))
        ratio = statistics.median(
            2 * after / (before + again)
            for before, again, after in zip(runs["before"], runs["again"], runs["after"])
        )
        medians = "  ".join(f"{name} {statistics.median(values):.3f}" for name, values in runs.items())
        print(f"{work:15} {medians}  A/A {noise:.3f}  after {ratio:.3f}", flush=True)
    print(f"{time.monotonic() - started:.0f} s in all")


if __name__ == "__main__":
    main()
