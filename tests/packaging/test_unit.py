"""The systemd units, as far as they can be judged without a system that runs them; tests/packaging/vm has one."""
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNITS = ROOT / "packaging/debian"
MOST_EXPOSED = 1.5

pytestmark = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")


@pytest.fixture
def root(tmp_path):
    """A root folder in which systemd finds our units, and the program that they start."""
    folder = tmp_path / "etc/systemd/system"
    folder.mkdir(parents=True)
    for unit in ("millrace.service", "millrace.socket"):
        shutil.copy(UNITS / unit, folder)
    return tmp_path


def exposure(root):
    """The figure of systemd-analyze: 0 is shut in wholly, 10 not at all."""
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", f"--root={root}", "--no-pager", "millrace.service"],
                          capture_output=True, text=True)
    found = re.search(r"Overall exposure level for millrace.service: ([0-9.]+)", done.stdout)
    assert found, done.stdout + done.stderr
    return float(found.group(1))


def test_the_service_is_shut_in(root):
    figure = exposure(root)
    assert figure <= MOST_EXPOSED
    # Each version of systemd has its own list of what it looks at.
    version = subprocess.run(["systemd-analyze", "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    told = re.search(rf"\*\*([0-9.]+)\*\* \(systemd {version}\)", (ROOT / "packaging/README.md").read_text())
    if told:
        assert float(told.group(1)) == figure, "packaging/README.md tells another figure"


@pytest.mark.parametrize("example", ["live-capture", "privileged-ports"])
def test_an_example_loosens_only_what_it_says(root, example):
    strict = exposure(root)
    drop_ins = root / "etc/systemd/system/millrace.service.d"
    drop_ins.mkdir()
    shutil.copy(ROOT / f"packaging/systemd/{example}.conf", drop_ins)
    assert strict < exposure(root) <= strict + 0.6


def test_systemd_understands_every_line_of_the_units(root):
    done = subprocess.run(["systemd-analyze", "verify", f"--root={root}", "--man=no", "millrace.service", "millrace.socket"],
                          capture_output=True, text=True)
    # Newer systemd has these; older ones say that they leave them out. Other units are not in this folder.
    newer = ("RestartSteps", "RestartMaxDelaySec")
    said = [line for line in done.stderr.splitlines()
            if re.search(r"millrace\.(service|socket):\d+:", line) and not any(key in line for key in newer)]
    assert not said, done.stderr
