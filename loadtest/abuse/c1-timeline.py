"""C1: requests for a timeline at the edges of 64-bit integers, and other numbers that no query should hold.

    loadtest/abuse/c1-timeline.py

Prints how each was answered. Fails if the server does not live through all of them.
"""

import itertools
import json
import sys
import urllib.parse

import harness

EDGES = [-(2**63), -1, 0, 1, 2**53 - 1, 2**53 + 1, 2**63 - 1, 2**63, 2**64]
OTHERS = ["1e308", "NaN", "Infinity", "-0", "", " ", "+5", "007", "\uff15", "9" * 400]


def ask(server, query):
    """The status of one request; None if the server is gone."""
    try:
        return server.request("GET", query, timeout=10)[0]
    except OSError:
        return None


def main():
    print(harness.machine())
    with harness.server() as server:
        comment = json.dumps({"text": "1"})
        server.request("POST", "/v1/rooms/a/comments", comment, {"Content-Type": "application/json"})
        counts = {}
        queries = ["/v1/rooms/a/timeline?from=9223372036854775807&to=9223372036854775807"]
        for start, end, step in itertools.product(EDGES, EDGES, (1, 3600, 2**63 - 1)):
            queries.append(f"/v1/rooms/a/timeline?from={start}&to={end}&step={step}")
        for path, name in (("/v1/rooms", "limit"), ("/v1/rooms/a/comments", "limit"), ("/v1/rooms/a/comments", "before")):
            for value in EDGES + OTHERS:
                queries.append(f"{path}?{name}={urllib.parse.quote(str(value))}")
        for name, value in itertools.product(("from", "to", "step"), OTHERS):
            queries.append(f"/v1/rooms/a/timeline?{name}={urllib.parse.quote(value)}")
        for query in queries:
            status = ask(server, query)
            counts[status] = counts.get(status, 0) + 1
            if status not in (200, 400) or not server.is_alive():
                print(f"{query}: {status}, the server is {'alive' if server.is_alive() else 'gone'}")
                if not server.is_alive():
                    sys.exit(1)
        print(f"{len(queries)} requests: " + ", ".join(f"{count} x {status}" for status, count in counts.items()))
        status = server.request("GET", "/health/live")[0]
        print(f"/health/live afterwards: {status}")
        sys.exit(0 if status == 200 and set(counts) <= {200, 400} and server.stop() == 0 else 1)


if __name__ == "__main__":
    main()
