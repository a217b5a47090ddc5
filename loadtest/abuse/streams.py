"""Many event streams from one process: connects, asks, and reads without looking at more than it has to."""

import selectors
import socket
import time

import harness

# A process may hold at most 20,000 descriptors; a loopback address has about 28,000 ports.


def request(rooms, detail="mood", cursor=None, accept="text/event-stream"):
    query = "&".join("room=" + room for room in rooms) + "&detail=" + detail
    if cursor:
        query += "&cursor=" + cursor
    return f"GET /v1/events?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {accept}\r\n\r\n".encode()


class Streams:
    """Open streams; `counts` says of each how often `marker` came."""

    def __init__(self, marker=b"event: snapshot"):
        self.marker = marker
        self.selector = selectors.DefaultSelector()
        self.sockets = []
        self.counts = {}
        self.tails = {}
        self.refused = 0
        self.ended = 0

    def open(self, address, wanted, source=None):
        """One more stream; `wanted` is the request's bytes."""
        connection = harness.connect(address, source)
        connection.sendall(wanted)
        connection.setblocking(False)
        self.sockets.append(connection)
        self.counts[connection] = 0
        self.tails[connection] = b""
        self.selector.register(connection, selectors.EVENT_READ)

    def read(self, seconds):
        """Reads what comes for a time, or until nothing is open."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0 and self.selector.get_map():
            for key, _ in self.selector.select(left):
                self._take(key.fileobj)

    def read_until(self, count, seconds):
        """Reads until each stream that is open has had `count` markers; whether that came true."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if all(self.counts[key.fileobj] >= count for key in self.selector.get_map().values()):
                return True
            self.read(0.05)
        return False

    def _take(self, connection):
        try:
            data = connection.recv(1 << 18)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.selector.unregister(connection)
            self.ended += 1
            connection.close()
            return
        seen = self.tails[connection] + data
        self.counts[connection] += seen.count(self.marker)
        self.refused += seen.count(b"event: overloaded")
        # A marker that is cut is completed by the next bytes; one that is whole must not count twice.
        self.tails[connection] = seen[-(len(self.marker) - 1) :] if len(seen) >= len(self.marker) else seen
        if self.marker in self.tails[connection]:
            self.tails[connection] = b""

    def open_count(self):
        return len(self.selector.get_map())

    def close(self):
        """Closes all of them at once."""
        for key in list(self.selector.get_map().values()):
            self.selector.unregister(key.fileobj)
            key.fileobj.close()
        self.sockets = []


def supports(key):
    """Whether the binary knows a configuration key: the builds before it are measured too."""
    import subprocess

    printed = subprocess.run([harness.BIN, "config"], capture_output=True, text=True)
    return key in printed.stdout


def settings(**values):
    """`--set` arguments for the keys that the binary knows: `fanout_max_streams=5` is `fanout.max-streams`."""
    arguments = []
    for name, value in values.items():
        section, rest = name.split("_", 1)
        key = section + "." + rest.replace("_", "-")
        if supports(key):
            arguments += ["--set", f"{key}={value}"]
    return arguments
