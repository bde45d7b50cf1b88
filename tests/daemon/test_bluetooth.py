"""Bluetooth all the way: a message bus, BlueZ's mock on it, the daemon, its API and Home Assistant's broker."""
import json
import time

import pytest
from bluetooth import House, adopt, bluetooth, described, fragments, health, heard, listening, sealed, uuid_of
from harness import BINARY, BRIDGE, FIXTURES, SENSOR, Process, run, until

PUCK = "A4:C1:38:00:11:22"
METER = "A4:C1:38:00:33:44"
OTHER = "A4:C1:38:00:55:66"
STRANGER = "C8:00:00:00:00:01"
RECEIVER = "D4:00:00:00:00:09"
BIND_KEY = "231d39c1d7cc1ab1aee224cd096db932"
SERVICE, CHARACTERISTIC = "6d696c6c-7261-6365-0001-000000000001", "6d696c6c-7261-6365-0001-000000000002"


CLEARS_AFTER = 120  # seconds for which nothing may hold any more


def puck_says(wet, packet=None, battery=90):
    return "40" + ("" if packet is None else f"00{packet:02x}") + f"01{battery:02x}" + "02d007" + f"20{wet:02x}"


def sealed_puck_says(wet, counter):
    return sealed(PUCK, BIND_KEY, counter, f"015a20{wet:02x}")


def meter_says(litres):
    return "40" + "4f" + int(litres * 1000).to_bytes(4, "little").hex()


def puck(daemon, address=PUCK):
    return next((one for one in daemon.http("/api/v1/devices")[1]["pucks"] if one["uuid"] == uuid_of(address)), None)


def meter(daemon):
    return next((one for one in daemon.http("/api/v1/devices")[1]["sensors"] if one["uuid"] == uuid_of(METER)), None)


def open_alarms(daemon, rule="puck_wet"):
    return [one for one in daemon.http("/api/v1/alarms")[1]["items"] if one["rule"] == rule and one["state"] != "cleared"]


def alerts(listener, change):
    said = [json.loads(text) for text in listener.payloads(f"millrace/{uuid_of(PUCK)}/alert")]
    return [one for one in said if one["event_type"] == change]


@pytest.fixture
def house(started):
    return House(started)


ON = "bluetooth: {enabled: true}\n"


def test_a_house_without_bluetooth_does_not_speak_of_it(started):
    daemon = started.daemon()
    assert health(daemon) is None
    assert bluetooth(daemon)["state"] == "off" and bluetooth(daemon)["adapters"] == []
    assert "millrace_bluetooth" not in daemon.http("/metrics")[1]


