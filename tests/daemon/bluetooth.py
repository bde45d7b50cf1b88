"""Bluetooth for whole-daemon tests: a message bus of the test's own, and on it the mock of BlueZ that the unit tests use."""
import json
import os
import pathlib
import queue
import socket
import subprocess
import threading

import pytest
from harness import Process, until
from openapi_contract import Contract, load

DESCRIPTION = pathlib.Path(__file__).resolve().parents[2] / "daemon/api/openapi.json"
MOCK = pathlib.Path(__file__).resolve().parents[1] / "unit/ble/mock_bluez.py"
CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><listen>{address}</listen><auth>EXTERNAL</auth><policy context="default">
<allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/><allow user="*"/></policy></busconfig>
"""


class MessageBus(Process):
    def __init__(self, folder):
        self.socket = pathlib.Path(folder) / "bus"  # the folder's name is short enough for a socket's
        self.config = pathlib.Path(folder) / "bus.conf"
        self.config.write_text(CONFIG.format(address=self.address))
        self.begin()

    @property
    def address(self):
        return f"unix:path={self.socket}"

    @property
    def environment(self):
        """For programs that look for the system's bus."""
        return os.environ | {"DBUS_SYSTEM_BUS_ADDRESS": self.address}

    def begin(self):
        self.socket.unlink(missing_ok=True)
        self.start(["dbus-daemon", f"--config-file={self.config}", "--nofork", "--nopidfile"],
                   self.config.parent / "bus.log")
        until(self.accepts, "the message bus")

    def accepts(self):
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.socket)) == 0


class Bluez(Process):
    """The mock; what happens on the air are its commands: `bluez.do("hear", adapter="hci0", …)`."""

    def __init__(self, bus):
        self.bus = bus
        self.begin()

    def begin(self):
        self.start(["/usr/bin/python3", str(MOCK), self.bus.address], self.bus.config.parent / "bluez.log",
                   stdin=subprocess.PIPE, text=True)

    def start(self, arguments, log, **options):
        """As a process whose output is read here, line by line."""
        self.log_path = pathlib.Path(log)
        self.log_file = open(self.log_path, "ab")
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=self.log_file, **options)
        self.pid = self.process.pid
        self.events, self.answers = [], queue.Queue()
        self.reader = threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True)
        self.reader.start()
        assert self._answer() == {"ready": True}

    def _read(self, stream):
        for line in stream:
            event = json.loads(line)
            (self.answers.put if {"done", "ready"} & set(event) else self.events.append)(event)

    def _answer(self):
        try:
            return self.answers.get(timeout=20)
        except queue.Empty:
            raise AssertionError(f"the mock of BlueZ does not answer: {self.log()}") from None

    def do(self, command, **arguments):
        self.process.stdin.write(json.dumps({"do": command} | arguments) + "\n")
        self.process.stdin.flush()
        self._answer()

    def calls(self, method):
        return [event for event in list(self.events) if event.get("call") == method]

    def kill(self):
        super().kill()
        self.process.stdin.close()
        self.reader.join(10)
        self.process.stdout.close()


class House:
    """A bus, BlueZ with its adapters, and the daemons that look for them there."""

    def __init__(self, started, adapters=("hci0",)):
        self.started = started
        self.bus = started.keep(MessageBus(started.folder))
        self.bluez = started.keep(Bluez(self.bus))
        for name in adapters:
            self.bluez.do("adapter", name=name)

    def daemon(self, broker=None, config="", before=None, **options):
        """With Bluetooth switched on; in the place of the one before, if there was one."""
        if before:
            options |= {"bridge_port": before.bridge_port, "http_port": before.http_port}
        return self.started.daemon(broker, config="site: {time_zone: UTC, units: metric}\n" + config,
                                   environment=self.bus.environment, **options)

    def hears(self, address, data, adapter="hci0", **more):
        """An advertisement is heard, of a device that may be new to BlueZ."""
        path = f"{adapter} {address}"
        if path in self.known():
            self.bluez.do("hear", adapter=adapter, address=address, data=data, **more)
        else:
            self.known().add(path)
            self.bluez.do("device", adapter=adapter, address=address, data=data, **more)

    def known(self):
        if getattr(self.bluez, "devices", None) is None:
            self.bluez.devices = set()
        return self.bluez.devices

    def restart_bluez(self, adapters=("hci0",)):
        self.bluez.kill()
        self.bluez.devices = None
        self.bluez.begin()
        for name in adapters:
            self.bluez.do("adapter", name=name)


def health(daemon):
    """What /readyz says of Bluetooth; None when it does not speak of it."""
    return next((item for item in daemon.http("/readyz")[1]["items"] if item["part"] == "bluetooth"), None)


def listening(daemon):
    until(lambda: "scanning with" in (health(daemon) or {"detail": ""})["detail"], lambda: f"a scan: {health(daemon)}")


def described(name, document):
    """The document, once the API's own description has been found to allow it."""
    contract = Contract(load(DESCRIPTION.read_text()))
    assert not contract.problems({"$ref": f"#/components/schemas/{name}"}, document)
    return document


def bluetooth(daemon):
    status, document = daemon.http("/api/v1/bluetooth")
    assert status == 200, document
    return described("Bluetooth", document)


def heard(daemon, address):
    return next((one for one in bluetooth(daemon)["heard"] if one["address"] == address), None)


def adopt(daemon, address, **device):
    status, document = daemon.send("PUT", f"/api/v1/bluetooth/devices/{address}", device)
    assert status == 200, document
    return described("Bluetooth", document)


def uuid_of(address):
    digits = address.replace(":", "")
    return digits[:6] + "FFFE" + digits[6:]


def sealed(address, key, counter, objects, info=0x41):
    """Encrypted service data, in hexadecimal."""
    ciphers = pytest.importorskip("cryptography.hazmat.primitives.ciphers.aead", reason="no python3-cryptography")
    octets = counter.to_bytes(4, "little")
    nonce = bytes.fromhex(address.replace(":", "")) + b"\xd2\xfc" + bytes([info]) + octets
    text = ciphers.AESCCM(bytes.fromhex(key), tag_length=4).encrypt(nonce, bytes.fromhex(objects), None)
    return (bytes([info]) + text[:-4] + octets + text[-4:]).hex()


def fragments(topic, payload, bridge, sequence=0, longest=20):
    """What a bridge says to its cloud, as a receiver notifies it: (fragments in hexadecimal, the next sequence number)."""
    name = topic.encode()
    frame = bytes([1, 1 << 3]) + bytes.fromhex(bridge) + len(name).to_bytes(2, "big") + name + payload
    size, made = longest - 2, []
    for at in range(0, len(frame), size):
        flags = (at == 0) | (at + size >= len(frame)) << 1
        made.append((bytes([sequence % 256, flags]) + frame[at:at + size]).hex())
        sequence += 1
    return made, sequence
