"""A cloud for the relay to talk to: a real Mosquitto with a client that answers as the vendor's servers were seen to,
and recorders that write down every byte on either side of the daemon."""
import json
import socket
import threading
import time

import paho.mqtt.client as mqtt

from harness import SENSOR, until


class Cloud:
    """Answers boot frames of plain bridges on a broker, with settings of its own, and sends heartbeats."""

    SETTINGS = {"1": 16383, "6": 5, "8": 600}

    def __init__(self, port, peaks=5000):
        self.peaks = peaks
        self.boots = 0
        subscribed = threading.Event()
        self.client = mqtt.Client(client_id="cloud")
        self.client.on_connect = lambda c, *_: c.subscribe("2/#", qos=1)
        self.client.on_subscribe = lambda *_: subscribed.set()
        self.client.on_message = self._on_message
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        assert subscribed.wait(10)

    def _on_message(self, client, _userdata, message):
        _, kind, _, device, _ = message.topic.split("/")
        if kind != "7":
            return
        self.boots += 1
        answer = {"code": 602, "message": "Request OK", "timestamp": int(time.time())}
        if device == SENSOR:
            answer |= {"sensors": [], "peaks": self.peaks, "settings": self.SETTINGS}
        else:
            answer |= {"sensors": [SENSOR], "devices": [{"uuid": SENSOR, "hardware_id": "ASY-00007"}],
                       "settings": {"1": 1}}
        client.publish(f"responses/{device}/1/2", json.dumps(answer, separators=(",", ":")), qos=1)

    def close(self):
        self.client.loop_stop()
        self.client.disconnect()


class Recorder:
    """Passes a connection on byte by byte and writes both directions down."""

    def __init__(self, target_port):
        self.target_port = target_port
        self.connections = []  # (bytes towards the target, bytes from it)
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                near, _ = self.server.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self.target_port))
            record = (bytearray(), bytearray())
            self.connections.append(record)
            for source, sink, kept in ((near, far, record[0]), (far, near, record[1])):
                threading.Thread(target=self._pass, args=(source, sink, kept), daemon=True).start()

    @staticmethod
    def _pass(source, sink, kept):
        try:
            while data := source.recv(65536):
                kept.extend(data)
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            source.close()
            sink.close()

    def close(self):
        self.server.close()


def same_bytes(bridge_side, cloud_side):
    """Waits until both recorders hold the same bytes in both directions, and returns how many."""
    until(lambda: bridge_side.connections and cloud_side.connections, "a connection")
    until(lambda: [list(map(bytes, c)) for c in bridge_side.connections] ==
          [list(map(bytes, c)) for c in cloud_side.connections], "the same bytes on both sides")
    return sum(len(d) for c in cloud_side.connections for d in c)
