"""A leak puck and a meter that are heard by Bluetooth, in the real Home Assistant. BlueZ is the mock of the unit tests."""
from bluetooth import House, adopt, listening, uuid_of
from harness import until
from test_discovery import components, documents, entity_of

PUCK = "A4:C1:38:00:11:22"
METER = "A4:C1:38:00:33:44"
DRY, WET = "01522000", "01522001"  # and 82 % of battery
PRESS = "3a01"


def house_with_puck_and_meter(started):
    house = House(started)
    broker = started.broker()
    said = started.listener(broker)
    daemon = house.daemon(broker, "bluetooth: {enabled: true}\n")
    listening(daemon)
    adopt(daemon, PUCK, role="leak_puck", name="Boiler", room="Basement")
    adopt(daemon, METER, role="meter", name="Garden meter", room="Garden")
    house.hears(PUCK, "440001" + DRY + "3a00")
    house.hears(METER, "404f40420f00")
    ids = {f"millrace_{uuid_of(address)}" for address in (PUCK, METER)}
    until(lambda: documents(said).keys() >= ids and f"millrace_{uuid_of(PUCK)}_button" in components(said),
          lambda: f"their documents: {documents(said).keys()}", 60)
    return house, broker, said, daemon


def test_a_puck_gets_wet_is_pressed_and_goes(started, home_assistant):
    house, broker, said, daemon = house_with_puck_and_meter(started)
    home_assistant.start()
    home_assistant.add_broker(broker)
    until(lambda: home_assistant.entities().keys() >= components(said).keys(),
          lambda: f"entities: {components(said).keys() - home_assistant.entities().keys()}", 60, 1)
    devices = {next(iter(d["identifiers"]))[1]: d for d in home_assistant.ask("config/device_registry/list")
               if d["identifiers"] and d["identifiers"][0][0] == "mqtt"}
    areas = {area["area_id"]: area["name"] for area in home_assistant.ask("config/area_registry/list")}
    for address, name, room in ((PUCK, "Leak puck Boiler", "Basement"), (METER, "Garden meter", "Garden")):
        device = devices[f"millrace_{uuid_of(address)}"]
        assert (device["name"], areas[device["area_id"]], device["serial_number"]) == (name, room, address)
        assert device["via_device_id"] == devices["millrace"]["id"]

    moisture, alarm, battery, button = (entity_of(home_assistant, key, uuid_of(PUCK))
                                        for key in ("moisture", "leak_puck_wet", "battery", "button"))
    until(lambda: home_assistant.state(moisture) == "off", "the puck to be dry", 30, 0.5)
    assert (home_assistant.state(alarm), home_assistant.state(battery)) == ("off", "82")
    house.hears(PUCK, "440002" + WET + "3a00")
    until(lambda: home_assistant.state(moisture) == "on" and home_assistant.state(alarm) == "on", "the puck to be wet", 30, 0.5)
    numbers = home_assistant.call(f"/api/states/{alarm}")["attributes"]
    assert numbers["severity"] == "critical" and "Boiler, Basement" in numbers["sentence"]

    assert home_assistant.state(button) == "unknown"
    house.hears(PUCK, "440003" + DRY + PRESS)
    until(lambda: home_assistant.state(button) not in (None, "unknown"), "the press", 30, 0.5)
    assert home_assistant.call(f"/api/states/{button}")["attributes"]["event_type"] == "press"

    total = entity_of(home_assistant, "total", uuid_of(METER))
    house.hears(METER, "404fb0590f00")  # six litres later
    until(lambda: said.last(f"millrace/{uuid_of(METER)}/total") == "6.000", "the meter's total in MQTT", 30)
    until(lambda: home_assistant.state(total) not in (None, "unknown") and float(home_assistant.state(total)) > 0,
          lambda: f"the meter's total: {home_assistant.state(total)}", 30, 0.5)

    status, _ = daemon.send("DELETE", f"/api/v1/bluetooth/devices/{PUCK}")
    assert status == 200
    until(lambda: not any(uuid_of(PUCK) in unique_id for unique_id in home_assistant.entities()),
          "the forgotten puck to go", 30, 0.5)
    # All but events, which are not retained.
    until(lambda: not [topic for topic in said.topics() if f"/{uuid_of(PUCK)}/" in topic and said.last(topic)
                       and topic.rsplit("/", 1)[1] not in ("alert", "button")], "its retained topics to be emptied", 10)
    # Home Assistant empties a removed device's topic too, and wonders at its own message.
    assert [each for each in home_assistant.complaints() if "No device components to cleanup" not in each] == []
