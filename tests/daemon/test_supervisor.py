"""As an app of Home Assistant: its options, its broker's login from the Supervisor, ready for s6, still for a backup."""
import http.server
import json
import os
import shutil
import threading

import pytest

from harness import BRIDGE, KEY, Broker, ask, free_port, ledger, listens, run, until

TOKEN = "made-up-supervisor-token"


class Supervisor:
    """Answers /services/mqtt as documented: what `login` is, or that nobody offers a broker."""

    def __init__(self):
        self.login, self.asked, self.refused = None, 0, 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                    outer.refused += 1
                    return self.answer(401, {"result": "error", "message": "unauthorized"})
                if self.path != "/services/mqtt":
                    return self.answer(404, {"result": "error"})
                outer.asked += 1
                if outer.login is None:
                    return self.answer(400, {"result": "error", "message": "Service not enabled"})
                return self.answer(200, {"result": "ok", "data": {"addon": "core_mosquitto", "ssl": False,
                                                                  "protocol": "3.1.1"} | outer.login})

            def answer(self, status, document):
                body = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def supervisor(started):
    one = Supervisor()
    started.stack.callback(one.close)
    return one


def app(started, supervisor, options, config=None, arguments=(), **more):
    """The daemon as the Supervisor starts it; only its ports are the test's."""
    for folder in ("data", "config"):
        (started.folder / "root" / folder).mkdir(parents=True, exist_ok=True)
    (started.folder / "root/data/options.json").write_text(json.dumps(options))
    if config:
        (started.folder / "root/config/millrace.yaml").write_text("version: 1\n" + config)
    environment = {**os.environ, "SUPERVISOR_TOKEN": TOKEN, "MILLRACE_APP_ROOT": str(started.folder / "root"),
                   "MILLRACE_SUPERVISOR_URL": supervisor.url, "TZ": "America/Denver"}
    return AppDaemon(started, environment, arguments, **more)


class AppDaemon:
    """Without --config and --state-dir, so that the app's own hold."""

    def __init__(self, started, environment, arguments, wait=True, **options):
        import harness
        self.environment = environment
        self.bridge_port, self.http_port = free_port(), free_port()
        command = [harness.BINARY, "run", "--bridge-listen", f"127.0.0.1:{self.bridge_port}", "--http-listen",
                   f"127.0.0.1:{self.http_port}", *arguments]
        self.program = started.keep(harness.Process(command, started.folder / "app.log", env=environment, **options))
        if wait:
            until(lambda: listens(self.http_port) or not self.program.running(), "the app to listen", 30)
            assert self.program.running(), self.program.log()

    def json(self, path):
        return ask(self.http_port, path).json()

    def health(self, part):
        return next(item for item in self.json("/readyz")["items"] if item["part"] == part)

    def command(self, *arguments):
        return run(*arguments, "--url", f"http://127.0.0.1:{self.http_port}", env=self.environment)


def guarded_broker(started, password, **options):
    passwords = started.folder / "passwords"
    passwords.touch()
    set_password(started, password)
    return started.keep(Broker(started.folder, extra=f"user root\npassword_file {passwords}\nallow_anonymous false", **options))


def set_password(started, password):
    import subprocess
    subprocess.run(["mosquitto_passwd", "-b", str(started.folder / "passwords"), "addons", password], check=True,
                   capture_output=True)


def test_the_brokers_login_comes_from_the_supervisor_and_is_asked_for_again(started, supervisor):
    broker = guarded_broker(started, "first-secret")
    supervisor.login = {"host": "127.0.0.1", "port": broker.port, "username": "addons", "password": "first-secret"}
    daemon = app(started, supervisor, {"mode": "local"})
    until(lambda: daemon.json("/api/v1/setup")["broker"]["connected"], "the broker")
    assert supervisor.refused == 0
    broker.kill()
    set_password(started, "second-secret")
    broker = guarded_broker(started, "second-secret", port=broker.port, name="again")
    until(lambda: "user name or password" in daemon.program.log(), "the old login to be refused", 30)
    supervisor.login["password"] = "second-secret"
    until(lambda: daemon.json("/api/v1/setup")["broker"]["connected"], "the new login", 60)
    shown = json.dumps([daemon.json(path) for path in ("/readyz", "/api/v1/setup", "/api/v1/settings")])
    for secret in ("first-secret", "second-secret", TOKEN):
        assert secret not in daemon.program.log() + shown


def test_without_a_broker_it_says_what_to_do_and_is_well(started, supervisor):
    daemon = app(started, supervisor, {"mode": "local"})
    item = until(lambda: (lambda i: i if "offer" in i["detail"] else None)(daemon.health("broker")), "the answer")
    assert item["ok"] and "Mosquitto broker" in item["detail"]
    setup = daemon.json("/api/v1/setup")["broker"]
    assert not setup["connected"] and setup["address"] is None and "Mosquitto broker" in setup["problem"]
    assert daemon.program.log().count("no broker:") == 1


