"""`millrace evaluate --sealed`: what sizes and times tell, against what the key opens, on the captured day."""
import json
import os
import pathlib

import pytest
from harness import FIXTURES, KEY, key_file, run

SHARED = os.environ.get("MILLRACE_SHARED")
REAL_DAY = pathlib.Path(SHARED or "/nonexistent") / "data/ciws/real-house-day"
MESSAGES = FIXTURES / "bridge-day.messages.jsonl"
needs_traces = pytest.mark.skipif(not SHARED, reason="MILLRACE_SHARED is not set: the household traces are not here")


def figures(tmp_path, capture, key=KEY):
    done = run("evaluate", "--sealed", capture, "--key-file", key_file(tmp_path, key), "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def hold(got, found, falsely_found, bound_error):
    assert got["found_share"] >= found
    assert got["falsely_found_share"] <= falsely_found
    assert 0 < got["peaks_at_least"] <= got["peaks"], "no lower bound"
    assert 0 <= got["bound_error_share"] <= bound_error


def test_the_estimate_is_as_good_as_stated_on_the_captured_day(tmp_path):
    got = figures(tmp_path, FIXTURES / "bridge-day.pcap")
    facts = json.loads((FIXTURES / "bridge-day.expected.json").read_text())
    assert got["peaks"] == facts["peaks_total"]
    # An entry a peak, but for the first after each time the sensor booted.
    boots = sum(f'"2/7/12/{facts["sensor"]}/' in line for line in MESSAGES.read_text().splitlines())
    assert boots == 3 and got["peaks_at_least"] == facts["distinct_samples"] - boots
    assert got["messages_not_opened"] == 0 and got["plain_messages"] == 0
    hold(got, found=0.99, falsely_found=0.005, bound_error=0.925)


@needs_traces
def test_the_estimate_is_as_good_as_stated_on_a_real_houses_day(tmp_path):
    facts = json.loads(REAL_DAY.with_suffix(".expected.json").read_text())
    got = figures(tmp_path, REAL_DAY.with_suffix(".pcap"), facts["key"])
    assert got["peaks"] == facts["peaks_total"]
    hold(got, found=0.97, falsely_found=0.015, bound_error=0.71)


def test_the_same_messages_opened_give_the_same_figures(tmp_path):
    """Plain messages are measured as if they were sealed, and no key is needed."""
    sealed = figures(tmp_path, FIXTURES / "bridge-day.pcap")
    lines = MESSAGES.read_text().splitlines()
    day = tmp_path / "day.jsonl"
    day.write_text("".join(line + "\n" for line in lines if '"2/1/12/' in line or '"peaks"' in line or '"2/7/12/' in line))
    done = run("evaluate", "--sealed", day, "--json")
    assert done.returncode == 0, done.stderr
    plain = json.loads(done.stdout)
    assert plain["plain_messages"] == plain["messages"] == sealed["messages"]
    for name in ("minutes_with_flow", "found_share", "peaks", "peaks_at_least"):
        assert plain[name] == sealed[name], name
    shown = run("evaluate", "--sealed", day)
    assert shown.returncode == 0 and "36 bytes were added" in shown.stdout


def test_the_report_for_people_names_every_figure(tmp_path):
    done = run("evaluate", "--sealed", FIXTURES / "bridge-day.pcap", "--key-file", key_file(tmp_path, KEY))
    assert done.returncode == 0, done.stderr
    for word in ("sample messages", "minutes with flow", "found", "minutes without flow", "falsely found", "19393 peaks",
                 "lower bound", "1481 peaks", "left out"):
        assert word in done.stdout


def test_without_the_key_there_is_no_truth_to_compare_with(tmp_path):
    done = run("evaluate", "--sealed", FIXTURES / "bridge-day.pcap")
    assert done.returncode == 1 and "--key-file" in done.stderr
    wrong = run("evaluate", "--sealed", FIXTURES / "bridge-day.pcap", "--key-file", key_file(tmp_path, "ab" * 32))
    assert wrong.returncode == 1 and "abab" not in wrong.stderr + wrong.stdout


def test_a_mode_must_be_named(tmp_path):
    done = run("evaluate", FIXTURES / "bridge-day.pcap")
    assert done.returncode == 2 and "--sealed" in done.stderr
    assert run("evaluate", "--sealed").returncode == 2
    assert run("evaluate", "--sealed", tmp_path / "missing.pcap").returncode == 1
