#!/usr/bin/env python3
"""Runs `npm test` in a folder: npm_test.py FOLDER. Exits with 77 where the packages cannot be had, but not in CI."""
import os
import subprocess
import sys

import npm

SKIPPED = 77


def main(folder, command=("npm", "test")):
    try:
        npm.install(folder)
    except npm.Lacking as lacking:
        print(f"skipped: {lacking}")
        return 1 if os.environ.get("CI") else SKIPPED
    return subprocess.run(command, cwd=folder, env=os.environ | npm.QUIET).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
