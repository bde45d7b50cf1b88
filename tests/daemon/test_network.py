"""The network view: every field of it against what recorders on both sides of the daemon saw of an emulated bridge."""
import json
import urllib.error
import urllib.request

import pytest
from cloud import Recorder
from harness import BRIDGE, SENSOR, until
from prometheus_client.parser import text_string_to_metric_families as read_text
from proxy import Proxy

PASSWORD = "emulated"  # of every emulated bridge
TYPES = ["reserved", "connect", "connack", "publish", "puback", "pubrec", "pubrel", "pubcomp", "subscribe", "suback",
         "unsubscribe", "unsuback", "pingreq", "pingresp", "disconnect"]


def packets(stream):
    """The control packets in a byte stream: (type, flags, size on the wire, body)."""
    found, at = [], 0
    while at < len(stream):
        length, shift, place = 0, 0, at + 1
        while True:
            if place >= len(stream):
                return found
            byte = stream[place]
            place += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        if place + length > len(stream):
            return found
        found.append((TYPES[stream[at] >> 4], stream[at] & 0x0F, place + length - at, stream[place:place + length]))
        at = place + length
    return found


def network(daemon):
    """The view of the one bridge, and the whole text of both answers, which must not hold the password."""
    with urllib.request.urlopen(f"http://127.0.0.1:{daemon.http_port}/api/v1/network", timeout=10) as answer:
        text = answer.read().decode()
    document = json.loads(text)
    assert PASSWORD not in text
    bridges = [bridge for bridge in document["bridges"] if bridge["uuid"] == BRIDGE]
    return document, bridges[0] if bridges else None


