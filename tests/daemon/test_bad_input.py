"""Bad input and bad days: each gets a clear message, and nothing crashes, hangs, loses data or fills the log."""
import contextlib
import os
import socket
import subprocess
import time

import pytest
from harness import KEY, run, until

CONNECT = b"\x10\x1c\x00\x04MQTT\x04\x02\x00\x14\x00\x1061F6F57952E6B438"


def connect(daemon):
    s = socket.create_connection(("127.0.0.1", daemon.bridge_port), timeout=30)
    return s


def closed_by_peer(s, seconds):
    s.settimeout(seconds)
    try:
        while s.recv(4096):
            pass
        return True
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False


def test_wrong_key_keeps_the_frames_and_warns_once(started):
    daemon = started.daemon(key="00" * 32)
    started.bridge(daemon.bridge_port, "--speed", "60", "--qos", "1")
    until(lambda: daemon.query("SELECT count(*) FROM frames")[0][0] >= 3, "sealed frames in the archive", 60)
    until(lambda: "key" in daemon.log(), "the warning")
    assert daemon.log().count("its key does not open them") == 1
    status, items = daemon.http("/readyz")
    assert status == 503 and "key" in str(items)
    assert daemon.query("SELECT count(*) FROM readings")[0][0] == 0


def test_garbage_is_closed_and_does_not_fill_the_log(started):
    daemon = started.daemon()
    for i in range(200):
        with connect(daemon) as s:
            s.sendall(os.urandom(64) if i % 2 else b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert closed_by_peer(s, 20)
    assert daemon.running()
    assert daemon.log().count("\n") < 12, daemon.log()
    assert daemon.http("/healthz")[0] == 200


def test_half_a_packet_and_silence_is_closed(started):
    daemon = started.daemon()
    with connect(daemon) as s:
        s.sendall(CONNECT[:9])
        began = time.monotonic()
        assert closed_by_peer(s, 30)
        assert 5 < time.monotonic() - began < 25


def test_oversize_packet_is_closed(started):
    daemon = started.daemon()
    with connect(daemon) as s:
        s.sendall(CONNECT)
        assert s.recv(4) == b"\x20\x02\x00\x00"
        s.sendall(b"\x30\xff\xff\xff\x7f")
        assert closed_by_peer(s, 20)
    assert daemon.running()


def test_port_in_use_is_said_and_ends_with_1(started):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("run", "--state-dir", started.folder / "s", "--bridge-listen", f"127.0.0.1:{port}",
                   "--http-listen", "127.0.0.1:0")
    assert done.returncode == 1
    assert str(port) in done.stderr and "another program" in done.stderr and "bridge.listen" in done.stderr


def test_state_directory_that_cannot_be_made_is_said_and_ends_with_1(started):
    obstacle = started.folder / "file"
    obstacle.write_text("not a directory")
    done = run("run", "--state-dir", obstacle / "state", "--bridge-listen", "127.0.0.1:0", "--http-listen", "127.0.0.1:0")
    assert done.returncode == 1
    assert str(obstacle) in done.stderr


def test_two_daemons_cannot_share_a_store(started):
    daemon = started.daemon()
    done = run("run", "--state-dir", daemon.state, "--bridge-listen", "127.0.0.1:0", "--http-listen", "127.0.0.1:0")
    assert done.returncode == 1
    assert str(daemon.state) in done.stderr


def test_broken_config_names_every_problem_with_its_line(started):
    config = started.folder / "broken.yaml"
    config.write_text("version: 1\nsite:\n  units: furlongs\nbridge:\n  modee: relay\nmqtt:\n  port: 99999999\n")
    done = run("check-config", "--config", config)
    assert done.returncode == 3
    report = done.stdout + done.stderr
    for place in ("broken.yaml:3", "broken.yaml:5", "broken.yaml:7"):
        assert place in report, report
    assert "mode" in report
    done = run("run", "--config", config, "--state-dir", started.folder / "s")
    assert done.returncode == 2, "a service manager tries again what ends with 1"
    assert "broken.yaml:3" in done.stderr


def test_unknown_option_is_a_usage_error():
    assert run("run", "--no-such-option").returncode == 2
    assert run("no-such-command").returncode == 2


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], capture_output=True, text=True)
    if made.returncode != 0:
        pytest.skip(f"a full disk needs a mount of our own, which needs root: {made.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=False)


def fill(folder):
    """Leaves no byte free."""
    with contextlib.suppress(OSError), open(folder / "ballast", "wb", buffering=0) as ballast:
        while True:
            ballast.write(b"x" * 4096)


def test_full_disk_is_said_and_the_relay_goes_on(started, small_disk):
    cloud = started.broker(name="cloud")
    heard = started.listener(cloud, "2/#")
    daemon = started.daemon(arguments=["--mode", "relay", "--cloud", f"127.0.0.1:{cloud.port}"], state=small_disk)
    started.bridge(daemon.bridge_port, "--speed", "60")
    until(lambda: daemon.query("SELECT count(*) FROM frames")[0][0] > 0, "a frame in the archive")
    fill(small_disk)
    until(lambda: daemon.http("/readyz")[0] == 503, "ill health", 60)
    assert "full" in str(daemon.http("/readyz")[1])
    seen = len(heard.messages)
    until(lambda: len(heard.messages) > seen, "messages passing on", 60)
    (small_disk / "ballast").unlink()
    until(lambda: daemon.http("/readyz")[0] == 200, "recovery", 60)
    lines = daemon.log().count("\n")
    assert lines < 30, daemon.log()


def test_full_disk_withholds_acknowledgements_in_local_mode(started, small_disk):
    daemon = started.daemon(state=small_disk)
    ledger = started.folder / "ledger.csv"
    started.bridge(daemon.bridge_port, "--speed", "120", "--qos", "1", "--ledger", ledger)
    until(lambda: ledger.exists() and ledger.read_text().count("\n") > 2, "acknowledged samples", 60)
    fill(small_disk)
    until(lambda: daemon.http("/readyz")[0] == 503, "ill health", 60)
    (small_disk / "ballast").unlink()
    until(lambda: daemon.http("/readyz")[0] == 200, "recovery", 60)
    count = ledger.read_text().count("\n")
    until(lambda: ledger.read_text().count("\n") > count + 3, "acknowledgements again", 60)
    stored = set(daemon.query("SELECT time_ms / 1000, total FROM readings"))
    lost = {(int(t), int(v)) for _, t, v in (l.split(",") for l in ledger.read_text().splitlines())} - stored
    assert not lost, lost


def test_no_secret_in_log_answers_or_archive(started):
    daemon = started.daemon()
    # A plain bridge: nothing of its password would be hidden by sealing.
    started.bridge(daemon.bridge_port, "--speed", "120", key=None)
    until(lambda: daemon.query("SELECT count(*) FROM readings")[0][0] > 0, "readings", 60)
    answers = "".join(str(daemon.http(p)[1]) for p in ("/api/v1/status", "/api/v1/devices", "/metrics", "/readyz"))
    files = b"".join(path.read_bytes() for path in daemon.state.iterdir() if path.is_file())
    for secret in (KEY, "emulated"):  # the key, and the password of the emulated bridge's CONNECT
        assert secret not in daemon.log() + answers
        assert secret.encode() not in files


def test_rebuild_says_what_is_missing(started):
    done = run("rebuild", "--state-dir", started.folder / "nowhere")
    assert done.returncode == 1 and "nowhere" in done.stderr
    daemon = started.daemon()
    started.bridge(daemon.bridge_port, "--speed", "120", "--qos", "1")
    until(lambda: daemon.query("SELECT count(*) FROM readings")[0][0] > 0, "readings", 60)
    assert daemon.stop() == 0
    # Without the key the readings would vanish.
    done = run("rebuild", "--state-dir", daemon.state)
    assert done.returncode == 1 and "--key-file" in done.stderr
    assert daemon.query("SELECT count(*) FROM readings")[0][0] > 0
