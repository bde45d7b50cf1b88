"""Bridge → stand-in → Home Assistant's broker, REST and the page."""
import json
import time

from harness import BRIDGE, SENSOR, UNCALIBRATED_UL, until


def sensor_of(daemon):
    sensors = daemon.http("/api/v1/devices")[1]["sensors"]
    return sensors[0] if sensors else None


def test_water_reaches_broker_api_and_page(started):
    broker = started.broker()
    daemon = started.daemon(broker)
    listener = started.listener(broker)
    started.bridge(daemon.bridge_port, "--speed", "120", "--qos", "1")
    until(lambda: float(listener.last(f"millrace/{SENSOR}/total") or 0) > 20, "20 litres in MQTT", 60)

    discovery = [t for t in listener.topics() if t.startswith("homeassistant/device/")]
    assert len(discovery) == 3, discovery
    for topic in discovery:
        assert json.loads(listener.last(topic))["origin"]["name"]
    assert listener.last("millrace/availability") == "online"
    assert listener.last(f"millrace/{BRIDGE}/connected").lower() in ("on", "true")

    status, devices = daemon.http("/api/v1/devices")
    assert status == 200
    assert [b["uuid"] for b in devices["bridges"]] == [BRIDGE]
    assert devices["bridges"][0]["connected"] is True
    sensor = devices["sensors"][0]
    assert sensor["uuid"] == SENSOR and sensor["calibrated"] is False

    peaks = daemon.query("SELECT sum(peaks) FROM quarter_usage")[0][0]
    assert peaks > 0
    usage = daemon.http(f"/api/v1/sensors/{SENSOR}/usage?bucket=year&from=2020-01-01T00:00:00Z&unit=L")[1]
    assert usage["peaks"] >= peaks and usage["calibrated"] is False
    assert abs(usage["volume"] - usage["peaks"] * UNCALIBRATED_UL / 1e6) < 0.01
    readings = daemon.http(f"/api/v1/sensors/{SENSOR}/readings?from=2020-01-01T00:00:00Z&limit=5")[1]
    assert len(readings["items"]) == 5 and readings["next_cursor"]

    status, page = daemon.http("/")
    assert status == 200 and "<html" in page
    assert daemon.http("/readyz")[0] == 200
    assert "millrace_water_liters_total" in daemon.http("/metrics")[1]


def test_a_message_is_in_mqtt_within_a_second(started):
    broker = started.broker()
    daemon = started.daemon(broker)
    listener = started.listener(broker, f"millrace/{SENSOR}/total")
    started.bridge(daemon.bridge_port, "--speed", "60", "--qos", "1")
    until(lambda: len(listener.messages) > 3, "the first totals", 60)

    # For new totals in the store, the time until MQTT shows them.
    delays = []
    while len(delays) < 5:
        before = daemon.query("SELECT max(lifetime_ul) FROM meters")[0][0]
        stored = until(lambda: (lambda v: v if v > before else None)(
            daemon.query("SELECT max(lifetime_ul) FROM meters")[0][0]), "more water", 60, 0.005)
        at = time.monotonic()
        until(lambda: float(listener.last(f"millrace/{SENSOR}/total")) * 1e6 >= stored - 50_000, "it in MQTT", 10, 0.005)
        delays.append(time.monotonic() - at)
    print("delays", [f"{d:.3f}" for d in delays])
    assert max(delays) < 1.0, delays


def test_totals_and_readings_survive_a_clean_restart(started):
    broker = started.broker()
    daemon = started.daemon(broker)
    bridge = started.bridge(daemon.bridge_port, "--speed", "600", "--qos", "1", "--duration", "7200")
    until(lambda: not bridge.running(), "two hours of water", 60)
    before = sensor_of(daemon)
    lifetime = daemon.query("SELECT lifetime_ul FROM meters")[0][0]
    peaks = daemon.query("SELECT sum(peaks) FROM quarter_usage")[0][0]
    assert lifetime == peaks * UNCALIBRATED_UL > 0
    assert daemon.stop() == 0
    again = started.daemon(broker)
    assert sensor_of(again)["lifetime"] == before["lifetime"] > 0
    assert again.query("SELECT sum(peaks) FROM quarter_usage")[0][0] == peaks


def test_the_broker_hears_offline_when_the_daemon_stops_or_dies(started):
    broker = started.broker()
    listener = started.listener(broker, "millrace/availability")
    daemon = started.daemon(broker)
    until(lambda: listener.last("millrace/availability") == "online", "online")
    assert daemon.stop() == 0
    until(lambda: listener.last("millrace/availability") == "offline", "offline after a stop")
    daemon = started.daemon(broker)
    until(lambda: listener.last("millrace/availability") == "online", "online again")
    daemon.kill()
    until(lambda: listener.last("millrace/availability") == "offline", "offline after a kill", 40)
