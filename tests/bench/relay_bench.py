"""Measures the whole daemon as a relay against a direct connection and against Mosquitto's own bridge mode.

    /usr/bin/python3 tests/bench/relay_bench.py --millrace build/release/millrace [--json FILE] [--quick]

Everything runs on loopback in one go, the variants interleaved in rounds, so that what disturbs the machine disturbs
all of them. Without --millrace only the Mosquitto halves run. Standard library only; every process started here is
ended here, by its own pid.
"""

import argparse
import json
import os
import pathlib
import select
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.dont_write_bytecode = True  # leaves no cache beside the sources

from bench_wire import BRIDGE, KEY, Client, Sink, flume_publishes, publish, subscribe

NOTE = ("One shared, noisy machine: other programs ran at the same time. Compare the columns of one run with each "
        "other, not with another machine's or another day's.")
LISTEN_TIMEOUT_S = 15
TICKS = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


class Process:
    """A program of ours, its output in a file, ended by its pid."""

    all = []

    def __init__(self, name, command, folder):
        self.name = name
        self.log = folder / f"{name}-{len(Process.all)}.log"
        with open(self.log, "wb") as out:
            self.started = time.perf_counter()
            self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
        self.pid = self.child.pid
        Process.all.append(self)

    def wait_listening(self, port):
        """Seconds from the start to the first accepted connection."""
        while time.perf_counter() - self.started < LISTEN_TIMEOUT_S:
            if accepts(port):
                return time.perf_counter() - self.started
            if self.child.poll() is not None:
                break
            time.sleep(0.0005)
        tail = self.log.read_text(errors="replace")[-2000:]
        raise RuntimeError(f"{self.name} does not listen on {port} (exit code {self.child.poll()}):\n{tail}")

    def cpu_s(self):
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def quiet_cpu_s(self, limit_s=30):
        """CPU time once it has stopped growing."""
        last, deadline = self.cpu_s(), time.monotonic() + limit_s
        while time.monotonic() < deadline:
            time.sleep(1)
            now = self.cpu_s()
            if now - last <= 0.01:
                return now
            last = now
        return last

    def resident_mb(self):
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        return float("nan")

    def stop(self):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(10)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()


class Setup:
    """Where the programs are and how they are started."""

    def __init__(self, options, folder):
        self.millrace_path = options.millrace
        self.mosquitto_path = options.mosquitto
        self.folder = folder
        self.key_file = folder / "key"
        self.key_file.write_text(KEY.hex() + "\n")
        self.key_file.chmod(0o600)

    def mosquitto(self, bridge_to=None):
        port = free_port()
        lines = [f"listener {port} 127.0.0.1", "allow_anonymous true", "persistence false", "log_dest none",
                 "max_queued_messages 0", "max_inflight_messages 0", "set_tcp_nodelay true"]
        if bridge_to:
            lines += ["connection cloud", f"address 127.0.0.1:{bridge_to}", "topic 2/# out 1", "notifications false",
                      "bridge_protocol_version mqttv311", "cleansession true", "remote_clientid bench-bridge"]
        config = self.folder / f"mosquitto-{port}.conf"
        config.write_text("\n".join(lines) + "\n")
        process = Process("mosquitto", [self.mosquitto_path, "-c", str(config)], self.folder)
        process.wait_listening(port)
        return process, port

    def millrace(self, cloud=None, config=None):
        """Starts the daemon; gives its process, bridge port and the seconds until it listened."""
        port, http = free_port(), free_port()
        state = tempfile.mkdtemp(prefix="state-", dir=self.folder)
        command = [self.millrace_path, "run", "--state-dir", state, "--bridge-listen", f"127.0.0.1:{port}",
                   "--http-listen", f"127.0.0.1:{http}", "--key-file", str(self.key_file)]
        command += ["--mode", "relay", "--cloud", f"127.0.0.1:{cloud}"] if cloud else ["--mode", "local"]
        command += ["--config", str(config or self.config())]
        process = Process("millrace", command, self.folder)
        process.http_port = http
        return process, port, process.wait_listening(port)

    def config(self):
        path = self.folder / "empty.yaml"
        path.write_text("{}\n")
        return path

    def config_for_many(self):
        """A thousand bridges from one address are more than the defaults admit."""
        path = self.folder / "many.yaml"
        path.write_text("bridge:\n  max_connections: 4000\n  max_connections_per_address: 4000\n")
        return path


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


