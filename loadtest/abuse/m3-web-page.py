#!/usr/bin/env python3
"""M3: what a foreign web page can make a browser send to a server on loopback, and what is answered.

Prints one line a request: its Host, Origin and Sec-Fetch-Site, the status, and whether a comment came in by it.
"""

import harness

BODY = b'{"text":"written by a page"}'
OWN = object()  # stands for the server's own address

CASES = [
    # what it is, method, Host, Origin, Sec-Fetch-Site, whether it may be answered
    ("curl", "POST", OWN, None, None, True),
    ("curl by name", "POST", "localhost", None, None, True),
    ("the own page", "POST", OWN, "http://{own}", "same-origin", True),
    ("the own page by name", "POST", "localhost:{port}", "http://localhost:{port}", "same-origin", True),
    ("a foreign page", "POST", OWN, "https://evil.example", "cross-site", False),
    ("a foreign page, old browser", "POST", OWN, "https://evil.example", None, False),
    ("a sandboxed frame", "POST", OWN, "null", "cross-site", False),
    ("a foreign form without Origin", "POST", OWN, None, "cross-site", False),
    ("another port of this host", "POST", OWN, "http://127.0.0.1:1", "same-site", False),
    ("rebinding, writing", "POST", "evil.example:{port}", "http://evil.example:{port}", "same-origin", False),
    ("rebinding, reading", "GET", "evil.example:{port}", None, "same-origin", False),
    ("rebinding, metrics", "GET", "evil.example", None, "none", False),
]


def main():
    print(harness.machine())
    with harness.server() as server:
        own = "%s:%d" % server.http
        wrong = 0
        print(f"{'request':32} {'method':6} {'host':22} {'origin':28} {'sec-fetch-site':15} {'status':>6}  taken")
        for name, method, host, origin, site, allowed in CASES:
            fill = lambda text: text.format(own=own, port=server.http[1])
            headers = {"Host": own if host is OWN else fill(host)}
            if origin:
                headers["Origin"] = fill(origin)
            if site:
                headers["Sec-Fetch-Site"] = site
            path = "/v1/rooms/page/comments" if method == "POST" else "/metrics"
            if method == "POST":
                headers["Content-Type"] = "application/json"
            before = server.metric("danmaku_comments_total", outcome="received")
            status = server.request(method, path, BODY if method == "POST" else None, headers)[0]
            taken = server.metric("danmaku_comments_total", outcome="received") - before
            wrong += (status < 300) != allowed
            print(
                f"{name:32} {method:6} {headers['Host']:22} {headers.get('Origin', '-'):28} {site or '-':15} "
                f"{status:6}  {int(taken)}"
            )
        print(f"answered otherwise than they should be: {wrong} of {len(CASES)}")
        server.stop()


main()
