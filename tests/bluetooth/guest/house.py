"""Millrace in the machine: the package's unit with the program handed in, its config file, its API, and the broker's side."""
import json
import os
import pathlib
import subprocess
import threading
import time
import urllib.error
import urllib.request

from air import Device
from system import command, properties, until

HERE = pathlib.Path(__file__).resolve().parent
CONFIG = pathlib.Path("/etc/millrace/millrace.yaml")
KEY_FILE = pathlib.Path("/etc/millrace/keys/puck.key")
UNIT = "millrace.service"
LISTENER = "hci0"
PUCK, SEALED_PUCK, METER, STRANGER = (Device(number) for number in range(1, 5))
KEY = os.urandom(16)
# Emulation takes its time, and BlueZ pauses for five seconds after ten of scanning.
PATIENCE_S = 60


def install():
    command("install", "-m", "0755", HERE / "millrace", "/usr/bin/millrace")
    command("install", "-D", "-m", "0644", HERE / "millrace.sysusers", "/usr/lib/sysusers.d/millrace.conf")
    command("install", "-m", "0644", HERE / "millrace.service", "/etc/systemd/system")
    command("systemd-sysusers")
    KEY_FILE.parent.mkdir(parents=True)
    subprocess.run(["install", "-m", "0640", "-g", "millrace", "/dev/stdin", KEY_FILE], input=KEY.hex().encode(), check=True)
    command("systemctl", "daemon-reload")


def start(**bluetooth):
    """(Re)starts it with the devices of the house, and more settings under `bluetooth`."""
    settings = {
        "version": 1,
        "bridge": {"listen": "127.0.0.1:1884"},  # the other port is the broker's
        "mqtt": {"host": "127.0.0.1"},
        "bluetooth": {
            "enabled": True,
            "adapters": [LISTENER],
            "devices": [
                {"address": PUCK.address, "name": "Sink", "room": "kitchen", "role": "leak_puck"},
                {"address": SEALED_PUCK.address, "name": "Boiler", "role": "leak_puck", "key_file": str(KEY_FILE)},
                {"address": METER.address, "name": "Register", "role": "meter"},
            ],
            **bluetooth,
        },
    }
    CONFIG.write_text(json.dumps(settings))  # which is YAML too
    command("systemctl", "restart", UNIT)
    assert properties(UNIT, "ActiveState") == "active"


def api(path):
    with urllib.request.urlopen(f"http://127.0.0.1:8099{path}", timeout=60) as answer:
        return json.load(answer)


def bluetooth():
    return api("/api/v1/bluetooth")


def heard(device):
    """What is known of it in the list of devices heard, or None."""
    return next((each for each in bluetooth()["heard"] if each["address"] == device.address), None)


def of_house(kind, device):
    """It among the house's `pucks` or `sensors`, or an empty object."""
    return next((each for each in api("/api/v1/devices")[kind] if each["uuid"] == device.uuid), {})


def readiness():
    """(HTTP status, what /readyz says of Bluetooth)."""
    try:
        with urllib.request.urlopen("http://127.0.0.1:8099/readyz", timeout=60) as answer:
            status, text = answer.status, answer.read()
    except urllib.error.HTTPError as answer:
        status, text = answer.code, answer.read()
    return status, next(item for item in json.loads(text)["items"] if item["part"] == "bluetooth")


def is_ready():
    """It listens; being asked is not ill, but not ready either."""
    until(lambda: bluetooth()["state"] == "working" and readiness()[0] == 200,
          lambda: f"/readyz to be well; it is {readiness()}", PATIENCE_S)


def is_ill_with(words):
    until(lambda: readiness()[0] == 503 and words in json.dumps(readiness()[1]),
          lambda: f"/readyz to say {words!r}; it is {readiness()}", PATIENCE_S)


class Broker:
    """All that the daemon publishes."""

    def __init__(self):
        self.messages = []  # (when, topic, payload)
        self._client = subprocess.Popen(["mosquitto_sub", "-t", "millrace/#", "-F", "%t %p"], stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self._client.stdout:
            topic, _, payload = line.rstrip("\n").partition(" ")
            self.messages.append((time.monotonic(), topic, payload))

    def alerts(self, device):
        return [(when, json.loads(payload)) for when, topic, payload in list(self.messages)
                if topic == f"millrace/{device.uuid}/alert"]


BROKER = Broker()
