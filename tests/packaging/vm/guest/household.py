"""The emulated bridges, and what the daemon keeps of what it acknowledged to them."""
import os
import pathlib
import sqlite3
import subprocess

from machine import PORT
from system import until

HERE = pathlib.Path(__file__).resolve().parent
# What must outlive a reboot lies on the disk.
KEPT = pathlib.Path("/var/lib/proof")
STATE = pathlib.Path("/var/lib/millrace")
KEYS = pathlib.Path("/etc/millrace/keys")
UNCALIBRATED_UL = 32_933


def key():
    """The bridges' key, made up for this run so that it can only be in the journal when somebody has written it there."""
    path = KEPT / "bridge.key"
    if not path.exists():
        path.write_text(os.urandom(32).hex())
    return path.read_text()


def water():
    """A trace for the emulated bridges: a tap that runs for longer than all claims take, so that there are samples."""
    path = KEPT / "water.csv"
    if not path.exists():
        rows = [f"{second},{second * 100}" for second in range(0, 12 * 3600, 5)]
        path.write_text("unix_timestamp,cumulative_ml\n" + "\n".join(rows) + "\n")
    return path


class Bridge:
    """An emulated bridge that sends sealed samples with QoS 1, some four a second."""

    def __init__(self, number):
        self.bridge, self.sensor = f"61F6F5790000000{number}", f"61DA80B50000000{number}"
        self.ledger_file = KEPT / f"{self.sensor}.csv"
        self.process = None

    def give_key(self):
        """As the config file tells owners to: for the service only."""
        path = KEYS / f"{self.bridge}.key"
        subprocess.run(["install", "-m", "0640", "-g", "millrace", "/dev/stdin", path], input=key().encode(), check=True)
        return path

    def start(self):
        self.process = subprocess.Popen(
            [HERE / "emulated-bridge", "simulate", "--port", str(PORT), "--bridge", self.bridge, "--sensor", self.sensor,
             "--key-file", KEPT / "bridge.key", "--qos", "1", "--speed", "20", "--start", "2026-03-02T06:00:00Z",
             "--trace", water(), "--ledger", self.ledger_file],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self):
        self.process.terminate()
        self.process.wait(30)

    def acknowledged(self):
        """(timestamp, value) of each sample that the daemon has said it keeps."""
        lines = self.ledger_file.read_text().splitlines() if self.ledger_file.exists() else []
        return {tuple(map(int, line.split(",")[1:])) for line in lines if line.count(",") == 2}

    def goes_on(self, samples=5):
        """Waits for so many more acknowledged samples."""
        before = len(self.acknowledged())
        until(lambda: len(self.acknowledged()) >= before + samples, f"{samples} more acknowledged samples")


def query(sql, *values):
    database = sqlite3.connect(f"file:{STATE}/millrace.db?mode=ro", uri=True)
    try:
        return database.execute(sql, values).fetchall()
    finally:
        database.close()


def lost(bridge):
    """How many acknowledged samples are not in the database, of how many."""
    acknowledged = bridge.acknowledged()
    stored = set(query("SELECT r.time_ms / 1000, r.total FROM readings r JOIN device_numbers d ON d.number = r.sensor "
                       "WHERE d.device = ?", bridge.sensor))
    assert acknowledged, "nothing was acknowledged"
    return len(acknowledged - stored), len(acknowledged)


def nothing_is_lost(bridge):
    """And nothing counts twice. Returns how many samples there are."""
    missing, acknowledged = lost(bridge)
    assert not missing, f"{missing} of {acknowledged} acknowledged samples are lost"
    # In one statement, since the bridge may be going on.
    highest, series, lifetime = query(
        "SELECT max(r.total), max(r.series), m.lifetime_ul FROM device_numbers d JOIN readings r ON r.sensor = d.number "
        "JOIN meters m ON m.sensor = d.number WHERE d.device = ?", bridge.sensor)[0]
    assert series == 1, "the meter began anew"
    assert lifetime == highest * UNCALIBRATED_UL, f"the totalizer is at {lifetime} µl after {highest} peaks"
    return acknowledged
