"""From nothing to an upgrade, a removal and back: the claims, in the order they are tried."""
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

from household import HERE, KEYS, STATE, Bridge, key, lost, nothing_is_lost, query
from machine import (PORT, SOCKET, UNIT, cursor, install, journal, listening_sockets, process_id, sockets_of, state)
from prober import Prober, attempt
from system import command, properties, until

CONFIG = pathlib.Path("/etc/millrace/millrace.yaml")
DROP_IN = pathlib.Path("/run/systemd/system/millrace.service.d/deadly.conf")
EXPOSURE = 1.5
BRIDGE = Bridge(1)
# Between a signal and the daemon's next word, emulation takes its time.
PATIENCE_S = 60


def ask(path, method="GET"):
    """The body of a good answer of the API."""
    request = urllib.request.Request(f"http://127.0.0.1:8099{path}", method=method)
    if method == "POST":
        request.data = b"{}"
        request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read()


def api(path):
    return json.loads(ask(path))


def refusal(path, method="GET"):
    """The body of an answer that is not good."""
    try:
        ask(path, method)
    except urllib.error.HTTPError as answer:
        return answer.read().decode()
    raise AssertionError(f"{path} gave a good answer")


def runs():
    until(lambda: state() == "active/running", lambda: f"the service to run; it is {state()}", PATIENCE_S)


def the_old_package_is_installed_and_its_service_is_ready():
    install(HERE / "old.deb")
    runs()
    assert properties(UNIT, "Type", "UnitFileState", "Result") == ["notify", "enabled", "success"]
    status = properties(UNIT, "StatusText")
    assert str(PORT) in status, f"it has said {status!r}"
    return status


def systemd_holds_the_port():
    assert state(SOCKET) == "active/running"
    assert properties(SOCKET, "UnitFileState") == "enabled"
    listening = command("systemctl", "show", SOCKET, "--property=Listen")
    assert f":{PORT} (Stream)" in listening, listening
    # The first process has it, and the daemon only a copy of it.
    assert listening_sockets() <= sockets_of(1) and listening_sockets() <= sockets_of(process_id())


def it_runs_without_root_and_without_any_capability():
    status = dict(line.split(":\t", 1) for line in
                  pathlib.Path(f"/proc/{process_id()}/status").read_text().splitlines() if ":\t" in line)
    assert "0" not in status["Uid"].split() and "0" not in status["Gid"].split(), status["Uid"]
    assert command("id", "-un", status["Uid"].split()[0]).strip() == "millrace"
    for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(status[kind], 16) == 0, f"{kind} is {status[kind]}"
    assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2", status
    return f"{status['Seccomp_filters']} system call filters"


def the_file_system_is_closed_to_it_but_for_its_state():
    inside = ["nsenter", "--target", str(process_id()), "--mount", "--", "touch"]
    for place in ("/etc/millrace/x", "/usr/x", "/var/lib/x", "/root/x", "/home/x"):
        command(*inside, place, good=False)
    command(*inside, STATE / "x")
    (STATE / "x").unlink()


def its_exposure_is_low():
    said = command("systemd-analyze", "security", "--no-pager", UNIT).splitlines()[-1]
    figure = float(re.search(r"exposure level for \S+: ([0-9.]+)", said).group(1))
    assert figure <= EXPOSURE, said
    return figure


