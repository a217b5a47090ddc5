"""M7: eight clients that ask for dear things, and how another client is served beside them.

    loadtest/abuse/m7-dear-requests.py [SECONDS] [ROOMS]       (default: 5 s for each, 10,000 rooms)

Prints p50 and p99 of `GET /v1/rooms/{room}` alone, then beside eight clients with `GET /v1/rooms?limit=1`, with
`POST /v1/score` of 1,000 texts, with `/metrics`, and with a room's timeline; and the server's CPU per dear request.
"""

import http.client
import json
import multiprocessing
import sys
import time

import harness

CLIENTS = 8
SCORE = json.dumps({"texts": ["主播太强了哈哈哈 " * 30] * 1000}, ensure_ascii=False).encode()


def room_names(count):
    return [f"room-{number}" for number in range(count)]


def fill(server, count):
    """Makes rooms, from many addresses: the rate of new rooms of one address is limited."""
    names = room_names(count)
    for start in range(0, count, 100):
        source = (f"127.0.2.{start // 100 % 250 + 1}", 0)
        connection = http.client.HTTPConnection(*server.http, timeout=30, source_address=source)
        body = json.dumps([{"room": name, "text": "666"} for name in names[start : start + 100]])
        connection.request("POST", "/v1/comments", body, {"Content-Type": "application/json"})
        connection.getresponse().read()
        connection.close()


def ask(connection, request):
    method, path, body = request
    headers = {"Content-Type": "application/json"} if body else {}
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def attack(address, request, until, results):
    counts = {}
    connection = None
    while time.monotonic() < until:
        try:
            connection = connection or http.client.HTTPConnection(*address, timeout=30)
            status = ask(connection, request)
        except (OSError, http.client.HTTPException):
            status, connection = "closed", None
        counts[status] = counts.get(status, 0) + 1
    results.put(counts)


def measure(server, until):
    """Latencies in ms of a client that asks for one room, 200 times a second."""
    connection = http.client.HTTPConnection(*server.http, timeout=30, source_address=("127.0.3.1", 0))
    latencies = []
    while time.monotonic() < until:
        begin = time.monotonic()
        status = ask(connection, ("GET", "/v1/rooms/room-1", None))
        latencies.append((time.monotonic() - begin) * 1000 if status == 200 else float("inf"))
        time.sleep(0.005)
    return latencies


def run(server, name, request, seconds):
    until = time.monotonic() + seconds
    results = multiprocessing.Queue()
    attackers = []
    if request:
        for _ in range(CLIENTS):
            arguments = (server.http, request, until, results)
            attackers.append(multiprocessing.Process(target=attack, args=arguments, daemon=True))
    cpu = server.cpu()
    for attacker in attackers:
        attacker.start()
    latencies = measure(server, until)
    counts = {}
    for _ in attackers:
        for status, count in results.get(timeout=60).items():
            counts[status] = counts.get(status, 0) + count
    for attacker in attackers:
        attacker.join()
    cpu = server.cpu() - cpu
    line = f"{name}: p50 {harness.quantile(latencies, 0.5):.1f} ms, p99 {harness.quantile(latencies, 0.99):.1f} ms"
    if counts:
        line += f"; {sum(counts.values())} dear requests {counts}, {cpu * 1000 / sum(counts.values()):.2f} ms of CPU each"
    print(line, flush=True)


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    print(harness.machine())
    with harness.server() as server:
        fill(server, count)
        print(f"{server.metric('danmaku_rooms'):.0f} rooms")
        run(server, "alone", None, seconds)
        run(server, "beside GET /v1/rooms?limit=1", ("GET", "/v1/rooms?limit=1", None), seconds)
        run(server, "beside GET /v1/rooms?limit=1000", ("GET", "/v1/rooms?limit=1000", None), seconds)
        run(server, "beside POST /v1/score, 1,000 texts", ("POST", "/v1/score", SCORE), seconds)
        run(server, "beside GET /metrics", ("GET", "/metrics", None), seconds)
        run(server, "beside GET …/timeline?step=1", ("GET", "/v1/rooms/room-1/timeline?step=1", None), seconds)
        sys.exit(server.stop())


if __name__ == "__main__":
    main()
