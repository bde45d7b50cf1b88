"""What devices say of themselves, through the API: against what the archive and its projections hold."""
import json

from harness import BRIDGE, SENSOR, until

REPORTS = """SELECT time_ms, report FROM states JOIN device_numbers ON number = states.device
             WHERE device_numbers.device = ? ORDER BY time_ms DESC, report DESC"""
EVENTS = """SELECT type FROM events JOIN device_numbers ON number = events.device
            WHERE device_numbers.device = ? ORDER BY time_ms DESC, type DESC"""
LINES = """SELECT text FROM logs JOIN device_numbers ON number = logs.device
           WHERE device_numbers.device = ? ORDER BY time_ms DESC, type DESC, level DESC, text DESC"""


def pages(daemon, path, **parameters):
    """All items, page by page, and the last page."""
    items, cursor = [], None
    while True:
        query = "&".join(f"{name}={value}" for name, value in parameters.items()) + (f"&cursor={cursor}" if cursor else "")
        status, page = daemon.http(f"{path}?{query}")
        assert status == 200, page
        items += page["items"]
        cursor = page["next_cursor"]
        if not cursor:
            return items, page


def test_devices_own_words_are_shown_as_they_are_kept(started):
    daemon = started.daemon(config="site: {time_zone: UTC}\n")
    bridge = started.bridge(daemon.bridge_port, "--speed", 2000, "--duration", 3 * 3600)
    until(lambda: not bridge.running(), "three hours", 60)
    until(lambda: daemon.query("SELECT count(*) FROM states")[0][0] > 10, "states")
    of_sensor, of_bridge = f"/api/v1/devices/{SENSOR}", f"/api/v1/devices/{BRIDGE}"

    kept = daemon.query(REPORTS, SENSOR)
    shown, _ = pages(daemon, of_sensor + "/states", limit=3)
    assert [item["values"] for item in shown] == [json.loads(report) for _, report in kept]
    known = daemon.http(of_sensor + "/states")[1]["known"]
    assert known["32"] == {"name": "battery_mv", "unit": "mV", "certainty": "proven", "note": None}
    assert set(known) == {key for _, report in kept for key in json.loads(report)}
    bridges = daemon.http(of_bridge + "/states")[1]
    assert bridges["kind"] == "bridge" and bridges["known"]["512"]["name"] == "wifi_rssi_dbm"

    kept = [kind for (kind,) in daemon.query(EVENTS, BRIDGE)]
    assert {1, 1024, 16384} <= set(kept)
    shown, _ = pages(daemon, of_bridge + "/events", limit=2)  # three of them have one time
    assert [int(item["type"]) for item in shown] == kept
    first = next(item for item in shown if item["type"] == "1024")
    assert first["name"] is None and first["certainty"] == "unknown" and "boot" in first["note"]
    assert not first["restart"]

    kept = [text for (text,) in daemon.query(LINES, BRIDGE)]
    shown, _ = pages(daemon, of_bridge + "/logs", limit=1)
    assert [item["text"] for item in shown] == kept and kept

    boots, page = pages(daemon, of_bridge + "/boots", limit=1)
    assert len(boots) == 1 and boots[0]["frames"] >= 1
    frames = daemon.query("SELECT received_ms FROM frames WHERE topic LIKE ? AND direction = 0", f"2/7/%/{BRIDGE}/%")
    assert len(frames) == boots[0]["frames"]
    assert page["looked_from"] <= boots[0]["received"]

    for rest in ("states", "events", "logs", "boots"):
        assert daemon.http(f"/api/v1/devices/0000000000000000/{rest}")[0] == 404
        assert daemon.http(f"{of_bridge}/{rest}?to=2001-01-01T00:00:00Z")[1]["items"] == []


def test_a_bridge_whose_messages_no_key_opens_still_shows_its_boots(started):
    daemon = started.daemon(key=None)
    started.bridge(daemon.bridge_port)
    path = f"/api/v1/devices/{BRIDGE}"
    until(lambda: daemon.http(path + "/boots")[0] == 200 and daemon.http(path + "/boots")[1]["items"], "its boot")
    assert daemon.http(path + "/states")[1] == {"device": BRIDGE, "kind": "bridge", "known": {}, "next_cursor": None,
                                                "items": []}
