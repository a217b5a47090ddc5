"""Shared by the abuse scripts: starts a server of its own on free loopback ports, reads its books, and ends it.

BIN names the server's binary (default .build/release/danmaku); ARGS adds arguments of `serve` to every start.
"""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.environ.get("BIN", os.path.join(ROOT, ".build", "release", "danmaku"))


class Server:
    """A running server: `http` and `ingest` are (host, port) pairs, `pid` its process."""

    def __init__(self, *arguments, preexec=None, log=None):
        self.log_path = log or tempfile.mkstemp(prefix="danmaku-abuse-", suffix=".log")[1]
        self.log = open(self.log_path, "wb")
        command = [BIN, "serve", "--http-port", "0", "--ingest-port", "0", "--log-format", "json"]
        command += os.environ.get("ARGS", "").split() + list(arguments)
        self.process = subprocess.Popen(
            command, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL, preexec_fn=preexec, cwd=ROOT
        )
        self.pid = self.process.pid
        ready = self._wait_for_ready()
        self.http = self._address(ready["http"])
        self.ingest = self._address(ready["ingest"])

    def _wait_for_ready(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            for line in self.log_lines():
                if '"message":"Ready."' in line:
                    entry = json.loads(line)
                    found = entry.get("metadata", entry)
                    return {"http": found["http"], "ingest": found["ingest"]}
            time.sleep(0.05)
        sys.exit("the server did not get ready:\n" + "\n".join(self.log_lines()[-20:]))

    @staticmethod
    def _address(text):
        host, port = re.sub(r"^\w+://", "", text).strip("/").rsplit(":", 1)
        return (host.strip("[]"), int(port))

    def log_lines(self):
        with open(self.log_path, errors="replace") as file:
            return file.read().splitlines()

    def log_bytes(self):
        return os.path.getsize(self.log_path)

    def is_alive(self):
        return self.process.poll() is None

    def rss(self):
        """Resident memory in bytes."""
        with open(f"/proc/{self.pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")

    def cpu(self):
        """Processor time in seconds, user and system."""
        with open(f"/proc/{self.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def request(self, method, path, body=None, headers=None, timeout=30):
        """One request on a connection of its own: (status, headers, body)."""
        connection = http.client.HTTPConnection(*self.http, timeout=timeout)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def memory(self):
        """The body of /health/memory."""
        return json.loads(self.request("GET", "/health/memory")[2])

    def components(self):
        """Bytes of all components together."""
        return sum(component["bytes"] for component in self.memory()["components"])

    def metric(self, name, **labels):
        """The value of one sample of /metrics; None if it is not there."""
        for line in self.request("GET", "/metrics")[2].decode().splitlines():
            match = re.match(r"(\w+)(?:\{(.*)\})? (\S+)$", line)
            if match and match[1] == name:
                found = dict(re.findall(r'(\w+)="([^"]*)"', match[2] or ""))
                if all(found.get(key) == value for key, value in labels.items()):
                    return float(match[3])
        return None

    def stop(self, grace=40):
        """Drains the server; returns its exit status."""
        if self.is_alive():
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(grace)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
        finally:
            self.log.close()


@contextlib.contextmanager
def server(*arguments, **options):
    """A server for the time of a `with` block; killed if the block fails."""
    running = Server(*arguments, **options)
    try:
        yield running
    finally:
        if running.is_alive():
            running.process.kill()
            running.process.wait()
        running.log.close()


def connect(address, source=None, timeout=30):
    """A TCP connection, from another loopback address if one is given."""
    bound = (source, 0) if source else None
    connection = socket.create_connection(address, timeout=timeout, source_address=bound)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def reset(connection):
    """Closes with RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()


def quantile(values, share):
    """The value below which a share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def mib(count):
    return f"{count / 1048576:.0f} MiB"


def machine():
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), "?")
    return f"{os.cpu_count()} cores, {model}, Linux {os.uname().release}"