def test_a_puck_is_found_adopted_and_believed(started, house):
    broker = started.broker()
    said = started.listener(broker, "millrace/#")
    house.bluez.do("adapter", name="hci1")
    daemon = house.daemon(broker, ON)
    listening(daemon)
    assert health(daemon) == {"part": "bluetooth", "ok": True, "detail": "scanning with hci0, hci1"}
    house.hears(STRANGER, "4002c409", name="Thermometer", rssi=-70)
    house.hears(PUCK, puck_says(False, 1), adapter="hci1", name="Puck", rssi=-48)
    until(lambda: heard(daemon, PUCK) and heard(daemon, STRANGER), "both devices in the list")
    document = bluetooth(daemon)
    assert [(one["name"], one["state"], one["advertisements"]) for one in document["adapters"]] == [
        ("hci0", "working", 1), ("hci1", "working", 1)]
    stranger = heard(daemon, STRANGER)
    assert (stranger["name"], stranger["rssi_dbm"], stranger["adopted"]) == ("Thermometer", -70, False)
    assert {"name": "temperature", "value": "25.00", "unit": "°C"} in stranger["values"]
    assert heard(daemon, PUCK)["adapter"] == "hci1" and puck(daemon) is None

    adopted = adopt(daemon, PUCK, role="leak_puck", name="Boiler", room="basement")["adopted"]
    assert [(one["address"], one["uuid"], one["name"]) for one in adopted] == [(PUCK, uuid_of(PUCK), "Boiler")]
    house.hears(PUCK, puck_says(False, 2), adapter="hci1")
    until(lambda: puck(daemon) and puck(daemon)["wet"] is False, "the puck to be dry")
    assert (puck(daemon)["battery_percent"], puck(daemon)["temperature_celsius"]) == (90, 20)
    assert open_alarms(daemon) == [] and alerts(said, "raised") == []

    until(lambda: said.last("millrace/availability") == "online", "the daemon at the broker")
    began = time.monotonic()
    house.hears(PUCK, puck_says(True, 3), adapter="hci1")
    until(lambda: alerts(said, "raised"), "the alarm in MQTT")
    took = next(at for at, topic, text in said.messages
                if topic.endswith("/alert") and json.loads(text)["event_type"] == "raised") - began
    assert took < 1, f"{took:.2f} s from the advertisement to the alarm"
    alarm = until(lambda: open_alarms(daemon), "the alarm in the API")[0]
    assert (alarm["severity"], alarm["device"]) == ("critical", uuid_of(PUCK)), alarm
    assert "Boiler, basement" in alarm["sentence"]
    assert puck(daemon)["wet"] is True and puck(daemon)["wet_since"]

    # Another one is forgotten while it is wet.
    adopt(daemon, OTHER, role="leak_puck", name="Attic")
    house.hears(OTHER, puck_says(True, 1))
    until(lambda: len(open_alarms(daemon)) == 2, "the other alarm")
    assert daemon.send("DELETE", f"/api/v1/bluetooth/devices/{OTHER}")[0] == 200
    house.hears(PUCK, puck_says(False, 4), adapter="hci1")
    until(lambda: puck(daemon)["wet"] is False, "the puck to be dry again")
    assert puck(daemon)["wet_since"] is None
    until(lambda: alerts(said, "cleared") and not open_alarms(daemon), "the end of both alarms", CLEARS_AFTER + 30, 1)


def test_an_encrypted_puck_asks_for_its_key_and_old_words_are_not_believed(house):
    daemon = house.daemon(config=ON)
    listening(daemon)
    house.hears(PUCK, sealed_puck_says(False, 100))
    until(lambda: heard(daemon, PUCK), "the puck")
    assert heard(daemon, PUCK)["encrypted"] and "encrypted" in heard(daemon, PUCK)["problem"]
    adopt(daemon, PUCK, role="leak_puck", name="Sink")
    house.hears(PUCK, sealed_puck_says(False, 101))
    until(lambda: puck(daemon) and "encrypted" in (puck(daemon)["problem"] or ""), "the puck to ask for its key")
    assert puck(daemon)["wet"] is None

    document = adopt(daemon, PUCK, role="leak_puck", name="Sink", key=BIND_KEY)
    assert BIND_KEY not in json.dumps(document).lower()
    house.hears(PUCK, sealed_puck_says(False, 102))
    until(lambda: puck(daemon)["problem"] is None and puck(daemon)["wet"] is False, "the key to open", 30)
    house.hears(PUCK, sealed_puck_says(True, 103))
    until(lambda: open_alarms(daemon), "the alarm")

    # Recorded by somebody when it was dry.
    house.hears(PUCK, sealed_puck_says(False, 50))
    until(lambda: "counter went back" in (puck(daemon)["problem"] or ""), lambda: f"the replay to be told: {puck(daemon)}")
    assert puck(daemon)["wet"] is True and open_alarms(daemon)
    # In the clear, by anybody.
    house.hears(PUCK, puck_says(False))
    until(lambda: "in the clear" in (puck(daemon)["problem"] or ""), "what is not encrypted to be told")
    assert puck(daemon)["wet"] is True and open_alarms(daemon)
    # Under another key.
    house.hears(PUCK, sealed(PUCK, "00" * 16, 200, "015a2000"))
    until(lambda: "does not open" in (puck(daemon)["problem"] or ""), "the wrong key to be told")
    assert puck(daemon)["wet"] is True
    house.hears(PUCK, sealed_puck_says(False, 104))
    until(lambda: puck(daemon)["wet"] is False and puck(daemon)["problem"] is None, "its own word")
    assert BIND_KEY not in daemon.log()


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_restart_forgets_nothing(house, end):
    daemon = house.daemon(config=ON)
    listening(daemon)
    adopt(daemon, PUCK, role="leak_puck", name="Sink", room="kitchen", key=BIND_KEY)
    house.hears(PUCK, sealed_puck_says(False, 500))
    until(lambda: puck(daemon) and puck(daemon)["wet"] is False, "the puck")
    house.hears(PUCK, sealed_puck_says(True, 501))
    alarm = until(lambda: open_alarms(daemon), "the alarm")[0]
    since = puck(daemon)["wet_since"]
    # The owner's word, that it is dry, and that it is wet.
    until(lambda: daemon.query("SELECT count(*) FROM states")[0][0] == 3, "all of it on disk")
    getattr(daemon, end)()
    daemon = house.daemon(config=ON, before=daemon)
    listening(daemon)
    assert [(one["name"], one["room"]) for one in bluetooth(daemon)["adopted"]] == [("Sink", "kitchen")]
    until(lambda: puck(daemon) and puck(daemon)["wet"] is True, lambda: f"the puck still to be wet: {puck(daemon)}")
    assert [one["id"] for one in open_alarms(daemon)] == [alarm["id"]]
    assert puck(daemon)["wet_since"] in (since, None)

    house.hears(PUCK, sealed_puck_says(False, 500))
    until(lambda: "counter went back" in (puck(daemon)["problem"] or ""), "the counter to be remembered")
    assert puck(daemon)["wet"] is True
    house.hears(PUCK, sealed_puck_says(False, 502))
    until(lambda: puck(daemon)["wet"] is False, "the key to be remembered")


