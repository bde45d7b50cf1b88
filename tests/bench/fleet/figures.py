"""The figures of a fleet as Markdown: a table over the numbers of bridges, how each grows, and what that means on paper
for a million."""

import math
import os
import platform
import subprocess

AIM_P99_MS = 100  # from PUBLISH to PUBACK, at the households' own rate
AIM_STORM_S = 60  # until all are served again
MILLION = 1_000_000


def slope(points):
    """The exponent of the power law that fits best: 0 the same for any number, 1 in proportion to it."""
    points = [(math.log(x), math.log(y)) for x, y in points if y and y > 0]
    if len(points) < 2:
        return None
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread


def number(value):
    if value is None:
        return "-"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def phase(run, name):
    return run["phases"].get(name)


def per(name, figure):
    """A figure of one phase; nothing where the phase was not run."""
    return lambda run: figure(phase(run, name), run) if phase(run, name) else None


def cpu_share(told, _):
    return 100 * told["cpu_s"] / told["seconds"]


def cpu_us_a_bridge(told, run):
    return 1e6 * told["cpu_s"] / told["seconds"] / run["bridges"]


def cpu_us_a_message(told, _):
    return 1e6 * told["cpu_s"] / told["publishes"] if told["publishes"] else None


def kb_a_bridge(told, run):
    return (told["resident_kb"] - run["empty_kb"]) / run["bridges"]


ROWS = [
    ("**connect**: until all are connected and booted, s", per("connect", lambda t, _: t["seconds"])),
    ("daemon's CPU for it, ms a bridge", per("connect", lambda t, r: 1e3 * t["cpu_s"] / r["bridges"])),
    ("**household rate**: messages a second", per("household", lambda t, _: t["publishes"] / t["seconds"])),
    ("PUBLISH to PUBACK, p50, ms", per("household", lambda t, _: t["p50_ms"])),
    ("the same, p99, ms", per("household", lambda t, _: t["p99_ms"])),
    ("the same, longest, ms", per("household", lambda t, _: t["longest_ms"])),
    ("daemon's CPU, % of a core", per("household", cpu_share)),
    ("daemon's CPU, µs a bridge and second", per("household", cpu_us_a_bridge)),
    ("daemon's resident memory, MB", per("household", lambda t, _: t["resident_kb"] / 1024)),
    ("the same beyond an empty daemon's, KB a bridge", per("household", kb_a_bridge)),
    ("**ten times that rate**: messages a second", per("tenfold", lambda t, _: t["publishes"] / t["seconds"])),
    ("PUBLISH to PUBACK, p50, ms", per("tenfold", lambda t, _: t["p50_ms"])),
    ("the same, p99, ms", per("tenfold", lambda t, _: t["p99_ms"])),
    ("daemon's CPU, % of a core", per("tenfold", cpu_share)),
    ("daemon's CPU, µs a message", per("tenfold", cpu_us_a_message)),
    ("daemon's resident memory, KB a bridge", per("tenfold", kb_a_bridge)),
    ("**all connections cut at once**: until all are connected and subscribed, s", per("cut", lambda t, _: t["seconds"])),
    ("daemon's CPU for it, ms a bridge", per("cut", lambda t, r: 1e3 * t["cpu_s"] / r["bridges"])),
    ("**power back everywhere at once**: until all have booted, s", per("power", lambda t, _: t["seconds"])),
    ("daemon's CPU for it, ms a bridge", per("power", lambda t, r: 1e3 * t["cpu_s"] / r["bridges"])),
    ("**daemon killed (-9) and started**: until it listens, s", per("killed", lambda t, _: t["restart_s"])),
    ("until all are connected and subscribed, s", per("killed", lambda t, _: t["seconds"])),
    ("**stored**: samples acknowledged", lambda run: run["count"]["acknowledged"]),
    ("of these missing in the store", lambda run: run["count"]["missing"]),
    ("frames that the store had no room for at once", lambda run: run["count"]["refused"]),
    ("lines in the daemon's log", lambda run: run["count"]["log_lines"]),
]


def table(runs):
    out = ["| | " + " | ".join(f"{run['bridges']:,}" for run in runs) + " | slope |",
           "|---|" + "---:|" * (len(runs) + 1)]
    for title, figure in ROWS:
        values = [figure(run) for run in runs]
        if all(value is None for value in values):
            continue
        growth = slope([(run["bridges"], value) for run, value in zip(runs, values) if value is not None])
        out.append(f"| {title} | " + " | ".join(number(value) for value in values) +
                   f" | {'' if growth is None else f'{growth:.2f}'} |")
    return out