def test_a_broker_of_ones_own_wins(started, supervisor):
    own = started.broker()
    supervisor.login = {"host": "127.0.0.1", "port": free_port(), "username": "addons", "password": "x"}
    daemon = app(started, supervisor, {"mode": "local", "mqtt_host": "127.0.0.1", "mqtt_port": own.port})
    until(lambda: daemon.json("/api/v1/setup")["broker"]["connected"], "the owner's broker")
    assert supervisor.asked == 0


def test_options_win_over_the_apps_config_file_and_state_is_in_data(started, supervisor):
    daemon = app(started, supervisor, {"mode": "local", "units": "us", "key": KEY},
                 config="bridge: {mode: relay}\nsite: {units: metric}\nlog: {level: debug}\n")
    assert daemon.json("/api/v1/cloud")["mode"] == "local"
    settings = daemon.json("/api/v1/settings")["settings"]
    assert settings["site"]["units"] == "us" and settings["log"]["level"] == "debug"
    assert daemon.json("/api/v1/status")["time_zone"] == "America/Denver"
    assert (started.folder / "root/data/millrace.db").exists()
    assert KEY not in daemon.program.log()
    answer = ask(daemon.http_port, "/api/v1/keys", "POST", document={"bridge": None, "key": "b" * 64})
    assert answer.status == 409 or "option" in answer.body


def test_every_mistake_is_in_the_log_at_once(started, supervisor):
    daemon = app(started, supervisor, {"mode": "sideways", "key": "deadbeef", "mqtt_password": "hush"},
                 config="bridge: {colour: blue}\n", wait=False)
    until(lambda: not daemon.program.running(), "it to give up")
    said = daemon.program.log()
    for named in ("`mode`", "`key`", "`mqtt_password`", "bridge.colour"):
        assert named in said, said
    assert "hush" not in said and "deadbeef" not in said


def test_ready_is_said_once_on_the_descriptor_and_a_restart_leaves_it_alone(started, supervisor):
    reading, writing = os.pipe()
    daemon = app(started, supervisor, {}, arguments=("--ready-fd", str(writing)), pass_fds=(writing,))
    os.close(writing)
    assert os.read(reading, 10) == b"\n"
    assert os.read(reading, 10) == b"", "closed, although the daemon runs on"
    os.close(reading)
    assert daemon.program.running()


def test_a_copy_made_while_it_writes_holds_everything(started, supervisor):
    daemon = app(started, supervisor, {"key": KEY})
    data, copy = started.folder / "root/data", started.folder / "copy/data"
    copy.mkdir(parents=True)
    acknowledged = started.folder / "ledger"
    bridge = started.keep(__import__("harness").Process(
        [os.environ.get("MILLRACE_BINARY", "build/release/millrace"), "simulate", "--port", str(daemon.bridge_port),
         "--bridge", BRIDGE, "--speed", "3000", "--ledger", str(acknowledged), "--start", "2026-03-02T06:00:00Z"],
        started.folder / "bridge.log"))
    until(lambda: len(ledger(acknowledged)) > 200, "some samples", 60)
    assert daemon.command("archive", "hold").returncode == 0
    before = ledger(acknowledged)
    still = (data / "millrace.db").read_bytes()
    shutil.copy(data / "options.json", copy)
    # As slowly as a large backup: the log is read when the daemon has written on.
    until(lambda: len(ledger(acknowledged)) > len(before) + 200, "more samples", 60)
    shutil.copy(data / "millrace.db-wal", copy)
    shutil.copy(data / "millrace.db", copy)
    assert (copy / "millrace.db").read_bytes() == still
    assert daemon.command("archive", "release").returncode == 0
    bridge.kill()
    import contextlib
    import sqlite3
    with contextlib.closing(sqlite3.connect(copy / "millrace.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        frames = database.execute("SELECT count(*) FROM frames").fetchone()[0]
        assert frames > 0
    restored = {**daemon.environment, "MILLRACE_APP_ROOT": str(started.folder / "copy")}
    exported = run("rebuild", "--digest-only", env=restored)
    assert exported.returncode == 0, exported.stderr
    with contextlib.closing(sqlite3.connect(copy / "millrace.db")) as database:
        kept = {row for row in database.execute("SELECT time_ms / 1000 FROM readings")}
    assert {(time,) for _, time, _ in before} <= kept, "what was acknowledged before the copy is in it"


def test_alive_tells_health_checks(started, supervisor):
    daemon = app(started, supervisor, {})
    assert daemon.command("alive").returncode == 0
    daemon.program.stop()
    assert daemon.command("alive").returncode == 1