def test_a_meters_total_becomes_water_used(house):
    daemon = house.daemon(config=ON)
    listening(daemon)
    adopt(daemon, METER, role="meter", name="Garden")
    house.hears(METER, meter_says(1000))
    until(lambda: meter(daemon) and meter(daemon)["bluetooth"], "the meter")
    assert meter(daemon)["bluetooth"]["name"] == "Garden" and meter(daemon)["calibrated"]
    house.hears(METER, meter_says(1004.5))
    house.hears(METER, meter_says(1009))
    until(lambda: meter(daemon)["lifetime"] >= 8.9, lambda: f"the water: {meter(daemon)}")
    assert meter(daemon)["lifetime"] == pytest.approx(9, abs=0.031)
    assert meter(daemon)["today"] == pytest.approx(9, abs=0.031)
    day = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime())
    until(lambda: usage(daemon, day) == pytest.approx(9, abs=0.031), lambda: f"the usage: {usage(daemon, day)}")
    # The daemon missed some of it. What ran meanwhile counts.
    assert daemon.stop() == 0
    daemon = house.daemon(config=ON, before=daemon)
    listening(daemon)
    house.hears(METER, meter_says(1012))
    until(lambda: meter(daemon)["lifetime"] >= 11.9, lambda: f"what ran meanwhile: {meter(daemon)}")
    assert meter(daemon)["lifetime"] == pytest.approx(12, abs=0.031)


def usage(daemon, since):
    status, document = daemon.http(f"/api/v1/sensors/{uuid_of(METER)}/usage?from={since}&bucket=day")
    assert status == 200, document
    return sum(bucket["volume"] for bucket in document["items"])


def test_who_is_forgotten_is_a_stranger_again(house):
    daemon = house.daemon(config=ON)
    listening(daemon)
    path = f"/api/v1/bluetooth/devices/{PUCK}"
    assert daemon.send("DELETE", path)[0] == 404
    adopt(daemon, PUCK, role="leak_puck", name="Boiler")
    house.hears(PUCK, puck_says(True, 1))
    until(lambda: open_alarms(daemon), "the alarm")
    assert daemon.send("DELETE", path)[0] == 200
    assert bluetooth(daemon)["adopted"] == [] and heard(daemon, PUCK)["adopted"] is False
    until(lambda: puck(daemon) is None, "the puck to go")
    house.hears(PUCK, puck_says(True, 2))
    until(lambda: heard(daemon, PUCK)["advertisements"] == 2, "it to be heard")
    assert puck(daemon) is None
    assert daemon.stop() == 0
    daemon = house.daemon(config=ON, before=daemon)
    listening(daemon)
    assert bluetooth(daemon)["adopted"] == [] and puck(daemon) is None


