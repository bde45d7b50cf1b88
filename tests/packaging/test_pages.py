"""The manual pages and the shells' completion say what the program takes: they are what packaging/describe makes of it."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("MILLRACE_BINARY", str(ROOT / "build/release/millrace"))
PAGES = [ROOT / "packaging/man/millrace.1", ROOT / "packaging/man/millrace.yaml.5"]


def described():
    return json.loads(subprocess.run([BINARY, "describe-commands"], capture_output=True, text=True, check=True).stdout)


def walk(command, path=()):
    yield path, command
    for below in command["commands"]:
        yield from walk(below, path + (below["name"],))


def test_pages_and_completion_are_those_of_this_program(tmp_path):
    shutil.copytree(ROOT / "packaging/describe", tmp_path / "packaging/describe")
    (tmp_path / "config").mkdir()
    shutil.copy(ROOT / "config/REFERENCE.md", tmp_path / "config")
    subprocess.run([sys.executable, tmp_path / "packaging/describe/renew", BINARY], check=True)
    written = [p for folder in ("man", "completion") for p in (tmp_path / "packaging" / folder).rglob("*") if p.is_file()]
    assert len(written) == 5
    for path in written:
        ours = ROOT / path.relative_to(tmp_path)
        assert ours.read_text() == path.read_text(), f"{ours.name}: run packaging/describe/renew {BINARY}"


def test_what_the_program_describes_is_what_its_help_says():
    """For each command, by its own --help: the description leaves nothing out that a user could type."""
    commands = list(walk(described()))
    assert ("key", "add") in [path for path, _ in commands]
    for path, command in commands:
        said = subprocess.run([BINARY, *path, "--help"], capture_output=True, text=True, check=True).stdout
        listed = set(re.findall(r"^ +(?:-\w,)?(--[\w-]+)", said, re.M))
        assert listed and listed <= {name for option in command["options"] for name in option["names"]}, path
        below = re.search(r"^Subcommands:\n((?: +.*\n)*)", said, re.M)
        names = set(re.findall(r"^  (\S+)", below.group(1), re.M)) if below else set()
        assert names == {b["name"] for b in command["commands"]}, path


def test_every_command_and_option_is_in_its_page():
    page = PAGES[0].read_text().replace("\\-", "-")
    sections = {s.partition('"')[0]: s for s in page.split('.SS "')[1:]}
    for path, command in walk(described()):
        if not path:
            continue
        for option in command["options"]:
            for name in option["names"]:
                if name not in ("-h", "--help"):
                    assert f"\\fB{name}\\fR" in sections[" ".join(path)], (path, name)


def test_every_key_of_the_config_file_is_in_its_page():
    page = PAGES[1].read_text().replace("\\-", "-")
    keys = re.findall(r"^\| `([^`]+)` \|", (ROOT / "config/REFERENCE.md").read_text(), re.M)
    assert len(keys) > 100
    for key in keys:
        assert f"\n\\fB{key}\\fR\n" in page, key
    assert "|" not in page.replace("\\fI", ""), "a row of the table was taken for text"


@pytest.mark.skipif(not shutil.which("groff"), reason="groff is not installed")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_groff_sets_the_page_without_a_warning(page):
    done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-rLL=100n", page], capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert "millrace" in done.stdout
