"""The stores that a fleet can be run against: what the daemon's config file says, and whether what was acknowledged is
there afterwards. Another store is another class here with the same two functions, and a line in store_of()."""

import csv
import sqlite3
import subprocess

# Of the samples in the table told, those that are not stored. A sample is told by its sensor, its time and its total; where the
# daemon did not believe its time, by its total.
MISSING = """
    SELECT count(*) FROM told JOIN device_numbers ON device_numbers.device = told.sensor
    WHERE NOT EXISTS (SELECT 1 FROM readings WHERE readings.sensor = device_numbers.number AND readings.total = told.total
                      AND (readings.time_ms = told.at_s * 1000 OR readings.time_is_receipt = 1))"""
UNKNOWN = "SELECT count(*) FROM told WHERE sensor NOT IN (SELECT device FROM device_numbers)"
COUNTS = {"acknowledged": "SELECT count(*) FROM told", "readings": "SELECT count(*) FROM readings",
          "frames": "SELECT count(*) FROM frames",
          "sample_frames": "SELECT count(*) FROM frames WHERE direction = 0 AND topic LIKE '2/1/%'"}


def counted(one):
    """`one` answers a query of one number."""
    return {"missing": one(MISSING) + one(UNKNOWN)} | {name: one(query) for name, query in COUNTS.items()}


class Sqlite:
    """The file in the daemon's state directory."""

    def __init__(self, folder):
        self.file = folder / "state" / "millrace.db"

    def config(self, bridges):
        """Lines of the config file, for so many bridges."""
        return f"store:\n  cache_megabytes: {bridges // 50}\n"

    def check(self, ledger):
        """With the daemon stopped: how many acknowledged samples there are, and how many are not in the store."""
        db = sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)
        db.execute("CREATE TEMP TABLE told(sensor TEXT, at_s INTEGER, total INTEGER)")
        with open(ledger, newline="") as rows:
            db.executemany("INSERT INTO told VALUES (?, ?, ?)",
                           ((sensor, int(at), int(total)) for sensor, at, total in csv.reader(rows)))
        return counted(lambda query: db.execute(query).fetchone()[0]) | {"megabytes": self.file.stat().st_size / 1e6}


class Server:
    """A schema of its own on a PostgreSQL server that is there: under tests/support/with_postgres it is $MILLRACE_TEST_POSTGRES."""

    made = 0

    def __init__(self, address):
        Server.made += 1
        schema = f"fleet{Server.made}"
        self.address = f"{address}{'&' if '?' in address else '?'}options=-csearch_path%3D{schema}"
        self.ask(f"DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}")

    def config(self, bridges):
        return f"store: {self.address}\n"

    def ask(self, sql):
        """What psql answers to the last of the statements."""
        asked = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", self.address], input=sql,
                               capture_output=True, text=True)
        if asked.returncode != 0:
            raise RuntimeError(asked.stderr)
        return asked.stdout.strip()

    def check(self, ledger):
        self.ask(f"CREATE TABLE told(sensor TEXT, at_s BIGINT, total BIGINT);\n\\copy told FROM '{ledger}' CSV\nANALYZE")
        return counted(lambda query: int(self.ask(query))) | {
            "megabytes": int(self.ask("SELECT pg_database_size(current_database())")) / 1e6}


def store_of(name, folder):
    if name == "sqlite":
        return Sqlite(folder)
    if name.startswith("postgresql://"):
        return Server(name)
    raise SystemExit(f"fleet.py knows no store {name}; stores.py is where one is added")
