"""The firewall recipes: the bridge's connections come to Millrace, and nothing of the bridge comes out."""
import contextlib
import json
import os
import socket
import subprocess

import pytest

import recipes
from harness import until
from house import BRIDGE, BRIDGE6, BRIDGE_OTHER, LAN, MAC, MILLRACE, MILLRACE_FAR, NAMES, ROUTER, command
from internet import CLOUD, CLOUD6, DAILY, ELSEWHERE, NAME_SERVER

KINDS = ["nft", "iptables-nft", "iptables-legacy"]
ALL_BRIDGE = {BRIDGE, BRIDGE6, BRIDGE_OTHER}
# What is tried, as the internet sees it: (protocol, destination, port).
FORBIDDEN = {("tcp", CLOUD, 1883), ("udp", DAILY, 1338), ("udp", NAME_SERVER, 53), ("tcp", NAME_SERVER, 53), ("udp", NAME_SERVER, 123),
             ("tcp", ELSEWHERE, 443), ("tcp", CLOUD6, 1883), ("udp", CLOUD6, 1338)}
REFUSED = {"refused_mqtt", "refused_daily_udp", "refused_dns", "refused_ntp", "refused_ipv6", "refused_other"}


class Recipe:
    """A firewall recipe that is loaded at a place of the house: nftables', or the script for one of the two iptables."""

    def __init__(self, house, kind, name, at="router", **values):
        self.house, self.kind, self.name, self.place = house, kind, name, at
        if kind == "iptables-legacy" and subprocess.run(["iptables-legacy", "-S"], capture_output=True).returncode != 0:
            pytest.skip("this kernel has no iptables-legacy")
        file = f"{name}.nft" if kind == "nft" else f"{name}-iptables.sh"
        self.file = recipes.firewall(file, house.folder, **values)

    def _run(self, *words):
        with self.house.at(self.place):
            if self.kind == "nft":
                return command("nft", *words)
            os.environ["IPTABLES_VARIANT"] = self.kind.removeprefix("iptables")
            return command("sh", self.file, *words)

    def load(self):
        return self._run("-f", self.file) if self.kind == "nft" else self._run()

    def undo(self):
        if self.kind != "nft":
            return self._run("undo")
        return self._run("-f", recipes.FOLDER / "firewall" / "undo.nft")

    def counted(self):
        """Packets by the name of their counter."""
        if self.kind == "nft":
            listed = json.loads(self._run("-j", "list", "counters", "table", "inet", "millrace_shut_in"))["nftables"]
            return {row["counter"]["name"]: row["counter"]["packets"] for row in listed if "counter" in row}
        sums = {}
        for line in self._run("show").splitlines():
            if "/* refused_" in line:
                name = line.split("/* ")[1].split(" ")[0]
                count = line.split()[0]
                sums[name] = sums.get(name, 0) + (int(count) if count.isdigit() else 1000)  # above 99999 it says "100K"
        return sums


def shut_in(house, kind, **values):
    port = values.pop("millrace_port", "1883")
    return Recipe(house, kind, "shut-in", **({"bridge_mac": MAC, "millrace": house.millrace_address, "millrace_port": port,
                                              "dns_servers": ROUTER, "time_servers": ROUTER} | values))


def redirect(house, kind, port, at="router"):
    return Recipe(house, kind, "redirect", at=at, bridge_address=BRIDGE, bridge_network=LAN, millrace=house.millrace_address,
                  millrace_port=str(port))


def try_everything(house, source=None):
    """The bridge really sends all of FORBIDDEN, from another address of its own when told so; waits for no answer."""
    with house.at("bridge"), contextlib.ExitStack() as open_sockets:
        for protocol, target, port in FORBIDDEN:
            family = socket.AF_INET6 if ":" in target else socket.AF_INET
            if source and family == socket.AF_INET6:
                continue
            kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
            speaker = open_sockets.enter_context(socket.socket(family, kind))
            if source:
                speaker.bind((source, 0))
            speaker.setblocking(False)
            if protocol == "udp":
                speaker.sendto(b"once a day", (target, port))
            else:
                # The packet that asks for the connection is on its way when this returns; an answer nobody waits for.
                speaker.connect_ex((target, port))


def fence(house):
    """Waits until something the router sends now has come to the internet: then all that was sent before has come too."""
    number = 20_000 + len(house.seen.packets)
    with house.at("router"), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as speaker:
        speaker.sendto(b"fence", (ELSEWHERE, number))
    until(lambda: ("udp", ELSEWHERE, number) in house.seen.of({"203.0.113.1"}), "the router's packet")


