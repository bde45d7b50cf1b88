"""`millrace doctor`: what it finds with and without a daemon, and that it leaves everything as it was."""
import json
import os
import pathlib
import subprocess

import pytest

from harness import KEY, SENSOR, free_port, make_token, run, until
from house_servers import NAMES, NameServer, TimeServer
from openapi_contract import Contract, load
from own_network import own_network

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "daemon/api/openapi.json"
AWAY = "52.1.2.3"
HERE = "192.168.77.1"


class Found:
    """What one run of the program said, as JSON, held to the API's own document."""

    def __init__(self, *arguments):
        self.done = run("doctor", "--json", *arguments)
        assert self.done.stderr == "", self.done.stderr
        self.code, self.document = self.done.returncode, json.loads(self.done.stdout)
        contract = Contract(load(DOCUMENT.read_text()))
        assert not contract.problems({"$ref": "#/components/schemas/CheckRun"}, self.document)
        self.checks = {check["id"]: check for check in self.document["checks"]}
        assert len(self.checks) == len(self.document["checks"]), "each check once"
        findings = {name for name, check in self.checks.items() if check["state"] in ("warning", "problem")}
        assert self.code == (3 if findings else 0)
        assert all(self.checks[name]["remedy"] for name in findings)
        self.findings = findings

    def __getitem__(self, name):
        return self.checks[name]

    def state(self, name):
        return self.checks[name]["state"]


def address(daemon):
    return "--url", f"http://127.0.0.1:{daemon.http_port}"


def written(folder, text=""):
    config = folder / "doctor.yaml"
    config.write_text(f"version: 1\nhttp: {{listen: '127.0.0.1:{free_port()}'}}\n{text}")
    return config


@pytest.fixture
def name_server(started):
    def start(known, **where):
        server = NameServer(known, **where)
        started.stack.callback(server.close)
        return server

    return start


@pytest.fixture
def time_server(started):
    def start(ahead=0.0, **where):
        server = TimeServer(ahead, **where)
        started.stack.callback(server.close)
        return server

    return start


def test_without_a_daemon_it_says_how_to_start_one_and_changes_nothing(tmp_path):
    config, state = written(tmp_path), tmp_path / "state"
    before = sorted(tmp_path.iterdir())
    found = Found("--config", config, "--state-dir", state)
    assert found.state("daemon") == "problem" and found.state("config") == "ok"
    assert "millrace" in found["daemon"]["remedy"]
    assert found.state("state_dir") == "note" and "disk" not in found.checks
    assert {"clock", "ntp", "port", "dns", "broker", "key"} <= set(found.checks)
    assert not {"bridge", "sensor", "calibration", "home_assistant", "upstream"} & set(found.checks)
    assert sorted(tmp_path.iterdir()) == before, "nothing was made"


def test_the_text_for_people_fits_eighty_columns_and_has_no_colour_in_a_pipe(tmp_path):
    done = run("doctor", "--config", written(tmp_path), "--state-dir", tmp_path / "state")
    assert done.returncode == 3 and done.stderr == ""
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80 and "\x1b" not in done.stdout
    assert lines[0].startswith("PROBLEM No daemon answers")
    assert lines[1].strip(), "its second line"
    assert any(line.startswith("        > ") for line in lines)
    assert "problem" in lines[-1] and lines[-1].endswith(".")


def test_a_store_in_use_is_neither_locked_nor_changed(started):
    daemon = started.daemon()
    assert daemon.stop() == 0
    held = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in daemon.state.iterdir() if path.is_file()}
    found = Found("--config", daemon.config, "--state-dir", daemon.state, *address(daemon))
    assert found.state("state_dir") in ("ok", "warning")  # in memory on some machines
    assert int(found["disk"]["facts"]["store_bytes"]) > 0
    assert {path: (path.stat().st_mtime_ns, path.read_bytes())
            for path in daemon.state.iterdir() if path.is_file()} == held


