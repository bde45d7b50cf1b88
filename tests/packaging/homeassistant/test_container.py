"""The container for everybody else: no root, nothing to write to but one volume, and all that matters in it."""
import os

from container import harness, image
from conftest import NEIGHBOUR
from harness import KEY, SENSOR, until

UID = 10883


def volume_of(house):
    volume = house.folder / "volume"
    volume.mkdir()
    os.chown(volume, UID, UID)
    return volume


def test_as_nobody_special_with_a_read_only_root_it_keeps_water_over_a_restart(house):
    assert image("container")["User"] == f"{UID}:{UID}" and list(image("container")["Volumes"]) == ["/var/lib/millrace"]
    assert sorted(image("container")["ExposedPorts"]) == ["1883/tcp", "8099/tcp"]
    volume = volume_of(house)
    (volume / "keys").mkdir()
    (volume / "keys/default.key").write_text(KEY)
    (volume / "millrace.yaml").write_text("version: 1\nsite: {time_zone: America/Denver}\n")
    running = house.plain(volume)
    assert running.run("sh", "-c", "id -u; touch /etc/x /x 2>/dev/null; ls /x /etc/x 2>/dev/null").stdout == f"{UID}\n"
    assert running.run("sh", "-c", "touch /tmp/x").returncode != 0
    house.bridge("--speed", 2000, key=KEY)
    until(lambda: len(house.acknowledged()) > 50, "samples", 60)
    made = running.run("millrace", "token", "add", "me", "--scope", "read")
    assert made.returncode == 0, made.stderr
    token = {"Authorization": f"Bearer {made.stdout.strip()}"}
    assert house.ask("/api/v1/devices", source=NEIGHBOUR).status == 401
    assert house.ask("/api/v1/status", source=NEIGHBOUR, **token).json()["time_zone"] == "America/Denver"
    assert SENSOR in house.ask("/api/v1/devices", source=NEIGHBOUR, **token).body
    copy = running.run("millrace", "backup", "/var/lib/millrace/copy.backup")
    assert copy.returncode == 0, copy.stderr
    assert running.stop(10) == 0
    assert {os.stat(path).st_uid for path in volume.glob("millrace.db*")} == {UID}
    house.plain(volume)
    assert SENSOR in house.ask("/api/v1/devices", **token).body


def test_its_health_check_needs_no_other_program(house):
    running = house.plain(volume_of(house))
    test = image("container")["Healthcheck"]["Test"]
    assert test[0] == "CMD" and running.run(*test[1:]).returncode == 0
    other = running.run(*test[1:], "--url", "http://127.0.0.1:1")
    assert other.returncode == 1