def a_key_is_read_by_the_service_and_by_nobody_else():
    path = BRIDGE.give_key()
    command("systemctl", "restart", UNIT)
    runs()
    command("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "cat", path, good=False)
    command("setpriv", "--reuid=millrace", "--regid=millrace", "--clear-groups", "cat", path)
    BRIDGE.start()
    BRIDGE.goes_on(10)


def readings_come_out_of_the_api():
    page = api(f"/api/v1/sensors/{BRIDGE.sensor}/readings?from=2026-03-02T00:00:00Z&to=2026-03-03T00:00:00Z&limit=5000")
    assert page["sensor"] == BRIDGE.sensor and len(page["items"]) >= 10, page
    return f"{len(page['items'])} readings"


def the_journal_tells_room_and_level():
    entries = [entry for entry in journal() if "MILLRACE_ROOM" in entry]
    assert entries, "no entry has a room"
    assert all(entry["PRIORITY"].isdigit() and entry["SYSLOG_IDENTIFIER"] == "millrace" for entry in entries)
    rooms = sorted({entry["MILLRACE_ROOM"] for entry in entries})
    assert "app" in rooms, rooms
    found = journal("MILLRACE_ROOM=app")
    assert found and all(entry["MILLRACE_ROOM"] == "app" for entry in found)
    return ", ".join(rooms)


def replaced(process, within_s):
    """Waits until another process runs; what it took, in seconds."""
    began = time.monotonic()
    until(lambda: state() == "active/running" and process_id() != process, "another process", within_s)
    BRIDGE.goes_on()
    return time.monotonic() - began


def one_that_hangs_is_replaced():
    limit_s = int(properties(UNIT, "WatchdogUSec").removesuffix("s"))
    process, since = process_id(), cursor()
    os.kill(process, signal.SIGSTOP)
    took = replaced(process, limit_s + PATIENCE_S)
    said = command("journalctl", "--after-cursor", since, "--no-pager")
    assert "Watchdog timeout" in said, said
    nothing_is_lost(BRIDGE)
    return f"after {took:.0f} s, WatchdogSec={limit_s}"


def one_that_is_killed_is_replaced():
    process = process_id()
    os.kill(process, signal.SIGKILL)
    took = replaced(process, PATIENCE_S)
    nothing_is_lost(BRIDGE)
    return f"after {took:.0f} s"


def a_broken_config_is_told_and_not_tried_for_ever():
    good, since = CONFIG.read_text(), cursor()
    CONFIG.write_text(good + "\nno_such_key: 1\n")
    try:
        subprocess.run(["systemctl", "restart", UNIT], check=False, capture_output=True)
        # The bridge knocks at the socket all the while.
        until(lambda: state() == "failed/failed" and state(SOCKET) == "failed/failed",
              lambda: f"systemd to give up; service and socket are {state()}, {state(SOCKET)}", 120)
    finally:
        CONFIG.write_text(good)
    told = [entry["MESSAGE"] for entry in journal(f"--after-cursor={since}") if "no_such_key" in entry["MESSAGE"]]
    assert told, "the journal does not say what is wrong"
    # What an owner does who has mended it. One who is very quick is told to wait.
    until(lambda: subprocess.run(["systemctl", "restart", UNIT], capture_output=True).returncode == 0,
          "systemd to try again", PATIENCE_S, 5)
    runs()
    assert state(SOCKET) == "active/running", f"the socket is {state(SOCKET)}"
    BRIDGE.goes_on()
    nothing_is_lost(BRIDGE)
    return f"after {len(told)} attempts; {told[0]!r}"


def it_checks_the_set_up_from_within():
    """It is refused one call there, with which it would ask whether the kernel's clock is kept right (ProtectClock)."""
    checks = {check["id"]: check["state"] for check in json.loads(ask("/api/v1/checks", "POST"))["checks"]}
    assert all(checks[name] == "ok" for name in ("port", "state_dir", "bridge", "key")), checks
    return ", ".join(f"{name} {found}" for name, found in checks.items())


def nothing_else_it_does_is_among_the_calls_it_is_refused():
    """Here a refused call is deadly, instead of an error that somebody may swallow."""
    DROP_IN.parent.mkdir(parents=True)
    DROP_IN.write_text("[Service]\nSystemCallErrorNumber=kill\n")
    good, told = CONFIG.read_text(), STATE / "told"
    # The second one makes such a call, so that it is seen to be deadly.
    channels = [{"name": "told", "type": "exec", "command": ["/usr/bin/cp", "/proc/self/status", str(told)]},
                {"name": "refused", "type": "exec", "command": ["/usr/sbin/chroot", "/", "/usr/bin/true"]}]
    CONFIG.write_text(good + "\nnotify: " + json.dumps({"channels": channels}) + "\n")
    try:
        command("systemctl", "daemon-reload")
        command("systemctl", "restart", UNIT)
        runs()
        assert properties(UNIT, "DropInPaths") == str(DROP_IN)
        process = process_id()
        BRIDGE.goes_on()
        ask("/api/v1/channels/told/test", "POST")
        status = told.read_text()
        assert "\nNoNewPrivs:\t1\n" in status and re.search(r"\nCapEff:\t0+\n", status), status
        assert f"ended by signal {int(signal.SIGSYS)}" in refusal("/api/v1/channels/refused/test", "POST")
        backup = ask("/api/v1/backup")
        assert backup.startswith(b"SQLite format 3")
        began = api("/api/v1/status")["started"]
        until(lambda: restart_through_the_api(began), "the daemon to start anew", PATIENCE_S, 1)
        BRIDGE.goes_on()
        assert process_id() == process, "it died of a refused call"
    finally:
        CONFIG.write_text(good)
        DROP_IN.unlink()
        command("systemctl", "daemon-reload")
        command("systemctl", "restart", UNIT)
        runs()
    return "bridge, notice by a program, backup, restart through the API"


def restart_through_the_api(began):
    """True once it has. It refuses while it has hardly started, and answers nobody in between."""
    try:
        if api("/api/v1/status")["started"] != began:
            return True
        ask("/api/v1/restart", "POST")
    except OSError:
        pass
    return False


def where_the_port_belongs_to_another_program_it_takes_the_one_it_is_told():
    good = CONFIG.read_text()
    command("systemctl", "stop", SOCKET, UNIT)
    try:
        with socket.create_server(("::", PORT), family=socket.AF_INET6, dualstack_ipv6=True):
            CONFIG.write_text(good + "\nbridge: {listen: '127.0.0.1:1884'}\n")
            command("systemctl", "restart", UNIT)
            runs()
            assert state(SOCKET) == "failed/failed"
            assert "127.0.0.1:1884" in properties(UNIT, "StatusText")
    finally:
        CONFIG.write_text(good)
    command("systemctl", "restart", UNIT)
    runs()
    assert state(SOCKET) == "active/running"
    BRIDGE.goes_on()


def an_upgrade_refuses_no_connection_and_loses_nothing():
    BRIDGE.goes_on()
    old_process = process_id()
    with Prober() as prober:
        BRIDGE.goes_on()
        began = time.monotonic()
        command("dpkg", "--install", HERE / "new.deb")
        took = time.monotonic() - began
        until(lambda: state() == "active/running" and process_id() != old_process, "the new version", PATIENCE_S)
        BRIDGE.goes_on(10)
    away, back = (int(properties(UNIT, name)) / 1e6 for name in
                  ("InactiveEnterTimestampMonotonic", "ActiveEnterTimestampMonotonic"))
    assert began < away < back, "the service was not restarted"
    meanwhile = len(prober.between(away, back))
    assert meanwhile > 0, "nobody tried to connect while the service was away"
    assert not prober.failures(), f"{len(prober.failures())} of {len(prober.attempts)}: {prober.failures()[:3]}"
    samples = nothing_is_lost(BRIDGE)
    return (f"{len(prober.attempts)} connections, {meanwhile} of them in the {back - away:.1f} s without the service, "
            f"0 refused; {samples} acknowledged samples, 0 lost; dpkg took {took:.0f} s")


def the_new_version_runs():
    version = command("dpkg-query", "--show", "--showformat=${Version}", "millrace")
    assert version == command("dpkg-deb", "--field", HERE / "new.deb", "Version").strip()
    program = os.readlink(f"/proc/{process_id()}/exe")
    assert program == "/usr/bin/millrace", program
    return version


def a_removed_package_leaves_what_is_the_owners():
    BRIDGE.stop()
    before = query("SELECT count(*) FROM readings")
    command("dpkg", "--remove", "millrace")
    assert properties(UNIT, "ActiveState") == "inactive"
    assert not pathlib.Path("/usr/bin/millrace").exists()
    assert attempt() is not None, "somebody still answers at the port"
    assert CONFIG.exists() and (KEYS / f"{BRIDGE.bridge}.key").read_text().strip() == key()
    assert query("SELECT count(*) FROM readings") == before
    assert not lost(BRIDGE)[0]


def installed_again_it_has_its_history():
    install(HERE / "new.deb")
    runs()
    nothing_is_lost(BRIDGE)
    readings_come_out_of_the_api()


CLAIMS = [
    the_old_package_is_installed_and_its_service_is_ready,
    systemd_holds_the_port,
    it_runs_without_root_and_without_any_capability,
    the_file_system_is_closed_to_it_but_for_its_state,
    its_exposure_is_low,
    a_key_is_read_by_the_service_and_by_nobody_else,
    readings_come_out_of_the_api,
    the_journal_tells_room_and_level,
    one_that_hangs_is_replaced,
    one_that_is_killed_is_replaced,
    a_broken_config_is_told_and_not_tried_for_ever,
    it_checks_the_set_up_from_within,
    nothing_else_it_does_is_among_the_calls_it_is_refused,
    where_the_port_belongs_to_another_program_it_takes_the_one_it_is_told,
    an_upgrade_refuses_no_connection_and_loses_nothing,
    the_new_version_runs,
    a_removed_package_leaves_what_is_the_owners,
    installed_again_it_has_its_history,
]
