"""Fixtures: each test gets processes of its own, and all of them are ended whatever happens."""
import contextlib
import sys

import pytest

sys.path.insert(0, str(__import__("pathlib").Path(__file__).parent))
import harness  # noqa: E402
from cloud import Cloud  # noqa: E402


@pytest.fixture
def started(tmp_path):
    """Starts programs and ends them: `started.broker()`, `started.daemon(broker)`, `started.bridge(daemon.bridge_port)`."""

    class Started:
        folder = tmp_path
        stack = contextlib.ExitStack()

        def keep(self, program):
            self.stack.callback(program.kill)
            return program

        def broker(self, **options):
            return self.keep(harness.Broker(tmp_path, **options))

        def daemon(self, broker=None, **options):
            return self.keep(harness.Daemon(tmp_path, broker, **options))

        def bridge(self, port, *arguments, **options):
            return self.keep(harness.Bridge(tmp_path, port, *arguments, **options))

        def water(self, port, trace=None):
            return self.keep(harness.Water(tmp_path, port, trace))

        def listener(self, broker, topic_filter="#"):
            listener = harness.Listener(broker.port, topic_filter)
            self.stack.callback(listener.close)
            return listener

    with Started.stack:
        yield Started()


@pytest.fixture
def cloud(started):
    """A second broker that plays the cloud."""
    broker = started.broker(name="cloud")
    answers = Cloud(broker.port)
    started.stack.callback(answers.close)
    answers.broker = broker
    return answers
