"""The machine with the package installed: its units, their journal, and who listens on the bridges' port."""
import contextlib
import json
import os
import pathlib

from system import command, properties

PORT = 1883
UNIT = "millrace.service"
SOCKET = "millrace.socket"


def state(unit=UNIT):
    """Such as `active/running`."""
    return "/".join(properties(unit, "ActiveState", "SubState"))


def process_id():
    return int(properties(UNIT, "MainPID"))


def sockets_of(process):
    """The names of its sockets, such as `socket:[123]`; two processes that share one name it alike."""
    names = set()
    for link in pathlib.Path(f"/proc/{process}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # it may close one meanwhile
            names.add(os.readlink(link))
    return {name for name in names if name.startswith("socket:")}


def listening_sockets():
    """Those of whoever listens on the bridges' port; one at least."""
    listens, found = "0A", set()
    for table in ("tcp", "tcp6"):
        for row in pathlib.Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            words = row.split()
            if words[3] == listens and int(words[1].rsplit(":", 1)[1], 16) == PORT:
                found.add(f"socket:[{words[9]}]")
    assert found, f"nobody listens on {PORT}"
    return found


def journal(*arguments):
    """The service's entries, each with all of its fields."""
    lines = command("journalctl", "--unit", UNIT, "--output", "json", "--no-pager", "--all", *arguments).splitlines()
    return [json.loads(line) for line in lines]


def cursor():
    """Where the journal ends now, for `journal(f"--after-cursor={…}")`."""
    return command("journalctl", "--lines=0", "--show-cursor", "--quiet").split("cursor: ", 1)[1].strip()


def install(package):
    command("apt-get", "install", "--yes", "--quiet", package, seconds=300)
