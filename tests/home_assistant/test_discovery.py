"""What the real Home Assistant makes of our discovery: every entity and device, their states, and its own log."""
import json

import yaml
from harness import SENSOR, until


def documents(said):
    """Our discovery documents, by device identifier."""
    found = {}
    for topic in said.topics():
        if topic.startswith("homeassistant/device/") and said.last(topic):
            found[topic.split("/")[2]] = json.loads(said.last(topic))
    return found


def start(started, home_assistant, config=""):
    broker = started.broker()
    said = started.listener(broker)
    daemon = started.daemon(broker, config=config)
    started.bridge(daemon.bridge_port, "--speed", 60)
    until(lambda: len(documents(said)) == 3, "three documents", 60)
    home_assistant.start()
    home_assistant.add_broker(broker)
    return broker, said, daemon


def components(said):
    return {component["unique_id"]: component for document in documents(said).values()
            for component in document["components"].values() if "unique_id" in component}


def test_every_entity_arrives_as_its_document_says(started, home_assistant):
    _, said, _ = start(started, home_assistant)
    until(lambda: home_assistant.entities().keys() >= components(said).keys(),
          lambda: f"entities: {components(said).keys() - home_assistant.entities().keys()}", 60, 1)
    entities = home_assistant.entities()
    assert entities.keys() == components(said).keys() and len(entities) > 60
    for unique_id, component in components(said).items():
        entity = entities[unique_id]
        assert entity["entity_id"] == component["default_entity_id"]
        assert entity["entity_category"] == component.get("entity_category")
        assert (entity["disabled_by"] is None) == component.get("enabled_by_default", True), unique_id

    devices = {next(iter(d["identifiers"]))[1]: d for d in home_assistant.ask("config/device_registry/list")
               if d["identifiers"] and d["identifiers"][0][0] == "mqtt"}
    assert len(devices) == 3
    for identifier, document in documents(said).items():
        via = document["device"].get("via_device")
        device = devices[identifier]
        assert device["name"] == document["device"]["name"]
        assert device["via_device_id"] == (devices[via]["id"] if via else None)

    # Every enabled entity has a state, and none of those whose topic has spoken is unknown or unavailable.
    def silent():
        states = {s["entity_id"]: s["state"] for s in home_assistant.call("/api/states")}
        return [unique_id for unique_id, component in components(said).items()
                if entities[unique_id]["disabled_by"] is None and said.last(component.get("state_topic", ""))
                and component["platform"] not in ("event", "button")
                and said.last(component["state_topic"]) not in ("None", "null")
                and states.get(entities[unique_id]["entity_id"]) in (None, "unknown", "unavailable")]

    until(lambda: not silent(), lambda: f"states of {silent()}", 60, 1)
    assert home_assistant.complaints() == []


def test_the_energy_dashboard_can_take_total_and_flow(started, home_assistant):
    start(started, home_assistant)
    total = until(lambda: entity_of(home_assistant, "total"), "the total", 60, 1)
    until(lambda: float(home_assistant.state(total) or 0) > 0, "water in Home Assistant", 60, 1)
    attributes = home_assistant.call(f"/api/states/{total}")["attributes"]
    assert (attributes["device_class"], attributes["state_class"]) == ("water", "total_increasing")
    flow = home_assistant.call(f"/api/states/{entity_of(home_assistant, 'flow')}")["attributes"]
    assert (flow["device_class"], flow["state_class"]) == ("volume_flow_rate", "measurement")
    statistic = {s["statistic_id"]: s for s in home_assistant.ask("recorder/list_statistic_ids")}[total]
    assert statistic["has_sum"] and statistic["unit_class"] == "volume"


def entity_of(home_assistant, key, device=SENSOR):
    entity = home_assistant.entities().get(f"millrace_{device}_{key}")
    return entity and entity["entity_id"]


def test_commands_come_back_as_states(started, home_assistant):
    _, _, daemon = start(started, home_assistant)
    mode = until(lambda: home_assistant.entities().get("millrace_mode"), "the mode", 60, 1)["entity_id"]
    until(lambda: home_assistant.state(mode) == "home", "the mode's state", 60, 1)
    home_assistant.call("/api/services/select/select_option", {"entity_id": mode, "option": "away"})
    until(lambda: home_assistant.state(mode) == "away", "the mode to be away", 20, 0.5)
    assert daemon.http("/api/v1/mode")[1]["mode"] == "away"


def test_an_entity_switched_off_leaves_the_registry(started, home_assistant):
    broker, _, daemon = start(started, home_assistant)
    until(lambda: entity_of(home_assistant, "today"), "the day's entity", 60, 1)
    assert daemon.stop() == 0
    without = f"mqtt:\n  host: 127.0.0.1\n  port: {broker.port}\n  without: [today]\n"
    started.daemon(bridge_port=daemon.bridge_port, http_port=daemon.http_port, config=without)
    until(lambda: not entity_of(home_assistant, "today"), "the day's entity to go", 60, 1)
    assert entity_of(home_assistant, "total") and home_assistant.complaints() == []


def test_the_blueprint_tells_of_an_alarm_and_its_button_answers_it(started, home_assistant):
    broker = started.broker()
    said = started.listener(broker)
    daemon = started.daemon(broker)
    assert daemon.send("PUT", "/api/v1/mode", {"mode": "away"})[0] == 200
    # A sensor is known before its water runs, so that Home Assistant hears the alarm come.
    quiet = started.bridge(daemon.bridge_port)
    until(lambda: len(documents(said)) == 3, "three documents", 60)
    quiet.stop()
    entities = components(said)
    alert, acknowledge, snooze = (entities[f"millrace_{SENSOR}_{key}"]["default_entity_id"]
                                  for key in ("alert", "acknowledge", "snooze_1h"))
    inputs = {"alert": alert, "acknowledge": acknowledge, "snooze": snooze, "notify": "notify.persistent_notification"}
    automation = {"id": "leak", "alias": "Leak alert",
                  "use_blueprint": {"path": "millrace/leak_alert.yaml", "input": inputs}}
    (home_assistant.config / "automations.yaml").write_text(yaml.safe_dump([automation]))
    home_assistant.start()
    assert home_assistant.state("automation.leak_alert") == "on"
    home_assistant.add_broker(broker)
    until(lambda: home_assistant.state(alert), "the alert's entity", 60, 1)

    started.water(daemon.bridge_port)
    alarm = until(lambda: next(iter(daemon.http("/api/v1/alarms")[1]["items"]), None), "the alarm", 60, 0.5)

    def notices():
        return [n["message"] for n in home_assistant.ask("persistent_notification/get")]

    until(lambda: any(alarm["sentence"] in message for message in notices()), lambda: f"the notice: {notices()}", 30, 1)
    home_assistant.call("/api/events/mobile_app_notification_action", {"action": f"MILLRACE_ACK_{alarm['id']}"})
    until(lambda: daemon.http(f"/api/v1/alarms/{alarm['id']}")[1]["state"] == "acknowledged", "the answer to arrive", 30, 0.5)
    assert home_assistant.complaints() == []
