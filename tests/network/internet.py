"""What the internet is to the house: the bridge's cloud, name servers, and somebody who writes down all that comes."""
import contextlib
import select
import socket
import struct
import threading
import time

CLOUD, CLOUD6 = "198.51.100.7", "2001:db8:7::7"
NAME_SERVER = "198.51.100.53"
DAILY = "198.51.100.99"  # where the daily packet goes
ELSEWHERE = "198.51.100.80"
ADDRESSES = [CLOUD, NAME_SERVER, DAILY, ELSEWHERE]


class Reader:
    """A socket that a thread reads from. It is closed when the thread has ended, so that no thread reads from a later socket
    which got the same number."""

    def __init__(self, read_from, read):
        self.socket = read_from
        self.read = read
        self.end, self.ended = socket.socketpair()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while True:
            ready, _, _ = select.select([self.socket, self.ended], [], [])
            if self.ended in ready or self.read() is False:
                return

    def close(self):
        self.end.close()
        self.thread.join()
        self.ended.close()
        self.socket.close()


class Seen(Reader):
    """Every IP packet that comes in by an interface: (source, protocol, destination, destination port)."""

    def __init__(self, interface):
        self.packets = []
        every_kind = 3
        listening = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(every_kind))
        listening.bind((interface, 0))
        super().__init__(listening, self._take)

    def _take(self):
        frame, (_, _, kind, *_) = self.socket.recvfrom(65536)
        if kind != socket.PACKET_OUTGOING:
            self._note(frame)

    def _note(self, frame):
        if frame[12:14] == b"\x08\x00":
            header, addresses, family, protocol = (frame[14] & 15) * 4, frame[26:34], socket.AF_INET, frame[23]
        elif frame[12:14] == b"\x86\xdd":
            header, addresses, family, protocol = 40, frame[22:54], socket.AF_INET6, frame[20]
        else:
            return
        half = len(addresses) // 2
        source, target = (socket.inet_ntop(family, part) for part in (addresses[:half], addresses[half:]))
        port = struct.unpack_from("!H", frame, 14 + header + 2)[0] if protocol in (6, 17) else None
        self.packets.append((source, {6: "tcp", 17: "udp"}.get(protocol, protocol), target, port))

    def of(self, sources):
        """What came from these addresses, each packet once: (protocol, destination, port)."""
        return {packet[1:] for packet in list(self.packets) if packet[0] in sources}


class Cloud(Reader):
    """Takes connections at port 1883 and keeps what is said there, (from whom, bytes); never answers."""

    def __init__(self):
        self.said = []
        self.connections = []
        super().__init__(socket.create_server(("::", 1883), family=socket.AF_INET6, dualstack_ipv6=True), self._accept)

    def _accept(self):
        connection, peer = self.socket.accept()
        self.connections.append(Reader(connection, lambda: self._hear(connection, peer[0].removeprefix("::ffff:"))))

    def _hear(self, connection, peer):
        with contextlib.suppress(OSError):
            if data := connection.recv(10_000):
                self.said.append((peer, data))
                return True
        return False

    def close(self):
        super().close()
        for connection in self.connections:
            connection.close()


class TimeServer(Reader):
    """Answers NTP requests with the time, as a router does."""

    def __init__(self, address):
        listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        listening.bind((address, 123))
        super().__init__(listening, self._answer)

    def _answer(self):
        request, peer = self.socket.recvfrom(100)
        now = struct.pack("!II", int(time.time()) + 2_208_988_800, 0)
        # Version 4, server, stratum 2; the request's time of sending comes back as the origin's.
        self.socket.sendto(b"\x24\x02\x06\xec" + bytes(12) + now + request[40:48] + now + now, peer)
