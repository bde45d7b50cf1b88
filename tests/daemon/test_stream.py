"""The live stream: what is said at once, what a client missed, and what greedy clients may not do."""
import json
import socket
import threading
import time
import urllib.request

from harness import SENSOR, until


class Stream:
    """Reads server-sent events on a thread."""

    def __init__(self, port, path="/api/v1/stream", last_id=None):
        headers = {"Last-Event-ID": last_id} if last_id else {}
        self.answer = urllib.request.urlopen(
            urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers), timeout=60)
        assert self.answer.headers["Content-Type"] == "text/event-stream"
        self.events = []  # (type, id, data, time of arrival)
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        fields = {}
        try:
            for line in self.answer:
                line = line.decode().rstrip("\n")
                if line:
                    name, _, value = line.partition(": ")
                    fields[name] = value
                elif "data" in fields:
                    self.events.append((fields["event"], fields["id"], json.loads(fields["data"]), time.monotonic()))
                    fields = {}
        except (OSError, ValueError):
            pass
        self.ended.set()

    def of(self, kind):
        return [data for event, _, data, _ in list(self.events) if event == kind]

    def close(self):
        self.answer.fp.raw._sock.shutdown(socket.SHUT_RDWR)
        self.thread.join(10)


def numbers(stream):
    return [int(identity.split("-")[1]) for _, identity, _, _ in stream.events]


def test_flow_is_told_within_a_second_and_what_was_missed_later(started):
    daemon = started.daemon()
    stream = Stream(daemon.http_port)
    first = until(lambda: stream.of("snapshot"), "the snapshot")[0]
    assert first["devices"]["sensors"] == [] and first["alarms"]["items"] == []
    started.bridge(daemon.bridge_port, "--speed", 60)
    until(lambda: any(event["flow"] for event in stream.of("sensor")), "flow in the stream", seconds=60)
    assert stream.of("sensor")[-1]["uuid"] == SENSOR
    assert stream.of("bridge")[-1]["connected"] is True
    shape = daemon.http("/api/v1/devices")[1]["sensors"][0].keys()
    assert stream.of("sensor")[-1].keys() == shape

    last_id = stream.events[-1][1]
    stream.close()
    seen = int(last_id.split("-")[1])
    until(lambda: daemon.http("/api/v1/devices")[1]["sensors"][0]["last_seen"] and time.sleep(1.5) is None, "more water")
    again = Stream(daemon.http_port, last_id=last_id)
    until(lambda: again.events, "what was missed")
    assert not again.of("snapshot") and numbers(again)[0] == seen + 1
    until(lambda: len(again.events) > 5, "more")
    assert numbers(again) == list(range(seen + 1, seen + 1 + len(again.events)))
    again.close()

    elsewhere = Stream(daemon.http_port, last_id="1-1")
    assert until(lambda: elsewhere.of("snapshot"), "a snapshot")[0]["devices"]["sensors"][0]["uuid"] == SENSOR
    elsewhere.close()
    bridges = Stream(daemon.http_port, "/api/v1/stream?types=bridge")
    until(lambda: bridges.of("bridge"), "a bridge")
    assert not bridges.of("sensor")
    bridges.close()
    status, problem = daemon.http("/api/v1/stream?types=water")
    assert status == 400 and problem["errors"][0]["parameter"] == "types"


def test_streams_leave_connections_for_requests(started):
    config = "http:\n  max_connections: 20\n  max_connections_per_address: 20\n"
    daemon = started.daemon(config=config)
    streams = [Stream(daemon.http_port) for _ in range(10)]
    status, problem = daemon.http("/api/v1/stream")
    assert status == 503 and "10" in problem["detail"]
    assert daemon.http("/api/v1/devices")[0] == 200
    assert "millrace_http_streams 10" in daemon.http("/metrics")[1]
    streams.pop().close()
    until(lambda: "millrace_http_streams 9" in daemon.http("/metrics")[1], "the stream to be given back")
    streams.append(Stream(daemon.http_port))
    for stream in streams:
        stream.close()


def test_a_client_that_never_reads_is_let_go(started):
    daemon = started.daemon()
    started.bridge(daemon.bridge_port, "--speed", 300)
    lazy = socket.create_connection(("127.0.0.1", daemon.http_port))
    lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    lazy.sendall(b"GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
    reader = Stream(daemon.http_port)
    until(lambda: len(reader.events) > 20, "the other client to be served all the same", seconds=60)
    assert daemon.running()
    reader.close()
    lazy.close()
    until(lambda: "millrace_http_streams 0" in daemon.http("/metrics")[1], "both to be gone")


def test_the_end_of_the_daemon_ends_the_stream(started):
    daemon = started.daemon()
    stream = Stream(daemon.http_port)
    until(lambda: stream.of("snapshot"), "the snapshot")
    assert daemon.stop() == 0
    assert stream.ended.wait(10)


def test_a_device_that_is_forgotten_is_gone_from_the_stream(started):
    daemon = started.daemon()
    stream = Stream(daemon.http_port)
    until(lambda: stream.of("snapshot"), "the snapshot")
    path = "/api/v1/bluetooth/devices/A4:C1:38:00:11:22"
    assert daemon.send("PUT", path, {"role": "leak_puck", "name": "Boiler"})[0] == 200
    assert until(lambda: stream.of("puck"), "the puck")[-1]["name"] == "Boiler"
    assert daemon.send("DELETE", path)[0] == 200
    until(lambda: len(stream.of("snapshot")) == 2, "a new snapshot")
    assert stream.of("snapshot")[-1]["devices"]["pucks"] == []
    stream.close()
