"""`millrace evaluate`: with --sealed what sizes and times tell, against what the key opens, on the captured day; without
it how soon leaks are found on household traces, and how many alarms are false."""
import json
import os
import pathlib
import sys

import pytest
from harness import FIXTURES, KEY, key_file, run

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bench"))
import category_figures  # noqa: E402
import leak_figures  # noqa: E402

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


def test_a_capture_is_evaluated_with_sealed_only(tmp_path):
    done = run("evaluate", FIXTURES / "bridge-day.pcap")
    assert done.returncode == 2 and "--sealed" in done.stderr
    assert run("evaluate", "--sealed").returncode == 2
    assert run("evaluate", "--sealed", tmp_path / "missing.pcap").returncode == 1


# --- leaks on household traces -----------------------------------------------------------------------------------

MONDAY = 1709510400  # 4 March 2024, 00:00 UTC


def household(folder, days=17, row=None):
    """A home with a use of six gallons at four fixed hours of each day."""
    lines, total = ["unix_timestamp,cumulative_ml"], 0
    for day in range(days):
        for hour in (6, 12, 18, 21):
            begin = MONDAY + day * 86400 + hour * 3600 + (day % 7) * 60
            lines += [f"{at},{total}" for at in range(int(lines[-1].split(",")[0]) + 600 if len(lines) > 1 else MONDAY, begin, 600)]
            lines.append(f"{begin},{total}")
            for step in range(1, 19):
                total += 1300
                lines.append(f"{begin + 10 * step},{total}")
    if row:
        lines[100] = row
    (folder / "trace_home.csv").write_text("\n".join(lines) + "\n")
    (folder / "homes.csv").write_text("home,file,unit,ml_per_unit,utc_offset_or_tz,kind\nhome,trace_home.csv,ml,1,UTC,made-up\n")
    return folder


def test_leaks_are_evaluated_on_a_folder_and_on_one_trace(tmp_path):
    options = ("--kinds", "steady_5_gpm", "--leaks", "2", "--json")
    done = run("evaluate", household(tmp_path), *options)
    assert done.returncode == 0, done.stderr
    got = json.loads(done.stdout)
    assert got["homes"] == 1 and 0.5 < got["home_months"] < 0.6
    assert {"value", "upper95"} <= got["false_alarms_per_home_month"].keys()
    leak = got["kinds"]["steady_5_gpm"]
    assert {"injected", "found_48h", "median_min", "p90_min", "named"} <= leak.keys()
    assert leak["injected"] >= 2 and leak["found_48h"] == 1
    assert run("evaluate", tmp_path / "trace_home.csv", *options).stdout == done.stdout
    table = run("evaluate", tmp_path, *options[:4], "--list", "--misses")
    assert table.returncode == 0 and "False alarms per home-month" in table.stdout and "steady_5_gpm" in table.stdout


def test_what_cannot_be_read_is_named_with_its_line(tmp_path):
    done = run("evaluate", household(tmp_path, row="soon,5"))
    assert done.returncode == 1 and "trace_home.csv:101: the time is not" in done.stderr and done.stdout == ""
    (tmp_path / "homes.csv").write_text("home,file\n")
    done = run("evaluate", tmp_path)
    assert done.returncode == 1 and "homes.csv:1: the header has no column unit" in done.stderr
    assert run("evaluate", tmp_path / "missing").returncode == 1
    assert run("evaluate", household(tmp_path), "--kinds", "flood").returncode == 2
    assert run("evaluate", household(tmp_path), "--sealed", "--irrigation").returncode == 2
    assert run("evaluate", household(tmp_path), "--key-file", "x").returncode == 2


@needs_traces
@pytest.mark.parametrize("name", leak_figures.RUNS)
def test_no_figure_is_worse_than_its_bound(name):
    if not leak_figures.BOUNDS.exists():
        pytest.skip("tests/bench/leak_bounds.json is not here")
    done = run("evaluate", "--json", *leak_figures.RUNS[name], *leak_figures.SMALL, pathlib.Path(SHARED) / "data")
    assert done.returncode == 0, done.stderr
    assert leak_figures.worse(json.loads(done.stdout), json.loads(leak_figures.BOUNDS.read_text())[name]) == []


# --- what uses are said to be ------------------------------------------------------------------------------------


@needs_traces
def test_uses_are_told_as_rightly_as_stated():
    done = run("evaluate", "--categories", "--json", pathlib.Path(SHARED) / "data")
    assert done.returncode == 0, done.stderr
    got = json.loads(done.stdout)
    bounds = json.loads(category_figures.BOUNDS.read_text())
    assert len(bounds) == 24 and category_figures.worse(got, bounds) == []
    # Who says that he is sure is right.
    sure = got["confidence"][-1]
    assert sure["from"] == 0.97 and sure["uses"] > 5_000 and sure["right"] / sure["uses"] > 0.98


def test_categories_need_labelled_events(tmp_path):
    done = run("evaluate", "--categories", household(tmp_path))
    assert done.returncode == 1 and "events_file" in done.stderr and done.stdout == ""
    homes = tmp_path / "homes.csv"
    homes.write_text(homes.read_text().replace(",file,", ",file,events_file,").replace("home.csv,", "home.csv,events.csv,"))
    assert "events.csv" in run("evaluate", "--categories", tmp_path).stderr
    (tmp_path / "events.csv").write_text("start_unix,end_unix,volume_ml,label\n1,2,3,fountain\n")
    assert "events.csv:2: \"fountain\" is no kind of use" in run("evaluate", "--categories", tmp_path).stderr
    assert run("evaluate", "--categories", "--sealed", tmp_path).returncode == 2
    assert run("evaluate", "--labels", "5", tmp_path).returncode == 2
    assert run("evaluate", "--categories", "--labels", "5000", tmp_path).returncode == 2
