"""A house in network namespaces: router, bridge, Millrace's machine, and the internet behind the router.

    bridge ─┐
            ├─ switch ── router ── internet
    millrace┘              └────── (millrace, where it has a network of its own)

Only the addresses are made up. DHCP and DNS are dnsmasq or Unbound, the rest is the kernel's.
"""
import contextlib
import pathlib
import socket
import subprocess

import harness
from harness import until
from internet import ADDRESSES, CLOUD, CLOUD6, NAME_SERVER, Cloud, Seen, TimeServer
from own_network import inside

ROUTER, MILLRACE, MILLRACE_FAR = "10.77.0.1", "10.77.0.10", "10.77.9.10"
LAN = "10.77.0.0/24"
BRIDGE, BRIDGE_OTHER, BRIDGE6 = "10.77.0.50", "10.77.0.51", "fd00:77::50"
MAC = "5c:cf:7f:12:34:56"
NAMES = ("mqtt.prod.flumetech.com", "mqtt.flumewater.com", "device.flumetech.com")
OTA = "ota.flumetech.com"


def command(*words, given=None, check=True):
    done = subprocess.run([str(word) for word in words], input=given, capture_output=True, text=True, timeout=30)
    assert not check or done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return done.stdout


class House:
    """Call `build` first and `end` last. `at(place)` is a context in which sockets and programs are there."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.stack = contextlib.ExitStack()
        self.lease = {}

    def build(self, millrace=MILLRACE):
        """A house whose router knows no recipe yet; Millrace's machine has the address `millrace`."""
        self.millrace_address = millrace
        for place in ("switch", "router", "millrace", "bridge", "internet"):
            command("ip", "netns", "add", place)
            self.stack.callback(command, "ip", "netns", "del", place, check=False)
        self._cables()
        with self.at("router"):
            for switch in ("ipv4/ip_forward", "ipv6/conf/all/forwarding"):
                pathlib.Path("/proc/sys/net", switch).write_text("1")
            # The house's own rules, which no recipe may touch. As on every router, they know which connections stand.
            command("nft", "-f", "-", given="table inet house {\n counter passed {}\n chain forward {\n"
                    " type filter hook forward priority 0;\n ct state established,related accept\n counter name passed\n }\n}\n")
            self.keep(TimeServer(ROUTER))
        with self.at("internet"):
            self.seen = self.keep(Seen("wan"))
            self.cloud = self.keep(Cloud())
            answers = "".join(f"address=/{name}/{CLOUD}\naddress=/{name}/{CLOUD6}\n" for name in (*NAMES, OTA))
            self.internet_names = self.dnsmasq("internet", f"listen-address={NAME_SERVER}\nlog-queries\n" + answers)

    def _cables(self):
        wires = [("router", "lan", MAC[:-2] + "01"), ("bridge", "lan", MAC)]
        far = self.millrace_address == MILLRACE_FAR
        if not far:
            wires.append(("millrace", "lan", MAC[:-2] + "10"))
        lines = ["link add hub type bridge", "link set hub up"]
        for number, (place, name, mac) in enumerate(wires):
            lines += [f"link add port{number} type veth peer name {name} address {mac} netns {place}",
                      f"link set port{number} master hub up"]
        command("ip", "-n", "switch", "-batch", "-", given="\n".join(lines) + "\n")
        lines = ["link add wan type veth peer name wan netns internet",
                 "addr add 203.0.113.1/24 dev wan", "addr add 2001:db8::1/64 dev wan nodad",
                 f"addr add {ROUTER}/24 dev lan", "addr add fd00:77::1/64 dev lan nodad", "link set lan up", "link set wan up",
                 "link set lo up", "route add default via 203.0.113.2", "route add default via 2001:db8::2"]
        if far:
            lines += ["link add far type veth peer name lan netns millrace", "addr add 10.77.9.1/24 dev far",
                      "link set far up"]
        command("ip", "-n", "router", "-batch", "-", given="\n".join(lines) + "\n")
        # No masquerade: so the internet sees who it is.
        lines = ["link set lo up", "link set wan up", "addr add 203.0.113.2/24 dev wan", "addr add 2001:db8::2/64 dev wan nodad",
                 "route add 10.77.0.0/16 via 203.0.113.1", "route add fd00:77::/64 via 2001:db8::1",
                 f"addr add {CLOUD6}/128 dev lo nodad", *(f"addr add {address}/32 dev lo" for address in ADDRESSES)]
        command("ip", "-n", "internet", "-batch", "-", given="\n".join(lines) + "\n")
        gateway = "10.77.9.1" if far else ROUTER
        command("ip", "-n", "millrace", "-batch", "-", given=f"link set lo up\nlink set lan up\n"
                f"addr add {self.millrace_address}/24 dev lan\nroute add default via {gateway}\n")
        # The bridge knows its router's MAC, so that its IPv6 is really sent where the router does not answer that question.
        command("ip", "-n", "bridge", "-batch", "-", given=f"link set lo up\nlink set lan up\naddr add {BRIDGE6}/64 dev lan nodad\n"
                f"route add default via fd00:77::1\nneigh add fd00:77::1 lladdr {MAC[:-2]}01 dev lan nud permanent\n")

    def at(self, place):
        return inside(f"/run/netns/{place}")

    def keep(self, something):
        """Ended, or closed, with the house."""
        self.stack.callback(something.kill if isinstance(something, harness.Process) else something.close)
        return something

    def end(self):
        self.stack.close()

    def dnsmasq(self, name, config):
        """A dnsmasq where the caller is."""
        path = self.folder / f"{name}.conf"
        path.write_text(f"user=root\npid-file\nno-resolv\nno-hosts\nbind-interfaces\nlog-facility=-\n{config}\n")
        program = self.keep(harness.Process(["dnsmasq", "--keep-in-foreground", f"--conf-file={path}"], self.folder / f"{name}.log"))
        until(lambda: "started" in program.log() or not program.running(), "dnsmasq to start")
        assert program.running(), program.log()
        return program

    def router_with_dnsmasq(self, recipe=""):
        """The router's DHCP and DNS as most have it: one dnsmasq, with the recipe in a folder of its own."""
        dropped_in = self.folder / "dnsmasq.d"
        dropped_in.mkdir()
        (dropped_in / "millrace.conf").write_text(recipe)
        with self.at("router"):
            return self.dnsmasq("router", self._dhcp() + f"server={NAME_SERVER}\nconf-dir={dropped_in},*.conf\n")

    def router_with_unbound(self, recipe=""):
        """A router whose names are Unbound's: OPNsense's, or a Linux machine."""
        dropped_in = self.folder / "unbound-millrace.conf"
        dropped_in.write_text(recipe)
        config = self.folder / "unbound.conf"
        config.write_text(f'server:\n interface: {ROUTER}\n access-control: 10.0.0.0/8 allow\n username: ""\n chroot: ""\n'
                          f' directory: "{self.folder}"\n pidfile: ""\n use-syslog: no\n do-daemonize: no\n'
                          f' module-config: "iterator"\nforward-zone:\n name: "."\n forward-addr: {NAME_SERVER}\n'
                          f'include: "{dropped_in}"\n')
        command("unbound-checkconf", config)
        with self.at("router"):
            self.dnsmasq("router", self._dhcp() + "port=0\n")
            unbound = self.keep(harness.Process(["unbound", "-d", "-c", config], self.folder / "unbound.log"))
        until(lambda: "start of service" in unbound.log(), unbound.log)
        return unbound

    @staticmethod
    def _dhcp():
        return (f"interface=lan\ndhcp-range=10.77.0.100,10.77.0.200,1h\ndhcp-host={MAC},{BRIDGE}\ndhcp-authoritative\nno-ping\n"
                f"dhcp-leasefile=/run/leases\ndhcp-option=option:dns-server,{ROUTER}\ndhcp-option=option:ntp-server,{ROUTER}\n")

    def start_bridge(self):
        """What a bridge does first: an address by DHCP, the time from the server named there. Keeps the lease."""
        script, told = self.folder / "lease.sh", self.folder / "lease"
        script.write_text(f"#!/bin/sh\n[ \"$1\" = bound ] || exit 0\nip addr replace $ip/$mask dev $interface\n"
                          f"ip route replace default via $router\nenv >{told}\n")
        script.chmod(0o755)
        with self.at("bridge"):
            command("udhcpc", "-i", "lan", "-f", "-q", "-n", "-t", "5", "-T", "1", "-O", "ntpsrv", "-s", script)
        self.lease = dict(line.split("=", 1) for line in told.read_text().splitlines() if "=" in line)
        assert self.lease["ip"] == BRIDGE
        assert self.time_of(self.lease["ntpsrv"]), "no time from the server that DHCP names"

    def time_of(self, server, seconds=5.0):
        """Whether somebody answers the bridge's NTP request."""
        with self.at("bridge"), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.settimeout(seconds)
            asking.sendto(b"\x23" + bytes(47), (server, 123))
            with contextlib.suppress(TimeoutError):
                return len(asking.recv(100)) == 48
        return False

    def look_up(self, name, kind="A", server=None, *options):
        """(status, TTLs, values) of what the bridge is answered; None when nobody does."""
        with self.at("bridge"):
            said = command("dig", f"@{server or self.lease['dns']}", "+tries=5", "+time=1", "+noall", "+comments",
                           "+answer", *options, name, kind, check=False)
        if "status: " not in said:
            return None
        rows = [line.split() for line in said.splitlines() if line and not line.startswith(";")]
        return said.split("status: ")[1].split(",")[0], [int(row[1]) for row in rows], [row[4] for row in rows]

    def asked_outside(self, name):
        """Whether a question about the name has gone to the internet's name server."""
        return f"] {name} from" in self.internet_names.log()

    def daemon(self, port=1883, **options):
        with self.at("millrace"):
            return self.keep(harness.Daemon(self.folder, bridge_port=port, bridge_address="0.0.0.0", **options))

    def api(self, daemon, path):
        with self.at("millrace"):
            return daemon.http(path)[1]

    def bridge_talks(self, host):
        """The emulated bridge goes on from where a real one would: it connects to port 1883 there, with water."""
        with self.at("bridge"):
            return self.keep(harness.Process(
                [harness.BINARY, "simulate", "--host", host, "--port", "1883", "--speed", "60", "--bridge", harness.BRIDGE,
                 "--sensor", harness.SENSOR, "--key-file", self.folder / "bridge.key",
                 "--trace", harness.trace_of_water(self.folder)], self.folder / "bridge.log"))

    def readings_come(self, daemon):
        """Waits for the bridge's water in the API."""
        def water():
            with self.at("millrace"):
                status, answer = daemon.http(f"/api/v1/sensors/{harness.SENSOR}/readings?from=2020-01-01T00:00:00Z")
            return status == 200 and any(reading["peaks"] for reading in answer["items"])

        until(water, lambda: f"water in the API; {daemon.log()[-2000:]}", 30)


