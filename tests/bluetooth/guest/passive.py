"""Listening without asking devices for more: claims, in the order they are tried."""
import json
import pathlib

import house
from house import PUCK, is_ill_with, is_ready
from listening import BLUEZ, goes_on
from system import command

DROP_IN = pathlib.Path("/run/systemd/system/bluetooth.service.d/experimental.conf")


def a_bluez_that_cannot_listen_passively_is_told():
    house.start(passive=True)
    is_ill_with("--experimental")
    return house.readiness()[1]["detail"]


def a_bluez_that_can_listens_passively():
    DROP_IN.parent.mkdir()
    DROP_IN.write_text("[Service]\nExecStart=\nExecStart=/usr/libexec/bluetooth/bluetoothd --experimental\n")
    command("systemctl", "daemon-reload")
    command("systemctl", "restart", BLUEZ)
    is_ready()
    state = house.bluetooth()
    assert state["passive"] and state["state"] == "working", json.dumps(state)
    goes_on(PUCK)
    return house.readiness()[1]["detail"]


CLAIMS = [a_bluez_that_cannot_listen_passively_is_told, a_bluez_that_can_listens_passively]