def test_devices_that_the_config_file_names_are_its_own(house):
    (house.started.folder / "puck.key").write_text(BIND_KEY + "\n")
    daemon = house.daemon(config="bluetooth: {enabled: true, devices: [{address: '" + PUCK +
                          "', name: Boiler, room: basement, key_file: puck.key}]}\n")
    listening(daemon)
    house.hears(PUCK, sealed_puck_says(True, 7))
    until(lambda: open_alarms(daemon), "the alarm")
    status, problem = daemon.send("PUT", f"/api/v1/bluetooth/devices/{PUCK}", {"role": "meter", "name": "Other"})
    assert status == 409 and "config file" in problem["detail"]
    assert daemon.send("DELETE", f"/api/v1/bluetooth/devices/{PUCK}")[0] == 409
    assert [one["from_config_file"] for one in bluetooth(daemon)["adopted"]] == [True]


def from_the_bridge():
    messages = map(json.loads, (FIXTURES / "bridge-day.messages.jsonl").read_text().splitlines())
    return [one for one in messages if one["direction"] == "to_cloud"]


def test_a_receivers_frames_go_the_way_of_all_frames(house):
    config = ("bluetooth: {enabled: true, receivers: [{address: '" + RECEIVER + f"', service: {SERVICE}, "
              f"characteristic: {CHARACTERISTIC}}}]}}\n")
    daemon = house.daemon(config=config)
    until(lambda: health(daemon)["ok"] is False, "the receiver to be missed")
    assert RECEIVER in health(daemon)["detail"]
    house.bluez.do("device", adapter="hci0", address=RECEIVER, name="Receiver", offers=[SERVICE, CHARACTERISTIC])
    until(lambda: health(daemon)["ok"], lambda: f"the receiver: {health(daemon)}", 40)
    part = from_the_bridge()[:200]
    sequence = 250
    for message in part:
        payload = json.dumps(message["payload"], separators=(",", ":")).encode()
        cut, sequence = fragments(message["topic"].replace("/12/", "/2/"), payload, BRIDGE, sequence, longest=180)
        house.bluez.do("notify", adapter="hci0", address=RECEIVER, values=cut)
    until(lambda: daemon.query("SELECT count(*) FROM frames")[0][0] == len(part),
          lambda: f"the frames: {bluetooth(daemon)['receivers']}", 30)
    assert bluetooth(daemon)["receivers"][0] | {"problem": None} == {
        "address": RECEIVER, "state": "working", "problem": None, "frames": len(part), "broken_fragments": 0}
    devices = daemon.http("/api/v1/devices")[1]
    assert [(one["uuid"], one["door"], one["connected"]) for one in devices["bridges"]] == [(BRIDGE, "bluetooth", True)]
    assert [one["uuid"] for one in devices["sensors"]] == [SENSOR]
    assert daemon.query("SELECT count(*) FROM readings")[0][0] > 0

    house.bluez.do("break_off", adapter="hci0", address=RECEIVER)
    until(lambda: daemon.http("/api/v1/devices")[1]["bridges"][0]["connected"] is False, "the end of the connection")
    until(lambda: health(daemon)["ok"], "the receiver once more", 40)
    before = len(part)
    house.bluez.do("notify", adapter="hci0", address=RECEIVER, values=fragments(
        f"2/2/2/{SENSOR}/1", b"[]", BRIDGE)[0])
    until(lambda: daemon.query("SELECT count(*) FROM frames")[0][0] == before + 1, "a frame after it")