# --- latency -------------------------------------------------------------------------------------------------------


def exchange(publisher, subscriber, messages):
    """Publishes one at a time at QoS 1; microseconds to the PUBACK and to the arrival at the subscriber."""
    acks, arrivals = [], []
    for n, (topic, payload) in enumerate(messages):
        data = publish(topic, payload, n % 65535 + 1)
        acked = arrived = None
        sent = time.perf_counter_ns()
        publisher.send(data)
        while acked is None or arrived is None:
            ready = select.select([publisher.socket, subscriber.socket], [], [], 10)[0]
            now = time.perf_counter_ns()
            if not ready:
                raise RuntimeError(f"no answer within 10 s (PUBACK {acked}, arrival {arrived})")
            for client in (publisher, subscriber):
                if client.socket in ready:
                    client.receive()
                while client.waiting:
                    kind = client.waiting.pop(0)[0] >> 4
                    if client is publisher and kind == 4:
                        acked = now
                    elif client is subscriber and kind == 3:
                        arrived = now
        acks.append((acked - sent) / 1000)
        arrivals.append((arrived - sent) / 1000)
    return acks, arrivals


def latency(setup, options, messages):
    cloud, cloud_port = setup.mosquitto()
    _, bridge_port = setup.mosquitto(bridge_to=cloud_port)
    ports = {"direct": cloud_port, "mosquitto bridge": bridge_port}
    if setup.millrace_path:
        ports["millrace relay"] = setup.millrace(cloud=cloud_port)[1]
    subscriber = Client(cloud_port, "bench-subscriber")
    subscriber.send(subscribe("2/#"))
    subscriber.next()
    clients = {name: Client(port, BRIDGE if name == "millrace relay" else f"bench-{port}")
               for name, port in ports.items()}
    time.sleep(1)  # until Mosquitto's bridge has connected
    rounds = {name: {"puback": [], "arrival": []} for name in ports}
    for name, client in clients.items():
        exchange(client, subscriber, messages[:50])  # warms everything up
    for turn in range(options.rounds):
        names = list(ports)
        for name in names[turn % len(names):] + names[:turn % len(names)]:
            batch = [messages[(turn * options.messages + i) % len(messages)] for i in range(options.messages)]
            acks, arrivals = exchange(clients[name], subscriber, batch)
            rounds[name]["puback"].append(acks)
            rounds[name]["arrival"].append(arrivals)
    for client in [*clients.values(), subscriber]:
        client.close()

    result = {}
    for name in ports:
        result[name] = {}
        for what in ("puback", "arrival"):
            for label, share in (("p50", 0.50), ("p99", 0.99)):
                own = [percentile(batch, share) for batch in rounds[name][what]]
                direct = [percentile(batch, share) for batch in rounds["direct"][what]]
                result[name][f"{what}_{label}_us"] = statistics.median(own)
                result[name][f"{what}_{label}_added_us"] = statistics.median(a - b for a, b in zip(own, direct))
    return result


# --- packets per CPU second ----------------------------------------------------------------------------------------


def dropped_copies(http_port):
    with urllib.request.urlopen(f"http://127.0.0.1:{http_port}/metrics", timeout=10) as answer:
        for line in answer.read().decode().splitlines():
            if line.startswith("millrace_bridge_frames_dropped_total "):
                return int(float(line.split()[1]))
    raise RuntimeError("the daemon does not say how many frames it dropped")


