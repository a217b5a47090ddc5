"""H4: request bodies that stand still, all but their last byte sent.

    loadtest/abuse/h4-bodies.py [CONNECTIONS] [ADDRESSES]      (default: 3000 connections, of 1 and of 8 addresses)

Prints the resident memory before, at its peak and a minute after the clients have gone, what the server's own account says,
how the requests were answered, and how another client was served beside them.
"""

import resource
import selectors
import socket
import sys
import time

import harness

SIZE = 1 << 20
HEAD = (
    "POST /v1/comments HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    f"Content-Length: {SIZE}\r\n\r\n"
).encode()
BODY = HEAD + b" " * (SIZE - 1)


class Client:
    def __init__(self, address, source):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.socket.bind((source, 0))
        self.socket.setblocking(False)
        self.socket.connect_ex(address)
        self.sent = 0
        self.answer = b""

    def turn(self, mask):
        """Sends and receives what there is; False once the connection is over."""
        try:
            if mask & selectors.EVENT_WRITE and self.sent < len(BODY):
                self.sent += self.socket.send(memoryview(BODY)[self.sent : self.sent + 262144])
            if mask & selectors.EVENT_READ:
                received = self.socket.recv(4096)
                self.answer += received
                return bool(received)
            return True
        except BlockingIOError:
            return True
        except OSError:
            return False

    @property
    def outcome(self):
        status = self.answer.split(b" ", 2)[1].decode() if self.answer.count(b" ") > 1 else None
        code = self.answer.rsplit(b'{"error":"', 1)[1].split(b'"')[0].decode() if b'{"error":"' in self.answer else ""
        return f"{status} {code}".strip() if status else "no answer"


def attack(count, addresses):
    with harness.server() as server:
        for _ in range(20):
            server.request("GET", "/health/live")
        before = server.rss()
        selector = selectors.DefaultSelector()
        clients = []
        latencies = []
        peak, components = before, server.components()
        outcomes = {}
        begin = time.monotonic()
        next_look = begin
        while time.monotonic() < begin + 20:
            for _ in range(min(100, count - len(clients))):
                client = Client(server.http, f"127.0.1.{len(clients) % addresses + 1}")
                clients.append(client)
                selector.register(client.socket, selectors.EVENT_READ | selectors.EVENT_WRITE, client)
            for key, mask in selector.select(0.05):
                client = key.data
                if not client.turn(mask):
                    selector.unregister(client.socket)
                    client.socket.close()
                    outcomes[client.outcome] = outcomes.get(client.outcome, 0) + 1
                elif client.sent == len(BODY):
                    selector.modify(client.socket, selectors.EVENT_READ, client)
            peak = max(peak, server.rss())
            if time.monotonic() >= next_look:
                next_look = time.monotonic() + 0.25
                asked = time.monotonic()
                status = server.request(
                    "POST", "/v1/rooms/a/comments", '{"text":"1"}', {"Content-Type": "application/json"}
                )[0]
                latencies.append(time.monotonic() - asked if status == 202 else float("inf"))
                components = max(components, server.components())
        standing = len(selector.get_map())
        for key in list(selector.get_map().values()):
            key.data.socket.close()
        print(f"--- {count} bodies of 1 MiB less one byte, {addresses} addresses")
        print(f"resident: {harness.mib(before)} before, {harness.mib(peak)} at the peak (+{harness.mib(peak - before)})")
        print(f"the server's own account at the peak: {harness.mib(components)}")
        print(f"still standing after 20 s: {standing}; closed: " + str(dict(sorted(outcomes.items()))))
        print(
            f"a POST beside them: p50 {harness.quantile(latencies, 0.5) * 1000:.1f} ms, "
            f"p99 {harness.quantile(latencies, 0.99) * 1000:.1f} ms"
        )
        end = time.monotonic() + 60
        while time.monotonic() < end and server.rss() > before + 30 * 1048576:
            time.sleep(1)
        print(f"resident {60 - max(0, end - time.monotonic()):.0f} s after the clients went: {harness.mib(server.rss())}")
        for row in server.memory()["components"]:
            if row["component"].startswith("http-"):
                print(f"  {row}")
        return peak - before <= 100 * 1048576 and server.stop() == 0


def main():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print(harness.machine())
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    runs = [int(sys.argv[2])] if len(sys.argv) > 2 else [1, 8]
    # A list, so that every run is made.
    sys.exit(0 if all([attack(count, addresses) for addresses in runs]) else 1)


if __name__ == "__main__":
    main()
