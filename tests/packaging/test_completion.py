"""Completion as a person has it: a shell in a terminal, and the TAB key."""
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "packaging/completion"
PATIENCE_S = 60

# How each starts without anybody's own settings, and reads our file.
SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], f"source {SCRIPTS}/bash/millrace"),
    "zsh": (["zsh", "-f", "-i"], f"fpath=({SCRIPTS}/zsh $fpath); autoload -Uz compinit; compinit -D -u; unsetopt automenu"),
    "fish": (["fish", "--no-config", "-i"], f"source {SCRIPTS}/fish/millrace.fish"),
}
# bash may not be missing: it is essential in Debian.
INSTALLED = [pytest.param(shell, marks=pytest.mark.skipif(
    shell != "bash" and not shutil.which(shell), reason=f"{shell} is not installed")) for shell in SHELLS]


class Terminal:
    """A shell at a pseudo terminal."""

    def __init__(self, command, folder):
        self.said = ""
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.chdir(folder)
            os.environ.update(TERM="xterm", PS1="ready> ", HOME=str(folder), XDG_CONFIG_HOME=str(folder))
            os.execvp(command[0], command)

    def type(self, text):
        os.write(self.terminal, text.encode())

    def until(self, pattern):
        """Reads until the pattern has been said since the last call."""
        end = time.monotonic() + PATIENCE_S
        while True:
            # Colours, cursor movements and titles are of no interest.
            clean = re.sub(r"\x1b\[[0-9;?<>=]*[a-zA-Z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()=>][B0]?|[\x07\x0f]", "", self.said)
            if found := re.search(pattern, clean):
                self.said = ""
                return found
            left = end - time.monotonic()
            assert left > 0 and select.select([self.terminal], [], [], left)[0], f"{pattern} did not come; it said: {clean!r}"
            self.said += os.read(self.terminal, 65536).decode(errors="replace")
            # fish asks what terminal this is and waits for an answer.
            if "\x1b[c" in self.said or "\x1b[0c" in self.said:
                self.type("\x1b[?1;2c")

    def close(self):
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        os.close(self.terminal)


@pytest.fixture
def shell(request, tmp_path):
    (tmp_path / "our-own.yaml").write_text("version: 1\n")
    (tmp_path / "our-folder").mkdir()
    command, setup = SHELLS[request.param]
    terminal = Terminal(command, tmp_path)
    terminal.type(setup + "; echo set-$((1 + 1))-up\n" if request.param != "fish" else setup + "; echo set-(math 1 + 1)-up\n")
    terminal.until("set-2-up")
    yield terminal
    terminal.close()


LINES = {
    "a command": ("millrace ke", "millrace key "),
    "a command of a command": ("millrace key ver", "millrace key verify "),
    "an option": ("millrace run --bridge-l", "millrace run --bridge-listen "),
    "an option of the command above": ("millrace calibrate show --token", "millrace calibrate show --token-file "),
    "a value": ("millrace export usage --format js", "millrace export usage --format jsonl "),
    "a word to choose": ("millrace export incid", "millrace export incidents "),
    "a value, and not the command of that name": ("millrace backup --config key --with", "millrace backup --config key --with-secrets "),
    "a file": ("millrace run --config our-ow", "millrace run --config our-own.yaml "),
    "a file without an option": ("millrace check-config our-ow", "millrace check-config our-own.yaml "),
    "a folder, not the file beside it": ("millrace run --state-dir our-", "millrace run --state-dir our-folder/"),
}


@pytest.mark.parametrize("shell", INSTALLED, indirect=True)
@pytest.mark.parametrize("case", LINES)
def test_tab_completes(shell, case):
    typed, whole = LINES[case]
    shell.type(typed + "\t")
    shell.until(re.escape(whole))


def test_every_file_to_source_is_one_that_bash_can_read():
    assert os.system(f"bash -n {SCRIPTS}/bash/millrace") == 0