def push(setup, kind, packets, messages):
    """QoS 0 packets through a relay as fast as it takes them, to a far end that only counts."""
    sink = Sink()
    if kind == "millrace relay":
        process, port, _ = setup.millrace(cloud=sink.port)
    else:
        process, port = setup.mosquitto(bridge_to=sink.port)
    client = Client(port, BRIDGE)
    time.sleep(2)  # until Mosquitto's bridge has connected and the start's own work is over
    block = b"".join(publish(topic, payload) for topic, payload in messages)
    before = process.quiet_cpu_s()
    started = time.perf_counter()
    client.socket.settimeout(60)
    left = packets
    while left >= len(messages):
        client.send(block)
        left -= len(messages)
    client.send(b"".join(publish(topic, payload) for topic, payload in messages[:left]))
    seen, last_growth, ended = -1, time.monotonic(), started
    while sink.publishes < packets and time.monotonic() - last_growth < 5:
        if sink.publishes != seen:
            seen, last_growth, ended = sink.publishes, time.monotonic(), time.perf_counter()
        time.sleep(0.01)
    if sink.publishes == packets:
        ended = time.perf_counter()
    cpu = process.quiet_cpu_s() - before
    delivered = sink.publishes
    # In a rush the relay forwards first, and copies that the decoder has no time for are dropped and counted.
    decoded = packets - dropped_copies(process.http_port) if kind == "millrace relay" else 0
    client.close()
    process.stop()
    sink.close()
    return {"delivered": delivered, "decoded": decoded, "lost": packets - delivered, "cpu_s": cpu, "wall_s": ended - started,
            "packets_per_cpu_s": delivered / cpu if cpu else None, "cpu_us_per_packet": cpu * 1e6 / max(delivered, 1)}


def throughput(setup, options, messages):
    kinds = ["mosquitto bridge"] + (["millrace relay"] if setup.millrace_path else [])
    runs = {kind: [] for kind in kinds}
    for turn in range(options.push_rounds):
        for kind in kinds if turn % 2 == 0 else reversed(kinds):
            runs[kind].append(push(setup, kind, options.packets, messages))
    return {kind: {key: statistics.median(run[key] for run in of_kind) for key in of_kind[0]}
            for kind, of_kind in runs.items()}


# --- memory and start ----------------------------------------------------------------------------------------------


def established(port):
    """Connections accepted on a port of ours."""
    wanted, count = f":{port:04X}", 0
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        count += fields[1].endswith(wanted) and fields[3] == "01"
    return count


def memory(setup, options, _messages):
    result = {}
    process, port = setup.mosquitto()
    client = Client(port, BRIDGE)
    time.sleep(options.settle)
    result["mosquitto, one client"] = {"resident_mb": process.resident_mb(), "connections": established(port)}
    client.close()
    process.stop()
    for bridges in [1, options.bridges] if setup.millrace_path else []:
        process, port, _ = setup.millrace(config=setup.config_for_many())
        simulate = [setup.millrace_path, "simulate", "--host", "127.0.0.1", "--port", str(port), "--key-file",
                    str(setup.key_file), "--bridges", str(bridges)]
        crowd = Process("simulate", simulate, setup.folder)
        deadline = time.monotonic() + 60
        while established(port) < bridges and crowd.child.poll() is None and time.monotonic() < deadline:
            time.sleep(0.2)
        time.sleep(options.settle)
        result[f"millrace, {bridges} simulated bridge{'s' if bridges > 1 else ''}"] = {
            "resident_mb": process.resident_mb(), "connections": established(port)}
        crowd.stop()
        process.stop()
    return result


def start_times(setup, options, _messages):
    if not setup.millrace_path:
        return {}
    times = []
    for _ in range(options.starts):
        process, _, seconds = setup.millrace()
        times.append(seconds * 1000)
        process.stop()
    return {"median_ms": statistics.median(times), "fastest_ms": min(times), "slowest_ms": max(times)}


PARTS = {"latency": latency, "throughput": throughput, "memory": memory, "start": start_times}

# --- report --------------------------------------------------------------------------------------------------------


def number(value, digits=1):
    return "-" if value is None else f"{value:,.{digits}f}"


