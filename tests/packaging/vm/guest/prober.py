"""Connects to the bridges' port again and again, and counts who refuses."""
import socket
import threading
import time

from machine import PORT

EVERY_S = 0.02
# Not a bridge's address: each address may have only so many connections.
FROM = "127.0.0.9"


class Prober:
    def __init__(self):
        self.attempts = []  # (when, what went wrong or None), monotonic
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._probe)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join()

    def _probe(self):
        while not self.stopping.wait(EVERY_S):
            self.attempts.append((time.monotonic(), attempt()))

    def failures(self):
        return [problem for _, problem in self.attempts if problem]

    def between(self, begin, end):
        return [problem for when, problem in self.attempts if begin <= when <= end]


def attempt():
    """What is wrong with a connection to the port, or None."""
    try:
        with socket.create_connection(("127.0.0.1", PORT), timeout=5, source_address=(FROM, 0)):
            return None
    except OSError as problem:
        return str(problem)
