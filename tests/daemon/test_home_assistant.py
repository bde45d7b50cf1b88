"""What Home Assistant sees at a real broker: totals over a restart, entities that go, leftovers, limits that are set."""
import json

from harness import BRIDGE, SENSOR, until

GONE = "FEDCBA98765432FF"
DOCUMENT = f"homeassistant/device/millrace_{SENSOR}/config"


def components(payload):
    return json.loads(payload)["components"]


def said_total(listener, leaf):
    value = listener.last(f"millrace/{SENSOR}/{leaf}")
    return float(value) if value else 0.0


def start_with_water(started, broker, config=""):
    said = started.listener(broker)
    daemon = started.daemon(broker, config=config)
    bridge = started.bridge(daemon.bridge_port, "--speed", 60)
    until(lambda: said_total(said, "total") > 1, "water in MQTT", 60)
    return said, daemon, bridge


def test_month_and_windows_are_right_after_a_restart_and_a_rebuild(started):
    leaves = ("month", "week", "today", "last_hour", "last_24h")
    broker = started.broker()
    said = started.listener(broker)
    daemon = started.daemon(broker)
    bridge = started.water(daemon.bridge_port)
    until(lambda: said_total(said, "month") > 20, "water this month", 60)
    bridge.stop()

    def agreed():
        """What all of them say; the windows are said once a minute."""
        said_now = {said_total(said, leaf) for leaf in leaves}
        return said_now.pop() if len(said_now) == 1 else None

    month = until(agreed, "the windows to be said", 120)
    assert daemon.stop() == 0

    def after(what):
        until(lambda: agreed() == month, lambda: f"{what}: {[said_total(said, leaf) for leaf in leaves]} for {month}")

    # What is retained would pass for what the next run says.
    for leaf in leaves:
        said.client.publish(f"millrace/{SENSOR}/{leaf}", "", qos=1, retain=True)
    until(lambda: all(said.last(f"millrace/{SENSOR}/{leaf}") == "" for leaf in leaves), "empty topics")
    later = started.daemon(broker, bridge_port=daemon.bridge_port, http_port=daemon.http_port)
    after("after the restart")
    assert later.send("POST", "/api/v1/archive/rebuild", {})[0] in (200, 202)
    until(lambda: "rebuilt\n" in later.log(), "the rebuild")
    for leaf in leaves:
        said.client.publish(f"millrace/{SENSOR}/{leaf}", "", qos=1, retain=True)
    until(lambda: all(said.last(f"millrace/{SENSOR}/{leaf}") == "" for leaf in leaves), "empty topics")
    said.client.publish("homeassistant/status", "online", qos=1)  # a birth brings everything again
    after("after the rebuild")


def test_an_entity_that_is_switched_off_is_removed_and_then_left_out(started):
    broker = started.broker()
    said, daemon, bridge = start_with_water(started, broker)
    until(lambda: "rssi" in components(said.last(DOCUMENT) or '{"components": {}}'), "the document")
    assert daemon.stop() == 0
    before = len(said.payloads(DOCUMENT))
    # The section that the harness writes has no room for the list.
    config = f"mqtt:\n  host: 127.0.0.1\n  port: {broker.port}\n  without: [rssi]\n"
    started.daemon(None, config=config, bridge_port=daemon.bridge_port, http_port=daemon.http_port)

    def removed():
        seen = [components(p).get("rssi") for p in said.payloads(DOCUMENT)[before:]]
        return {"platform": "sensor"} in seen and seen[-1] is None

    until(removed, "the marker and the document without", 30)


def test_what_a_device_that_is_gone_left_is_emptied_and_nothing_else(started):
    broker = started.broker()
    said, daemon, bridge = start_with_water(started, broker)
    ours = json.loads(until(lambda: said.last(DOCUMENT), "the document"))
    gone = json.loads(json.dumps(ours).replace(SENSOR, GONE))
    foreign = json.loads(json.dumps(gone))
    foreign["origin"]["name"] = "somebody else"
    assert daemon.stop() == 0
    said.client.publish(f"homeassistant/device/millrace_{GONE}/config", json.dumps(gone), qos=1, retain=True)
    said.client.publish(f"millrace/{GONE}/total", "5", qos=1, retain=True)
    said.client.publish("homeassistant/device/millrace_FEDCBA98765432EE/config", json.dumps(foreign), qos=1, retain=True)
    said.client.publish(f"other/{GONE}/total", "7", qos=1, retain=True)
    until(lambda: said.last(f"other/{GONE}/total"), "the leftovers")
    started.daemon(broker, bridge_port=daemon.bridge_port, http_port=daemon.http_port)
    until(lambda: said.last(f"homeassistant/device/millrace_{GONE}/config") == "", "the document to be emptied", 30)
    until(lambda: said.last(f"millrace/{GONE}/total") == "", "the topic to be emptied")
    # Retained messages come in any order.
    fresh = started.listener(broker)
    kept = {f"millrace/{SENSOR}/total", f"other/{GONE}/total", f"homeassistant/device/millrace_{BRIDGE}/config",
            "homeassistant/device/millrace_FEDCBA98765432EE/config"}
    until(lambda: kept <= fresh.topics(), lambda: f"{kept - fresh.topics()} to be there still")
    assert fresh.last(f"other/{GONE}/total") == "7"
    assert json.loads(fresh.last("homeassistant/device/millrace_FEDCBA98765432EE/config")) == foreign
    assert fresh.last(f"millrace/{GONE}/total") is None


def test_a_limit_is_set_by_a_number_and_what_is_no_number_is_refused(started):
    broker = started.broker()
    said = started.listener(broker)
    daemon = started.daemon(broker)
    topic = "millrace/rules_continuous_minutes"
    until(lambda: said.last(topic) == "None", "a limit that is learned")
    for nonsense in ("4.9", "99999", "soon", "", "nan"):
        said.client.publish(topic + "/set", nonsense, qos=1)
    said.client.publish(topic + "/set", "45", qos=1)
    until(lambda: said.last(topic) == "45", "the limit that was set")
    assert daemon.http("/api/v1/rules")[1]["settings"]["continuous_after_minutes"] == 45
    assert set(said.payloads(topic)) == {"None", "45"}
    said.client.publish(topic + "/set", "None", qos=1)
    until(lambda: said.last(topic) == "None", "the limit given back")
    assert daemon.http("/api/v1/rules")[1]["settings"]["continuous_after_minutes"] is None


def test_a_tariff_gives_costs(started):
    broker = started.broker()
    config = "tariff: {currency: EUR, unit: l, price: 0.01, monthly_charge: 2}\n"
    said = started.listener(broker)
    daemon = started.daemon(broker, config=config)
    started.water(daemon.bridge_port)
    cost = until(lambda: json.loads(said.last(f"millrace/{SENSOR}/cost_month") or "{}").get("cost", 0) > 2.1
                 and json.loads(said.last(f"millrace/{SENSOR}/cost_month")), "a cost", 60)
    assert cost["last_reset"].split("T")[0].endswith("-01")
    assert said.last(f"millrace/{SENSOR}/price") == "0.010000"
    assert components(said.last(DOCUMENT))["price"]["unit_of_measurement"] == "EUR/L"
