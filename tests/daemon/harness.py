"""What whole-daemon tests need: the daemon, a real Mosquitto, the emulated bridge, and ways to look at them.

Every server is started by the test that uses it, on loopback and a port the system picked, and ended by its process
id. Nothing sleeps for luck: `until` polls a condition up to a deadline and says what it waited for.
"""
import contextlib
import http.client
import json
import os
import pathlib
import signal
import socket
import sqlite3
import subprocess
import threading
import time
import urllib.error
import urllib.request

import paho.mqtt.client as mqtt

BINARY = os.environ.get("MILLRACE_BINARY", "build/release/millrace")
FIXTURES = pathlib.Path(__file__).resolve().parents[1] / "fixtures"
BRIDGE = "61F6F57952E6B438"
SENSOR = "61DA80B5F2A74DE4"
KEY = "a1432af0625424ebb284610b32189a8ec65c18ba716e89f3eac93587a8bed5bb"  # made up, of the fixtures
UNCALIBRATED_UL = 32_933
# Emulated days begin in the early morning, so that water soon runs whatever the hour the tests run at.
MORNING = "2026-03-02T06:00:00Z"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def until(condition, what, seconds=20.0, every=0.02):
    """The condition's first true value; fails with `what` (text, or a function that tells it) when none comes in time."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"waited {seconds} s for {what() if callable(what) else what}"
        time.sleep(every)


def listens(port):
    with contextlib.closing(socket.socket()) as s:
        s.settimeout(1)
        return s.connect_ex(("127.0.0.1", port)) == 0


class Process:
    """A program whose output goes to a file, ended by its process id."""

    def __init__(self, arguments, log, **options):
        self.start(arguments, log, **options)

    def start(self, arguments, log, **options):
        self.log_path = pathlib.Path(log)
        self.log_file = open(self.log_path, "ab")
        self.process = subprocess.Popen(arguments, stdout=self.log_file, stderr=subprocess.STDOUT, **options)
        self.pid = self.process.pid

    def log(self):
        return self.log_path.read_text(errors="replace")

    def running(self):
        return self.process.poll() is None

    def kill(self):
        """As a power cut would: no goodbye."""
        if self.running():
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.log_file.close()

    def stop(self, seconds=15):
        """Politely; returns the exit code."""
        if self.running():
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        finally:
            self.kill()


class Broker(Process):
    """A Mosquitto of our own."""

    def __init__(self, folder, name="broker", port=None, extra=""):
        self.port = port or free_port()
        config = pathlib.Path(folder) / f"{name}.conf"
        config.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\nmax_inflight_messages 0\n{extra}\n")
        super().__init__(["mosquitto", "-c", str(config)], pathlib.Path(folder) / f"{name}.log")
        until(lambda: listens(self.port), f"{name} to listen")


class Listener:
    """A client that writes down every message under a topic filter, with its time of arrival."""

    def __init__(self, port, topic_filter="#"):
        self.messages = []
        self.lock = threading.Lock()
        self.client = mqtt.Client(client_id="", clean_session=True)
        subscribed = threading.Event()
        self.client.on_connect = lambda c, *_: c.subscribe(topic_filter, qos=1)
        self.client.on_subscribe = lambda *_: subscribed.set()
        self.client.on_message = self._on_message
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        assert subscribed.wait(10), "the listener did not get its subscription"

    def _on_message(self, _client, _userdata, message):
        with self.lock:
            self.messages.append((time.monotonic(), message.topic, message.payload))

    def payloads(self, topic):
        with self.lock:
            return [payload.decode() for _, t, payload in self.messages if t == topic]

    def last(self, topic):
        seen = self.payloads(topic)
        return seen[-1] if seen else None

    def topics(self):
        with self.lock:
            return {t for _, t, _ in self.messages}

    def close(self):
        self.client.loop_stop()
        self.client.disconnect()


class Daemon(Process):
    """`millrace run` in a folder of its own."""

    def __init__(self, folder, broker=None, arguments=(), key=KEY, bridge_port=None, http_port=None, config="",
                 wait=True, state=None, http_address="127.0.0.1", bridge_address="127.0.0.1",
                 environment=None, **options):
        folder = pathlib.Path(folder)
        self.state = pathlib.Path(state or folder / "state")
        self.bridge_port = bridge_port or free_port()
        self.http_port = http_port or free_port()
        self.config = folder / "millrace.yaml"
        text = "version: 1\n" + config
        if broker:
            text += f"mqtt:\n  host: 127.0.0.1\n  port: {broker.port}\n"
        self.config.write_text(text)
        command = [BINARY, "run", "--config", str(self.config), "--state-dir", str(self.state),
                   "--bridge-listen", f"{bridge_address}:{self.bridge_port}", "--http-listen", f"{http_address}:{self.http_port}"]
        if key:
            command += ["--key-file", str(key_file(folder, key))]
        super().__init__(command + list(arguments), folder / "millrace.log", env=environment, **options)
        if wait:
            self.wait_ready()

    def wait_ready(self):
        def up():
            assert self.running(), f"the daemon ended: {self.log()}"
            return listens(self.http_port) and self.http("/healthz")[0] == 200

        until(up, "the daemon to answer")

    def http(self, path):
        """(status, body) of a GET; the body is parsed when it is JSON."""
        return self.send("GET", path)

    def send(self, method, path, document=None):
        """(status, body) of any request; `document` goes along as JSON."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.http_port}{path}", method=method)
        if document is not None:
            request.data = json.dumps(document).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                status, body, kind = answer.status, answer.read(), answer.headers.get("Content-Type", "")
        except urllib.error.HTTPError as error:
            status, body, kind = error.code, error.read(), error.headers.get("Content-Type", "")
        return status, json.loads(body) if "json" in kind else body.decode()

    def database(self):
        return sqlite3.connect(f"file:{self.state}/millrace.db?mode=ro", uri=True)

    def query(self, sql, *values):
        with contextlib.closing(self.database()) as database:
            return database.execute(sql, values).fetchall()


