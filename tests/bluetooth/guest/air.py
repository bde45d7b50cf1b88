"""What advertises: controllers that btvirt makes for the kernel, told by raw commands what to say, and BTHome's bytes."""
import pathlib
import socket
import struct
import subprocess

from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from system import command, until

# The first listens, the others are a device each.
CONTROLLERS = 5
ATTEMPTS = 3
CLASS = pathlib.Path("/sys/class/bluetooth")

LE_SET_ADVERTISING_PARAMETERS, LE_SET_ADVERTISING_DATA, LE_SET_ADVERTISE_ENABLE = 0x2006, 0x2008, 0x200A
HCI_COMMAND = 0x01
NON_CONNECTABLE = 0x03
BTHOME_UUID = bytes.fromhex("D2FC")
PLAIN, ENCRYPTED = 0x40, 0x41


def load_modules():
    # Those of the cryptography too: were they loaded when btvirt first wants them, the kernel would meanwhile give its
    # controllers up.
    command("modprobe", "--all", "hci_vhci", "algif_hash", "algif_skcipher", "cmac", "ecb", "aes_generic")


def start_controllers():
    """BlueZ is running, and knows them all afterwards."""
    for _ in range(ATTEMPTS):
        # Without classic Bluetooth, which nobody needs here.
        btvirt = subprocess.Popen(["btvirt", "-L", f"-l{CONTROLLERS}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            return until(knows_all, "BlueZ to know the virtual controllers", 30)
        except AssertionError:  # on a busy host the kernel may still not wait for the first one
            btvirt.kill()
            btvirt.wait()
            until(lambda: not any(CLASS.glob("hci*")), "the virtual controllers to go")
    raise AssertionError(f"BlueZ does not know all controllers in {ATTEMPTS} attempts")


def knows_all():
    known = command("busctl", "tree", "--list", "org.bluez").split()
    return all(f"/org/bluez/hci{number}" in known for number in range(CONTROLLERS))


class Device:
    """A device that says something by a controller of its own."""

    def __init__(self, number):
        self.adapter = f"hci{number}"
        # As btvirt makes them.
        self.address = f"00:AA:01:{number:02X}:00:{number:02X}"
        self.uuid = (self.address[:8] + "FFFE" + self.address[9:]).replace(":", "")
        self._number = number
        self._packet = 0

    def say(self, objects, key=None, counter=None):
        """Advertises BTHome objects (bytes, by rising id) from now on, as a packet of its own."""
        if key is None:
            self._packet += 1
            data = bytes([PLAIN, 0x00, self._packet]) + objects
        else:
            data = self.seal(objects, key, counter)
        self.repeat(data)

    def seal(self, objects, key, counter):
        """As BTHome's page on encryption has it, by a library that is not the daemon's."""
        count = struct.pack("<I", counter)
        nonce = bytes.fromhex(self.address.replace(":", "")) + BTHOME_UUID + bytes([ENCRYPTED]) + count
        sealed = AESCCM(key, tag_length=4).encrypt(nonce, objects, None)
        return bytes([ENCRYPTED]) + sealed[:-4] + count + sealed[-4:]

    def repeat(self, service_data):
        flags = bytes.fromhex("020106")
        element = bytes([len(service_data) + 3, 0x16]) + BTHOME_UUID + service_data
        said = flags + element
        assert len(said) <= 31, "more than an advertisement of the old sort holds"
        until(self._is_powered, f"BlueZ to switch {self.adapter} on")
        with socket.socket(socket.AF_BLUETOOTH, socket.SOCK_RAW, socket.BTPROTO_HCI) as controller:
            controller.bind((self._number,))
            # btvirt tells a listener of an advertisement once, when it is switched on.
            order(controller, LE_SET_ADVERTISE_ENABLE, b"\0")
            order(controller, LE_SET_ADVERTISING_PARAMETERS,
                  struct.pack("<HHBBB6sBB", 0x0800, 0x0800, NON_CONNECTABLE, 0, 0, bytes(6), 7, 0))
            order(controller, LE_SET_ADVERTISING_DATA, bytes([len(said)]) + said.ljust(31, b"\0"))
            order(controller, LE_SET_ADVERTISE_ENABLE, b"\1")

    def _is_powered(self):
        asked = ["busctl", "get-property", "org.bluez", f"/org/bluez/{self.adapter}", "org.bluez.Adapter1", "Powered"]
        return subprocess.run(asked, capture_output=True, text=True).stdout.strip() == "b true"


def order(controller, opcode, parameters):
    controller.send(struct.pack("<BHB", HCI_COMMAND, opcode, len(parameters)) + parameters)


def puck(wet, battery_percent=90):
    return bytes([0x01, battery_percent, 0x20, int(wet)])


def meter(total_ml):
    return b"\x4f" + struct.pack("<I", total_ml)
