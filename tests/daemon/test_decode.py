"""`millrace decode` and importing a capture, on the captured day."""
import contextlib
import json
import os
import pathlib
import sqlite3

import pytest
from harness import FIXTURES, run

DAYS = [pytest.param(FIXTURES / "bridge-day", id="bridge-day")]
SHARED = os.environ.get("MILLRACE_SHARED")
REAL_DAY = pathlib.Path(SHARED or "/nonexistent") / "data/ciws/real-house-day"
DAYS.append(pytest.param(REAL_DAY, id="real-house-day", marks=pytest.mark.skipif(
    not SHARED, reason="MILLRACE_SHARED is not set: the household traces are not here")))


def expected(day):
    return json.loads(day.with_suffix(".expected.json").read_text())


@pytest.mark.parametrize("day", DAYS)
def test_decode_gives_exactly_the_messages_sent(day):
    done = run("decode", "--key", expected(day)["key"], day.with_suffix(".pcap"))
    assert done.returncode == 0, done.stderr
    got = [json.loads(line) for line in done.stdout.splitlines()]
    sent = [json.loads(line) for line in day.with_suffix(".messages.jsonl").read_text().splitlines()]
    assert len(sent) > 900
    for direction in ("to_cloud", "to_bridge"):
        ours = [(m["topic"], m["payload"]) for m in got if m["direction"] == direction and not m["dup"]]
        assert ours == [(m["topic"], m["payload"]) for m in sent if m["direction"] == direction]
    assert all(m["opened"] for m in got if m["sealed"])
    # Messages sent again are shown, each with its DUP.
    assert sum(m["direction"] == "to_cloud" for m in got) == expected(day)["bridge_publishes"]
    assert any(m["dup"] for m in got)


@pytest.mark.parametrize("day", DAYS)
def test_an_imported_day_gives_its_samples_and_peaks(day, tmp_path):
    facts = expected(day)
    key = tmp_path / "day.key"
    key.write_text(facts["key"])
    state = tmp_path / "state"
    done = run("decode", "--key-file", key, "--into", state, day.with_suffix(".pcap"))
    assert done.returncode == 0, done.stderr
    with contextlib.closing(sqlite3.connect(state / "millrace.db")) as database:
        def one(sql):
            return database.execute(sql).fetchone()
        assert one("SELECT count(*) FROM (SELECT DISTINCT time_ms, total FROM readings)")[0] == facts["distinct_samples"]
        assert one("SELECT time_ms / 1000, total FROM readings ORDER BY total, time_ms LIMIT 1") == tuple(facts["first"])
        assert one("SELECT time_ms / 1000, total FROM readings ORDER BY total DESC, time_ms DESC LIMIT 1") == tuple(facts["last"])
        assert one("SELECT sum(peaks) FROM quarter_usage")[0] == facts["peaks_total"]
        assert one("SELECT count(*) FROM frames WHERE direction = 0")[0] >= facts["bridge_publishes"]
    # Importing the same file again counts nothing twice.
    assert run("decode", "--key-file", key, "--into", state, day.with_suffix(".pcap")).returncode == 0
    with contextlib.closing(sqlite3.connect(state / "millrace.db")) as database:
        assert database.execute("SELECT sum(peaks) FROM quarter_usage").fetchone()[0] == facts["peaks_total"]


def test_without_the_key_messages_are_shown_sealed_and_exit_is_3(tmp_path):
    done = run("decode", FIXTURES / "bridge-day.pcap")
    assert done.returncode == 3
    got = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(m["payload"] is None and not m["opened"] for m in got if m["sealed"])


def test_a_bind_key_opens_what_its_device_advertises(tmp_path):
    lines = tmp_path / "puck.jsonl"
    lines.write_text(json.dumps({"t": 1, "topic": "bthome/puck/12/5448E6FFFE8F80A5",
                                 "payload_hex": "41e445f3c9962b332211006c7c4519"}) + "\n")
    key = tmp_path / "puck.key"
    key.write_text("231d39c1d7cc1ab1aee224cd096db932\n")
    done = run("decode", "--bind-key-file", f"54:48:E6:8F:80:A5={key}", lines)
    assert done.returncode == 0, done.stderr
    values = {m["name"]: m["value"] for m in json.loads(done.stdout)["payload"]["measurements"]}
    assert values == {"temperature": 25.06, "humidity": 50.55}
    assert run("decode", "--bind-key-file", f"54:48:E6:8F:80:A6={key}", lines).returncode == 3
    for wrong in (str(key), f"54:48:E6:8F:80={key}", "54:48:E6:8F:80:A5"):
        refused = run("decode", "--bind-key-file", wrong, lines)
        assert refused.returncode == 2 and "ADDRESS=FILE" in refused.stderr, wrong


def test_a_file_that_is_no_capture_is_said(tmp_path):
    nonsense = tmp_path / "x.pcap"
    nonsense.write_text("hello")
    done = run("decode", nonsense)
    assert done.returncode == 1 and "x.pcap" in done.stderr
    assert run("decode", tmp_path / "missing.pcap").returncode == 1
    assert run("decode").returncode == 2


def test_a_wrong_key_argument_is_not_repeated_in_the_error():
    done = run("decode", "--key", "deadbeef", FIXTURES / "bridge-day.pcap")
    assert done.returncode == 2
    assert "deadbeef" not in done.stderr
