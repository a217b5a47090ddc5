#!/usr/bin/env python3
"""L7: `danmaku replay` of a file of one 30 MB line, of one line over the server's limit, and to a port that is dead.

Prints how long each replay took, what it sent, and the largest resident memory of the replay itself.
"""

import os
import resource
import socket
import subprocess
import tempfile
import threading
import time

import harness


def replay(path, address, *arguments):
    """Runs a replay: seconds, exit status, its output, the bytes that a counting proxy has seen."""
    seen = [0]
    listener = socket.create_server(("127.0.0.1", 0))

    def pump(source, target, counts):
        try:
            while data := source.recv(65536):
                if counts:
                    seen[0] += len(data)
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            for end in (source, target):
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def accept():
        while True:
            try:
                client = listener.accept()[0]
                server = socket.create_connection(address)
            except OSError:
                return
            threading.Thread(target=pump, args=(client, server, True), daemon=True).start()
            threading.Thread(target=pump, args=(server, client, False), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    to = "%s:%d" % listener.getsockname()
    start = time.monotonic()
    done = subprocess.run(
        [harness.BIN, "replay", path, "--to", to, "--speed", "max", *arguments], capture_output=True, text=True, timeout=180
    )
    seconds = time.monotonic() - start
    listener.close()
    return seconds, done.returncode, done.stdout + done.stderr, seen[0]


def show(title, result):
    seconds, status, output, sent = result
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{title}: {seconds:.1f} s, status {status}, {sent / 1e6:.1f} MB sent, largest child so far {peak:.0f} MiB")
    print("    " + output.strip().replace("\n", "\n    "))


def recording(text):
    file = tempfile.NamedTemporaryFile("w", suffix=".tsv", delete=False)
    with file:
        file.write(text)
    return file.name


def main():
    print(harness.machine())
    files = {
        "one line of 30 MB": recording("0\t" + "x" * 30_000_000 + "\n"),
        "one line of 20 kB among three": recording("0\tone\n1\t" + "x" * 20_000 + "\n2\ttwo\n"),
    }
    try:
        with harness.server() as server:
            for title, path in files.items():
                show(title, replay(path, server.ingest))
        dead = socket.create_server(("127.0.0.1", 0))
        address = dead.getsockname()
        dead.close()
        show("to a dead port", replay(files["one line of 20 kB among three"], address, "--retry-seconds", "5"))
    finally:
        for path in files.values():
            os.unlink(path)


if __name__ == "__main__":
    main()
