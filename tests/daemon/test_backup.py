"""Backup, restore onto another machine, and export, with the daemon at work."""
import contextlib
import csv
import io
import json
import http.client
import os
import sqlite3
import stat
import subprocess

import pytest
from harness import BINARY, BRIDGE, FIXTURES, KEY, SENSOR, UNCALIBRATED_UL, ask, key_file, ledger, run, until

DAY = FIXTURES / "bridge-day"


def digest(state, *arguments):
    done = run("rebuild", "--digest-only", "--state-dir", state, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def query(path, sql):
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return database.execute(sql).fetchall()


def with_own_config(folder):
    """Config of a daemon that has a key and a password of its own."""
    (folder / "mqtt.password").write_text("no-real-password\n")
    return ("keys:\n  default_file: bridge.key\n"
            "mqtt:\n  host: 127.0.0.1\n  port: 1\n  user: u\n  password_file: mqtt.password\n")


@pytest.fixture
def imported_day(tmp_path):
    """A state directory with the captured day in it, whose messages are all sealed."""
    key = tmp_path / "day.key"
    key.write_text(json.loads(DAY.with_suffix(".expected.json").read_text())["key"])
    state = tmp_path / "state"
    done = run("decode", "--key-file", key, "--into", state, DAY.with_suffix(".pcap"))
    assert done.returncode == 0, done.stderr
    return state, key


@pytest.fixture
def imported_mixture(imported_day):
    """And some plain messages, of other devices."""
    state, key = imported_day
    run("decode", "--key-file", key, "--into", state, FIXTURES / "published-payloads.jsonl")
    return state, key


def test_a_backup_of_a_busy_daemon_is_one_moment(started):
    daemon = started.daemon()
    kept = started.folder / "ledger.csv"
    started.bridge(daemon.bridge_port, "--speed", "3000", "--qos", "1", "--ledger", kept)
    until(lambda: len(ledger(kept)) > 100, "samples", 60)
    for number in range(3):
        acknowledged = len(ledger(kept))
        file = started.folder / f"{number}.backup"
        done = run("backup", file, "--state-dir", daemon.state)
        assert done.returncode == 0, done.stderr
        assert "without config file, keys and passwords" in done.stderr
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert KEY.encode() not in file.read_bytes() and bytes.fromhex(KEY) not in file.read_bytes()
        state = started.folder / f"restored{number}"
        assert run("restore", file, "--state-dir", state).returncode == 0
        database = state / "millrace.db"
        assert query(database, "PRAGMA integrity_check") == [("ok",)]
        assert query(database, "SELECT count(*) FROM readings")[0][0] >= acknowledged
        # Its projections are those of its frames, no fewer and no more.
        before = digest(state)
        rebuilt = run("rebuild", "--state-dir", state, "--key-file", key_file(started.folder, KEY))
        assert rebuilt.returncode == 0, rebuilt.stderr
        assert rebuilt.stdout.strip() == before
        until(lambda a=acknowledged: len(ledger(kept)) > a + 20, "samples after a backup", 60)
    assert daemon.http("/healthz")[0] == 200


def test_a_backup_is_downloaded_while_the_daemon_is_busy(started):
    daemon = started.daemon()
    kept = started.folder / "ledger.csv"
    started.bridge(daemon.bridge_port, "--speed", "3000", "--qos", "1", "--ledger", kept)
    until(lambda: len(ledger(kept)) > 100, "samples", 60)
    acknowledged = len(ledger(kept))
    answer = ask(daemon.http_port, "/api/v1/backup")
    assert answer.status == 200 and len(answer.content) == int(answer.headers["Content-Length"])
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="millrace-2')
    assert bytes.fromhex(KEY) not in answer.content and KEY.encode() not in answer.content
    file = started.folder / "downloaded.backup"
    file.write_bytes(answer.content)
    restored = started.folder / "restored"
    assert run("restore", file, "--state-dir", restored).returncode == 0
    assert query(restored / "millrace.db", "SELECT count(*) FROM readings")[0][0] >= acknowledged
    assert not [name for name in os.listdir(daemon.state) if "download" in name]


def add_large_messages(state, megabytes):
    """More than a connection holds that nobody reads from."""
    with contextlib.closing(sqlite3.connect(state / "millrace.db")) as database, database:
        for _ in range(megabytes):
            database.execute("INSERT INTO frames (received_ms, direction, door, qos, dup, retain, topic, payload, opened)"
                             " VALUES (1772431200000, 0, 2, 0, 0, 0, 'large', randomblob(1000000), 1)")


def test_one_backup_is_downloaded_at_a_time(started, imported_day):
    add_large_messages(imported_day[0], 16)
    daemon = started.daemon(state=imported_day[0])
    first = http.client.HTTPConnection("127.0.0.1", daemon.http_port, timeout=10)
    first.request("GET", "/api/v1/backup")
    answer = first.getresponse()
    assert answer.status == 200 and int(answer.headers["Content-Length"]) > 16_000_000
    second = ask(daemon.http_port, "/api/v1/backup")
    assert second.status == 409 and "already" in second.json()["detail"], second.body
    first.close()
    until(lambda: ask(daemon.http_port, "/api/v1/backup").status == 200, "a backup after the client went away")


def test_moving_house_goes_on_where_it_was(started):
    old = started.daemon()
    kept = started.folder / "ledger.csv"
    bridge = started.bridge(old.bridge_port, "--speed", "600", "--qos", "1", "--ledger", kept)
    until(lambda: len(ledger(kept)) > 50, "samples", 60)
    assert old.stop() == 0
    file = started.folder / "house.backup"
    assert run("backup", file, "--state-dir", old.state).returncode == 0
    new_state = started.folder / "new" / "house"
    done = run("restore", file, "--state-dir", new_state)
    assert done.returncode == 0, done.stderr
    assert digest(new_state) == digest(old.state)
    tables = "SELECT * FROM readings ORDER BY sensor, arrival", "SELECT * FROM meters", "SELECT * FROM frames"
    for table in tables:
        assert query(new_state / "millrace.db", table) == query(old.state / "millrace.db", table)
    lifetime = query(new_state / "millrace.db", "SELECT lifetime_ul FROM meters")[0][0]
    assert lifetime > 0

    acknowledged = len(ledger(kept))
    new = started.daemon(bridge_port=old.bridge_port, state=new_state)
    until(lambda: len(ledger(kept)) > acknowledged + 20, "samples at the new house", 60)
    bridge.stop()
    samples = set(ledger(kept))
    stored = set(new.query("SELECT d.device, r.time_ms / 1000, r.total FROM readings r"
                           " JOIN device_numbers d ON d.number = r.sensor"))
    assert not samples - stored
    assert new.query("SELECT max(series) FROM readings") == [(1,)], "the counter goes on, so the series does"
    highest = new.query("SELECT max(total) FROM readings")[0][0]
    after = new.query("SELECT lifetime_ul FROM meters")[0][0]
    assert after == highest * UNCALIBRATED_UL and after > lifetime


def test_secrets_are_in_it_only_when_asked_for(started):
    config = with_own_config(started.folder)
    key = key_file(started.folder, KEY)
    key.chmod(0o400)
    daemon = started.daemon(config=config, key=None)
    handed_over = daemon.state / "keys" / f"{BRIDGE}.key"  # as a key that came over the API is kept
    handed_over.parent.mkdir(exist_ok=True)
    handed_over.write_bytes(bytes(range(32)))
    common = ["--state-dir", daemon.state, "--config", daemon.config]
    plain, full = started.folder / "plain.backup", started.folder / "full.backup"
    assert run("backup", plain, *common).returncode == 0
    assert KEY.encode() not in plain.read_bytes() and b"no-real-password" not in plain.read_bytes()
    done = run("backup", full, *common, "--with-secrets")
    assert done.returncode == 0 and "holds secrets" in done.stderr, done.stderr
    assert KEY not in done.stderr and "no-real-password" not in done.stderr
    assert stat.S_IMODE(full.stat().st_mode) == 0o600
    assert KEY.encode() in full.read_bytes() and b"no-real-password" in full.read_bytes()

    state = started.folder / "elsewhere"
    done = run("restore", full, "--state-dir", state)
    assert done.returncode == 0 and "also holds 4 files" in done.stderr, done.stderr
    assert KEY.encode() not in (state / "millrace.db").read_bytes()
    out = started.folder / "out"
    done = run("restore", full, "--state-dir", started.folder / "third", "--files-into", out)
    assert done.returncode == 0, done.stderr
    for original in (daemon.config, key, started.folder / "mqtt.password", handed_over):
        written = out / original.relative_to("/")
        assert written.read_bytes() == original.read_bytes()
        assert stat.S_IMODE(written.stat().st_mode) == stat.S_IMODE(original.stat().st_mode)


def test_what_is_in_the_way_is_refused(started):
    daemon = started.daemon()
    file = started.folder / "a.backup"
    assert run("backup", file, "--state-dir", daemon.state).returncode == 0
    before = file.read_bytes()
    done = run("backup", file, "--state-dir", daemon.state)
    assert done.returncode == 1 and "exists already" in done.stderr and file.read_bytes() == before
    done = run("restore", file, "--state-dir", daemon.state, "--force")
    assert done.returncode == 1 and f"process {daemon.pid}" in done.stderr
    assert daemon.http("/healthz")[0] == 200
    assert daemon.stop() == 0
    done = run("restore", file, "--state-dir", daemon.state)
    assert done.returncode == 1 and "--force" in done.stderr
    assert run("restore", file, "--state-dir", daemon.state, "--force").returncode == 0
    assert (daemon.state / "millrace.db.before-restore").exists()
    nothing = started.folder / "nothing"
    assert run("restore", nothing, "--state-dir", started.folder / "x").returncode == 1
    nothing.write_bytes(before[:len(before) // 2])
    done = run("restore", nothing, "--state-dir", started.folder / "x")
    assert done.returncode == 1 and "damaged" in done.stderr
    assert not (started.folder / "x").exists()
    assert run("backup", started.folder / "b", "--state-dir", started.folder / "nowhere").returncode == 1
    assert not (started.folder / "b").exists() and not (started.folder / "nowhere").exists()


def export(state, *arguments):
    done = run("export", *arguments, "--state-dir", state)
    assert done.returncode == 0, done.stderr
    return done.stdout


def rows(text):
    """The rows of an export, whichever format it is in."""
    if text.startswith("{"):
        return [json.loads(line) for line in text.splitlines()]
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_exported_readings_are_those_of_the_store(imported_day):
    state, _ = imported_day
    expected = query(state / "millrace.db", "SELECT time_ms, total, advance, series FROM readings"
                                            " ORDER BY time_ms, total, series")
    assert len(expected) > 1000, "more than one page"
    as_csv, as_json = rows(export(state, "readings")), rows(export(state, "readings", "--format", "jsonl"))
    assert len(as_csv) == len(as_json) == len(expected)
    for text, value, (_, total, advance, series) in zip(as_csv, as_json, expected):
        assert (int(text["total_peaks"]), int(text["peaks"]), int(text["series"])) == (total, advance, series)
        assert (value["total_peaks"], value["peaks"], value["series"]) == (total, advance, series)
        assert text["time"] == value["time"] and text["kind"] == value["kind"] and value["sensor"] == SENSOR
        assert float(text["volume_l"]) == value["volume_l"] == pytest.approx(advance * UNCALIBRATED_UL / 1e6)
        assert text["calibrated"] == "false" and value["calibrated"] is False
    gallons = rows(export(state, "readings", "--unit", "gal"))
    assert sum(float(r["volume_gal"]) for r in gallons) == pytest.approx(
        sum(float(r["volume_l"]) for r in as_csv) / 3.785411784, rel=1e-6)


def test_a_range_and_a_sensor_leave_out_the_rest(imported_day):
    state, _ = imported_day
    everything = rows(export(state, "readings"))
    first, middle = everything[0]["time"], everything[len(everything) // 2]["time"]
    before = rows(export(state, "readings", "--to", middle))
    after = rows(export(state, "readings", "--from", middle))
    assert before + after == everything and before[0]["time"] == first and after[0]["time"] == middle
    assert rows(export(state, "readings", "--sensor", SENSOR)) == everything
    assert rows(export(state, "readings", "--sensor", BRIDGE)) == []
    for bad in (["--from", "yesterday"], ["--sensor", "x"], ["--unit", "hogshead"], ["--bucket", "fortnight"]):
        assert run("export", "readings", "--state-dir", state, *bad).returncode == 2


@pytest.mark.parametrize("what", ["readings", "usage", "uses"])
def test_days_have_files_of_their_own(imported_day, tmp_path, what):
    state, _ = imported_day
    config = tmp_path / "m.yaml"
    config.write_text("site: {time_zone: Asia/Tokyo}\n")  # midnight falls into the captured day
    whole = rows(export(state, what, "--config", config))
    assert export(state, what, "--config", config, "--by-day", tmp_path / "days") == ""
    files = sorted((tmp_path / "days").glob(f"day=*/{what}.csv"))
    days = [file.parent.name.removeprefix("day=") for file in files]
    assert len(days) == 2 and not list((tmp_path / "days").glob("*/*.unfinished"))
    assert [row for file in files for row in rows(file.read_text())] == whole
    begins = "time" if what == "readings" else "start"
    for day, file in zip(days, files):
        assert {row[begins][:10] for row in rows(file.read_text())} <= {day}
    # Once more, of one day: the file is replaced, and what is no day's is refused.
    export(state, what, "--config", config, "--by-day", tmp_path / "days", "--from", days[1])
    assert [row for file in files for row in rows(file.read_text())] == whole
    assert run("export", "frames", "--state-dir", state, "--by-day", tmp_path).returncode == 2
    assert run("export", "usage", "--state-dir", state, "--by-day", tmp_path, "--bucket", "week").returncode == 2


@pytest.mark.parametrize("bucket", ["minute", "hour", "day", "week", "month", "year"])
def test_exported_use_adds_up_in_every_bucket(imported_day, bucket):
    state, _ = imported_day
    peaks = query(state / "millrace.db", "SELECT sum(peaks) FROM quarter_usage")[0][0]
    text = export(state, "usage", "--bucket", bucket, "--unit", "m3")
    assert text.splitlines()[0] == "sensor,start,end,peaks,volume_m3,calibrated"
    buckets = rows(text)
    assert sum(int(b["peaks"]) for b in buckets) == peaks
    assert sum(float(b["volume_m3"]) for b in buckets) == pytest.approx(peaks * UNCALIBRATED_UL / 1e9)
    assert all(a["end"] == b["start"] for a, b in zip(buckets, buckets[1:])), "no bucket is missing"


def test_exported_frames_make_the_same_store_again(imported_mixture, tmp_path):
    state, key = imported_mixture
    lines = tmp_path / "frames.jsonl"
    assert export(state, "frames", "--format", "jsonl", "--output", lines) == ""
    again = tmp_path / "again"
    done = run("decode", "--key-file", key, "--into", again, lines)
    assert done.returncode == 0, done.stderr
    columns = ("SELECT received_ms, direction, door, bridge, qos, dup, retain, topic, payload FROM frames"
               " ORDER BY received_ms, topic, payload, dup")
    assert query(again / "millrace.db", columns) == query(state / "millrace.db", columns)
    assert digest(again) == digest(state)
    # As decode sees it, nothing is lost either.
    done = run("decode", "--key-file", key, lines)
    assert done.returncode == 0, done.stderr
    # And what is there already is not taken twice.
    assert run("decode", "--key-file", key, "--into", again, lines).returncode == 0
    assert digest(again) == digest(state)


def test_frames_of_a_running_daemon_make_the_same_store_again(started):
    daemon = started.daemon()
    kept = started.folder / "ledger.csv"
    bridge = started.bridge(daemon.bridge_port, "--speed", "3000", "--ledger", kept)
    until(lambda: len(ledger(kept)) > 100, "samples", 60)
    while_busy = rows(export(daemon.state, "frames", "--format", "jsonl"))
    assert len(while_busy) > 20 and {"to_cloud", "to_bridge"} == {f["direction"] for f in while_busy}
    bridge.stop()
    lines = started.folder / "frames.jsonl"
    export(daemon.state, "frames", "--format", "jsonl", "--output", lines)
    assert daemon.stop() == 0
    again = started.folder / "again"
    done = run("decode", "--key-file", key_file(started.folder, KEY), "--into", again, lines)
    assert done.returncode == 0, done.stderr
    assert digest(again) == digest(daemon.state)


def test_frames_as_csv_hold_every_byte(imported_mixture):
    state, _ = imported_mixture
    got = rows(export(state, "frames"))
    stored = query(state / "millrace.db", "SELECT topic, payload FROM frames ORDER BY id")
    assert len(got) == len(stored)
    for row, (topic, payload) in zip(got, stored):
        assert row["topic"] == topic
        assert (row["payload"].encode() or bytes.fromhex(row["payload_hex"])) == payload
        assert not (row["payload"] and row["payload_hex"])
    assert any(row["payload"] for row in got) and any(row["payload_hex"] for row in got)


def test_csv_lines_end_as_rfc_4180_says(imported_day):
    state, _ = imported_day
    done = subprocess.run([BINARY, "export", "readings", "--state-dir", state], capture_output=True, timeout=60)
    assert done.stdout.count(b"\r\n") == done.stdout.count(b"\n") > 1000
    assert done.stdout.startswith(b"sensor,time,received,total_peaks,peaks,volume_l,calibrated,series,kind\r\n")


def test_a_reader_who_leaves_ends_it_quietly(imported_day):
    state, _ = imported_day
    program = subprocess.Popen([BINARY, "export", "frames", "--format", "jsonl", "--state-dir", state],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert program.stdout.readline()
    program.stdout.close()
    assert program.wait(30) == 0
    assert program.stderr.read() == b""
    program.stderr.close()


def test_a_full_disk_is_said(imported_day, tmp_path):
    state, _ = imported_day
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    with open("/dev/full", "wb") as full:
        done = subprocess.run([BINARY, "export", "frames", "--state-dir", state], stdout=full, stderr=subprocess.PIPE,
                              text=True, timeout=60)
    assert done.returncode == 1 and "No space left" in done.stderr
    existing = tmp_path / "out.csv"
    existing.write_text("old")
    assert run("export", "usage", "--state-dir", state, "--output", existing).returncode == 0
    assert existing.read_text().startswith("sensor,") and not (tmp_path / "out.csv.unfinished").exists()
    assert run("export", "usage", "--state-dir", tmp_path / "nowhere").returncode == 1
