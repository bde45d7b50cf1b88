#!/usr/bin/env python3
"""The page's size and speed: run.py BINARY [MEASURES…], of size, start, year, hour; all without.

The binary serves the page it carries, with sixty days of an emulated household. Playwright is that of tests/browser.
Exits with 1 where a limit is passed.
"""
import datetime
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parents[1]
sys.path[:0] = [str(TESTS / "daemon"), str(TESTS / "support")]
import harness  # noqa: E402
import npm  # noqa: E402

DAYS = 60
FILLED_WITHIN_S = 300


def has_all_days(daemon):
    """Whether the emulated bridge has come up to now: within the longest that the household uses no water."""
    sensors = daemon.http("/api/v1/devices")[1]["sensors"]
    newest = sensors[0]["last_reading"] if sensors else None
    age = newest and datetime.datetime.now(datetime.timezone.utc) - datetime.datetime.fromisoformat(newest)
    return newest and age < datetime.timedelta(hours=12)


def main(binary, *measures):
    harness.BINARY = str(pathlib.Path(binary).resolve())
    npm.install(TESTS / "browser")
    start = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=DAYS)
    with tempfile.TemporaryDirectory() as folder:
        # The made-up year of page/year is one of this zone.
        daemon = harness.Daemon(folder, key=None, config="site:\n  time_zone: America/Denver\n")
        bridge = harness.Process(
            [harness.BINARY, "simulate", "--host", "127.0.0.1", "--port", str(daemon.bridge_port), "--speed", "1000000",
             "--start", start.strftime("%Y-%m-%dT%H:%M:%SZ")], pathlib.Path(folder) / "bridge.log")
        try:
            harness.until(lambda: has_all_days(daemon), "sixty days of water", FILLED_WITHIN_S)
            command = ["node", str(HERE / "bench.mjs"), f"http://127.0.0.1:{daemon.http_port}", "", *measures]
            return subprocess.run(command).returncode
        finally:
            bridge.kill()
            daemon.kill()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