def test_a_house_in_which_all_is_well(started, name_server, time_server):
    with own_network(HERE):
        names = name_server({name: HERE for name in NAMES}, address=HERE, port=53)
        clock = time_server(address=HERE, port=123)
        broker = started.broker()
        daemon = started.daemon(broker, bridge_address="0.0.0.0", bridge_port=1883)
        started.bridge(1883, "--speed", 600)
        until(lambda: any(each["first_reading"] for each in daemon.http("/api/v1/setup")[1]["sensors"]), "water", 60)
        entered = {"method": "entered", "volume_per_peak_ml": 32.9}
        assert daemon.send("POST", f"/api/v1/sensors/{SENSOR}/calibration", entered)[0] == 201
        until(lambda: daemon.http("/api/v1/setup")[1]["home_assistant"]["discovery_published"], "the documents")
        started.listener(broker).client.publish("homeassistant/status", "online", qos=1)
        until(lambda: daemon.http("/api/v1/setup")[1]["home_assistant"]["birth_seen"], "the birth")
        found = Found("--dns", HERE, "--ntp", HERE, *address(daemon))
        in_memory = {"state_dir"} if found["state_dir"]["summary"].find("in memory") > 0 else set()
        assert found.findings <= in_memory, found.findings
        good = {name for name in found.checks if found.state(name) == "ok"} | in_memory
        assert good >= {"daemon", "config", "state_dir", "disk", "clock", "ntp", "port", "dns", "bridge", "key", "sensor",
                        "calibration", "broker", "discovery", "home_assistant"}, found.document
        assert set(names.asked) == {*NAMES, "ota.flumetech.com"}
        assert found["dns"]["facts"][f"{NAMES[0]} at {HERE}"] == HERE
        assert found["clock"]["facts"]["server"] == HERE
        assert found.state("reach") == "note" and "another machine" in found["reach"]["remedy"]  # only we came
        assert daemon.http("/api/v1/checks") == (200, found.document)
        knocks = daemon.http("/api/v1/setup")[1]["bridge_listener"]["connections_seen"]
        assert knocks == 1, "the checks knock at no door of ours"
        clock.ahead = 90
        assert Found("--ntp", HERE, "--dns", HERE, *address(daemon)).state("clock") == "problem"


def test_in_local_mode_nobody_on_the_internet_is_asked(started, name_server):
    """The system's name server is one of the internet; it is taken in by a machine that has its address."""
    if not os.access("/etc/resolv.conf", os.W_OK):
        pytest.skip("needs to lay another file over /etc/resolv.conf")
    resolv = started.folder / "resolv.conf"
    resolv.write_text("nameserver 8.8.8.8\n")
    with own_network("8.8.8.8", HERE):
        public = name_server({name: AWAY for name in NAMES}, address="8.8.8.8", port=53)
        program = os.environ.get("MILLRACE_BINARY", "build/release/millrace")

        def doctor(*arguments):
            # As the system would have it, for this program alone.
            command = ["unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/resolv.conf && exec "$@"', str(resolv), program,
                       "doctor", "--json", "--config", str(written(started.folder)), *arguments]
            done = subprocess.run(command, capture_output=True, text=True, timeout=60)
            if not done.stdout:
                pytest.skip(f"no mount namespace here: {done.stderr}")
            return {check["id"]: check for check in json.loads(done.stdout)["checks"]}

        # What has one of our own addresses counts as of the house, so the rule is shown by another one.
        resolv.write_text("nameserver 9.9.9.9\n")
        checks = doctor()
        assert checks["dns"]["state"] == "unknown" and "9.9.9.9" in checks["dns"]["summary"]
        assert checks["dns"]["facts"]["not_asked"] == "9.9.9.9"
        assert public.asked == []
        named = doctor("--dns", "8.8.8.8")
        assert named["dns"]["state"] == "problem" and AWAY in named["dns"]["summary"]
        assert public.asked


def test_dns_that_leads_elsewhere(started, name_server):
    daemon = started.daemon()
    away = name_server({name: AWAY for name in NAMES})
    found = Found("--dns", away.where, *address(daemon))
    assert found.state("dns") == "problem" and AWAY in found["dns"]["summary"]
    assert all(name in found["dns"]["remedy"] for name in NAMES)
    nowhere = name_server({})
    assert Found("--dns", nowhere.where, *address(daemon)).state("dns") == "problem"


def test_servers_that_disagree(started, name_server):
    with own_network(HERE):
        daemon = started.daemon(bridge_address="0.0.0.0", bridge_port=1883)
        here, away = (name_server({name: where for name in NAMES}) for where in (HERE, AWAY))
        found = Found("--dns", here.where, "--dns", away.where, *address(daemon))
        assert found.state("dns") == "warning" and "disagree" in found["dns"]["summary"]
        assert found.state("port") == "ok"


def test_a_port_that_mosquitto_has(started):
    broker = started.broker()
    config = written(started.folder, f"bridge: {{listen: '0.0.0.0:{broker.port}'}}\n")
    found = Found("--config", config, "--state-dir", started.folder / "state")
    assert found.state("port") == "problem"
    assert f"mosquitto (process {broker.pid})" in found["port"]["summary"]
    assert "Mosquitto app" in found["port"]["remedy"] and "guest.broker" in found["port"]["remedy"]
    assert found["port"]["facts"]["pid"] == str(broker.pid)


def test_a_port_that_no_bridge_can_reach(started):
    daemon = started.daemon()
    found = Found(*address(daemon))
    assert found.state("port") == "ok"
    assert found.state("reach") == "problem" and "loopback" in found["reach"]["summary"]


def test_a_relay_that_would_talk_to_itself(started, name_server):
    caught = name_server({"cloud.example": "127.0.0.1"})
    port = free_port()
    config = f"cloud: {{host: 'cloud.example:{port}', name_servers: ['{caught.where}']}}\n"
    daemon = started.daemon(config=config, bridge_port=port, arguments=("--mode", "relay"))
    found = Found(*address(daemon))
    assert found.state("upstream") == "problem" and "talk to itself" in found["upstream"]["summary"]


