"""kill -9 at random moments: nothing acknowledged is lost, nothing counts twice, the totalizer never falls."""
import random

from harness import SENSOR, UNCALIBRATED_UL, ledger, until

KILLS = 50
SEED = 20261123


def test_kill_at_50_random_moments(started):
    chance = random.Random(SEED)
    broker = started.broker()
    totals = started.listener(broker, f"millrace/{SENSOR}/total")
    daemon = started.daemon(broker)
    kept = started.folder / "ledger.csv"
    bridge = started.bridge(daemon.bridge_port, "--speed", "600", "--qos", "1", "--ledger", kept)
    until(lambda: len(ledger(kept)) > 5, "the first acknowledged samples", 60)

    for kill in range(KILLS):
        acknowledged = len(ledger(kept))
        until(lambda: len(ledger(kept)) > acknowledged, f"samples before kill {kill}", 60, 0.001)
        until(lambda c=chance.random(): chance.random() < 0.15 or c < 0.05, "a random moment", 10, 0.003)
        daemon.kill()
        daemon = started.daemon(broker, bridge_port=daemon.bridge_port, http_port=daemon.http_port)
    acknowledged = len(ledger(kept))
    until(lambda: len(ledger(kept)) > acknowledged + 5, "samples after the last kill", 60)
    bridge.stop()
    samples = set(ledger(kept))
    stored = set(daemon.query(
        "SELECT d.device, r.time_ms / 1000, r.total FROM readings r JOIN device_numbers d ON d.number = r.sensor"))
    missing = samples - stored
    assert not missing, f"{len(missing)} of {len(samples)} acknowledged samples are lost, such as {sorted(missing)[:3]}"

    # The counter went on through every crash, so what was counted is its whole span.
    highest, series = daemon.query("SELECT max(total), max(series) FROM readings")[0]
    assert series == 1
    counted = daemon.query("SELECT sum(peaks) FROM quarter_usage")[0][0]
    assert counted == highest, "the emulated bridge began at 0"
    assert daemon.query("SELECT lifetime_ul FROM meters")[0][0] == highest * UNCALIBRATED_UL

    shown = [float(p) for p in totals.payloads(f"millrace/{SENSOR}/total")]
    assert shown == sorted(shown), "the totalizer fell"
    print(f"{KILLS} kills, {len(samples)} acknowledged samples, all stored; {len(shown)} totals shown, none lower")