def house_rules(house):
    with house.at("router"):
        return command("nft", "list", "table", "inet", "house").split("counter passed {")[0], command("iptables-nft", "-S", "FORWARD")


def test_without_rules_all_of_it_comes_out(make_house):
    house = make_house()
    house.router_with_dnsmasq()
    house.start_bridge()
    try_everything(house)
    until(lambda: house.seen.of(ALL_BRIDGE) >= FORBIDDEN, lambda: f"all packets; came: {house.seen.of(ALL_BRIDGE)}")
    assert house.look_up("probe.example", "A", NAME_SERVER), "a name server elsewhere answers"


@pytest.mark.parametrize("kind", KINDS)
def test_shut_in_the_bridge_works_and_nothing_of_it_comes_out(make_house, kind):
    house = make_house()
    house.router_with_dnsmasq(recipes.dns("dnsmasq.conf", MILLRACE))
    with house.at("router"):
        command("iptables-nft", "-A", "FORWARD", "-m", "comment", "--comment", "mine", "-j", "ACCEPT")
    own = house_rules(house)
    recipe = shut_in(house, kind)
    recipe.load()
    daemon = house.daemon()
    house.start_bridge()
    (address,) = house.look_up(NAMES[0])[2]
    assert house.look_up(NAMES[0], "A", None, "+tcp")[2] == [MILLRACE]
    house.bridge_talks(address)
    house.readings_come(daemon)

    before = recipe.counted()
    try_everything(house)
    command("ip", "-n", "bridge", "addr", "add", f"{BRIDGE_OTHER}/24", "dev", "lan")
    try_everything(house, BRIDGE_OTHER)
    assert house.look_up("probe.example", "A", NAME_SERVER, "+tries=1") is None
    assert not house.time_of(NAME_SERVER, 0.5)
    fence(house)
    assert house.seen.of(ALL_BRIDGE) == set()
    after = recipe.counted()
    assert REFUSED <= set(after)
    for name in REFUSED:
        # Twice each: once from each address, and of IPv6 two kinds.
        assert after[name] >= before.get(name, 0) + 2, (name, before, after)

    # Of the router it gets nothing else either.
    with house.at("router"):
        page = house.keep(socket.create_server((ROUTER, 80)))
    assert not connects(house, page)

    # What the router asks of the bridge is answered.
    with house.at("bridge"):
        answering = house.keep(socket.create_server((BRIDGE, 0)))
    with house.at("router"), socket.create_connection(answering.getsockname(), timeout=5):
        pass

    # Loaded once more it is there once, and taken back all is as it was.
    recipe.load()
    if kind == "nft":
        assert recipe.counted()["refused_mqtt"] == 0
    else:
        with house.at("router"):
            assert command(kind, "-S", "FORWARD").count("MILLRACE") == 1
    try_everything(house)
    fence(house)
    assert house.seen.of(ALL_BRIDGE) == set()
    recipe.undo()
    recipe.undo()
    assert house_rules(house) == own
    until(lambda: connects(house, page), "the router's page")
    try_everything(house)
    until(lambda: house.seen.of(ALL_BRIDGE) >= FORBIDDEN, lambda: f"all packets again; came: {house.seen.of(ALL_BRIDGE)}")


@pytest.mark.parametrize("kind", KINDS)
def test_known_by_its_address_alone_its_ipv4_is_shut_in(make_house, kind):
    house = make_house()
    house.router_with_dnsmasq()
    house.start_bridge()
    shut_in(house, kind, bridge_mac="00:00:00:00:00:00", bridge_address=BRIDGE).load()
    try_everything(house)
    # IPv6 is known by the MAC only, as the recipe says; this is also what shows that the packets were sent.
    sixth = {packet for packet in FORBIDDEN if ":" in packet[1]}
    until(lambda: house.seen.of(ALL_BRIDGE) >= sixth, "the IPv6 packets")
    fence(house)
    assert house.seen.of(ALL_BRIDGE) == sixth


@pytest.mark.parametrize("kind", KINDS)
def test_a_connection_to_the_cloud_that_stands_already_ends_too(make_house, kind):
    house = make_house()
    house.router_with_dnsmasq()
    house.start_bridge()
    with house.at("bridge"):
        speaker = socket.create_connection((CLOUD, 1883), timeout=5)
    with speaker:
        speaker.send(b"before")
        until(lambda: (BRIDGE, b"before") in house.cloud.said, "the first bytes at the cloud")
        recipe = shut_in(house, kind)
        recipe.load()
        before = len(house.seen.packets)
        speaker.send(b"after")
        until(lambda: recipe.counted()["refused_mqtt"], "the packet to be counted")
        fence(house)
        assert [packet for packet in house.seen.packets[before:] if packet[0] == BRIDGE] == []


