#!/usr/bin/env python3
"""Fails when anything but base/system_clock.cpp reads a clock or sleeps: time comes in as a parameter or a Clock."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2] / "daemon"
ALLOWED = {"base/system_clock.cpp"}
CLOCK = re.compile(
    r"(_clock::now\b|\btime\(\s*(?:nullptr|NULL|0|&)|\b(?:clock_gettime|gettimeofday)\b|\bsleep(?:_for|_until)?\(|\busleep\()"
)


def complaints_about(path: str, text: str) -> list[str]:
    if path in ALLOWED:
        return []
    return [
        f"{path}:{number}: reads a clock or sleeps: {line.strip()}"
        for number, line in enumerate(text.splitlines(), 1)
        if CLOCK.search(line.split("//")[0])
    ]


def main() -> int:
    assert complaints_about("a/b.cpp", "auto t = std::chrono::steady_clock::now();"), "a clock read must be found"
    assert complaints_about("a/b.cpp", "std::this_thread::sleep_for(x);"), "a sleep must be found"
    assert not complaints_about("a/b.cpp", "clock.wall_now();  // not time(nullptr)")
    files = sorted(p for p in ROOT.rglob("*") if p.suffix in {".h", ".cpp"})
    found = [c for p in files for c in complaints_about(str(p.relative_to(ROOT)), p.read_text())]
    print("\n".join(found) if found else f"{len(files)} files leave the clock alone")
    return 1 if found or not files else 0


if __name__ == "__main__":
    sys.exit(main())