def test_an_adapter_that_goes_is_told_and_taken_up_when_it_is_back(house):
    daemon = house.daemon(config="bluetooth: {enabled: true, adapters: [hci0]}\n")
    listening(daemon)
    house.bluez.do("unplug", name="hci0")
    house.bluez.devices = None
    until(lambda: not health(daemon)["ok"], "the adapter to be missed")
    assert "there is no adapter hci0" in health(daemon)["detail"]
    assert daemon.http("/readyz")[0] == 503
    assert [one["state"] for one in bluetooth(daemon)["adapters"]] == ["missing"]
    house.bluez.do("adapter", name="hci0", powered=False)
    until(lambda: "switched off" in health(daemon)["detail"], "the adapter to be switched off")
    house.bluez.do("power", name="hci0", on=True)
    listening(daemon)
    house.hears(PUCK, puck_says(False))
    until(lambda: heard(daemon, PUCK), "a device by the new adapter")


def test_bluez_and_the_bus_may_go_and_come(house):
    daemon = house.daemon(config=ON)
    listening(daemon)
    adopt(daemon, PUCK, role="leak_puck", name="Boiler")
    house.bluez.kill()
    house.bluez.devices = None
    until(lambda: "BlueZ does not run" in health(daemon)["detail"], lambda: f"BlueZ to be missed: {health(daemon)}")
    house.bluez.begin()
    house.bluez.do("adapter", name="hci0")
    listening(daemon)
    house.hears(PUCK, puck_says(False, 1))
    until(lambda: puck(daemon) and puck(daemon)["wet"] is False, "the puck by the next BlueZ")

    house.bus.kill()
    until(lambda: "bus" in health(daemon)["detail"], lambda: f"the bus to be missed: {health(daemon)}")
    assert daemon.running() and daemon.http("/healthz")[0] == 200
    house.bus.begin()
    house.restart_bluez()
    until(lambda: health(daemon)["ok"], lambda: f"the bus once more: {health(daemon)}", 40)
    listening(daemon)
    house.hears(PUCK, puck_says(True, 2))
    until(lambda: open_alarms(daemon), "the alarm by the next bus")
    # Each change is said once.
    assert daemon.log().count("BlueZ does not run") < 4, daemon.log()
    assert daemon.stop() == 0


def test_who_starts_before_the_bus_waits_for_it(started, house):
    house.bluez.kill()
    house.bluez.devices = None
    house.bus.kill()
    house.bus.socket.unlink()
    daemon = house.daemon(config=ON)
    until(lambda: "no message bus" in health(daemon)["detail"], lambda: f"the bus to be missed: {health(daemon)}")
    house.bus.begin()
    house.restart_bluez()
    until(lambda: "scanning" in health(daemon)["detail"], lambda: f"a scan: {health(daemon)}", 40)


def test_the_doctor_sees_bluetooth(house):
    daemon = house.daemon(config=ON)
    listening(daemon)

    def checks():
        said = run("doctor", "--json", "--url", f"http://127.0.0.1:{daemon.http_port}").stdout
        found = described("CheckRun", json.loads(said))["checks"]
        return {one["id"]: one for one in found if one["id"].startswith("bluetooth")}

    assert {name: one["state"] for name, one in checks().items()} == {"bluetooth": "ok", "bluetooth_heard": "note"}
    adopt(daemon, PUCK, role="leak_puck", name="Boiler")
    house.hears(PUCK, sealed_puck_says(False, 1))
    until(lambda: puck(daemon) and puck(daemon)["problem"], "the puck without its key")
    found = checks()
    assert found["bluetooth_devices"]["state"] == "problem" and "Boiler" in found["bluetooth_devices"]["summary"]
    house.bluez.kill()
    until(lambda: not health(daemon)["ok"], "BlueZ to be missed")
    assert {name: one["state"] for name, one in checks().items()} == {"bluetooth": "problem"}
    assert daemon.stop() == 0
    offline = json.loads(run("doctor", "--json", "--config", daemon.config, "--state-dir", daemon.state, "--url",
                             f"http://127.0.0.1:{daemon.http_port}").stdout)["checks"]
    assert [one["state"] for one in offline if one["id"] == "bluetooth"] == ["note"]


