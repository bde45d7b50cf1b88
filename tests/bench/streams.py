#!/usr/bin/env python3
"""Streams and requests together: streams.py BINARY [SECONDS]

100 clients listen to the stream, one never reads, and 50 requests a second ask for devices, while an emulated bridge
tells of water in fast motion. Prints what was dropped, and how long requests took.
"""
import asyncio
import pathlib
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "daemon"))
import harness  # noqa: E402

STREAMS = 100
REQUESTS_A_SECOND = 50


class Listener:
    def __init__(self):
        self.numbers = []
        self.snapshots = 0
        self.ended = False

    async def listen(self, port):
        reader, self.writer = await asyncio.open_connection("127.0.0.1", port)
        self.writer.write(b"GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
        kind = ""
        while line := await reader.readline():
            if line.startswith(b"event: "):
                kind = line[7:].strip()
                self.snapshots += kind == b"snapshot"
            elif line.startswith(b"id: "):
                self.numbers.append(int(line.rsplit(b"-", 1)[1]))
        self.ended = True


async def request(port, times):
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /api/v1/devices HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    times.append((time.perf_counter() - began, answer.startswith(b"HTTP/1.1 200 ")))


async def load(port, seconds):
    listeners = [Listener() for _ in range(STREAMS)]
    tasks = [asyncio.ensure_future(listener.listen(port)) for listener in listeners]
    _, lazy = await asyncio.open_connection("127.0.0.1", port, limit=64)
    lazy.write(b"GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
    lazy.transport.pause_reading()
    times, asked = [], []
    began = time.perf_counter()
    for turn in range(seconds * REQUESTS_A_SECOND):
        await asyncio.sleep(max(0, began + turn / REQUESTS_A_SECOND - time.perf_counter()))
        asked.append(asyncio.ensure_future(request(port, times)))
    await asyncio.gather(*asked)
    ended = sum(listener.ended for listener in listeners)
    for task in tasks:
        task.cancel()
    lazy.close()
    return listeners, times, ended


def main():
    harness.BINARY = sys.argv[1]
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    with tempfile.TemporaryDirectory() as folder:
        daemon = harness.Daemon(folder, config="http:\n  max_connections: 1000\n  max_connections_per_address: 1000\n")
        bridge = harness.Bridge(folder, daemon.bridge_port, "--speed", 60)
        try:
            listeners, times, ended = asyncio.run(load(daemon.http_port, seconds))
        finally:
            bridge.kill()
            daemon.stop()
    gaps = sum(b - a != 1 for listener in listeners for a, b in zip(listener.numbers, listener.numbers[1:]))
    took = sorted(1e3 * duration for duration, _ in times)
    print(f"{STREAMS} streams and {REQUESTS_A_SECOND} requests a second for {seconds} s")
    print(f"streams ended early: {ended}; events missed: {gaps}; events each: {min(len(l.numbers) for l in listeners)} to "
          f"{max(len(l.numbers) for l in listeners)}; snapshots after the first: {sum(l.snapshots - 1 for l in listeners)}")
    print(f"requests: {len(times)}, refused or failed: {sum(not good for _, good in times)}; ms: median "
          f"{took[len(took) // 2]:.2f}, p99 {took[len(took) * 99 // 100]:.2f}, longest {took[-1]:.2f}")


if __name__ == "__main__":
    main()
