"""The machine has been switched off and on: the claims, in the order they are tried."""
import pathlib
import subprocess

from first_boot import BRIDGE, CONFIG, runs
from household import KEYS, STATE, Bridge, key, nothing_is_lost
from machine import SOCKET, state
from system import command

SECOND_BRIDGE = Bridge(2)


def the_service_is_there_after_a_reboot_and_has_its_history():
    runs()
    assert state(SOCKET) == "active/running"
    nothing_is_lost(BRIDGE)


def it_goes_on_keeping():
    SECOND_BRIDGE.give_key()
    command("systemctl", "restart", "millrace.service")
    runs()
    SECOND_BRIDGE.start()
    SECOND_BRIDGE.goes_on()
    SECOND_BRIDGE.stop()
    nothing_is_lost(BRIDGE)
    nothing_is_lost(SECOND_BRIDGE)


def no_entry_of_the_journal_has_a_key():
    # All boots, all units.
    said = subprocess.run(["journalctl", "--no-pager", "--output=export", "--all"], capture_output=True, check=True).stdout
    assert b"MILLRACE_ROOM=" in said
    for secret in (key().encode(), key().upper().encode(), bytes.fromhex(key())):
        assert secret not in said


def a_purged_package_leaves_nothing():
    command("dpkg", "--purge", "millrace")
    for path in (STATE, KEYS, CONFIG.parent):
        assert not path.exists(), path
    left = command("find", "/etc", "/var", "/usr", "/run", "-iname", "*millrace*", "-not", "-path", "/run/handed-in/*")
    assert not left, left


CLAIMS = [
    the_service_is_there_after_a_reboot_and_has_its_history,
    it_goes_on_keeping,
    no_entry_of_the_journal_has_a_key,
    a_purged_package_leaves_nothing,
]
