"""A Home Assistant for the app, played on a network of the test's own: a Supervisor and brokers, at their addresses."""
import contextlib
import http.server
import json
import os
import pathlib
import subprocess
import threading

import paho.mqtt.client as mqtt
import pytest

import container
from container import Container, harness

APP, SUPERVISOR, CORE, BROKER, OWN_BROKER, NEIGHBOUR = (
    "172.30.33.5", "172.30.32.2", "172.30.32.1", "172.30.33.2", "172.30.33.3", "172.30.33.9")
TOKEN = "made-up-supervisor-token"
HOSTS = f"{SUPERVISOR} supervisor\n{BROKER} core-mosquitto\n{OWN_BROKER} own-broker\n"


def pytest_collection_modifyitems(items):
    if not container.WORK.exists():
        for item in items:
            item.add_marker(pytest.mark.skip(reason="started by tests/packaging/homeassistant/run"))


class Supervisor:
    """Answers the one question an app may ask of it, in the documented form."""

    def __init__(self):
        self.password, self.asked, self.others = None, [], []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                    outer.others.append((self.path, 401))
                    return self.answer(401, {"result": "error", "message": "unauthorized"})
                if self.path != "/services/mqtt":
                    outer.others.append((self.path, 404))
                    return self.answer(404, {"result": "error", "message": "not here"})
                outer.asked.append(outer.password)
                if outer.password is None:
                    return self.answer(400, {"result": "error", "message": "Service not enabled"})
                return self.answer(200, {"result": "ok", "data": {
                    "addon": "core_mosquitto", "host": "core-mosquitto", "port": 1883, "ssl": False,
                    "username": "addons", "password": outer.password, "protocol": "3.1.1"}})

            def answer(self, status, document):
                body = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer((SUPERVISOR, 80), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Broker(harness.Process):
    """Mosquitto at an address, for the user `addons`."""

    def __init__(self, folder, address, password, name="broker"):
        passwords, config = folder / f"{name}.passwords", folder / f"{name}.conf"
        passwords.touch()
        subprocess.run(["mosquitto_passwd", "-b", str(passwords), "addons", password], check=True, capture_output=True)
        config.write_text(f"listener 1883 {address}\nuser root\nallow_anonymous false\npassword_file {passwords}\n")
        self.address, self.password = address, password
        super().__init__(["mosquitto", "-c", str(config)], folder / f"{name}.log")
        harness.until(lambda: "running" in self.log(), f"{name} to run")


class Listener:
    """Every message of a broker."""

    def __init__(self, broker):
        self.messages, self.lock = [], threading.Lock()
        subscribed = threading.Event()
        self.client = mqtt.Client(client_id="", clean_session=True)
        self.client.username_pw_set("addons", broker.password)
        self.client.on_connect = lambda client, *_: client.subscribe("#", qos=1)
        self.client.on_subscribe = lambda *_: subscribed.set()
        self.client.on_message = self.note
        self.client.connect(broker.address, 1883)
        self.client.loop_start()
        assert subscribed.wait(10)

    def note(self, _client, _data, message):
        with self.lock:
            self.messages.append((message.topic, message.payload.decode(errors="replace")))

    def all(self):
        with self.lock:
            return list(self.messages)

    def last(self, ending):
        return next((text for topic, text in reversed(self.all()) if topic.endswith(ending)), None)

    def close(self):
        self.client.loop_stop()
        self.client.disconnect()


class House:
    def __init__(self, folder, stack):
        self.folder, self.stack, self.count = folder, stack, 0
        # Where the container's network stays while containers come and go.
        self.holder = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
        stack.callback(self.holder.wait)
        stack.callback(self.holder.kill)
        own = os.readlink("/proc/self/ns/net")
        harness.until(lambda: os.readlink(f"/proc/{self.holder.pid}/ns/net") != own, "a network namespace")
        self.ip("link", "set", "lo", "up")
        self.ip("link", "add", "hassio", "type", "veth", "peer", "name", "eth0", "netns", str(self.holder.pid))
        stack.callback(lambda: self.ip("link", "del", "hassio"))
        for address in (CORE, SUPERVISOR, BROKER, OWN_BROKER, NEIGHBOUR):
            self.ip("address", "add", f"{address}/23", "dev", "hassio")
        self.ip("link", "set", "hassio", "up")
        for words in (("link", "set", "lo", "up"), ("address", "add", f"{APP}/23", "dev", "eth0"), ("link", "set", "eth0", "up")):
            subprocess.run(["nsenter", f"--net=/proc/{self.holder.pid}/ns/net", "ip", *words], check=True)
        self.supervisor = Supervisor()
        stack.callback(self.supervisor.close)
        self.data, self.config = folder / "data", folder / "config"
        self.data.mkdir()
        self.config.mkdir()

    @staticmethod
    def ip(*words):
        subprocess.run(["ip", *words], check=True)

    def keep(self, program):
        self.stack.callback(program.kill)
        return program

    def broker(self, password="first-secret", address=BROKER, **options):
        return self.keep(Broker(self.folder, address, password, **options))

    def listener(self, broker):
        one = Listener(broker)
        self.stack.callback(one.close)
        return one

    def container(self, name, **options):
        self.count += 1
        return self.keep(Container(name, self.folder / f"{name}-{self.count}", hosts=HOSTS, **options))

    def app(self, options, data=None, ready=True):
        """The app as the Supervisor starts it."""
        data = data or self.data
        (data / "options.json").write_text(json.dumps(options))
        one = self.container("app", environment={"SUPERVISOR_TOKEN": TOKEN, "TZ": "America/Denver"},
                             binds={data: "/data", self.config: "/config"}, network=self.holder.pid)
        if ready:
            harness.until(lambda: "millrace is ready" in one.log() or not one.running(), "s6 to hear that it is ready", 30)
            assert one.running(), one.log()
        return one

    def plain(self, volume):
        """The container for everybody else, with nothing but its volume to write to."""
        one = self.container("container", binds={volume: "/var/lib/millrace"}, network=self.holder.pid, read_only=True)
        harness.until(lambda: "page and API" in one.log() or not one.running(), "the container to listen", 30)
        assert one.running(), one.log()
        return one

    def bridge(self, *arguments, key=None):
        """An emulated bridge that connects to the app; what was acknowledged to it is in `self.acknowledged()`."""
        (self.folder / "ledger").mkdir(exist_ok=True)
        if key:
            harness.key_file(self.folder / "ledger", key)
            arguments += ("--key-file", "/data/bridge.key")
        return self.container("app", command=["millrace", "simulate", "--host", APP, "--ledger", "/data/ledger",
                                              "--bridge", harness.BRIDGE, "--sensor", harness.SENSOR,
                                              "--start", harness.MORNING, *map(str, arguments)],
                              binds={self.folder / "ledger": "/data"})

    def acknowledged(self):
        return harness.ledger(self.folder / "ledger/ledger")

    def ask(self, path, source=SUPERVISOR, **headers):
        return harness.ask(8099, path, host=APP, source=source, **headers)

    def as_ingress(self, path):
        return self.ask(path, X_Ingress_Path="/api/hassio_ingress/abc", X_Forwarded_For="192.168.1.7",
                        X_Remote_User_Name="anna")


@pytest.fixture
def house(tmp_path):
    with contextlib.ExitStack() as stack:
        yield House(pathlib.Path(tmp_path), stack)
