"""What answers names and the time in a house: each on a thread of its own, ended by close()."""
import socket
import struct
import threading
import time

NAMES = ("mqtt.prod.flumetech.com", "mqtt.flumewater.com", "device.flumetech.com")


class UdpServer:
    def __init__(self, address="127.0.0.1", port=0):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, port))
        self.address, self.port = self.socket.getsockname()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    @property
    def where(self):
        return f"{self.address}:{self.port}"

    def _serve(self):
        while True:
            packet, peer = self.socket.recvfrom(512)
            if not packet:  # the end, told by ourselves
                return
            reply = self.reply(packet)
            if reply:
                self.socket.sendto(reply, peer)

    def close(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", (self.address, self.port))
        self.thread.join(10)
        self.socket.close()


class NameServer(UdpServer):
    """Knows IPv4 addresses of some names; no others exist. `asked` are the names it was asked for."""

    def __init__(self, known, **where):
        self.known, self.asked = dict(known), []
        super().__init__(**where)

    def reply(self, packet):
        at, labels = 12, []
        while packet[at]:
            labels.append(packet[at + 1:at + 1 + packet[at]].decode())
            at += packet[at] + 1
        name, kind = ".".join(labels), struct.unpack_from("!H", packet, at + 1)[0]
        self.asked.append(name)
        addresses = [self.known[name]] if name in self.known and kind == 1 else []
        flags = 0x8180 if name in self.known else 0x8183
        answers = b"".join(struct.pack("!HHHIH", 0xC00C, 1, 1, 60, 4) + socket.inet_aton(one) for one in addresses)
        return packet[:2] + struct.pack("!HHHHH", flags, 1, len(addresses), 0, 0) + packet[12:at + 5] + answers


class TimeServer(UdpServer):
    """Whose clock is that many seconds ahead of this machine's."""

    def __init__(self, ahead=0.0, **where):
        self.ahead = ahead
        super().__init__(**where)

    def reply(self, packet):
        now = int((time.time() + self.ahead + 2_208_988_800) * 2**32)
        return struct.pack("!BB22x8sQQ", 0x24, 1, packet[40:48], now, now)
