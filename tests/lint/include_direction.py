#!/usr/bin/env python3
"""Fails when a room includes what stands to its right, or when a pure room includes a library of the outside world.

The tables below are the map of ARCHITECTURE.md. Each run first proves on made-up files that a wrong include is found.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2] / "daemon"

# Room -> rooms it may include, besides itself.
ALLOWED = {
    "base": set(),
    "access": {"base"},
    "mqtt": {"base"},
    "payload": {"base"},
    "message": {"base"},
    "cloud": {"base", "message"},
    "meter": {"base", "message"},
    "detect": {"base", "meter"},
    "classify": {"base", "detect"},
    "ports": {"base", "meter", "detect", "classify"},
    "hub": {"base", "payload", "message", "cloud", "meter", "detect", "classify", "ports"},
    "capture": {"base", "mqtt", "ports"},
    "sql": {"base"},
    "store": {"base", "sql", "meter", "detect", "classify", "ports"},
    "publish": {"base", "meter", "detect", "classify", "ports"},
    "recorder": {"base", "meter", "detect", "classify", "ports"},
    "api": {"access", "base", "meter", "detect", "classify", "ports"},
    "notify": {"base", "meter", "detect", "classify", "ports"},
    "doctor": {"base", "mqtt", "sql", "meter", "detect", "classify", "ports"},
    "ble": {"base", "meter", "detect", "classify", "ports"},
    "emulate": {"base", "mqtt", "payload", "message"},
    "settings": {"base", "sql"},  # and every room's settings.h
    "app": None,  # everything
}
# The pipeline proper: values in, values out.
PURE = {"access", "base", "mqtt", "payload", "message", "cloud", "meter", "detect", "classify", "hub"}
# Libraries and system headers that mean I/O, threads, logging or clocks.
OUTSIDE = re.compile(
    r"<(boost/(?!multiprecision/)|asio|spdlog/|SQLiteCpp/|sqlite3|mosquitto|ares|pcap|tins/|thread|mutex|condition_variable|fstream|iostream"
    r"|sys/|unistd|fcntl|netdb|netinet/|arpa/|ctime|time\.h|pthread|filesystem)"
)
INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|(<[^>]+>))')
# Files of a pure room whose one job is an outside thing.
EXCEPTIONS = {"base/system_clock.cpp"}


def complaints_about(path: str, text: str) -> list[str]:
    """What is wrong with the file `path` (relative to daemon/)."""
    room = path.split("/")[0]
    if room not in ALLOWED:
        return [] if "/" not in path else [f"{path}: room '{room}' is not on the map"]
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        own, library = match.groups()
        if own:
            target = own.split("/")[0]
            if "/" not in own:
                found.append(f"{path}:{number}: write includes from daemon/: \"{room}/{own}\"")
            elif target not in ALLOWED:
                found.append(f"{path}:{number}: \"{own}\" is in no room")
            elif target != room and ALLOWED[room] is not None and target not in ALLOWED[room]:
                if not (room == "settings" and own.endswith("/settings.h")):
                    found.append(f"{path}:{number}: {room} may not include {target} (\"{own}\")")
        elif room in PURE and path not in EXCEPTIONS and OUTSIDE.match(library):
            found.append(f"{path}:{number}: the pure room {room} may not use {library}")
    if path == "app/main.cpp":
        for number, line in enumerate(text.splitlines(), 1):
            match = INCLUDE.match(line)
            if match and match.group(1) and match.group(1).split("/")[0] not in {"app", "settings"}:
                found.append(f"{path}:{number}: main sees app and settings only")
    return found


def self_test() -> None:
    assert complaints_about("mqtt/x.cpp", '#include "ports/frame.h"\n'), "a wrong room must be found"
    assert complaints_about("meter/x.cpp", "#include <fstream>\n"), "I/O in a pure room must be found"
    assert complaints_about("app/main.cpp", '#include "store/writer.h"\n'), "main must see app only"
    assert not complaints_about("capture/x.cpp", '#include "mqtt/packet.h"\n#include <boost/asio/io_context.hpp>\n')
    assert not complaints_about("settings/x.h", '#include "store/settings.h"\n')


def main() -> int:
    self_test()
    files = sorted(p for p in ROOT.rglob("*") if p.suffix in {".h", ".cpp"})
    found = [c for p in files for c in complaints_about(str(p.relative_to(ROOT)), p.read_text())]
    print("\n".join(found) if found else f"{len(files)} files include in the right direction")
    return 1 if found or not files else 0


if __name__ == "__main__":
    sys.exit(main())
