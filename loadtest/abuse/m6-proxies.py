#!/usr/bin/env python3
"""M6: two clients behind one proxy and `admission.client-rate`: who pays for whom.

Plays the proxy itself: requests from 127.0.0.1 (trusted, where the server knows the key) and from 127.0.0.2 (not trusted)
with X-Forwarded-For. deploy/check.sh does the same through nginx, Caddy and HAProxy.
"""

import json
import subprocess

import harness

RATE = 5
BURST = json.dumps([{"text": f"comment {number}"} for number in range(200)]).encode()
ONE = b'{"text":"one"}'


def post(server, source, forwarded, body=ONE):
    connection = harness.connect(server.http, source)
    lines = [
        "POST /v1/rooms/proxied/comments HTTP/1.1", "Host: localhost", "Content-Type: application/json",
        f"Content-Length: {len(body)}", "Connection: close",
    ]
    lines += [f"X-Forwarded-For: {value}" for value in forwarded]
    with connection:
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        return int(connection.recv(65536).split(b" ", 2)[1])


def main():
    print(harness.machine())
    known = b"http.trusted-proxies" in subprocess.run([harness.BIN, "config"], capture_output=True).stdout
    settings = ["--set", f"admission.client-rate={RATE}"]
    if known:
        settings += ["--set", "http.trusted-proxies=127.0.0.1, 10.0.0.0/8"]
    print("http.trusted-proxies:", "127.0.0.1, 10.0.0.0/8" if known else "not known to this server")
    with harness.server(*settings) as server:
        rows = [
            ("A sends 200 comments through the proxy", "127.0.0.1", ["198.51.100.1"], BURST, 202),
            ("A again", "127.0.0.1", ["198.51.100.1"], ONE, 429),
            ("B through the same proxy", "127.0.0.1", ["198.51.100.2"], ONE, 202),
            ("A through two proxies", "127.0.0.1", ["198.51.100.1, 10.1.2.3"], ONE, 429),
            ("A pretends to be C; the proxy appends A", "127.0.0.1", ["203.0.113.9", "198.51.100.1"], ONE, 429),
            ("D over IPv6 sends 200", "127.0.0.1", ["2001:db8:1:2::1"], BURST, 202),
            ("D from another address of its /64", "127.0.0.1", ["2001:db8:1:2:ffff::9"], ONE, 429),
            ("another /64", "127.0.0.1", ["2001:db8:1:3::1"], ONE, 202),
            ("E, not through a proxy, sends 200", "127.0.0.2", ["198.51.100.77"], BURST, 202),
            ("E pretends to be F", "127.0.0.2", ["198.51.100.78"], ONE, 429),
        ]
        wrong = 0
        for name, source, forwarded, body, wanted in rows:
            status = post(server, source, forwarded, body)
            wrong += status != wanted
            print(f"{name:42} wanted {wanted}, answered {status}{'' if status == wanted else '  <--'}")
        print(f"answered otherwise than wanted: {wrong} of {len(rows)}")
        server.stop()


main()
