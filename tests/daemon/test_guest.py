"""Bridges that connect to the owner's own Mosquitto, where the daemon is a guest."""
import contextlib

from cloud import Cloud
from harness import BRIDGE, SENSOR, ledger, until


def guest(started, broker, answer=True):
    return started.daemon(config=f"guest:\n  broker: 127.0.0.1:{broker.port}\n  answer: {str(answer).lower()}\n")


def test_bridges_are_answered_at_the_owners_broker(started):
    broker = started.broker()
    daemon = guest(started, broker)
    until(lambda: daemon.http("/readyz")[0] == 200, "the daemon at the broker")
    book = started.folder / "ledger.csv"
    bridge = started.bridge(broker.port, "--speed", 600, "--duration", 7200, "--qos", 1, "--ledger", book)
    until(lambda: not bridge.running(), "two hours of water", 60)
    samples = ledger(book)
    assert len(samples) > 20
    until(lambda: {(t, v) for _, t, v in samples} <= set(
        daemon.query("SELECT time_ms / 1000, total FROM readings")), "every sample", 20)
    bridges = daemon.http("/api/v1/devices")[1]["bridges"]
    assert [b["uuid"] for b in bridges] == [BRIDGE] and bridges[0]["door"] == "guest"
    # Both boots were answered through the broker, sealed as the bridge speaks.
    topics = {t for (t,) in daemon.query("SELECT topic FROM frames WHERE direction = 1")}
    assert {f"responses/{BRIDGE}/1/12", f"responses/{SENSOR}/1/12"} <= topics


def test_what_came_while_the_daemon_was_away_is_kept_by_the_broker(started):
    broker = started.broker()
    daemon = guest(started, broker)
    until(lambda: daemon.http("/readyz")[0] == 200, "the daemon at the broker")
    book = started.folder / "ledger.csv"
    bridge = started.bridge(broker.port, "--speed", 600, "--duration", 14400, "--qos", 1, "--ledger", book)
    until(lambda: daemon.query("SELECT count(*) FROM readings")[0][0] > 3, "water")
    daemon.kill()
    port = daemon.http_port
    until(lambda: not bridge.running(), "the rest of the water", 60)
    daemon = guest(started, broker)
    assert daemon.http_port != port
    samples = ledger(book)
    until(lambda: {(t, v) for _, t, v in samples} <= set(
        daemon.query("SELECT time_ms / 1000, total FROM readings")), "every sample", 20)


def test_a_broker_with_its_own_bridge_to_the_cloud(started):
    """The configuration that README.md shows, with the cloud's address replaced."""
    upstream = started.broker(name="cloud")
    cloud = Cloud(upstream.port)
    started.stack.callback(cloud.close)
    broker = started.broker(name="home", extra=(
        f"connection flume\naddress 127.0.0.1:{upstream.port}\nremote_clientid {BRIDGE}\n"
        "topic 2/# out 1\ntopic responses/# in 1\nbridge_protocol_version mqttv311\ntry_private false\n"
        "notifications false\n"))
    daemon = guest(started, broker, answer=False)
    until(lambda: daemon.http("/readyz")[0] == 200, "the daemon at the broker")
    heard = started.listener(upstream, "2/1/#")
    bridge = started.bridge(broker.port, "--speed", 600, "--duration", 3600, "--qos", 1, key=None)
    until(lambda: not bridge.running(), "an hour of water", 60)
    until(lambda: daemon.query("SELECT count(*) FROM readings")[0][0] > 3, "readings here")
    assert len(heard.topics()) > 0, "and samples at the cloud"
    with contextlib.closing(daemon.database()) as database:
        (base,) = database.execute("SELECT min(base) FROM series").fetchone()
    assert base == cloud.peaks, "the cloud's answer was the one that counted"
    assert daemon.query("SELECT count(*) FROM frames WHERE door = 2") == [(0,)], "we said nothing"
