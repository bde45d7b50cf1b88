"""The DNS recipes: the bridge finds Millrace, and nothing about its names is asked outside."""
import os
import subprocess

import pytest

import recipes
from harness import until
from house import BRIDGE, MILLRACE, NAMES, OTA
from internet import CLOUD, CLOUD6

LOCAL = "local=/mqtt.prod.flumetech.com/mqtt.flumewater.com/device.flumetech.com/"


def pi_hole(house):
    """What Pi-hole hands to the dnsmasq inside it: a file of hosts, and the lines of misc.dnsmasq_lines."""
    text = (recipes.FOLDER / "dns" / "pi-hole.md").read_text()
    assert f"\n{LOCAL}\n" in text and f'"{LOCAL}"' in text
    hosts = house.folder / "hosts"
    entries = [f'192.168.1.10 {name}' for name in NAMES]
    assert all(f'"{entry}"' in text for entry in entries)
    hosts.write_text("\n".join(entries).replace("192.168.1.10", MILLRACE) + "\n")
    return f"addn-hosts={hosts}\nlocal-ttl=60\n"


def openwrt(house, *arguments):
    """What OpenWrt makes of its lists `address` and `server` after openwrt.sh, with a stand-in for uci that keeps lists."""
    uci, restart, script = (house.folder / name for name in ("uci", "restart", "openwrt.sh"))
    uci.write_text('''#!/bin/sh
[ "$1" = -q ] && shift
cd "$(dirname "$0")"
list=${2%%=*} value=${2#*=}
case $1 in
    get) [ -s "$list" ] && tr '\\n' ' ' <"$list" ;;
    add_list) echo "$value" >>"$list" ;;
    del_list) grep -qxF "$value" "$list" && { grep -vxF "$value" "$list" >new || true; mv new "$list"; } ;;
    commit) ;;
esac
''')
    restart.write_text('#!/bin/sh\necho "$1" >>"$0ed"\n')
    for program in (uci, restart):
        program.chmod(0o755)
    text = recipes.dns("openwrt.sh", MILLRACE)
    assert text.count("/etc/init.d/dnsmasq restart") == 1
    script.write_text(text.replace("/etc/init.d/dnsmasq", str(restart)))
    subprocess.run(["sh", str(script), *arguments], check=True, env=os.environ | {"PATH": f"{house.folder}:{os.environ['PATH']}"})
    assert (house.folder / "restarted").read_text().splitlines()[-1] == "restart"
    lines = []
    for option in ("address", "server"):
        kept = house.folder / f"dhcp.@dnsmasq[0].{option}"
        lines += [f"{option}={value}" for value in kept.read_text().splitlines()] if kept.exists() else []
    return lines


def overrides():
    """How Unbound keeps a host override: a record, in the transparent zone that Unbound makes of it by itself."""
    return "server:\n" + "".join(f' local-data: "{name}. IN A {MILLRACE}"\n' for name in NAMES)


def set_up(house, recipe):
    if recipe == "dnsmasq":
        house.router_with_dnsmasq(recipes.dns("dnsmasq.conf", MILLRACE))
    elif recipe == "unbound":
        house.router_with_unbound(recipes.dns("unbound.conf", MILLRACE))
    elif recipe == "pi-hole":
        house.router_with_dnsmasq(pi_hole(house) + LOCAL + "\n")
    elif recipe == "openwrt":
        openwrt(house)
        house.router_with_dnsmasq("\n".join(openwrt(house)) + "\n")
    else:
        house.router_with_unbound(overrides())


@pytest.mark.parametrize("recipe", ["dnsmasq", "unbound", "pi-hole", "openwrt", "host overrides"])
def test_all_names_lead_to_millrace_and_none_is_asked_outside(make_house, recipe):
    house = make_house()
    set_up(house, recipe)
    house.start_bridge()
    for name in NAMES:
        status, ttls, values = house.look_up(name)
        assert (status, values) == ("NOERROR", [MILLRACE]), name
        assert recipe == "host overrides" or ttls[0] <= 60
        for kind in ("AAAA", "HTTPS"):
            assert house.look_up(name, kind)[2] == [], f"{name} {kind}"
            assert house.look_up(name, kind)[0] in ("NOERROR", "NXDOMAIN"), f"{name} {kind}"
        assert not house.asked_outside(name)
    # Who is not named goes the usual way.
    assert house.look_up(OTA)[2] == [CLOUD] and house.asked_outside(OTA)


@pytest.mark.parametrize("recipe", ["dnsmasq", "unbound"])
def test_a_bridge_with_dhcp_ntp_and_dns_brings_its_readings(make_house, recipe):
    house = make_house()
    set_up(house, recipe)
    daemon = house.daemon()
    house.start_bridge()
    (address,) = house.look_up(NAMES[0])[2]
    house.bridge_talks(address)
    house.readings_come(daemon)
    assert house.seen.of({BRIDGE}) == set()


def test_without_a_recipe_the_bridge_finds_its_cloud(make_house):
    house = make_house()
    house.router_with_dnsmasq()
    house.start_bridge()
    assert house.look_up(NAMES[0])[2] == [CLOUD] and house.look_up(NAMES[0], "AAAA")[2] == [CLOUD6]
    house.daemon()
    house.bridge_talks(CLOUD)
    until(lambda: [peer for peer, first in house.cloud.said if peer == BRIDGE and first[:1] == b"\x10"], "CONNECT at the cloud")


@pytest.mark.parametrize("lines", ["address", "hosts"])
def test_dnsmasq_without_local_asks_outside_for_ipv6(make_house, lines):
    """The reason for the line `local=`, and for the one that Pi-hole's recipe adds to its records."""
    house = make_house()
    if lines == "address":
        house.router_with_dnsmasq(recipes.dns("dnsmasq.conf", MILLRACE).replace("\nlocal=", "\n#local="))
    else:
        house.router_with_dnsmasq(pi_hole(house))
    house.start_bridge()
    assert house.look_up(NAMES[0])[2] == [MILLRACE]
    assert house.look_up(NAMES[0], "AAAA")[2] == [CLOUD6] and house.asked_outside(NAMES[0])


@pytest.mark.parametrize("recipe, mark", [("dnsmasq.conf", "#local=/ota"), ("unbound.conf", '#local-zone: "ota')])
def test_without_its_mark_the_line_for_updates_hides_their_name(make_house, recipe, mark):
    house = make_house()
    text = recipes.dns(recipe, MILLRACE)
    assert text.count(mark) == 1
    text = text.replace(mark, mark[1:])
    if recipe == "dnsmasq.conf":
        house.router_with_dnsmasq(text)
    else:
        house.router_with_unbound(text)
    house.start_bridge()
    assert house.look_up(OTA)[::2] == ("NXDOMAIN", []) and not house.asked_outside(OTA)
    assert house.look_up(NAMES[0])[2] == [MILLRACE]


def test_openwrts_script_can_be_run_again_and_taken_back(make_house):
    house = make_house()
    own = house.folder / "dhcp.@dnsmasq[0].address"
    own.write_text("/printer.lan/10.77.0.9\n")
    once = openwrt(house)
    assert openwrt(house) == once and len(once) == 1 + 2 * len(NAMES)
    assert openwrt(house, "undo") == ["address=/printer.lan/10.77.0.9"]
