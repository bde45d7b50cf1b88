"""Watching a bridge and its cloud on a network interface, with real TCP between them on the loopback interface."""
import contextlib
import os
import pathlib
import pwd
import re
import shutil
import socket
import subprocess
import tempfile

import pytest
from cloud import Cloud
from harness import BINARY, SENSOR, free_port, ledger, until
from own_network import own_network

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to open a raw socket and to give it up again")
UNPRIVILEGED = "nobody"
PORT = 1883
WATCH = "capture:\n  interface: lo\n  user: " + UNPRIVILEGED + "\n"


@pytest.fixture(autouse=True)
def loopback_of_our_own():
    with own_network():
        yield


@pytest.fixture
def open_folder(loopback_of_our_own):
    """A folder that every user may pass, unlike pytest's own."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="millrace-live-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def cloud(loopback_of_our_own, started):
    broker = started.broker(name="cloud", port=PORT)
    answers = Cloud(broker.port)
    started.stack.callback(answers.close)
    return answers


def watcher(started, open_folder, home=None, **options):
    # A sanitizer cannot look for leaks in a process that gave up its rights.
    os.environ.setdefault("ASAN_OPTIONS", "detect_leaks=0")
    return started.daemon(home, state=open_folder / "state", config=WATCH, **options)


def metric(daemon, name):
    found = re.search(rf"^{name} (\S+)$", daemon.http("/metrics")[1], re.M)
    return float(found[1]) if found else None


def capture_health(daemon):
    return next(p for p in daemon.http("/readyz")[1]["items"] if p["part"] == "capture")


def watched_samples(daemon):
    """(timestamp in seconds, total) of what the daemon read."""
    return set(daemon.query("SELECT time_ms / 1000, total FROM readings"))


def test_a_watched_hour_is_the_hour_the_bridge_sent(started, cloud, open_folder):
    home = started.broker(name="home")
    totals = started.listener(home, f"millrace/{SENSOR}/total")
    daemon = watcher(started, open_folder, home)
    book = started.folder / "ledger"
    bridge = started.bridge(PORT, "--speed", 600, "--duration", 3600, "--qos", 1, "--ledger", book, key=None)
    until(lambda: not bridge.running(), "an hour of water", 60)
    sent = {(seconds, value) for _, seconds, value in ledger(book)}
    assert len(sent) > 100
    until(lambda: watched_samples(daemon) >= sent, "all samples the cloud acknowledged")

    peaks = daemon.query("SELECT sum(peaks) FROM quarter_usage")[0][0]
    assert peaks == max(value for _, value in sent) - cloud.peaks, "counted from the base the cloud told the sensor"
    until(lambda: totals.last(f"millrace/{SENSOR}/total"), "a total in MQTT")
    directions = dict(daemon.query("SELECT direction, count(*) FROM frames GROUP BY direction"))
    assert directions[0] > 30 and directions[1] >= 2
    # Once each: neither what the loopback shows twice, nor what the cloud's own clients said and were sent.
    assert sum(directions.values()) == metric(daemon, "millrace_capture_frames_total")
    assert metric(daemon, "millrace_capture_ignored_publishes_total") > 30
    assert metric(daemon, "millrace_capture_gaps_total") == 0
    assert metric(daemon, "millrace_capture_connections_seen_total") == 1
    assert metric(daemon, "millrace_capture_connections") == 0, "the bridge has gone"
    assert capture_health(daemon)["ok"]
    assert daemon.stop() == 0, daemon.log()


def test_a_connection_that_was_open_before_is_picked_up(started, cloud, open_folder):
    book = started.folder / "ledger"
    started.bridge(PORT, "--speed", 600, "--qos", 1, "--ledger", book, key=None)
    until(lambda: len(ledger(book)) > 20, "water")
    known = len(ledger(book))
    daemon = watcher(started, open_folder)
    until(lambda: daemon.query("SELECT count(*) FROM readings")[0][0] > 50, "readings")
    first = min(watched_samples(daemon))
    missed = [row for row in ledger(book)[known:] if (row[1], row[2]) < first]
    assert len(missed) < 40, "only what passed while the daemon started"
    assert SENSOR in str(daemon.http("/api/v1/devices")[1])


def test_the_daemon_goes_on_without_privileges(started, open_folder):
    daemon = watcher(started, open_folder)
    status = pathlib.Path(f"/proc/{daemon.pid}/status").read_text()
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    user = pwd.getpwnam(UNPRIVILEGED)
    assert fields["Uid"].split() == [str(user.pw_uid)] * 4
    assert fields["Gid"].split() == [str(user.pw_gid)] * 4
    assert {fields[name] for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")} == {"0" * 16}
    assert fields["NoNewPrivs"] == "1"
    # Every thread, because capabilities belong to threads.
    for task in pathlib.Path(f"/proc/{daemon.pid}/task").iterdir():
        assert "CapEff:\t" + "0" * 16 in (task / "status").read_text()
    assert (open_folder / "state/millrace.db").stat().st_uid == user.pw_uid
    assert "no bridge seen yet" in capture_health(daemon)["detail"]


def start_and_fail(open_folder, state, config, **options):
    path = open_folder / "millrace.yaml"
    path.write_text("version: 1\n" + config)
    path.chmod(0o644)
    done = subprocess.run([BINARY, "run", "--config", path, "--state-dir", state, "--bridge-listen",
                           f"127.0.0.1:{free_port()}", "--http-listen", f"127.0.0.1:{free_port()}"],
                          capture_output=True, text=True, timeout=60, **options)
    assert done.returncode == 1
    return done.stderr


def test_what_hinders_it_is_said_with_the_way_out(open_folder):
    state = open_folder / "state"
    said = start_and_fail(open_folder, state, WATCH.replace("lo", "eth99", 1))
    assert "no network interface 'eth99'" in said
    said = start_and_fail(open_folder, state, WATCH.replace(UNPRIVILEGED, "nobody-at-all"))
    assert "capture.user" in said and "nobody-at-all" in said
    state.mkdir(mode=0o700)
    said = start_and_fail(open_folder, state, WATCH)
    assert f"chown -R {UNPRIVILEGED}" in said and str(state) in said
    # The program must be where that user can reach it.
    reachable = open_folder / "millrace"
    shutil.copy(BINARY, reachable)
    reachable.chmod(0o755)
    path = open_folder / "millrace.yaml"
    done = subprocess.run([reachable, "run", "--config", path, "--state-dir", state], capture_output=True, text=True,
                          timeout=60, user=UNPRIVILEGED, group=pwd.getpwnam(UNPRIVILEGED).pw_gid, extra_groups=[])
    assert done.returncode == 1 and "AmbientCapabilities=CAP_NET_RAW" in done.stderr