def key_file(folder, key):
    path = pathlib.Path(folder) / "bridge.key"
    path.write_text(key + "\n")
    return path


class Bridge(Process):
    """`millrace simulate`: an emulated bridge with its sensor."""

    def __init__(self, folder, port, *arguments, key=KEY, name="bridge"):
        command = [BINARY, "simulate", "--host", "127.0.0.1", "--port", str(port), "--bridge", BRIDGE,
                   "--sensor", SENSOR, "--start", MORNING]
        if key:
            command += ["--key-file", str(key_file(folder, key))]
        super().__init__(command + [str(a) for a in arguments], pathlib.Path(folder) / f"{name}.log")


def trace_of_water(folder):
    """A trace for the emulated bridge: a few dry seconds, then ten gallons a minute."""
    path = pathlib.Path(folder) / "water.csv"
    rows = [f"{second},{max(0, second - 3) * 631}" for second in range(600)]
    path.write_text("unix_timestamp,cumulative_ml\n" + "\n".join(rows) + "\n")
    return path


class Water(Process):
    """An emulated bridge whose day is the real one and begins with water, or with `trace`; the key file is the daemon's."""

    def __init__(self, folder, port, trace=None):
        super().__init__([BINARY, "simulate", "--port", str(port), "--bridge", BRIDGE, "--sensor", SENSOR,
                          "--key-file", str(pathlib.Path(folder) / "bridge.key"),
                          "--trace", str(trace or trace_of_water(folder))], pathlib.Path(folder) / "water.log")


def with_past_water(started):
    """A daemon, stopped, whose state directory holds three hours of a household, months ago."""
    daemon = started.daemon(config="site: {time_zone: UTC}\n")
    bridge = started.bridge(daemon.bridge_port, "--speed", 2000, "--duration", 3 * 3600)
    until(lambda: not bridge.running(), "the bridge to have told its hours", 120)
    assert daemon.stop() == 0
    return daemon


def run(*arguments, **options):
    """A command of the binary, to its end."""
    return subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=120, **options)


def ledger(path):
    """The samples the emulated bridge knows to be acknowledged: (sensor, timestamp, value)."""
    lines = pathlib.Path(path).read_text().splitlines() if pathlib.Path(path).exists() else []
    rows = [line.split(",") for line in lines]
    return [(row[0], int(row[1]), int(row[2])) for row in rows if len(row) == 3]


class Answer:
    """What `ask` got, its headers too."""

    def __init__(self, answer):
        self.status, self.headers, self.content = answer.status, answer.headers, answer.read()
        self.body = self.content.decode(errors="replace")

    def json(self):
        return json.loads(self.body)


def ask(port, path, method="GET", host="127.0.0.1", source="", document=None, tls=None, **headers):
    """One request; headers are named with `_` for `-`, and win over those that `document` brings."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    if tls:
        connection = http.client.HTTPSConnection(host, port, timeout=10, source_address=(source, 0), context=tls)
    else:
        connection = http.client.HTTPConnection(host, port, timeout=10, source_address=(source, 0))
    body = None if document is None else json.dumps(document)
    if body is not None:
        headers = {"Content-Type": "application/json"} | headers
    try:
        connection.request(method, path, body, headers)
        return Answer(connection.getresponse())
    finally:
        connection.close()


def make_token(daemon, name, scope):
    """A token as `millrace token add` prints it, once."""
    made = run("token", "add", name, "--scope", scope, "--config", daemon.config, "--state-dir", daemon.state)
    assert made.returncode == 0, made.stderr
    token = made.stdout.strip()
    assert made.stdout.count("\n") == 1 and token.startswith("millrace_")
    return token


def with_token(token):
    return {"Authorization": f"Bearer {token}"}
