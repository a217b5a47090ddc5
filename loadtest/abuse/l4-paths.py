#!/usr/bin/env python3
"""L4: other spellings of a path, requests without one host, and targets that are URLs: the status of each.

A proxy compares the path with its rules before it hands the request on. A second spelling that reaches the same route gets
round such a rule.
"""

import harness

HOST = b"Host: localhost\r\n"
CASES = [
    # what it is, request line, host lines, wanted status
    ("the path itself", b"GET /metrics HTTP/1.1", HOST, 200),
    ("two slashes", b"GET //metrics HTTP/1.1", HOST, 404),
    ("a slash at the end", b"GET /metrics/ HTTP/1.1", HOST, 404),
    ("a dot segment", b"GET /./metrics HTTP/1.1", HOST, 404),
    ("up and down", b"GET /v1/../metrics HTTP/1.1", HOST, 404),
    ("an escaped letter", b"GET /%6detrics HTTP/1.1", HOST, 404),
    ("two slashes inside", b"GET /health//memory HTTP/1.1", HOST, 404),
    ("an escaped letter of a room", b"GET /v1/rooms/%61/comments HTTP/1.1", HOST, 404),
    ("an escaped colon of a room", b"GET /v1/rooms/a%3Ab/comments HTTP/1.1", HOST, 200),
    ("a room after two slashes", b"GET /v1/rooms//a HTTP/1.1", HOST, 404),
    ("no Host, HTTP/1.1", b"GET /metrics HTTP/1.1", b"", 400),
    ("no Host, HTTP/1.0", b"GET /metrics HTTP/1.0", b"", 200),
    ("two Hosts", b"GET /metrics HTTP/1.1", HOST + HOST, 400),
    ("two Hosts, HTTP/1.0", b"GET /metrics HTTP/1.0", HOST + b"Host: evil.example\r\n", 400),
    ("a Host that is none", b"GET /metrics HTTP/1.1", b"Host: a b\r\n", 400),
    ("an empty Host", b"GET /metrics HTTP/1.1", b"Host:\r\n", 400),
    ("a URL", b"GET http://localhost/metrics HTTP/1.1", HOST, 200),
    ("a URL of a foreign host", b"GET http://evil.example/metrics HTTP/1.1", HOST, 421),
    ("a URL of ours, a foreign Host", b"GET http://localhost/metrics HTTP/1.1", b"Host: evil.example\r\n", 200),
    ("a URL of another scheme", b"GET ftp://localhost/metrics HTTP/1.1", HOST, 400),
    ("a URL with a user", b"GET http://a@localhost/metrics HTTP/1.1", HOST, 400),
    ("CONNECT", b"CONNECT localhost:80 HTTP/1.1", HOST, 400),
]


def status(server, request):
    connection = harness.connect(server.http)
    with connection:
        connection.sendall(request)
        answer = b""
        while b"\r\n" not in answer:
            part = connection.recv(65536)
            if not part:
                break
            answer += part
    words = answer.split(b" ", 2)
    return int(words[1]) if len(words) > 1 else 0


def main():
    print(harness.machine())
    with harness.server() as server:
        for room in ("a", "a:b"):
            body = b'{"text":"here it is"}'
            server.request("POST", f"/v1/rooms/{room}/comments", body, {"Content-Type": "application/json"})
        wrong = 0
        for name, line, hosts, wanted in CASES:
            got = status(server, line + b"\r\n" + hosts + b"Connection: close\r\n\r\n")
            wrong += got != wanted
            print(f"{name:32} {line.decode():48} wanted {wanted}, answered {got}{'' if got == wanted else '  <--'}")
        print(f"answered otherwise than wanted: {wrong} of {len(CASES)}")
        server.stop()


main()
