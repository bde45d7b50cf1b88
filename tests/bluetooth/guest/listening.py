"""What devices advertise becomes alarms and water, and the ways this may be disturbed: claims, in the order they are tried."""
import pathlib
import time

import house
from air import meter, puck
from house import KEY, METER, PUCK, SEALED_PUCK, STRANGER, api, heard, is_ill_with, is_ready, of_house
from system import command, properties, until

BLUEZ = "bluetooth.service"
# A meter's register is counted in steps.
A_STEP_L = 0.03
CLEARS_AFTER_S = 120


def hears(device, say, condition, what):
    """How many seconds after it has said it the condition holds."""
    say()
    began = time.monotonic()
    until(condition, lambda: f"{what}; {device.address} is {heard(device)}", house.PATIENCE_S)
    return time.monotonic() - began


def shows(device, wet):
    return lambda: of_house("pucks", device).get("wet") is wet



def alerts_critically(device, say):
    before = len(house.BROKER.alerts(device))
    say()
    began = time.monotonic()
    when, alert = until(lambda: house.BROKER.alerts(device)[before:], "an alert in MQTT", house.PATIENCE_S)[0]
    assert (alert["event_type"], alert["rule"], alert["severity"]) == ("raised", "puck_wet", "critical"), alert
    return f"{when - began:.1f} s after the first drop: {alert['sentence']}"


def the_program_scans_with_the_adapter_it_is_told_from_within_the_unit():
    is_ready()
    state = house.bluetooth()
    assert [(each["name"], each["state"]) for each in state["adapters"]] == [("hci0", "working")], state
    assert pathlib.Path(f"/proc/{properties(house.UNIT, 'MainPID')}").owner() == "millrace"
    return house.readiness()[1]["detail"]


def a_stranger_is_listed_and_nothing_more():
    hears(STRANGER, lambda: STRANGER.say(puck(wet=True)), lambda: heard(STRANGER), "the stranger to be heard")
    assert not heard(STRANGER)["adopted"] and not of_house("pucks", STRANGER)


def a_dry_puck_alarms_nobody():
    took = hears(PUCK, lambda: PUCK.say(puck(wet=False)), shows(PUCK, False), "the puck to be dry")
    assert not house.BROKER.alerts(PUCK)
    said = of_house("pucks", PUCK)
    assert (said["name"], said["room"], said["battery_percent"]) == ("Sink", "kitchen", 90), said
    return f"heard after {took:.1f} s"


def a_wet_puck_is_a_critical_alarm_in_mqtt():
    return alerts_critically(PUCK, lambda: PUCK.say(puck(wet=True)))


def an_encrypted_puck_is_opened_with_its_key():
    hears(SEALED_PUCK, lambda: SEALED_PUCK.say(puck(wet=False), KEY, 101), shows(SEALED_PUCK, False), "the puck to be dry")
    assert heard(SEALED_PUCK)["encrypted"]
    return alerts_critically(SEALED_PUCK, lambda: SEALED_PUCK.say(puck(wet=True), KEY, 102))


def what_somebody_has_recorded_of_it_is_not_believed():
    SEALED_PUCK.repeat(SEALED_PUCK.seal(puck(wet=False), KEY, 77))
    until(lambda: of_house("pucks", SEALED_PUCK)["problem"], "the puck's problem", house.PATIENCE_S)
    assert shows(SEALED_PUCK, True)()
    problem = of_house("pucks", SEALED_PUCK)["problem"]
    return problem


def it_is_dry_again():
    hears(SEALED_PUCK, lambda: SEALED_PUCK.say(puck(wet=False), KEY, 103), shows(SEALED_PUCK, False), "the puck to be dry")
    assert not of_house("pucks", SEALED_PUCK)["problem"]


def lifetime():
    return of_house("sensors", METER).get("lifetime")


def a_meters_total_is_counted():
    """What it had counted before it was heard is not the house's."""
    hears(METER, lambda: METER.say(meter(1_234_560)), lambda: lifetime() is not None, "the meter to be one of the house")
    before = lifetime()
    hears(METER, lambda: METER.say(meter(1_246_905)), lambda: lifetime() > before, "its water to be counted")
    unit = api("/api/v1/devices")["unit"]
    counted = lifetime() - before
    assert unit == "L" and abs(counted - 12.345) < A_STEP_L, (unit, before, lifetime())
    return f"the register rose by 12.345 l, the lifetime by {counted:.3f} l"


def goes_on(device):
    """It is heard anew, with the same adapter."""
    for wet in (True, False):
        hears(device, lambda: device.say(puck(wet)), shows(device, wet), f"the puck to be {'wet' if wet else 'dry'}")


def an_adapter_that_is_down_is_told_and_used_again_when_it_is_up():
    command("hciconfig", "hci0", "down")
    is_ill_with("hci0 is switched off")
    problem = house.readiness()[1]["detail"]
    command("hciconfig", "hci0", "up")
    is_ready()
    goes_on(PUCK)
    return problem


def a_bluez_that_is_stopped_is_told_and_the_next_one_used():
    command("systemctl", "stop", BLUEZ)
    until(lambda: house.readiness()[0] == 503, "/readyz to be ill", house.PATIENCE_S)
    problem = house.readiness()[1]["detail"]
    assert house.bluetooth()["state"] == "missing", house.bluetooth()
    command("systemctl", "start", BLUEZ)
    is_ready()
    goes_on(PUCK)
    return problem


def a_bluez_that_is_restarted_or_killed_is_gone_for_a_moment():
    command("systemctl", "restart", BLUEZ)
    goes_on(PUCK)
    is_ready()
    command("systemctl", "kill", "--signal=KILL", BLUEZ)
    until(lambda: house.bluetooth()["state"] == "missing", "BlueZ to be missed", house.PATIENCE_S)
    command("systemctl", "start", BLUEZ)
    is_ready()
    goes_on(PUCK)


def its_alarm_clears_when_it_has_been_dry_for_a_while():
    until(lambda: any(alert["event_type"] == "cleared" for _, alert in house.BROKER.alerts(SEALED_PUCK)),
          "the alarm to clear", CLEARS_AFTER_S + house.PATIENCE_S)


CLAIMS = [
    the_program_scans_with_the_adapter_it_is_told_from_within_the_unit,
    a_stranger_is_listed_and_nothing_more,
    a_dry_puck_alarms_nobody,
    a_wet_puck_is_a_critical_alarm_in_mqtt,
    an_encrypted_puck_is_opened_with_its_key,
    what_somebody_has_recorded_of_it_is_not_believed,
    it_is_dry_again,
    a_meters_total_is_counted,
    an_adapter_that_is_down_is_told_and_used_again_when_it_is_up,
    a_bluez_that_is_stopped_is_told_and_the_next_one_used,
    a_bluez_that_is_restarted_or_killed_is_gone_for_a_moment,
]
# After what takes its time, so that nobody waits for it in vain.
LAST_CLAIMS = [its_alarm_clears_when_it_has_been_dry_for_a_while]
