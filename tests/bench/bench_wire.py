"""What the benchmark speaks on the wire: MQTT 3.1.1 packets and Flume-like sealed publishes.

Independent of the daemon's own code, so that a fault there can not hide itself here. Standard library only.
"""

import json
import socket
import struct
import threading

BRIDGE = "61F6F57900000001"
SENSOR = "61DA80B500000001"
KEY = bytes((7 * i + 1) & 0xFF for i in range(32))
MASK = 0xFFFFFFFF


def rotate(word, bits):
    return ((word << bits) | (word >> (32 - bits))) & MASK


def gimli(s):
    for number in range(24, 0, -1):
        for c in range(4):
            x, y, z = rotate(s[c], 24), rotate(s[4 + c], 9), s[8 + c]
            s[8 + c] = (x ^ (z << 1) ^ ((y & z) << 2)) & MASK
            s[4 + c] = (y ^ x ^ ((x | z) << 1)) & MASK
            s[c] = (z ^ y ^ ((x & y) << 3)) & MASK
        if number % 4 == 0:
            s[0], s[1], s[2], s[3] = s[1] ^ 0x9E377900 ^ number, s[0], s[3], s[2]
        elif number % 4 == 2:
            s[0], s[1], s[2], s[3] = s[2], s[3], s[0], s[1]


class Sponge:
    def __init__(self, key, iv, key_tag):
        self.state = bytearray(48)
        self.absorb(b"\x06sbx256\x0812345678", 0x01)
        self.absorb(key[:16], key_tag)
        self.absorb(key[16:], key_tag)
        self.absorb(b"\x14" + iv[:15], 0x01)
        self.absorb(iv[15:], 0x01)  # the message id is 0

    def xor(self, block, at=0):
        for i, byte in enumerate(block):
            self.state[at + i] ^= byte

    def permute(self, tag):
        self.state[47] ^= tag
        words = list(struct.unpack("<12I", self.state))
        gimli(words)
        self.state[:] = struct.pack("<12I", *words)

    def absorb(self, block, tag):
        self.xor(block)
        self.permute(tag)

    def text(self, plain, domain):
        """Takes a text in and gives its ciphertext out."""
        out = bytearray()
        whole = len(plain) // 16 * 16
        for at in range(0, whole, 16):
            self.xor(plain[at:at + 16])
            out += self.state[:16]
            self.permute(0x02)
        rest = plain[whole:]
        self.xor(rest)
        out += self.state[:len(rest)]
        self.state[len(rest)] ^= domain << 1 | 1
        self.state[15] ^= 0x80
        self.permute(0x02)
        return bytes(out)

    def end(self, key, tag):
        for _ in range(2):
            self.xor(key, 16)
            self.permute(tag)


def seal(plain, key, random_iv):
    hashing = Sponge(key, random_iv, 0xFE)
    hashing.text(plain, 0xF)
    hashing.end(key, 0xF8)
    iv = bytes(hashing.state[16:36])
    box = Sponge(key, iv, 0xFF)
    cipher = box.text(plain, 0x0)
    box.end(key, 0x08)
    return iv + bytes(box.state[16:32]) + cipher


def text_field(text):
    raw = text if isinstance(text, bytes) else text.encode()
    return struct.pack(">H", len(raw)) + raw


def packet(first, body):
    length, head = len(body), bytearray([first])
    while True:
        length, digit = divmod(length, 128)
        head.append(digit | (0x80 if length else 0))
        if not length:
            return bytes(head) + body


def connect(client_id):
    flags = 0xC2  # user name, password, clean session
    body = text_field("MQTT") + bytes([4, flags]) + struct.pack(">H", 60)
    return packet(0x10, body + text_field(client_id) + text_field("device") + text_field("made-up"))


def publish(topic, payload, packet_id=None):
    if packet_id is None:
        return packet(0x30, text_field(topic) + payload)
    return packet(0x32, text_field(topic) + struct.pack(">H", packet_id) + payload)


def subscribe(topic_filter, packet_id=1):
    return packet(0x82, struct.pack(">H", packet_id) + text_field(topic_filter) + b"\x00")


def flume_publishes(count, now):
    """(topic, sealed payload) of samples messages, 300 bytes sealed, oldest first, ending about now."""
    made = []
    total, when = 3828906, int(now) - 30 * count
    for n in range(count):
        samples = []
        for _ in range(6):
            when, total = when + 5, total + 3
            samples.append({"timestamp": when, "value": total})
        plain = json.dumps(samples, separators=(",", ":")).encode() + b"\n"
        plain = plain.ljust(264, b" ")  # white space behind JSON is harmless and brings the box to 300 bytes
        made.append((f"2/1/12/{SENSOR}/{when}", seal(plain, KEY, struct.pack(">20s", str(n).encode()))))
    return made


class PacketReader:
    """Cuts a byte stream into (first byte, body)."""

    def __init__(self):
        self.buffer = b""

    def feed(self, received):
        data, at, packets = self.buffer + received, 0, []
        while True:
            length, shift, position = 0, 0, at + 1
            while True:
                if position >= len(data):
                    self.buffer = data[at:]
                    return packets
                digit = data[position]
                position += 1
                length |= (digit & 0x7F) << shift
                shift += 7
                if digit < 0x80:
                    break
            if position + length > len(data):
                self.buffer = data[at:]
                return packets
            packets.append((data[at], data[position:position + length]))
            at = position + length


class Client:
    def __init__(self, port, client_id, timeout=10):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reader = PacketReader()
        self.waiting = []
        self.send(connect(client_id))
        first, body = self.next()
        if first != 0x20 or body[1] != 0:
            raise ConnectionError(f"CONNACK expected on port {port}, got {first:#x} {body.hex()}")

    def send(self, data):
        self.socket.sendall(data)

    def receive(self):
        received = self.socket.recv(262144)
        if not received:
            raise ConnectionError("closed by the other side")
        self.waiting += self.reader.feed(received)

    def next(self):
        while not self.waiting:
            self.receive()
        return self.waiting.pop(0)

    def close(self):
        self.socket.close()


class Sink(threading.Thread):
    """A stand-in for the far broker that answers the bare minimum and counts PUBLISH packets (QoS 0)."""

    def __init__(self):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.publishes = 0
        self.start()

    def run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader = PacketReader()
        with connection:
            while True:
                try:
                    received = connection.recv(1 << 20)
                except OSError:
                    return
                if not received:
                    return
                count, answer = 0, b""
                for first, body in reader.feed(received):
                    kind = first >> 4
                    if kind == 3:
                        count += 1
                    elif kind == 1:
                        answer += packet(0x20, b"\x00\x00")
                    elif kind == 8:
                        answer += packet(0x90, body[:2] + b"\x00")
                    elif kind == 12:
                        answer += packet(0xD0, b"")
                self.publishes += count
                if answer:
                    connection.sendall(answer)

    def close(self):
        self.listener.close()
