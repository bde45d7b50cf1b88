#!/usr/bin/env python3
"""Fails when the version of CMakeLists.txt is not that of the Debian change log, the Home Assistant app and its change log."""
import pathlib
import sys

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "packaging/release"))
import versions  # noqa: E402


def main() -> int:
    written = versions.written(ROOT)
    wanted = written[versions.CMAKE]
    wrong = {name: said for name, said in written.items() if said != wanted or not said}
    for name, said in wrong.items():
        print(f"{name}: {said or 'no version'}, not {wanted or 'one'} (packaging/release/set-version writes them all)")
    if not wrong:
        print(f"all {len(written)} places say version {wanted}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
