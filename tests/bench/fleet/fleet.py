"""Measures one daemon with a fleet of bridges, and that nothing acknowledged is lost.

    /usr/bin/python3 tests/bench/fleet/fleet.py --binaries build/release [--bridges 100 1000 10000] [--figures FILE]

For each number of bridges a daemon of its own, with its store in a temporary folder, and `millrace_fleet` (main.cpp beside
this file) as the bridges: all connect and boot; live their busiest hour; ten times as fast; all lose their connection at
once; all lose power at once; the daemon is killed in the middle and started again. Then every sample that was acknowledged
is looked for in the store. Exits with 1 when one is missing or a phase did not come to its end. Standard library only;
every process started here is ended here, by its own pid.
"""

import argparse
import json
import os
import pathlib
import resource
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.dont_write_bytecode = True  # leaves no cache beside the sources

import figures
from stores import store_of

PHASES = ["connect", "household", "tenfold", "cut", "power", "killed", "finish"]
KEY = "a1432af0625424ebb284610b32189a8ec65c18ba716e89f3eac93587a8bed5bb"  # made up
LISTEN_TIMEOUT_S = 120
TICKS = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Daemon:
    """`millrace run` with a config file for many bridges."""

    def __init__(self, millrace, folder, store, bridges):
        self.port, self.http_port = free_port(), free_port()
        self.log = folder / "daemon.log"
        key_file = folder / "key"
        key_file.write_text(KEY + "\n")
        key_file.chmod(0o600)
        config = folder / "millrace.yaml"
        config.write_text(f"version: 1\nbridge:\n  max_connections: {bridges + 100}\n" + store.config(bridges))
        self.command = [millrace, "run", "--config", config, "--state-dir", folder / "state", "--mode", "local",
                        "--key-file", key_file, "--bridge-listen", f"127.0.0.1:{self.port}", "--http-listen",
                        f"127.0.0.1:{self.http_port}"]
        self.start()

    def start(self):
        """Seconds until it takes bridges."""
        began = time.monotonic()
        with open(self.log, "ab") as out:
            self.child = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
        while not listens(self.port):
            if self.child.poll() is not None or time.monotonic() - began > LISTEN_TIMEOUT_S:
                raise RuntimeError("the daemon does not listen:\n" + self.log.read_text(errors="replace")[-2000:])
            time.sleep(0.005)
        return time.monotonic() - began

    def cpu_s(self):
        fields = pathlib.Path(f"/proc/{self.child.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def resident_kb(self):
        for line in pathlib.Path(f"/proc/{self.child.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1])
        return 0

    def refused(self):
        """Frames that this run's store had no room for; a bridge sends again what was not acknowledged."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}/metrics", timeout=60) as answer:
            for line in answer.read().decode().splitlines():
                if line.startswith("millrace_store_refused_commits_total "):
                    return int(float(line.split()[1]))
        raise RuntimeError("the daemon does not say what its store refused")

    def kill(self):
        self.child.kill()
        self.child.wait()

    def stop(self):
        """Politely; the seconds that takes."""
        began = time.monotonic()
        if self.child.poll() is None:
            self.child.terminate()
            try:
                self.child.wait(60)
            except subprocess.TimeoutExpired:
                self.kill()
        return time.monotonic() - began


def run_phases(daemon, load, say):
    """Reads what the bridges tell of their phases, and adds what the daemon took."""
    phases, cpu, refused = {}, 0, 0
    for line in load.stdout:
        told = json.loads(line)
        if "begins" in told:
            if told["begins"] == "killed":
                refused = daemon.refused()
                daemon.kill()
                restart_s = daemon.start()
            cpu = daemon.cpu_s()
            continue
        name = told.pop("ends")
        if name == "killed":
            told["restart_s"] = restart_s
            cpu = 0
        told["cpu_s"] = daemon.cpu_s() - cpu
        told["resident_kb"] = daemon.resident_kb()
        phases[name] = told
        say(f"  {name}: {json.dumps(told)}")
    return phases, refused + daemon.refused()


def measure(options, bridges, say):
    say(f"{bridges} bridges")
    with tempfile.TemporaryDirectory(prefix="fleet-") as name:
        folder = pathlib.Path(name)
        store = store_of(options.store, folder)
        daemon = Daemon(options.binaries / "millrace", folder, store, bridges)
        load = None
        try:
            empty_kb = daemon.resident_kb()
            ledger = folder / "ledger"
            load = subprocess.Popen(
                [options.binaries / "millrace_fleet", "--port", str(daemon.port), "--bridges", str(bridges),
                 "--key-file", folder / "key", "--ledger", ledger, "--household", str(options.household), "--tenfold",
                 str(options.tenfold), "--connect-within", str(min(10, bridges / 100)), *options.phases],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
            phases, refused = run_phases(daemon, load, say)
            ended_well = load.wait(60) == 0
        finally:
            if load is not None and load.poll() is None:
                load.kill()
                load.wait()
            stop_s = daemon.stop()
            if options.keep_log:
                options.keep_log.write_bytes(daemon.log.read_bytes())
        count = store.check(ledger)
        count |= {"refused": refused, "log_lines": len(daemon.log.read_text(errors="replace").splitlines()), "stop_s": stop_s}
        say(f"  stored: {json.dumps(count)}")
        return {"bridges": bridges, "empty_kb": empty_kb, "phases": phases, "count": count,
                "good": ended_well and count["missing"] == 0 and count["acknowledged"] > 0}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binaries", type=pathlib.Path, default=pathlib.Path("build/release"),
                        help="the folder with millrace and millrace_fleet")
    parser.add_argument("--bridges", type=int, nargs="+", default=[100, 1_000, 10_000])
    parser.add_argument("--household", type=float, default=120, help="seconds at the households' own rate")
    parser.add_argument("--tenfold", type=float, default=60, help="seconds at ten times that")
    parser.add_argument("--phases", nargs="+", default=PHASES, choices=PHASES)
    parser.add_argument("--store", default="sqlite", help="the daemon's store: sqlite, or postgresql://…")
    parser.add_argument("--figures", type=pathlib.Path, help="write the figures to this file")
    parser.add_argument("--keep-log", type=pathlib.Path, help="write the daemon's log to this file")
    options = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    runs = [measure(options, bridges, lambda text: print(text, flush=True)) for bridges in options.bridges]
    text = figures.markdown(runs, options)
    if options.figures:
        options.figures.write_text(text)
    print("\n" + text)
    return 0 if all(run["good"] for run in runs) else 1


if __name__ == "__main__":
    sys.exit(main())