def metrics(daemon):
    text = daemon.http("/metrics")[1]
    assert PASSWORD not in text
    return {(sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in read_text(text) for sample in family.samples}


def metric(daemon, name, **labels):
    return metrics(daemon).get((name, tuple(sorted({"bridge": BRIDGE, **labels}.items()))))


def bucket(histogram, value):
    for entry in histogram["buckets"]:
        if entry["at_most"] is None or value <= entry["at_most"]:
            return entry


def check_traffic(shown, stream, relayed):
    """One direction of the view against the bytes that passed."""
    seen = packets(stream)
    assert shown["bytes"] == len(stream) == sum(size for _, _, size, _ in seen)
    count = len(seen)
    whole = {"count": count, "bytes": len(stream), "relayed": count if relayed else 0, "here": 0 if relayed else count}
    assert shown["packets"] == whole
    by_type = {}
    for kind, _, size, _ in seen:
        entry = by_type.setdefault(kind, {"count": 0, "bytes": 0, "relayed": 0, "here": 0})
        entry["count"] += 1
        entry["bytes"] += size
        entry["relayed" if relayed else "here"] += 1
    assert shown["by_type"] == by_type
    published = [flags for kind, flags, _, _ in seen if kind == "publish"]
    assert shown["messages_by_qos"] == {str(qos): sum(flags >> 1 & 3 == qos for flags in published) for qos in range(3)}
    assert shown["repeated"] == sum(bool(flags & 8) for flags in published)
    assert shown["retained"] == sum(flags & 1 for flags in published)
    assert sum(kind["count"] for kind in shown["messages"].values()) == len(published)
    sizes = json.loads(json.dumps(shown["packet_bytes"]))
    assert sizes["count"] == count and sizes["sum"] == len(stream)
    for _, _, size, _ in seen:
        bucket(sizes, size)["count"] -= 1
    assert all(entry["count"] == 0 for entry in sizes["buckets"])
    assert shown["gap_seconds"]["count"] == max(0, count - 1)
    assert sum(entry["count"] for entry in shown["gap_seconds"]["buckets"]) == max(0, count - 1)


def check_connect(connection, stream):
    """What the view says of the CONNECT, the first packet of the stream."""
    _, _, _, body = packets(stream)[0]
    assert PASSWORD.encode() in body, "the bridge did send its password"
    assert connection["connect"] == {
        "client_id": BRIDGE, "user_name": "device", "password_given": True,
        "keep_alive_seconds": int.from_bytes(body[8:10], "big"), "clean_session": bool(body[7] & 2),
        "mqtt_version": "3.1.1", "protocol_level": 4, "will": None}
    assert connection["connack_return_code"] == 0 and connection["session_present"] is False
    filters = [entry["topic_filter"] for entry in connection["subscriptions"]]
    asked = b"".join(body for kind, _, _, body in packets(stream) if kind == "subscribe")
    assert filters and all(text.encode() in asked for text in filters)
    assert all(entry["qos"] in (0, 1) and not entry["refused"] for entry in connection["subscriptions"])
    assert connection["subscriptions_left_out"] == 0
    assert connection["not_decoded"] == 0 and connection["unreadable"] is False


def check_times(connection):
    boot, sample = connection["boot_after_seconds"], connection["first_sample_after_seconds"]
    assert 0 <= boot <= sample < 60
    assert abs(boot + connection["first_sample_after_boot_seconds"] - sample) < 0.005


def check_metrics(daemon, bridge):
    for direction, traffic in bridge["totals"]["traffic"].items():
        assert metric(daemon, "millrace_network_bytes_total", direction=direction) == traffic["bytes"]
        for kind, tally in traffic["by_type"].items():
            assert metric(daemon, "millrace_network_packets_total", direction=direction, type=kind) == tally["count"]
        for qos, count in traffic["messages_by_qos"].items():
            assert (metric(daemon, "millrace_network_messages_total", direction=direction, qos=qos) or 0) == count
        for name, histogram in (("bytes", traffic["packet_bytes"]), ("gap_seconds", traffic["gap_seconds"])):
            name = f"millrace_network_packet_{name}"
            assert metric(daemon, f"{name}_count", direction=direction) == histogram["count"]
            assert metric(daemon, f"{name}_sum", direction=direction) == pytest.approx(histogram["sum"])
    assert metric(daemon, "millrace_network_connections_total") == bridge["totals"]["connections"]
    connection = bridge["connection"]
    assert metric(daemon, "millrace_network_keep_alive_seconds") == connection["connect"]["keep_alive_seconds"]
    assert metric(daemon, "millrace_network_first_sample_seconds") == connection["first_sample_after_seconds"]


def finished(started, daemon, recorder, qos):
    """An hour of a bridge through the recorder, to its end; the recorded bytes of each direction."""
    bridge = started.bridge(recorder.port, "--speed", 600, "--qos", qos, "--duration", 3600, key=None)
    until(lambda: not bridge.running(), "an hour of water", 60)
    until(lambda: network(daemon)[1] and not network(daemon)[1]["connected"], "the connection's end")
    assert len(recorder.connections) == 1
    return [bytes(direction) for direction in recorder.connections[0]]


@pytest.mark.parametrize("qos", [0, 1])
def test_the_stand_in_shows_every_packet_and_that_none_leaves(started, qos):
    daemon = started.daemon()
    recorder = Recorder(daemon.bridge_port)
    up, down = finished(started, daemon, recorder, qos)
    document, bridge = network(daemon)
    assert (document["mode"], document["cloud"], document["others"], document["forgotten"]) == ("local", None, None, 0)
    assert bridge["open_connections"] == 0 and bridge["cloud_connected"] is False
    connection = bridge["connection"]
    check_connect(connection, up)
    check_times(connection)
    assert connection["path"] == "none" and connection["cloud_address"] is None
    assert connection["peer"].startswith("127.0.0.1:")
    assert connection["opened"] < connection["closed"] and connection["lasted_seconds"] > 0
    assert connection["close_reason"] in ("disconnected by the client", "the bridge closed it")
    check_traffic(connection["traffic"]["to_cloud"], up, relayed=False)
    check_traffic(connection["traffic"]["to_bridge"], down, relayed=False)
    assert {"boot", "samples"} <= connection["traffic"]["to_cloud"]["messages"].keys()
    assert "boot_response" in connection["traffic"]["to_bridge"]["messages"]
    assert bridge["totals"] == {"connections": 1, "not_decoded": 0, "handed_over": 0, "traffic": connection["traffic"]}
    check_metrics(daemon, bridge)
    assert metric(daemon, "millrace_cloud_connected") is None, "there is no cloud"
    assert metric(daemon, "millrace_relay_frames_total", direction="to_cloud") is None


@pytest.mark.parametrize("mode", ["relay", "relay-only"])
def test_the_relay_shows_every_packet_the_cloud_and_that_all_went_on(started, cloud, mode):
    cloud_side = Recorder(cloud.broker.port)
    daemon = started.daemon(arguments=["--mode", mode, "--cloud", f"127.0.0.1:{cloud_side.port}"])
    recorder = Recorder(daemon.bridge_port)
    up, down = finished(started, daemon, recorder, 1)
    document, bridge = network(daemon)
    assert document["mode"] == mode
    assert document["cloud"]["name"] == f"127.0.0.1:{cloud_side.port}"
    assert document["cloud"]["lookup_failure"] is None and document["cloud"]["last_lookup"]
    (address,) = document["cloud"]["addresses"]
    assert address["address"] == "127.0.0.1" and address["connections"] == 1
    assert address["first_named"] <= address["last_named"]
    connection = bridge["connection"]
    check_connect(connection, up)
    check_times(connection)
    assert connection["path"] == "relay" and connection["cloud_address"] == f"127.0.0.1:{cloud_side.port}"
    check_traffic(connection["traffic"]["to_cloud"], up, relayed=True)
    check_traffic(connection["traffic"]["to_bridge"], down, relayed=True)
    check_metrics(daemon, bridge)
    assert metric(daemon, "millrace_cloud_connected") == 0, "the bridge is gone"
    relayed = connection["traffic"]["to_cloud"]["by_type"]["publish"]["count"]
    assert metric(daemon, "millrace_relay_frames_total", direction="to_cloud") == relayed > 0
    assert metrics(daemon)[("millrace_relay_queue_frames", ())] == 0


def test_an_outage_shows_what_stayed_here_and_what_was_handed_over(started, cloud):
    proxy = Proxy(cloud.broker.port)
    started.stack.callback(proxy.close)
    daemon = started.daemon(config="cloud:\n  patience: 0.4\n  retry: 0.2\n",
                            arguments=["--mode", "relay", "--cloud", f"127.0.0.1:{proxy.port}"])
    started.bridge(daemon.bridge_port, "--speed", 60, "--qos", 1, key=None)

    def view():
        return network(daemon)[1]

    def samples():
        bridge = view()
        traffic = bridge["connection"]["traffic"]["to_cloud"] if bridge else {"messages": {}}
        return traffic["messages"].get("samples", {"count": 0, "relayed": 0, "here": 0})

    until(lambda: samples()["relayed"] > 2, "samples at the cloud")
    assert view()["cloud_connected"] is True and samples()["here"] == 0
    assert metric(daemon, "millrace_cloud_connected") == 1
    assert metric(daemon, "millrace_network_connection_seconds") > 0
    proxy.fail("cut")
    until(lambda: samples()["here"] > 2, "samples that stay here")
    assert view()["connection"]["path"] == "standing_in" and view()["cloud_connected"] is False
    assert metric(daemon, "millrace_cloud_connected") == 0
    proxy.mend()
    until(lambda: view()["connection"]["path"] == "relay", "the bridge to be back on the relay", 60)
    bridge = view()
    assert bridge["cloud_connected"] is True
    assert bridge["totals"]["handed_over"] >= 3
    assert bridge["totals"]["connections"] == bridge["connection"]["number"]


def test_the_ping_period_is_seen(started):
    """Every 21 s, in real time, since it is the device's own patience: two pings of the emulated bridge take three quarters of a minute."""
    daemon = started.daemon()
    started.bridge(daemon.bridge_port, key=None)
    until(lambda: network(daemon)[1], "the bridge")
    connection = until(lambda: network(daemon)[1]["connection"]["ping_period_seconds"] and
                       network(daemon)[1]["connection"], "two pings", 60, every=0.5)
    assert 20.5 < connection["ping_period_seconds"] < 22
    assert connection["traffic"]["to_cloud"]["by_type"]["pingreq"]["count"] >= 2
    assert metric(daemon, "millrace_network_ping_period_seconds") == connection["ping_period_seconds"]


def test_one_bridge_by_name_and_what_has_not_changed_is_not_sent_again(started):
    daemon = started.daemon()
    recorder = Recorder(daemon.bridge_port)
    finished(started, daemon, recorder, 0)
    url = f"http://127.0.0.1:{daemon.http_port}/api/v1/network"
    status, bridge = daemon.http(f"/api/v1/network/{BRIDGE}")
    assert status == 200 and bridge == network(daemon)[1]
    assert daemon.http(f"/api/v1/network/{SENSOR}")[0] == 404
    with urllib.request.urlopen(url, timeout=10) as answer:
        tag = answer.headers["ETag"]
    with pytest.raises(urllib.error.HTTPError) as same:
        urllib.request.urlopen(urllib.request.Request(url, headers={"If-None-Match": tag}), timeout=10)
    assert same.value.code == 304
    assert PASSWORD not in daemon.log()