@pytest.mark.parametrize("kind", KINDS)
def test_in_relay_mode_millrace_reaches_the_cloud_and_the_bridge_does_not(make_house, kind):
    house = make_house()
    house.router_with_dnsmasq(recipes.dns("dnsmasq.conf", MILLRACE))
    shut_in(house, kind).load()
    house.daemon(arguments=["--mode", "relay"], config=f"cloud: {{name_servers: [{NAME_SERVER}]}}\n")
    house.start_bridge()
    house.bridge_talks(house.look_up(NAMES[0])[2][0])
    until(lambda: [peer for peer, first in house.cloud.said if peer == MILLRACE and first[:1] == b"\x10"],
          lambda: f"the bridge's CONNECT, from Millrace; came: {house.cloud.said}")
    assert house.seen.of(ALL_BRIDGE) == set()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("millrace", [MILLRACE, MILLRACE_FAR], ids=["same network", "other network"])
def test_the_router_sends_connections_to_the_cloud_to_millrace(make_house, kind, millrace):
    house = make_house(millrace=millrace)
    house.router_with_dnsmasq()
    own = house_rules(house)
    recipe = redirect(house, kind, 18830)
    recipe.load()
    recipe.load()
    closed = shut_in(house, kind, millrace_port="18830")
    closed.load()
    daemon = house.daemon(port=18830)
    house.start_bridge()
    (address,) = house.look_up(NAMES[0])[2]
    assert address == CLOUD
    bridge = house.bridge_talks(address)
    house.readings_come(daemon)
    (seen,) = house.api(daemon, "/api/v1/network")["bridges"]
    peer = seen["connection"]["peer"].rsplit(":", 1)[0]
    # In the bridge's own network the router has to put itself between; elsewhere Millrace sees the bridge itself.
    assert peer == (ROUTER if millrace == MILLRACE else BRIDGE)
    fence(house)
    assert house.seen.of(ALL_BRIDGE) == set() and house.cloud.said == []

    bridge.kill()
    closed.undo()
    recipe.undo()
    recipe.undo()
    assert house_rules(house) == own
    house.bridge_talks(address)
    until(lambda: house.cloud.said, "the bridge at its cloud again")


@pytest.mark.parametrize("kind", KINDS)
def test_on_millraces_own_machine_another_port_takes_the_bridge_from_1883(make_house, kind):
    house = make_house()
    house.router_with_dnsmasq(recipes.dns("dnsmasq.conf", MILLRACE))
    with house.at("millrace"):
        taken = house.keep(socket.create_server(("0.0.0.0", 1883)))
    redirect(house, kind, 18830, at="millrace").load()
    daemon = house.daemon(port=18830)
    house.start_bridge()
    house.bridge_talks(house.look_up(NAMES[0])[2][0])
    house.readings_come(daemon)
    taken.setblocking(False)
    with pytest.raises(BlockingIOError):
        taken.accept()
    # Others still get the one who has the port.
    with house.at("router"), socket.create_connection((MILLRACE, 1883), timeout=5):
        until(lambda: accepted(taken), "the router's connection")


def connects(house, server):
    """Whether the bridge gets a connection there."""
    with house.at("bridge"), contextlib.suppress(TimeoutError), socket.create_connection(server.getsockname(), timeout=0.5):
        return True
    return False


def accepted(server):
    with contextlib.suppress(BlockingIOError):
        server.accept()[0].close()
        return True
    return False


def test_both_files_are_loaded_by_one_that_includes_them(make_house):
    """As /etc/nftables.conf does at start, with values of each that must not be the other's."""
    house = make_house()
    house.router_with_dnsmasq()
    house.start_bridge()
    recipe = shut_in(house, "nft")
    files = [redirect(house, "nft", 18830).file, recipe.file]
    whole = house.folder / "nftables.conf"
    whole.write_text("flush ruleset\n" + "".join(f'include "{file}"\n' for file in files))
    with house.at("router"):
        command("nft", "-f", whole)
    try_everything(house)
    fence(house)
    assert house.seen.of(ALL_BRIDGE) == set() and recipe.counted()["refused_daily_udp"] == 1
