"""The cloud goes away and comes back: nothing is missing here, and the cloud gets all it missed, in order."""
import json
import os
import random
import time

import pytest
from cloud import Cloud
from harness import BRIDGE, SENSOR, free_port, ledger, until
from proxy import Proxy

PATIENCE = "cloud:\n  patience: 0.4\n  retry: 0.2\n"
OUTAGES = int(os.environ.get("MILLRACE_OUTAGES", "12"))


class House:
    """Bridge → daemon → proxy → Mosquitto as the cloud."""

    def __init__(self, started, config=PATIENCE, arguments=(), home=None):
        self.started = started
        self.broker = started.broker(name="cloud")
        self.cloud = Cloud(self.broker.port)
        started.stack.callback(self.cloud.close)
        self.proxy = Proxy(self.broker.port)
        started.stack.callback(self.proxy.close)
        self.heard = started.listener(self.broker, "2/#")
        self.daemon = started.daemon(home, config=config,
                                     arguments=["--cloud", f"127.0.0.1:{self.proxy.port}", *arguments])
        self.ledger = started.folder / "ledger.csv"

    def bridge(self, *arguments, **options):
        return self.started.bridge(self.daemon.bridge_port, "--qos", 1, "--ledger", self.ledger, *arguments,
                                   key=None, **options)

    def path(self):
        bridges = self.daemon.http("/api/v1/cloud")[1]["bridges"]
        return bridges[0]["path"] if bridges else None

    def waiting(self):
        bridges = self.daemon.http("/api/v1/cloud")[1]["bridges"]
        return bridges[0]["waiting"] if bridges else 0

    def caught_up(self, seconds=60):
        until(lambda: self.path() == "relay" and self.waiting() == 0, "the bridge to be back on the relay", seconds)

    def at_the_cloud(self):
        """What the cloud got of the bridge, in the order it got it: (topic, payload)."""
        with self.heard.lock:
            return [(topic, payload) for _, topic, payload in self.heard.messages]

    def archived(self):
        """What the bridge said, in the order it said it, without its repeats and its answers to our heartbeats."""
        rows = self.daemon.query("SELECT topic, payload, dup FROM frames WHERE direction = 0 ORDER BY id")
        return [(topic, payload) for topic, payload, dup in rows if not dup and not topic.startswith("2/6/")]

    def connections(self):
        return self.daemon.query("SELECT count(*) FROM spells WHERE kind = 2")[0][0]


def check_everything(house, may_repeat=0):
    """Every sample here; every message at the cloud, once and in order."""
    samples = {(time_s, value) for _, time_s, value in ledger(house.ledger)}
    assert samples
    # On the relay it is the cloud that acknowledges, perhaps a moment before the sample is on our disk.
    until(lambda: samples <= set(house.daemon.query("SELECT time_ms / 1000, total FROM readings")), "every sample here")
    said = house.archived()
    # By name, not by number: with messages that came twice the number is there before the last of them is.
    missing = set(said)

    def all_there():
        missing.difference_update(house.at_the_cloud())
        return not missing

    until(all_there, lambda: f"{len(missing)} of {len(said)} messages to reach the cloud, such as {next(iter(missing))}")
    got = house.at_the_cloud()
    extra = len(got) - len(said)
    assert extra <= may_repeat, f"{extra} messages came twice"
    first = list(dict.fromkeys(got))
    order = {frame: place for place, frame in enumerate(dict.fromkeys(said))}
    places = [order[frame] for frame in first if frame in order]
    assert places == sorted(places), "the cloud got them in another order"
    return extra


@pytest.mark.parametrize("how", Proxy.FAILURES)
def test_one_outage_of_each_kind(started, how):
    house = House(started)
    house.bridge("--speed", 60)
    until(lambda: house.daemon.query("SELECT count(*) FROM readings")[0][0] > 3, "water")
    house.caught_up()
    house.proxy.fail(how)
    until(lambda: house.path() == "standing_in", "the stand-in")
    before = house.daemon.query("SELECT count(*) FROM readings")[0][0]
    until(lambda: house.daemon.query("SELECT count(*) FROM readings")[0][0] > before + 3, "water in the outage")
    until(lambda: house.waiting() > 0, "messages to wait for the cloud")
    assert house.daemon.http("/readyz")[0] == 503
    house.proxy.mend()
    house.caught_up()
    until(lambda: house.daemon.http("/readyz")[0] == 200, "health")
    assert house.connections() == 1, "the bridge never had to connect again"
    check_everything(house, may_repeat=8)
    assert house.daemon.log().count("\n") < 25, house.daemon.log()


