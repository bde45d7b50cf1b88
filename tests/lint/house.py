#!/usr/bin/env python3
"""Fails on what no file of this repository may have: files past 500 lines, addresses of package registries, paths
outside the repository, and C++ sources that no CMakeLists.txt names."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LONGEST = 500
REGISTRIES = re.compile(r"(registry\.npmjs|pypi\.org|deb\.debian\.org|crates\.io|proxy\.golang|repo\.maven)", re.I)
OUTSIDE = re.compile(r"\.\./shared|/work/")
# `dev` looks for the traces beside the checkout and hands them to the tests; this file names what it forbids.
MAY_LOOK_OUTSIDE = {"dev", "tests/lint/house.py"}
GENERATED = re.compile(r"^(tests/fixtures/|tests/fuzz/corpus/|LICENSE$|web/package-lock\.json$|.*\.(?:png|svg|ico|pcap|pcapng)$)")


def tracked() -> list[str]:
    try:
        listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
        if listed.returncode == 0:
            return [f for f in listed.stdout.splitlines() if (ROOT / f).is_file()]
    except FileNotFoundError:
        pass
    # A release tarball, or a machine without git.
    names = [p.relative_to(ROOT) for p in ROOT.rglob("*") if p.is_file()]
    made = ("build", ".git", "__pycache__", "node_modules", "results", "schema.d.ts", "api.d.ts")
    return [str(n) for n in names if not set(made) & set(n.parts)]


def main() -> int:
    files = tracked()
    cmake = "\n".join((ROOT / f).read_text() for f in files if f.endswith(("CMakeLists.txt", ".cmake")))
    found = []
    for name in files:
        if GENERATED.match(name):
            continue
        try:
            text = (ROOT / name).read_text()
        except UnicodeDecodeError:
            continue
        if name.endswith((".cpp", ".h", ".ts", ".js", ".py")) and text.count("\n") > LONGEST:
            found.append(f"{name}: {text.count(chr(10))} lines; split it by subject (at most {LONGEST})")
        for number, line in enumerate(text.splitlines(), 1):
            if REGISTRIES.search(line) and name != "tests/lint/house.py":
                found.append(f"{name}:{number}: names a package registry")
            if OUTSIDE.search(line) and name not in MAY_LOOK_OUTSIDE:
                found.append(f"{name}:{number}: points outside the repository")
        stem = name.rsplit("/", 1)[-1]
        if name.endswith(".cpp") and stem not in cmake and not stem.startswith(("fuzz_", "bench_")):
            found.append(f"{name}: built by no CMakeLists.txt")
    print("\n".join(found) if found else f"{len(files)} files keep the rules of the house")
    return 1 if found or not files else 0


if __name__ == "__main__":
    sys.exit(main())
