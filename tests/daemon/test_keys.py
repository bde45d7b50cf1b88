"""Keys that come late: everything sealed so far opens, and it is as if they had been there from the start."""
import os
import threading

from harness import BRIDGE, KEY, SENSOR, Daemon, key_file, run, until

DAYS = 7 * int(os.environ.get("MILLRACE_OUTAGES", "12")) / 200
WRONG = "00" * 32


def sealed_days(started, home=None, days=DAYS):
    """A daemon without a key, on the way from a sealing bridge to its cloud, which another daemon plays."""
    folder = started.folder / "cloud"
    folder.mkdir()
    cloud = started.keep(Daemon(folder, config="http: { max_connections: 4 }\n"))
    daemon = started.daemon(home, key=None, arguments=["--cloud", f"127.0.0.1:{cloud.bridge_port}"])
    bridge = started.bridge(daemon.bridge_port, "--speed", 2500, "--qos", 1, "--duration", int(days * 86400))
    return daemon, bridge


def readings_known(daemon):
    sensors = daemon.http("/api/v1/devices")[1]["sensors"]
    return bool(sensors) and sensors[0]["readings_known"]


def test_a_key_added_after_a_week_opens_all_of_it(started):
    home = started.broker(name="home")
    totals = started.listener(home, f"millrace/{SENSOR}/total")
    daemon, bridge = sealed_days(started, home)
    until(lambda: not bridge.running(), "the sealed days", 400)
    frames = daemon.query("SELECT count(*) FROM frames WHERE opened = 0")[0][0]
    assert frames > 50 and daemon.query("SELECT count(*) FROM readings") == [(0,)]
    assert daemon.query("SELECT count(*) FROM estimates")[0][0] > 10
    sensor = daemon.http("/api/v1/devices")[1]["sensors"][0]
    assert sensor["estimate"]["estimated"] is True
    assert totals.payloads(f"millrace/{SENSOR}/total") == [], "nobody was told a total we do not know"

    status, problem = daemon.send("POST", "/api/v1/keys", {"bridge": BRIDGE, "key": WRONG})
    assert status in (409, 422) and "does not open" in str(problem), problem
    assert WRONG not in str(problem)
    status, answer = daemon.send("POST", "/api/v1/keys", {"bridge": BRIDGE, "key": KEY})
    assert status in (200, 201, 202, 204), answer
    assert KEY not in str(answer)
    until(lambda: readings_known(daemon) and daemon.query("SELECT count(*) FROM readings")[0][0] > 0, "readings", 60)
    until(lambda: daemon.http("/api/v1/archive")[1]["rebuild"] is None, "the end of the rebuild")
    until(lambda: daemon.query("SELECT count(*) FROM frames WHERE opened = 0") == [(0,)], "the archive's own marks")
    assert daemon.query("SELECT count(*) FROM estimates") == [(0,)]
    peaks = daemon.query("SELECT sum(peaks) FROM quarter_usage")[0][0]
    highest, = daemon.query("SELECT max(total) FROM readings")[0]
    assert peaks == highest > 0, "back to the first frame"
    until(lambda: totals.last(f"millrace/{SENSOR}/total"), "the total in MQTT")
    assert KEY not in daemon.log()
    assert daemon.stop() == 0

    # The same frames through a store that had the key from the first of them on.
    frames_file = started.folder / "frames.jsonl"
    exported = run("export", "frames", "--format", "jsonl", "--state-dir", daemon.state, "--output", frames_file)
    assert exported.returncode == 0, exported.stderr
    other = started.folder / "from-the-start"
    key = key_file(started.folder, KEY)
    imported = run("decode", frames_file, "--key-file", key, "--into", other)
    assert imported.returncode == 0, imported.stderr
    digests = [run("rebuild", "--digest-only", "--state-dir", state).stdout for state in (daemon.state, other)]
    assert digests[0] == digests[1] and len(digests[0]) > 8


def test_a_key_in_a_file_at_the_next_start_opens_the_past_too(started):
    daemon, bridge = sealed_days(started, days=0.1)
    until(lambda: not bridge.running(), "the sealed hours", 60)
    assert daemon.stop() == 0
    daemon = started.daemon(arguments=["--mode", "local"])
    until(lambda: daemon.query("SELECT count(*) FROM readings")[0][0] > 0, "readings of the past", 30)
    until(lambda: daemon.query("SELECT count(*) FROM frames WHERE opened = 0") == [(0,)], "the archive's own marks")


def test_a_rebuild_while_it_runs_changes_nothing_and_misses_nothing(started):
    daemon = started.daemon()
    bridge = started.bridge(daemon.bridge_port, "--speed", 900, "--qos", 1)
    until(lambda: daemon.query("SELECT count(*) FROM readings")[0][0] > 20, "water")
    lowest = []
    stopped = threading.Event()

    def watch():
        while not stopped.is_set():
            lowest.append(daemon.http("/api/v1/devices")[1]["sensors"][0]["lifetime"])

    watcher = threading.Thread(target=watch)
    watcher.start()
    for _ in range(3):
        status, answer = daemon.send("POST", "/api/v1/archive/rebuild", {})
        assert status == 202, answer
        until(lambda: daemon.http("/api/v1/archive")[1]["rebuild"] is None, "the rebuild")
    stopped.set()
    watcher.join()
    assert lowest == sorted(lowest), "the total never falls"
    bridge.kill()
    until(lambda: daemon.http("/api/v1/devices")[1]["bridges"][0]["connected"] is False, "the bridge to be gone")
    assert daemon.stop() == 0
    before = run("rebuild", "--digest-only", "--state-dir", daemon.state).stdout
    key = key_file(started.folder, KEY)
    assert run("rebuild", "--state-dir", daemon.state, "--key-file", key).returncode == 0
    assert run("rebuild", "--digest-only", "--state-dir", daemon.state).stdout == before
