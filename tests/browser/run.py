#!/usr/bin/env python3
"""The page in Chromium, with the daemon that MILLRACE_BINARY names: run.py [ARGUMENTS OF playwright test].

As root it runs in a network of its own, from which nothing leads out, and where the address of Home Assistant's Supervisor
is this machine's; elsewhere the tests that need the Supervisor are skipped. Exits with 77 where packages from npm cannot be
had, but not in CI.
"""
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "support"), str(HERE.parent / "daemon")]
import npm  # noqa: E402
import npm_test  # noqa: E402
import own_network  # noqa: E402

SUPERVISOR = "172.30.32.2"


def main(arguments):
    os.environ.setdefault("MILLRACE_BINARY", str(HERE.parents[1] / "build/release/millrace"))
    try:
        if not shutil.which("chromium"):
            raise npm.Lacking("there is no chromium; ./dev test installs it")
        npm.install(HERE)
    except npm.Lacking as lacking:
        print(f"skipped: {lacking}")
        return 1 if os.environ.get("CI") else npm_test.SKIPPED
    if subprocess.run(["npm", "run", "--silent", "check"], cwd=HERE, env=os.environ | npm.QUIET).returncode != 0:
        return 1
    command = ["node_modules/.bin/playwright", "test", *arguments]
    if os.geteuid() != 0:
        return subprocess.run(command, cwd=HERE).returncode
    with own_network.own_network(SUPERVISOR):
        return subprocess.run(command, cwd=HERE, env=os.environ | {"SUPERVISOR_ADDRESS": SUPERVISOR}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