def test_a_bridge_that_boots_while_the_cloud_is_away_is_answered_from_memory(started):
    house = House(started)
    first = house.bridge("--speed", 600, "--duration", 3600)
    until(lambda: not first.running(), "an hour of water", 60)
    highest = house.daemon.query("SELECT max(total) FROM readings")[0][0]
    house.proxy.fail("refuse")
    house.bridge("--speed", 600, name="second")
    until(lambda: house.path() == "standing_in", "the stand-in")
    until(lambda: house.daemon.query("SELECT count(*) FROM frames WHERE topic LIKE 'responses/%' AND door = 2")[0][0]
          >= 2, "two boot answers of ours")
    answers = [json.loads(payload) for (payload,) in house.daemon.query(
        "SELECT payload FROM frames WHERE topic LIKE 'responses/%/1/2' AND door = 2 ORDER BY id")]
    bridge_answer = next(a for a in answers if "devices" in a)
    assert bridge_answer["devices"] == [{"uuid": SENSOR, "hardware_id": "ASY-00007"}]
    assert bridge_answer["sensors"] == [SENSOR] and bridge_answer["settings"] == {"1": 1}
    sensor_answer = next(a for a in answers if "peaks" in a)
    assert sensor_answer["settings"] == Cloud.SETTINGS
    assert sensor_answer["peaks"] >= highest
    house.proxy.mend()
    house.caught_up()
    check_everything(house, may_repeat=8)


def test_the_daemon_is_killed_with_messages_waiting(started):
    house = House(started)
    house.bridge("--speed", 300)
    house.caught_up()
    house.proxy.fail("refuse")
    until(lambda: house.waiting() > 5 and ledger(house.ledger), "messages to wait, water among them")
    house.daemon.kill()
    port = house.daemon.bridge_port
    house.daemon = started.daemon(config=PATIENCE, arguments=["--cloud", f"127.0.0.1:{house.proxy.port}"],
                                  bridge_port=port)
    until(lambda: house.path() == "standing_in" and house.waiting() > 5, "the bridge to be back, its messages waiting")
    house.proxy.mend()
    house.caught_up()
    check_everything(house, may_repeat=8)


def test_the_mode_is_switched_while_it_runs(started):
    home = started.broker(name="home")
    said = started.listener(home, "millrace/#")
    house = House(started, home=home)
    house.bridge("--speed", 60)
    house.caught_up()
    assert house.daemon.send("PUT", "/api/v1/cloud", {"mode": "local"})[0] in (200, 204)
    until(lambda: house.path() == "none", "the bridge to be answered by us")
    until(lambda: said.last("millrace/cloud_mode") == "local", "the mode in MQTT")
    said.client.publish("millrace/cloud_mode/set", "relay", qos=1)
    house.caught_up()
    until(lambda: said.last(f"millrace/{BRIDGE}/cloud") == "relay", "the way in MQTT")
    # A choice outlives a restart, as long as the config file has not changed its mind.
    house.daemon.send("PUT", "/api/v1/cloud", {"mode": "local"})
    until(lambda: house.daemon.query("SELECT value FROM choices") == [("local",)], "the choice on disk")
    assert house.daemon.stop() == 0
    house.daemon = started.daemon(home, config=PATIENCE, arguments=["--cloud", f"127.0.0.1:{house.proxy.port}"])
    assert house.daemon.http("/api/v1/cloud")[1]["mode"] == "local"


def test_relay_only_answers_nobody_when_the_cloud_is_away(started):
    house = House(started, arguments=["--mode", "relay-only"])
    house.proxy.fail("refuse")
    house.bridge("--speed", 60)
    until(lambda: house.daemon.http("/readyz")[0] == 503, "ill health")
    time_of_check = house.daemon.query("SELECT count(*) FROM frames")[0][0]
    assert time_of_check == 0
    house.proxy.mend()
    house.caught_up()


def test_random_outages_over_an_emulated_week(started):
    """MILLRACE_OUTAGES outages at random moments; the days emulated go with their number: 200 make a week."""
    days = 7 * OUTAGES / 200
    speed = 2500
    house = House(started)
    bridge = house.bridge("--speed", speed, "--duration", int(days * 86400))
    dice = random.Random(20261123)
    pause = days * 86400 / speed / OUTAGES
    for _ in range(OUTAGES):
        time.sleep(dice.uniform(0.2, 1.0) * pause)  # a random moment, not a wait for something
        house.proxy.fail(dice.choice(Proxy.FAILURES))
        time.sleep(dice.uniform(0.1, 1.0) * pause)
        house.proxy.mend()
    until(lambda: not bridge.running(), "the end of the days", 600)
    # The devices' last words are acknowledged; what waits is handed over when a bridge is there again.
    after = house.bridge("--speed", 1, name="after")
    house.caught_up()
    after.kill()
    extra = check_everything(house, may_repeat=2 * OUTAGES)
    said = len(house.archived())
    metrics = house.daemon.http("/metrics")[1]
    figures = [line for line in metrics.splitlines() if line.startswith("millrace_cloud_")]
    print(f"{OUTAGES} outages in {days:.1f} emulated days: {said} messages, each at the cloud, in order; {extra} of "
          f"them twice (unanswered when the way broke); the bridge connected {house.connections()} times", *figures, sep="\n")
