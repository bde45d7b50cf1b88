"""The daemon under a service manager: it says when it is ready and that it is alive, takes the socket that was opened for
it, and speaks to the journal. The manager here is the test, by systemd's documented protocols; tests/packaging/vm has the
real one."""
import contextlib
import ctypes
import os
import pathlib
import signal
import socket
import subprocess
import sys

import pytest
from harness import Daemon, free_port, ledger, listens, until
from test_restart import answer_once_settled, restarted, started_at

# Puts the socket where systemd would, under the process id that the daemon will have.
HAND_OVER = """
import os, sys
if os.dup2(int(sys.argv[1]), 3) == int(sys.argv[1]): os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", LISTEN_FDNAMES="bridge")
os.execvp(sys.argv[2], sys.argv[2:])
"""


class Manager:
    """Hears what the daemon tells."""

    def __init__(self, folder):
        self.path = str(folder / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(0.1)
        self.heard = []

    def environment(self, **more):
        return os.environ | {"NOTIFY_SOCKET": self.path} | more

    def hears(self, line):
        with contextlib.suppress(TimeoutError):
            self.heard += self.socket.recv(4096).decode().splitlines()
        return line in self.heard


@pytest.fixture
def manager(tmp_path):
    made = Manager(tmp_path)
    with contextlib.closing(made.socket):
        yield made


class Handed(Daemon):
    """A daemon that gets its listening socket from who starts it."""

    def __init__(self, folder, listening, bridge_port=None, **options):
        self.listening = listening
        super().__init__(folder, bridge_port=bridge_port or listening.getsockname()[1], **options)

    def start(self, command, log, **options):
        number = str(self.listening.fileno())
        super().start([sys.executable, "-c", HAND_OVER, number, *command], log,
                      pass_fds=(self.listening.fileno(), 3), **options)


def listening_socket():
    made = socket.socket()
    made.bind(("127.0.0.1", 0))
    made.listen(64)
    return made


def test_it_is_ready_when_its_doors_are_open_and_says_when_it_stops(started, manager):
    daemon = started.daemon(wait=False, environment=manager.environment())
    until(lambda: manager.hears("READY=1"), "the daemon to say that it is ready")
    assert listens(daemon.bridge_port) and daemon.http("/healthz")[0] == 200
    assert any(line.startswith("STATUS=") and str(daemon.bridge_port) in line for line in manager.heard)
    assert "STOPPING=1" not in manager.heard
    assert daemon.stop() == 0
    until(lambda: manager.hears("STOPPING=1"), "the word that it stops")


def test_who_does_not_start_is_never_ready(started, manager):
    with listening_socket() as taken:
        daemon = started.daemon(wait=False, environment=manager.environment(), bridge_port=taken.getsockname()[1])
        assert daemon.process.wait(20) == 1
    manager.hears("READY=1")
    assert manager.heard.count("READY=1") == 0 and "bridge.listen" in daemon.log()


def test_a_sign_of_life_comes_in_time_and_not_from_one_that_hangs(started, manager):
    daemon = started.daemon(environment=manager.environment(WATCHDOG_USEC="400000"))
    until(lambda: manager.hears("WATCHDOG=1") and manager.heard.count("WATCHDOG=1") > 2, "three signs of life")
    os.kill(daemon.pid, signal.SIGSTOP)
    with contextlib.suppress(TimeoutError):
        while True:  # what it had sent
            manager.socket.recv(4096)
    manager.socket.settimeout(1)
    with pytest.raises(TimeoutError):
        manager.socket.recv(4096)
    os.kill(daemon.pid, signal.SIGCONT)
    manager.socket.settimeout(0.1)
    manager.heard.clear()
    until(lambda: manager.hears("WATCHDOG=1"), "the next sign of life")


def test_a_bridge_that_comes_before_the_daemon_or_while_it_restarts_is_not_refused(started):
    with listening_socket() as listening:
        port = listening.getsockname()[1]
        kept = started.folder / "ledger.csv"
        bridge = started.bridge(port, "--speed", "600", "--qos", "1", "--ledger", kept)
        daemon = started.keep(Handed(started.folder, listening))
        until(lambda: len(ledger(kept)) > 20, "samples")
        refused = until(lambda: answer_once_settled(daemon), "the daemon to have run for long enough", 12, 0.5)
        assert refused[0] == 202, refused
        before = started_at(daemon)
        attempts = []

        def anew():
            attempts.append(listens(port))
            return not listens(daemon.http_port)

        until(anew, "the daemon to go")
        assert listens(port)
        restarted(daemon, before)
        assert len(attempts) > 1 and all(attempts), "a connection was refused"
        acknowledged = len(ledger(kept))
        until(lambda: len(ledger(kept)) > acknowledged + 20, "the bridge to come back and go on", 60)
        bridge.stop()
        stored = {tuple(row) for row in daemon.query("SELECT time_ms / 1000, total FROM readings")}
        assert {(time, value) for _, time, value in ledger(kept)} <= stored
        assert daemon.stop() == 0
        assert listens(port), "the manager's socket was closed"


def test_the_config_file_wins_over_a_socket_on_another_address_and_that_is_said(started):
    port = free_port()
    with listening_socket() as listening:
        daemon = started.keep(Handed(started.folder, listening, bridge_port=port))
        assert listens(port)
        assert f"127.0.0.1:{listening.getsockname()[1]}" in daemon.log() and "millrace.socket" in daemon.log()


def test_the_journal_gets_each_line_with_its_room_and_level(started):
    if os.geteuid() != 0:
        pytest.skip("needs root, to have a /run of its own")
    libc = ctypes.CDLL(None, use_errno=True)

    def own_journal():
        # A mount namespace in which the journal's socket is the test's.
        new_mounts, private, bind = 0x00020000, 0x44000, 0x1000
        pathlib.Path("/run/systemd/journal").mkdir(parents=True, exist_ok=True)
        if (libc.unshare(new_mounts) or libc.mount(b"none", b"/", None, private, None)
                or libc.mount(str(started.folder / "journal").encode(), b"/run/systemd/journal", None, bind, None)):
            raise OSError(ctypes.get_errno(), "no mount namespace")

    (started.folder / "journal").mkdir()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
        journal.bind(str(started.folder / "journal" / "socket"))
        journal.settimeout(20)
        log = (started.folder / "millrace.log")
        log.touch()
        stream = f"{os.stat(log).st_dev}:{os.stat(log).st_ino}"
        daemon = started.daemon(wait=False, environment=os.environ | {"JOURNAL_STREAM": stream}, preexec_fn=own_journal)
        entry = {}
        while "page and API on" not in entry.get("MESSAGE", ""):
            lines = journal.recv(65536).decode().splitlines()
            entry = dict(line.split("=", 1) for line in lines if "=" in line)
        assert entry["PRIORITY"] == "6" and entry["MILLRACE_ROOM"] == "app"
        assert entry["SYSLOG_IDENTIFIER"] == "millrace"
        assert "page and API on" not in daemon.log()