def test_a_cloud_that_is_reached_and_one_that_is_not(started, cloud, name_server):
    names = name_server({"cloud.example": "127.0.0.1"})
    config = f"cloud: {{host: 'cloud.example:{cloud.broker.port}', name_servers: ['{names.where}']}}\n"
    daemon = started.daemon(config=config, arguments=("--mode", "relay"))
    assert Found(*address(daemon)).state("upstream") == "ok"
    cloud.broker.kill()
    found = Found(*address(daemon))
    assert found.state("upstream") == "problem" and str(cloud.broker.port) in found["upstream"]["remedy"]


def test_a_key_that_is_missing(started):
    daemon = started.daemon(key=None)
    started.bridge(daemon.bridge_port, "--speed", 600)
    until(lambda: any(each["messages_open"] is False for each in daemon.http("/api/v1/setup")[1]["bridges"]), "sealed words")
    found = Found(*address(daemon))
    assert found.state("key") == "problem" and "millrace key add" in found["key"]["remedy"]
    assert found.state("bridge") == "ok"


def test_a_broker_that_does_not_let_us_in_and_no_secret_is_told(started):
    secret = "correct horse battery staple"
    password = started.folder / "password"
    password.write_text(secret + "\n")
    users = started.folder / "users"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(users), "ann", "another"], check=True)
    os.chmod(users, 0o644)
    broker = started.broker(extra=f"user root\npassword_file {users}")
    mqtt = f"mqtt: {{host: 127.0.0.1, port: {broker.port}, user: ann, password_file: {password}}}\n"
    alone = Found("--config", written(started.folder, mqtt), "--state-dir", started.folder / "state")
    assert alone.state("broker") == "problem" and "mqtt.user" in alone["broker"]["remedy"]
    assert secret not in alone.done.stdout and "ann" not in alone["broker"]["summary"]
    daemon = started.daemon(config=mqtt)
    until(lambda: daemon.http("/api/v1/setup")[1]["broker"]["problem"], "the refusal")
    found = Found(*address(daemon))
    assert found.state("broker") == "problem"
    assert secret not in found.done.stdout and KEY not in found.done.stdout
    subprocess.run(["mosquitto_passwd", "-b", str(users), "ann", secret], check=True)
    broker.process.send_signal(1)  # reads its users again
    until(lambda: Found("--config", written(started.folder, mqtt), "--state-dir", "/none").state("broker") == "ok",
          "to be let in", 60)


def test_a_config_file_that_cannot_be_used_is_a_finding_and_not_the_end(tmp_path):
    config = tmp_path / "bad.yaml"
    config.write_text("version: 1\nno_such_key: 1\n")
    found = Found("--config", config, "--state-dir", tmp_path / "state")
    assert found.state("config") == "problem" and "no_such_key" in found["config"]["facts"]["problem"]
    assert {"daemon", "clock", "port", "dns"} <= set(found.checks)
    done = run("doctor", "--config", config, "--state-dir", tmp_path / "state")
    assert "no_such_key" in done.stdout


def test_a_config_file_that_was_spoilt_while_the_daemon_runs(started):
    daemon = started.daemon()
    assert Found(*address(daemon)).state("config") == "ok"
    daemon.config.write_text("version: 1\nno_such_key: 1\n")
    found = Found(*address(daemon))
    assert found.state("daemon") == "ok" and found.state("config") == "problem"


def test_who_may_not_have_checks_made_is_told_how(started):
    daemon = started.daemon(config="http: {loopback_needs_token: true}\n")
    refused = run("doctor", *address(daemon))
    assert refused.returncode == 1 and "--token-file" in refused.stderr and refused.stdout == ""
    token = started.folder / "token"
    token.write_text(make_token(daemon, "doctor", "admin") + "\n")
    assert Found("--token-file", token, *address(daemon)).state("daemon") == "ok"
    assert run("doctor", "--no-such").returncode == 2
    assert run("doctor", *["--dns", "10.0.0.1"] * 5, *address(daemon)).returncode == 2


def test_it_ends_while_checks_are_made(started):
    """A run that waits for servers that are silent holds up neither the end nor other answers."""
    daemon = started.daemon()
    silent = NameServer({})
    silent.reply = lambda packet: silent.asked.append(packet)
    started.stack.callback(silent.close)
    asking = subprocess.Popen([os.environ.get("MILLRACE_BINARY", "build/release/millrace"), "doctor", "--json", "--dns",
                               silent.where, *address(daemon)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        until(lambda: silent.asked, "the question")
        assert daemon.http("/api/v1/checks") == (200, None)
        assert daemon.stop(3) == 0
    finally:
        asking.communicate(timeout=30)