def test_emulated_devices_are_heard_by_the_daemon(started, house):
    """`millrace simulate puck` and `meter` by one adapter, the daemon at the other."""
    for name in ("hci1", "hci2"):
        house.bluez.do("adapter", name=name)
    house.bluez.do("carry", to="hci0")
    key = started.folder / "bind.key"
    key.write_text(BIND_KEY + "\n")
    puck_address, meter_address = "00:1A:7D:DA:71:01", "00:1A:7D:DA:71:02"
    daemon = house.daemon(config="bluetooth: {enabled: true, adapters: [hci0]}\n")
    listening(daemon)
    adopt(daemon, puck_address, role="leak_puck", name="Emulated", key=BIND_KEY)
    adopt(daemon, meter_address, role="meter", name="Emulated meter")

    def emulated():
        return puck(daemon, puck_address)

    wet = simulate(started, house, "puck", "--adapter", "hci1", "--name", "Puck", "--bind-key-file", key,
                   "--wet-after", 1.5, "--dry-after", 3, "--every", 0.5, "--duration", 6)
    runs = simulate(started, house, "meter", "--adapter", "hci2", "--flow", 60, "--total", 500, "--every", 1)
    until(lambda: emulated() and emulated()["wet"] is False, "the puck to be dry first")
    assert heard(daemon, puck_address)["name"] == "Puck" and heard(daemon, puck_address)["encrypted"]
    until(lambda: open_alarms(daemon), "the alarm of the emulated puck")
    until(lambda: emulated()["wet"] is False, "it to be dry again")
    assert wet.process.wait(30) == 0, wet.log()
    assert f"{puck_address} advertises by hci1" in wet.log()

    def sensor():
        return next((one for one in daemon.http("/api/v1/devices")[1]["sensors"] if one["bluetooth"]), None)

    # A litre a second.
    until(lambda: sensor() and sensor()["lifetime"] > 2, lambda: f"the emulated meter's water: {sensor()}")
    assert sensor()["bluetooth"]["flow_said"] == 60
    assert runs.stop() == 0, runs.log()
    until(lambda: len(house.bluez.calls("UnregisterAdvertisement")) == 2, "both to be taken back")


def simulate(started, house, *arguments):
    """`millrace simulate …` on the house's bus."""
    command = [BINARY, "simulate", *map(str, arguments)]
    return started.keep(Process(command, started.folder / f"{arguments[0]}.log", env=house.bus.environment))


def test_an_emulation_without_an_adapter_says_so(started, house):
    lonely = simulate(started, house, "puck", "--adapter", "hci7", "--duration", 1)
    assert lonely.process.wait(20) == 1
    assert "BlueZ could not tell its address" in lonely.log()


def test_an_emulated_receiver_passes_a_capture_on(started, house):
    house.bluez.do("adapter", name="hci1")
    house.bluez.do("carry", to="hci0")
    said = started.folder / "said.jsonl"
    said.write_text("".join(json.dumps(one | {"topic": one["topic"].replace("/12/", "/2/"), "bridge": BRIDGE}) + "\n"
                            for one in from_the_bridge()[:30]))
    config = ("bluetooth: {enabled: true, adapters: [hci0], receivers: [{address: '00:1A:7D:DA:71:01', service: "
              f"{SERVICE}, characteristic: {CHARACTERISTIC}}}]}}\n")
    daemon = house.daemon(config=config)
    until(lambda: health(daemon), "Bluetooth to be spoken of")
    receiver = simulate(started, house, "receiver", said, "--adapter", "hci1", "--service", SERVICE, "--characteristic",
                        CHARACTERISTIC, "--every", 0.01)
    assert receiver.process.wait(60) == 0, f"{receiver.log()} {health(daemon)}"
    assert "30 of 30 messages passed on" in receiver.log()
    until(lambda: daemon.query("SELECT count(*) FROM frames")[0][0] == 30, lambda: f"the frames: {health(daemon)}")
    assert daemon.http("/api/v1/devices")[1]["bridges"][0]["uuid"] == BRIDGE
