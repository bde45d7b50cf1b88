#!/usr/bin/env python3
"""Figures of leak detection on household traces, and the bounds that no change may pass.

    leak_figures.py BINARY TRACES           prints leak-figures.md anew from the full runs (about a minute)
    leak_figures.py BINARY TRACES --bounds  prints leak_bounds.json anew: the smaller runs that the tests repeat,
                                            each figure with a little room

Everything is drawn from a fixed seed, so the same program gives the same figures on every machine.
"""
import json
import pathlib
import platform
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
BOUNDS = HERE / "leak_bounds.json"
RUNS = {"without sprinklers": [], "with sprinklers": ["--irrigation"]}
METERS = 2  # a home, unless --meters says otherwise
# Small enough for every test run, also of a program that is not optimised.
SMALL = ["--leaks", "6", "--meters", "1"]
# A figure of a kind, and whether more of it is worse.
FIGURES = {"found_48h": False, "found_in_target": False, "named": False, "median_min": True, "p90_min": True,
           "clear_p90_min": True, "notices": True}


def evaluated(binary, traces, options):
    done = subprocess.run([binary, "evaluate", "--json", *options, traces], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return json.loads(done.stdout)


def with_room(figure, value):
    """A bound a little worse than the figure: one leak of six, or a tenth and a minute."""
    if value is None:
        return None
    if figure in ("found_48h", "found_in_target", "named"):
        return round(max(0.0, value - 0.1), 3)
    return round(value * 1.1 + 1, 1)


def bounds_of(got):
    alarms = got["false_alarms_per_home_month"]
    kinds = {}
    for kind, figures in got["kinds"].items():
        if not kind.endswith("_stalled"):
            kinds[kind] = {f: with_room(f, figures[f]) for f in FIGURES if figures.get(f) is not None}
    return {"false_alarms": alarms["count"], "false_alarms_after_14_days": alarms["after"]["count"], "kinds": kinds}


def worse(got, bounds):
    """What is worse than its bound, in words."""
    alarms = got["false_alarms_per_home_month"]
    found = []
    for name, value in (("false_alarms", alarms["count"]), ("false_alarms_after_14_days", alarms["after"]["count"])):
        if value > bounds[name]:
            found.append(f"{name} {value}, at most {bounds[name]}")
    for kind, limits in bounds["kinds"].items():
        figures = got["kinds"].get(kind)
        if figures is None:
            found.append(f"{kind} is missing")
            continue
        for figure, limit in limits.items():
            value = figures.get(figure)
            more_is_worse = FIGURES[figure]
            if value is None or (value > limit if more_is_worse else value < limit):
                found.append(f"{kind} {figure} {value}, {'at most' if more_is_worse else 'at least'} {limit}")
    return found


def commit():
    told = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=HERE, capture_output=True, text=True)
    return told.stdout.strip() or "unknown"


def print_figures(binary, traces):
    print("# Figures of leak detection\n")
    print("Made by `tests/bench/leak_figures.py build/release/millrace TRACES > tests/bench/leak-figures.md`, commit "
          f"{commit()}, {platform.machine()}. Seed 1; two meters a home; what is counted and how stands in")
    print("`daemon/app/evaluation/`. TRACES are the folders of household traces that the tests find through "
          "`MILLRACE_SHARED`.\n")
    for name, options in RUNS.items():
        print(f"## {name.capitalize()}\n\n`millrace evaluate {' '.join([*options, 'TRACES'])}`\n\n```")
        sys.stdout.flush()
        subprocess.run([binary, "evaluate", *options, traces], check=True)
        print("```\n")


def print_false_alarms(binary, traces):
    print("## False alarms with other meters, gaps and calendars\n\nThe same water, `--leaks 0`, eight seeds: alarms, and "
          "home-months times meters they came in.\n\n| seed | without sprinklers | with sprinklers |\n|---|---|---|")
    sums = {name: [0, 0.0] for name in RUNS}
    for seed in range(1, 9):
        cells = []
        for name, options in RUNS.items():
            alarms = evaluated(binary, traces, [*options, "--seed", str(seed), "--leaks", "0"])["false_alarms_per_home_month"]
            months = alarms["home_months"] * METERS
            sums[name][0] += alarms["count"]
            sums[name][1] += months
            cells.append(f"{alarms['count']} in {months:.1f}")
        print(f"| {seed} | {' | '.join(cells)} |")
    print("| all | " + " | ".join(f"{count} in {months:.1f} ({count / months:.3f} a home-month)" for count, months in sums.values())
          + " |\n")


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    binary, traces = sys.argv[1:3]
    if sys.argv[3:] == ["--bounds"]:
        runs = {name: bounds_of(evaluated(binary, traces, [*options, *SMALL])) for name, options in RUNS.items()}
        print(json.dumps(runs, indent=1))
    else:
        print_figures(binary, traces)
        print_false_alarms(binary, traces)


if __name__ == "__main__":
    main()