def markdown(results):
    out = ["# Relay benchmark", "", NOTE, ""]
    if "latency" in results:
        out += ["## Latency in µs: QoS 1, 300-byte payloads, one at a time; medians over the rounds", "",
                "Mosquitto's bridge acknowledges by itself, so its PUBACK does not cross to the far broker.", "",
                "| | PUBACK p50 | p99 | arrival p50 | p99 | added to arrival p50 | p99 | added to PUBACK p50 | p99 |",
                "|---|---:|---:|---:|---:|---:|---:|---:|---:|"]
        for name, row in results["latency"].items():
            added = [row[f"{what}_{label}_added_us"] for what in ("arrival", "puback") for label in ("p50", "p99")]
            cells = [row[f"{what}_{label}_us"] for what in ("puback", "arrival") for label in ("p50", "p99")]
            out.append(f"| {name} | " + " | ".join(number(cell) for cell in cells + added) + " |")
        if "millrace relay" in results["latency"]:
            ours, theirs = results["latency"]["millrace relay"], results["latency"]["mosquitto bridge"]
            parts = [f"{label} {ours[key] / theirs[key]:.2f}" for label, key in
                     (("p50", "arrival_p50_added_us"), ("p99", "arrival_p99_added_us")) if theirs[key] > 0]
            out += ["", "Added to arrival, millrace / Mosquitto's bridge: " + ", ".join(parts)]
        out.append("")
    if "throughput" in results:
        out += ["## Relayed packets: QoS 0, as fast as they are taken; medians", "",
                "| | delivered | lost | of it decoded and archived | packets per CPU second | CPU µs per packet | wall s |",
                "|---|---:|---:|---:|---:|---:|---:|"]
        for name, row in results["throughput"].items():
            out.append(f"| {name} | {row['delivered']:,.0f} | {row['lost']:,.0f} | {row['decoded']:,.0f} | {number(row['packets_per_cpu_s'], 0)}"
                       f" | {row['cpu_us_per_packet']:.2f} | {row['wall_s']:.2f} |")
        if "millrace relay" in results["throughput"]:
            ratio = (results["throughput"]["millrace relay"]["packets_per_cpu_s"] /
                     results["throughput"]["mosquitto bridge"]["packets_per_cpu_s"])
            out += ["", f"Packets per CPU second, millrace / Mosquitto's bridge: {ratio:.2f}"]
        out.append("")
    if "memory" in results:
        out += ["## Resident memory, idle", "", "| | MB | connections |", "|---|---:|---:|"]
        out += [f"| {name} | {row['resident_mb']:.1f} | {row['connections']} |"
                for name, row in results["memory"].items()] + [""]
    if results.get("start"):
        row = results["start"]
        out += ["## From exec to the first accepted bridge connection", "",
                f"Median {row['median_ms']:.1f} ms (fastest {row['fastest_ms']:.1f}, slowest {row['slowest_ms']:.1f})", ""]
    for part, reason in results.get("failed", {}).items():
        out += [f"**{part} could not be measured:** {reason}", ""]
    return "\n".join(out)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--millrace", help="the daemon; without it only the Mosquitto halves run")
    parser.add_argument("--mosquitto", default=shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin"))
    parser.add_argument("--json", metavar="FILE", help="also write the figures there; - for standard output")
    parser.add_argument("--quick", action="store_true", help="a tenth of the work, to see that everything runs")
    parser.add_argument("--only", default=",".join(PARTS), help="parts, with commas between")
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--messages", type=int, default=300, help="a round and variant")
    parser.add_argument("--packets", type=int, default=200_000)
    parser.add_argument("--push-rounds", type=int, default=3)
    parser.add_argument("--bridges", type=int, default=1000)
    parser.add_argument("--starts", type=int, default=15)
    parser.add_argument("--settle", type=float, default=8, help="seconds before memory is read")
    options = parser.parse_args()
    if unknown := set(options.only.split(",")) - PARTS.keys():
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    if options.quick:
        options.rounds, options.packets, options.push_rounds = 3, options.packets // 10, 1
        options.starts, options.settle, options.bridges = 3, 2, 100
    if not options.mosquitto:
        parser.error("mosquitto is not installed (apt install mosquitto)")
    if options.millrace and not os.access(options.millrace, os.X_OK):
        parser.error(f"{options.millrace} is not a program")
    return options


def main():
    options = arguments()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="relay-bench-"))
    setup = Setup(options, folder)
    messages = flume_publishes(200, time.time())
    results = {"note": NOTE, "payload_bytes": len(messages[0][1]), "failed": {}}
    for name in options.only.split(","):
        try:
            results[name] = PARTS[name](setup, options, messages)
        except (RuntimeError, OSError, ArithmeticError, subprocess.SubprocessError) as error:
            results["failed"][name] = str(error)
        finally:
            for process in Process.all:
                process.stop()
    print(markdown(results))
    if options.json:
        text = json.dumps(results, indent=1)
        if options.json == "-":
            print(text)
        else:
            pathlib.Path(options.json).write_text(text + "\n")
    shutil.rmtree(folder, ignore_errors=True)
    return 1 if results["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
