"""The app's image: from its options and the Supervisor's answers to water at the broker, and back after a backup."""
import contextlib
import os
import pathlib
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import time

import yaml

from conftest import NEIGHBOUR, OWN_BROKER, TOKEN
from container import WORK, harness, image
from harness import KEY, SENSOR, until

CONFIG = yaml.safe_load((WORK / "app/config.yaml").read_text()) if WORK.exists() else {}


def kept(data):
    """The samples in a store that nobody writes to: (time in seconds)."""
    with contextlib.closing(sqlite3.connect(data / "millrace.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {time for time, in database.execute("SELECT time_ms / 1000 FROM readings")}


def connected(house):
    return house.as_ingress("/api/v1/setup").json()["broker"]["connected"]


def test_from_nothing_to_water_in_home_assistant(house):
    broker = house.broker()
    heard = house.listener(broker)
    house.supervisor.password = broker.password
    app = house.app({"mode": "local", "units": "us"})
    until(lambda: heard.last("millrace/availability") == "online", "the app at the broker", 30)
    assert house.supervisor.asked and all(path != "/services/mqtt" for path, _ in house.supervisor.others)
    house.bridge("--speed", 600)
    until(lambda: any(topic.startswith("homeassistant/device/millrace_") and SENSOR in text for topic, text in heard.all()),
          "the sensor's document", 30)
    until(lambda: float(heard.last("/total") or 0) > 0, lambda: f"water: {heard.all()[-5:]}", 60)
    assert '"unit_of_measurement":"gal"' in next(text for topic, text in heard.all() if SENSOR in topic and "/config" in topic)
    assert house.as_ingress("/api/v1/status").json()["time_zone"] == "America/Denver"
    said = app.log() + house.as_ingress("/readyz").body
    assert TOKEN not in said and broker.password not in said


def test_ingress_is_let_in_and_nobody_else_and_every_link_is_relative(house):
    house.app({"mode": "local"})
    assert house.as_ingress("/api/v1/session").json()["scope"] == "admin"
    page = house.as_ingress("/").body
    links = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert links and not [link for link in links if link.startswith(("/", "http:", "https:"))], links
    for link in links:
        assert house.as_ingress(f"/{link.removeprefix('./')}").status == 200, link
    assert house.ask("/api/v1/status", source=NEIGHBOUR).status == 401
    # What the watchdog asks, and from where.
    path = re.fullmatch(r"http://\[HOST\]:\[PORT:8099\](/.*)", CONFIG["watchdog"]).group(1)
    started = time.monotonic()
    assert house.ask(path).status < 300 and time.monotonic() - started < 10


def test_another_password_at_the_broker_is_asked_for(house):
    broker = house.broker()
    house.supervisor.password = broker.password
    app = house.app({"mode": "local"})
    until(lambda: connected(house), "the first login", 30)
    broker.kill()
    house.broker(password="second-secret")
    until(lambda: "user name or password" in app.log(), "the old login to be refused", 60)
    house.supervisor.password = "second-secret"
    until(lambda: connected(house), "the new login", 60)
    assert "secret" not in app.log()


def test_without_a_broker_it_runs_and_one_of_ones_own_wins(house):
    app = house.app({"mode": "local"})
    until(lambda: "Mosquitto broker" in (house.as_ingress("/api/v1/setup").json()["broker"]["problem"] or ""), "what to do")
    assert house.ask("/healthz").status == 200
    assert app.stop() == 0
    own = house.broker(password="my-own", address=OWN_BROKER)
    house.supervisor.password, house.supervisor.asked = "first-secret", []
    house.app({"mode": "local", "mqtt_host": "own-broker", "mqtt_user": "addons", "mqtt_password": own.password})
    until(lambda: connected(house), "the owner's broker", 30)
    assert house.supervisor.asked == []


def test_wrong_options_are_named_and_end_the_container(house):
    (house.config / "millrace.yaml").write_text("version: 1\nsite: {colour: blue}\n")
    app = house.app({"mode": "sideways", "key": "deadbeef", "mqtt_password": "hush"}, ready=False)
    assert app.process.wait(30) == 2
    for named in ("`mode`", "`key`", "`mqtt_password`", "site.colour"):
        assert named in app.log()
    assert "hush" not in app.log() and "deadbeef" not in app.log()


def test_a_daemon_that_dies_ends_the_container_and_nothing_acknowledged_is_lost(house):
    app = house.app({"mode": "local"})
    house.bridge("--speed", 2000)
    until(lambda: len(house.acknowledged()) > 100, "samples", 60)
    found = [int(pid) for pid in os.listdir("/proc") if pid.isdigit() and
             (pathlib.Path("/proc") / pid / "cmdline").read_bytes().startswith(b"millrace\0run")]
    inside = [pid for pid in found if os.readlink(f"/proc/{pid}/ns/pid") == os.readlink(f"/proc/{app.first()}/ns/pid")]
    assert len(inside) == 1
    os.kill(inside[0], signal.SIGKILL)
    assert app.process.wait(30) == 128 + signal.SIGKILL
    acknowledged = {when for _, when, _ in house.acknowledged()}
    again = house.app({"mode": "local"})
    assert again.stop() == 0
    assert acknowledged <= kept(house.data)


def test_it_stops_within_its_grace_and_finds_everything_again(house):
    app = house.app({"mode": "local"})
    bridge = house.bridge("--speed", 2000, "--duration", 3 * 3600)
    until(lambda: len(house.acknowledged()) > 100, "samples", 60)
    started = time.monotonic()
    assert app.stop(CONFIG["timeout"]) == 0
    assert time.monotonic() - started < CONFIG["timeout"] / 2
    acknowledged = {when for _, when, _ in house.acknowledged()}
    assert acknowledged <= kept(house.data)
    again = house.app({"mode": "local"})
    assert house.as_ingress("/api/v1/devices").body.count(SENSOR) >= 1
    until(lambda: not bridge.running(), "the bridge to tell the rest of its hours", 120)
    assert again.stop() == 0
    assert {when for _, when, _ in house.acknowledged()} <= kept(house.data)


def test_a_hot_backup_loses_nothing(house):
    app = house.app({"mode": "local", "key": KEY})
    house.bridge("--speed", 3000, key=KEY)
    until(lambda: len(house.acknowledged()) > 200, "samples", 60)
    before_hook = app.run(*shlex.split(CONFIG["backup_pre"]))
    assert before_hook.returncode == 0, before_hook.stderr
    acknowledged = {when for _, when, _ in house.acknowledged()}
    elsewhere = house.folder / "elsewhere"
    elsewhere.mkdir()
    # File by file, with the app writing on between them, and without what the app's description leaves out.
    copied = 0
    for path in sorted(house.data.rglob("*"), reverse=True):
        if path.is_dir() or any(path.match(pattern) for pattern in CONFIG["backup_exclude"]):
            continue
        more = len(house.acknowledged()) + 50
        until(lambda: len(house.acknowledged()) > more, "the app to write on", 60)
        target = elsewhere / path.relative_to(house.data)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
        copied += 1
    assert app.run(*shlex.split(CONFIG["backup_post"])).returncode == 0
    assert copied >= 3 and not (elsewhere / "millrace.db-shm").exists()
    assert app.stop() == 0
    restored = house.app({"mode": "local", "key": KEY}, data=elsewhere)
    assert SENSOR in house.as_ingress("/api/v1/devices").body
    assert restored.stop() == 0
    assert acknowledged <= kept(elsewhere)


def test_of_the_packages_only_those_are_installed_that_the_base_lacks_or_has_older(house):
    arch = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()

    def package(folder, name, version):
        control = house.folder / "tree/DEBIAN/control"
        control.parent.mkdir(parents=True, exist_ok=True)
        control.write_text(f"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: A <a@example.org>\n"
                           "Description: made up\n")
        (house.folder / folder).mkdir(parents=True, exist_ok=True)
        subprocess.run(["dpkg-deb", "--build", str(house.folder / "tree"), str(house.folder / folder / f"{name}.deb")],
                       check=True, capture_output=True)

    for name, in_the_base, brought in (("newer", "2", "1"), ("older", "1", "2"), ("missing", None, "1")):
        if in_the_base:
            package("debs/base", name, in_the_base)
        package(f"debs/{arch}", name, brought)
    done = house.container("app", command=["sh", "-euc", "dpkg -i /data/base/*.deb; /config/install-debs /data; "
                                           "dpkg-query -W -f '${Package}=${Version};' newer older missing"],
                           binds={house.folder / "debs": "/data", WORK / "app": "/config"})
    assert done.process.wait(60) == 0, done.log()
    assert done.log().endswith("missing=1;newer=2;older=2;"), done.log()


def test_the_apparmor_profile_is_one():
    """Its rules are not tried: that takes a kernel with AppArmor."""
    read = subprocess.run(["apparmor_parser", "--skip-kernel-load", "--skip-cache", str(WORK / "app/apparmor.txt")],
                          capture_output=True, text=True)
    assert read.returncode == 0, read.stderr


def test_the_health_check_is_the_daemons_own(house):
    app = house.app({"mode": "local"})
    test = image("app")["Healthcheck"]["Test"]
    assert test[0] == "CMD" and app.run(*test[1:]).returncode == 0
    assert image("app")["Labels"]["io.hass.type"] == "app" and image("app")["Labels"]["io.hass.arch"] == "aarch64|amd64"
