"""The stores that a fleet can be run against: what the daemon's config file says, and whether what was acknowledged is
there afterwards. Another store is another class here with the same two functions, and a line in store_of()."""

import csv
import sqlite3


class Sqlite:
    """The file in the daemon's state directory."""

    def __init__(self, folder):
        self.file = folder / "state" / "millrace.db"

    def config(self, bridges):
        """Lines of the config file, for so many bridges."""
        return f"store:\n  cache_megabytes: {bridges // 50}\n"

    def check(self, ledger):
        """With the daemon stopped: how many acknowledged samples there are, and how many are not in the store.

        A sample is told by its sensor, its time and its total; where the daemon did not believe its time, by its total.
        """
        db = sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)
        db.execute("CREATE TEMP TABLE told(sensor TEXT, time_ms INTEGER, total INTEGER)")
        with open(ledger, newline="") as rows:
            db.executemany("INSERT INTO told VALUES (?, ?, ?)",
                           ((sensor, int(at) * 1000, int(total)) for sensor, at, total in csv.reader(rows)))
        one = lambda query: db.execute(query).fetchone()[0]
        missing = one("""
            SELECT count(*) FROM told JOIN device_numbers ON device_numbers.device = told.sensor
            WHERE NOT EXISTS (SELECT 1 FROM readings WHERE readings.sensor = device_numbers.number
                              AND readings.total = told.total
                              AND (readings.time_ms = told.time_ms OR readings.time_is_receipt = 1))""")
        unknown = one("SELECT count(*) FROM told WHERE sensor NOT IN (SELECT device FROM device_numbers)")
        return {"acknowledged": one("SELECT count(*) FROM told"), "missing": missing + unknown,
                "readings": one("SELECT count(*) FROM readings"), "frames": one("SELECT count(*) FROM frames"),
                "sample_frames": one("SELECT count(*) FROM frames WHERE direction = 0 AND topic LIKE '2/1/%'"),
                "megabytes": self.file.stat().st_size / 1e6}


def store_of(name, folder):
    if name == "sqlite":
        return Sqlite(folder)
    raise SystemExit(f"fleet.py knows no store {name}; stores.py is where one is added")
