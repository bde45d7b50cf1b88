"""A set-up as it comes together, seen through /api/v1/setup."""
import datetime
import socket

from harness import BRIDGE, SENSOR, free_port, until


def facts(daemon):
    status, document = daemon.http("/api/v1/setup")
    assert status == 200
    return document


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def test_each_part_shows_as_soon_as_it_works(started):
    broker = started.broker()
    daemon = started.daemon(broker)
    first = facts(daemon)
    assert first["mode"] == "local" and first["guest"] is None and first["capture"] is None
    assert first["bridge_listener"] == {"address": f"127.0.0.1:{daemon.bridge_port}", "open": True, "problem": None,
                                        "connections_seen": 0, "last_connection": None}
    assert first["bridges"] == [] and first["sensors"] == []
    assert first["channels"]["configured"] == 0

    with socket.create_connection(("127.0.0.1", daemon.bridge_port)) as stranger:
        came = until(lambda: facts(daemon)["bridge_listener"]["last_connection"], "the stranger")
        assert came["peer"] == "%s:%d" % stranger.getsockname()
        assert not came["mqtt"] and came["bridge"] is None and not came["refused"]

    bridge = started.bridge(daemon.bridge_port, "--speed", 600, "--duration", 3600)
    until(lambda: not bridge.running(), "an hour of water", 60)
    now = until(lambda: facts(daemon)["sensors"] and facts(daemon)["sensors"][0]["first_reading"] and facts(daemon),
                "the first reading")
    listener = now["bridge_listener"]
    assert listener["connections_seen"] == 2
    assert listener["last_connection"]["mqtt"] and listener["last_connection"]["bridge"] == BRIDGE
    seen = now["bridges"][0]
    assert seen["uuid"] == BRIDGE and seen["has_key"] and seen["messages_open"] and seen["frames"] > 0
    assert seen["cloud_reached"] is None
    sensor = now["sensors"][0]
    assert sensor["uuid"] == SENSOR and sensor["bridge"] == BRIDGE and not sensor["calibrated"]
    oldest, newest = daemon.query("SELECT min(time_ms), max(time_ms) FROM readings")[0]
    assert [moment(sensor[name]) for name in ("first_reading", "last_reading")] == [oldest / 1000, newest / 1000]

    assert now["broker"] == {"configured": True, "connected": True, "address": f"127.0.0.1:{broker.port}",
                             "problem": None}
    until(lambda: facts(daemon)["home_assistant"]["discovery_published"], "the documents at the broker")
    assert facts(daemon)["home_assistant"]["birth_seen"] is None
    started.listener(broker).client.publish("homeassistant/status", "online", qos=1)
    born = until(lambda: facts(daemon)["home_assistant"]["birth_seen"] and facts(daemon)["home_assistant"], "the birth")
    assert not born["birth_retained"] and born["discovery_prefix"] == "homeassistant"

    broker.kill()
    gone = until(lambda: not facts(daemon)["broker"]["connected"] and facts(daemon)["broker"]["problem"] and
                 facts(daemon), "the broker's end")
    assert not gone["home_assistant"]["discovery_published"]


def test_a_guest_says_so(started):
    port = free_port()
    daemon = started.daemon(config=f"guest: {{broker: '127.0.0.1:{port}'}}\n")
    away = until(lambda: facts(daemon)["guest"]["problem"] and facts(daemon), "that nobody answers there")
    assert away["mode"] == "guest"
    assert away["guest"]["address"] == f"127.0.0.1:{port}" and not away["guest"]["connected"]
    assert not away["broker"]["configured"] and away["broker"]["address"] is None
    broker = started.broker(port=port)
    until(lambda: facts(daemon)["guest"]["connected"], "the guest at its broker", 60)
    assert facts(daemon)["guest"]["problem"] is None
    started.bridge(broker.port, "--speed", 600)
    seen = until(lambda: facts(daemon)["bridges"], "the bridge")[0]
    assert seen["uuid"] == BRIDGE and seen["cloud_reached"] is None


def test_the_cloud_is_reached_once_it_has_accepted_the_bridge(started, cloud):
    daemon = started.daemon(arguments=("--mode", "relay", "--cloud", f"127.0.0.1:{cloud.broker.port}"))
    started.bridge(daemon.bridge_port, "--speed", 600)
    until(lambda: any(bridge["cloud_reached"] for bridge in facts(daemon)["bridges"]), "the cloud's CONNACK", 60)
    assert facts(daemon)["mode"] == "relay"
    assert facts(daemon)["bridge_listener"]["last_connection"]["bridge"] == BRIDGE
