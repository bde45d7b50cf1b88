"""A way to the cloud that breaks in every way a way to a cloud breaks."""
import random
import socket
import struct
import threading


class Proxy:
    """Passes connections on to a target until told to fail. `failing` is one of the FAILURES or None."""

    FAILURES = ("refuse", "reset", "cut", "stall", "accept_silent")

    def __init__(self, target_port, seed=1):
        self.target_port = target_port
        self.random = random.Random(seed)
        self.failing = None
        self.connections = 0
        self.lock = threading.Lock()
        self.pairs = []
        self.server = socket.socket()
        self.server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.server.bind(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.server.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def fail(self, how):
        """From now on; what is open suffers it too."""
        with self.lock:
            self.failing = how
            pairs, self.pairs = self.pairs, []
            if how in ("stall", "accept_silent"):
                self.pairs = pairs  # they stay open, and nothing passes
                return
        for pair in pairs:
            for end in pair:
                self._end(end, reset=how == "reset")

    def mend(self):
        """Passes again. Connections that had stalled are gone: what they held back never arrives."""
        with self.lock:
            stalled = self.failing in ("stall", "accept_silent")
            pairs, self.pairs = (self.pairs, []) if stalled else ([], self.pairs)
            self.failing = None
        for pair in pairs:
            for end in pair:
                self._end(end, reset=True)

    def close(self):
        self.fail("cut")
        self.server.close()

    @staticmethod
    def _end(end, reset):
        try:
            if reset:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            else:
                end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        end.close()

    def _accept(self):
        while True:
            try:
                near, _ = self.server.accept()
            except OSError:
                return
            with self.lock:
                how = self.failing
            if how in ("refuse", "reset", "cut"):
                self._end(near, reset=how != "cut")
                continue
            self.connections += 1
            try:
                far = socket.create_connection(("127.0.0.1", self.target_port))
            except OSError:
                self._end(near, reset=True)
                continue
            with self.lock:
                self.pairs.append((near, far))
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._pass, args=(source, sink), daemon=True).start()

    def _pass(self, source, sink):
        try:
            while data := source.recv(65536):
                with self.lock:
                    passes = self.failing is None
                if passes:
                    sink.sendall(data)
            with self.lock:
                passes = self.failing is None
            if passes:
                sink.shutdown(socket.SHUT_WR)
        except OSError:
            self._end(source, reset=False)
            self._end(sink, reset=False)
