"""Bridge → relay → a second broker that plays the cloud."""
import pytest
from cloud import Recorder, same_bytes
from harness import SENSOR, UNCALIBRATED_UL, free_port, run, until


def relay(started, cloud_port, home=None, **options):
    return started.daemon(home, arguments=["--mode", "relay", "--cloud", f"127.0.0.1:{cloud_port}"], **options)


@pytest.mark.parametrize("qos", [0, 1])
def test_bytes_pass_unchanged_and_water_is_decoded(started, cloud, qos):
    home = started.broker(name="home")
    totals = started.listener(home, f"millrace/{SENSOR}/total")
    cloud_side = Recorder(cloud.broker.port)
    daemon = relay(started, cloud_side.port, home)
    bridge_side = Recorder(daemon.bridge_port)
    bridge = started.bridge(bridge_side.port, "--speed", "600", "--qos", qos, "--duration", "3600", key=None)
    until(lambda: not bridge.running(), "an hour of water", 60)
    count = same_bytes(bridge_side, cloud_side)
    assert count > 5000

    peaks = until(lambda: daemon.query("SELECT sum(peaks) FROM quarter_usage")[0][0], "peaks")
    highest = daemon.query("SELECT max(total) FROM readings")[0][0]
    assert peaks == highest - cloud.peaks, "the cloud's base is where counting begins"
    until(lambda: totals.last(f"millrace/{SENSOR}/total"), "a total")
    until(lambda: abs(float(totals.last(f"millrace/{SENSOR}/total")) * 1e6 - peaks * UNCALIBRATED_UL) < 100_000,
          "the total in MQTT")
    # Both directions are in the archive, and the cloud's answer is remembered.
    assert {d for (d,) in daemon.query("SELECT DISTINCT direction FROM frames")} == {0, 1}
    assert '"8":600' in daemon.query("SELECT group_concat(cloud_settings) FROM devices")[0][0]


def test_cloud_out_of_reach_is_said(started):
    port = free_port()
    daemon = relay(started, port)
    started.bridge(daemon.bridge_port, key=None)
    until(lambda: daemon.http("/readyz")[0] == 503, "ill health")
    assert "cloud" in str(daemon.http("/readyz")[1])
    assert daemon.log().count("\n") < 12, daemon.log()


def test_a_relay_to_ourselves_is_refused(started):
    port = free_port()
    daemon = relay(started, port, bridge_port=port)
    started.bridge(daemon.bridge_port, key=None)
    until(lambda: daemon.http("/readyz")[0] == 503, "ill health")
    assert "this machine" in str(daemon.http("/readyz")[1]) or "ourselves" in str(daemon.http("/readyz")[1])
    assert daemon.running()


@pytest.mark.parametrize("mode", ["relay", "local"])
def test_rebuild_gives_the_same_projections(started, cloud, mode):
    calibration = f"sensors:\n  {SENSOR}:\n    calibration: [{{ from: 2026-01-01, ml_per_peak: 41.6 }}]\n"
    daemon = (relay(started, cloud.broker.port, config=calibration) if mode == "relay" else
              started.daemon(config=calibration))
    bridge = started.bridge(daemon.bridge_port, "--speed", "900", "--qos", "1", "--duration", "14400", key=None)
    until(lambda: not bridge.running(), "four hours of water", 60)
    assert daemon.stop() == 0
    before = run("rebuild", "--state-dir", daemon.state, "--digest-only")
    assert before.returncode == 0, before.stderr
    rebuilt = run("rebuild", "--state-dir", daemon.state)
    assert rebuilt.returncode == 0, rebuilt.stderr
    after = run("rebuild", "--state-dir", daemon.state, "--digest-only")
    assert before.stdout == after.stdout and len(before.stdout) > 8
    lifetime, peaks = daemon.query("SELECT lifetime_ul, (SELECT sum(peaks) FROM quarter_usage) FROM meters")[0]
    assert lifetime == peaks * 41_600 > 0
