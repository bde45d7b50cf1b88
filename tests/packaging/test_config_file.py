"""The config file that the Debian package installs."""
import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("MILLRACE_BINARY", str(ROOT / "build/release/millrace"))
INSTALLED = ROOT / "packaging/debian/etc/millrace.yaml"


def problems(text, folder):
    """What check-config says where the folder has what the file names, and its exit code."""
    (folder / "keys").mkdir()
    (folder / "mqtt-password").write_text("made up\n")
    config = folder / "millrace.yaml"
    config.write_text(text.replace("/etc/millrace", str(folder)))
    done = subprocess.run([BINARY, "check-config", config], capture_output=True, text=True)
    return done.stdout + done.stderr if done.returncode else ""


def settings(text):
    return [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]


def test_it_is_right_and_sets_only_where_things_are(tmp_path):
    assert problems(INSTALLED.read_text(), tmp_path) == ""
    assert settings(INSTALLED.read_text()) == [
        "version: 1", "state_dir: /var/lib/millrace", "keys:", "directory: /etc/millrace/keys"]


def test_its_examples_are_right_too(tmp_path):
    """A commented line is an example when it is a key and what belongs to it; all else behind a # is prose."""
    text = re.sub(r"^# (( *)[a-z_]+:( .*)?)$", r"\1", INSTALLED.read_text(), flags=re.M)
    assert {"bridge:", "site:", "mqtt:", "http:", 'listen: "0.0.0.0:8099"'} <= set(settings(text))
    assert problems(text, tmp_path) == ""
