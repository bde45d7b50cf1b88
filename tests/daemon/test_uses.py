"""What the owner says uses were, and how long water may run: over the API, a restart, a rebuild and a backup."""
import csv
import io
import sqlite3

import pytest
from harness import SENSOR, run, until, with_past_water

WATER = f"/api/v1/sensors/{SENSOR}"
DAY = "from=2026-03-02T00:00:00Z&to=2026-03-03T00:00:00Z"


def uses(daemon, query=DAY):
    status, page = daemon.http(f"{WATER}/uses?{query}")
    assert status == 200, page
    return page["items"]


def again(started, daemon):
    return started.daemon(config="site: {time_zone: UTC}\n", bridge_port=daemon.bridge_port,
                          http_port=daemon.http_port)


def labels(daemon):
    return {use["id"]: (use["category"], use["category_source"], use["name"]) for use in uses(daemon)
            if use["category_source"] == "owner" or use["name"]}


def test_a_label_outlives_restart_rebuild_and_backup(started):
    daemon = again(started, with_past_water(started))
    first, second = uses(daemon)[:2]
    assert first["id"] != second["id"] and labels(daemon) == {}
    path = f"{WATER}/uses/{first['id']}"
    status, answer = daemon.send("PUT", path, {"category": "toilet", "name": 'guest "bath", left', "by": "Ada"})
    assert status == 200 and answer["use"] == first | {
        "category": "toilet", "category_source": "owner", "name": 'guest "bath", left', "labelled_by": "Ada",
        "confidence": None, "explanation": None}
    assert daemon.send("PUT", f"{WATER}/uses/{second['id']}", {"category": "shower"})[0] == 200
    assert daemon.send("PUT", path, {"category": "jacuzzi"})[0] == 400
    assert daemon.send("PUT", f"{WATER}/uses/1-1", {"category": "shower"})[0] == 404
    said = {first["id"]: ("toilet", "owner", 'guest "bath", left'), second["id"]: ("shower", "owner", None)}
    assert labels(daemon) == said
    rows = list(csv.DictReader(io.StringIO(daemon.http(f"{WATER}/uses?{DAY}&format=csv")[1])))
    assert [(row["id"], row["category"], row["name"]) for row in rows[:2]] == [
        (first["id"], "toilet", 'guest "bath", left'), (second["id"], "shower", "")]

    assert daemon.send("POST", "/api/v1/archive/rebuild", {})[0] == 202
    until(lambda: daemon.http("/api/v1/archive")[1]["rebuild"] is None, "the rebuild", 60)
    assert labels(daemon) == said
    copy = started.folder / "backup.db"
    made = run("backup", "--state-dir", daemon.state, copy)
    assert made.returncode == 0, made.stderr
    assert daemon.stop() == 0
    daemon = again(started, daemon)
    assert labels(daemon) == said
    exported = run("export", "uses", "--state-dir", daemon.state, "--sensor", SENSOR)
    assert exported.returncode == 0, exported.stderr
    assert [row["name"] for row in csv.DictReader(io.StringIO(exported.stdout))][0] == 'guest "bath", left'

    assert daemon.send("PUT", path, {"category": None, "name": None})[0] == 200
    assert labels(daemon) == {second["id"]: ("shower", "owner", None)}
    kept = sqlite3.connect(copy).execute("SELECT category FROM use_labels ORDER BY start_ms").fetchall()
    assert kept == [("toilet",), ("shower",)], "the backup was made before"


def test_usage_is_split_by_what_the_owner_said(started):
    daemon = again(started, with_past_water(started))
    shower = max(uses(daemon), key=lambda use: use["volume"])
    assert daemon.send("PUT", f"{WATER}/uses/{shower['id']}", {"category": "shower"})[0] == 200
    status, usage = daemon.http(f"{WATER}/usage?{DAY}&bucket=day&split=category")
    assert status == 200, usage
    showers = [use["volume"] for use in uses(daemon) if use["category"] == "shower"]
    assert usage["categories"]["shower"] == pytest.approx(sum(showers), abs=0.01) and shower["volume"] in showers
    assert usage["items"][0]["categories"] == usage["categories"]
    assert abs(sum(usage["categories"].values()) - usage["volume"]) < 0.001
    hours = daemon.http(f"{WATER}/usage?{DAY}&bucket=hour&split=category")[1]["items"]
    assert shower["start"][:13] + ":00:00Z" in [hour["start"] for hour in hours if "shower" in hour["categories"]]
    assert "categories" not in daemon.http(f"{WATER}/usage?{DAY}&bucket=day")[1]


def test_limits_show_the_run_under_way_and_the_owners_word(started):
    daemon = started.daemon(config="site: {time_zone: UTC}\nalarms: {continuous_after: 45 min}\n")
    started.water(daemon.bridge_port)

    def running():
        status, limits = daemon.http(f"{WATER}/limits")
        return status == 200 and next((part["running"] for item in limits["items"][:7] for part in item["parts"]
                                       if part["running"]), None)

    run_now = until(running, "the run", 60)
    assert (run_now["limit_seconds"], run_now["limit_source"]) == (2700.0, "owner")
    limits = daemon.http(f"{WATER}/limits")[1]
    assert len(limits["items"]) == 14 and limits["time_zone"] == "UTC"
    assert {part["limit_seconds"] for item in limits["items"][:11] for part in item["parts"]} == {2700.0}
    assert daemon.http("/api/v1/sensors/0000000000000000/limits")[0] == 404