def verdicts(run):
    """What was aimed at, for the largest fleet."""
    out = []
    household, cut, power = phase(run, "household"), phase(run, "cut"), phase(run, "power")
    met = lambda good: "met" if good else "**not met**"
    out.append(f"- Nothing acknowledged is lost: {met(run['count']['missing'] == 0)}.")
    if household:
        out.append(f"- p99 from PUBLISH to PUBACK under {AIM_P99_MS} ms at the household rate: "
                   f"{met(household['p99_ms'] < AIM_P99_MS)} ({number(household['p99_ms'])} ms).")
    for told, what in ((cut, "after all connections were cut"), (power, "after power came back everywhere")):
        if told:
            good = told["good"] and told["seconds"] < AIM_STORM_S
            out.append(f"- All served within {AIM_STORM_S} s {what}: {met(good)} ({number(told['seconds'])} s).")
    return out


def million(runs):
    """What the largest fleet's figures come to for a million bridges, if each grows on in proportion."""
    run = runs[-1]
    household, power = phase(run, "household"), phase(run, "power")
    if not household or not power:
        return []
    times = MILLION / run["bridges"]
    cores = household["cpu_s"] / household["seconds"] * times
    memory_gb = (household["resident_kb"] - run["empty_kb"]) * times / 1e6
    rate = household["publishes"] / household["seconds"] * times
    storm_cpu_s = power["cpu_s"] * times
    day_gb = run["count"]["megabytes"] / max(run["count"]["frames"], 1) * 86_400 * rate / 4 / 1e3
    return [
        f"## On paper: {MILLION:,} bridges", "",
        f"Calculated, not measured: the figures at {run['bridges']:,} times {times:,.0f}, which is right for those whose "
        "slope is near 1 (or, for figures of one bridge, near 0) and too little for those that grow faster.", "",
        f"- {number(rate)} messages a second in the busiest hour, of which the daemons' part is {number(cores)} cores, and "
        f"{number(memory_gb)} GB of memory.",
        f"- The busiest hour carries some four times a day's mean, so a day's messages take some {number(day_gb)} GB in a "
        "store that keeps them all. One SQLite file and one disk are not the place for that; a database of several "
        "machines, with partitions by time and retention, is.",
        f"- Power back everywhere at once costs {number(storm_cpu_s)} seconds of one core; to serve all within "
        f"{AIM_STORM_S} s takes {number(storm_cpu_s / AIM_STORM_S)} cores for that minute, if the connections are spread over "
        "daemons evenly, and a store that takes their commits.",
        "- One process has one loop on one core, and at most 20,000 bridges (`bridge.max_connections`): so fifty daemons or "
        "more, each on a core of its own. What a load balancer, the network between, and a store shared by all of them take "
        "is not in these figures.",
        "",
    ]


def machine():
    model = "processor unknown"
    try:
        with open("/proc/cpuinfo") as lines:
            model = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return (f"{os.cpu_count()} cores ({model}), {memory_gb:.0f} GB, Linux {platform.release()}, load average at the end "
            f"{os.getloadavg()[1]:.1f}")


def commit():
    here = os.path.dirname(os.path.abspath(__file__))
    ask = lambda *words: subprocess.run(["git", "-C", here, *words], capture_output=True, text=True).stdout.strip()
    changed = ask("status", "--porcelain", "--untracked-files=no")
    return (ask("rev-parse", "--short=12", "HEAD") or "unknown") + (" with changes" if changed else "")


def markdown(runs, options):
    loads = [told["load_cpu_s"] / told["seconds"] for run in runs for name, told in run["phases"].items()
             if name in ("household", "tenfold")]
    out = [
        "# A fleet on one daemon", "",
        f"Made by `tests/bench/fleet/fleet.py` at commit {commit()} on {machine()}; other programs ran at the same time. "
        f"Store: {options.store}. Each bridge has one sensor on the meter of a made-up household at seven in the morning, its "
        f"busiest hour, and seals what it says. Household rate for {options.household:g} s, ten times that for "
        f"{options.tenfold:g} s. Bridges and daemon share the machine; the program that plays the bridges took "
        f"{100 * max(loads, default=0):.0f} % of a core at most. The slope is the exponent with which a figure grows with the "
        "number of bridges: 0 not at all, 1 in proportion.", "",
        *table(runs), "", *verdicts(runs[-1]), "", *million(runs)]
    return "\n".join(out).rstrip() + "\n"
