"""A receiver's frames come in, from the same BlueZ that lets us connect to it: claims, in the order they are tried."""
import json
import pathlib
import subprocess
import time

import house
from air import Device
from house import is_ill_with, is_ready
from listening import BLUEZ
from system import command, until

SERVICE = "6d696c6c-0001-4000-8000-726163652e31"
CHARACTERISTIC = "6d696c6c-0002-4000-8000-726163652e31"
BRIDGE, SENSOR = "61F6F57900000001", "61DA80B500000001"
DEVICE = Device(4)
FRAMES = pathlib.Path("/run/frames.jsonl")
MANY = 600  # messages: more than are waited for
FIRST = 1000  # peaks


class Receiver:
    """`millrace simulate receiver` with a controller of its own: passes on samples, a message a second."""

    def __init__(self, messages):
        now = int(time.time())
        lines = [self._line([(now - 5 * back, value - back) for back in range(29, -1, -1)])
                 for value in range(FIRST + 29, FIRST + 29 + messages)]
        FRAMES.write_text("".join(lines))
        self.process = subprocess.Popen(
            ["millrace", "simulate", "receiver", FRAMES, "--adapter", DEVICE.adapter, "--service", SERVICE,
             "--characteristic", CHARACTERISTIC, "--every", "1"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    @staticmethod
    def _line(samples):
        payload = json.dumps([{"timestamp": when, "value": value} for when, value in samples], separators=(",", ":"))
        return json.dumps({"time": "2026-03-02T06:00:00Z", "direction": "to_cloud", "bridge": BRIDGE,
                           "topic": f"2/1/2/{SENSOR}/{samples[-1][0]}", "payload": payload}) + "\n"


def state():
    return house.bluetooth()["receivers"][0]


def more_frames(count):
    frames = state()["frames"]
    until(lambda: state()["frames"] >= frames + count, lambda: f"{count} more frames than {frames}; {state()}", house.PATIENCE_S)


def a_receiver_that_is_not_there_is_told():
    house.start(receivers=[{"address": DEVICE.address, "service": SERVICE, "characteristic": CHARACTERISTIC}])
    is_ill_with("not seen yet")
    return house.readiness()[1]["detail"]


def one_that_comes_is_connected_and_its_frames_are_readings():
    """Not each message: between two of its own adapters, BlueZ 5.66 has been seen to pass on some notifications of a burst in
    another order. Such a message is dropped and counted, and the next one is whole."""
    receiver = Receiver(MANY)
    more_frames(3)
    receiver.process.terminate()
    frame = house.api("/api/v1/frames?limit=1")["items"][0]
    assert (frame["door"], frame["bridge"], frame["opened"]) == ("bluetooth", BRIDGE, True), frame
    assert any(each["uuid"] == SENSOR and each["last_reading"] for each in house.api("/api/v1/devices")["sensors"])
    return f"{state()['frames']} messages of {len(frame['payload'])} bytes; {state()['broken_fragments']} broken fragments"


def one_that_goes_is_told():
    is_ill_with(f"receiver {DEVICE.address}")
    return house.readiness()[1]["detail"]


def the_next_one_is_connected_too_and_again_after_a_restart_of_bluez():
    receiver = Receiver(MANY)
    more_frames(2)
    is_ready()
    command("systemctl", "restart", BLUEZ)
    more_frames(2)
    is_ready()
    receiver.process.terminate()


CLAIMS = [
    a_receiver_that_is_not_there_is_told,
    one_that_comes_is_connected_and_its_frames_are_readings,
    one_that_goes_is_told,
    the_next_one_is_connected_too_and_again_after_a_restart_of_bluez,
]
