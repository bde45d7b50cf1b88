"""Trying claims, which are functions that fail when theirs does not hold and may return a figure; a line for each."""
import pathlib
import subprocess
import sys
import time
import traceback


class Outcome:
    def __init__(self, units, tried=0, failed=0):
        """`units`: whose state and journal the console shows when a claim fails."""
        self.units, self.tried, self.failed = units, tried, failed

    def try_all(self, claims):
        for claim in claims:
            began = time.monotonic()
            try:
                figure = claim()
                outcome = "ok    "
            except Exception as problem:  # whatever it is, the other claims are tried too
                figure = str(problem) if isinstance(problem, AssertionError) else traceback.format_exc()
                outcome = "FAILED"
                self.failed += 1
                self._tell_circumstances(claim)
            self.tried += 1
            words = claim.__name__.replace("_", " ")
            print(f"{outcome} {time.monotonic() - began:5.1f} s  {words}{f': {figure}' if figure else ''}")

    def conclude(self):
        if self.failed:
            print(f"{self.failed} of {self.tried} claims do not hold")
        else:
            print(f"all {self.tried} claims hold")

    def _tell_circumstances(self, claim):
        """On the console, for who has to mend it."""
        print(f"\n--- {claim.__name__} failed", file=sys.stderr)
        for command in (["systemctl", "status", "--no-pager", "--lines=0", *self.units],
                        ["journalctl", "--no-pager", "--lines=25", *(f"--unit={unit}" for unit in self.units)]):
            subprocess.run(command, stdout=sys.stderr, stderr=sys.stderr)


def uptime_s():
    return float(pathlib.Path("/proc/uptime").read_text().split()[0])
