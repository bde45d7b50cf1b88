"""Packages from npm for tests: installed as the lock file says, and a clear word where they cannot be had."""
import os
import pathlib
import re
import shutil
import subprocess

# What npm says when its registry cannot be reached, as opposed to packages that are wrong.
UNREACHABLE = re.compile(r"\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|"
                         r"ENOTCACHED|ERR_SOCKET_TIMEOUT|EIDLETIMEOUT)\b")
QUIET = {"npm_config_audit": "false", "npm_config_fund": "false", "npm_config_update_notifier": "false",
         "npm_config_ignore_scripts": "true", "npm_config_prefer_offline": "true"}
# npm's own ten seconds before each of its tries are long for somebody who is offline.
IMPATIENT = {"npm_config_fetch_retry_mintimeout": "1000", "npm_config_fetch_retry_maxtimeout": "5000"}


class Lacking(Exception):
    """Something that this machine does not have or cannot reach."""


def run(folder, *command, seconds=300, **options):
    """A command of the packages in `folder`; its output is in `stdout`."""
    return subprocess.run([str(part) for part in command], cwd=folder, env=os.environ | QUIET | IMPATIENT,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=seconds, **options)


def install(folder):
    """What the lock file in `folder` names; raises Lacking, or AssertionError with what npm said."""
    for program in ("node", "npm"):
        if not shutil.which(program):
            raise Lacking(f"there is no {program}; ./dev test installs it")
    wanted, there = (pathlib.Path(folder) / name for name in ("package-lock.json", "node_modules/.package-lock.json"))
    # npm writes the second file when it has installed what the first one lists.
    if there.exists() and there.stat().st_mtime >= wanted.stat().st_mtime:
        return
    installed = run(folder, "npm", "ci")
    if installed.returncode != 0 and UNREACHABLE.search(installed.stdout):
        raise Lacking("the npm registry cannot be reached")
    assert installed.returncode == 0, installed.stdout
