"""A machine as its administrator sees it: commands, units, and waiting for what takes a while."""
import subprocess
import time


def until(condition, what, seconds=60.0, every=0.1):
    """The condition's first true value; fails with `what` (text, or a function that tells it) when none comes in time."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what() if callable(what) else what}"
        time.sleep(every)


def command(*arguments, good=True, seconds=180):
    """What it prints, on both outputs; fails when it fails, or with `good` False when it does not."""
    done = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=seconds)
    assert (done.returncode == 0) == good, f"{' '.join(arguments)} ended with {done.returncode}: {done.stdout[-2000:]}"
    return done.stdout


def properties(unit, *names):
    """`systemctl show`'s values, in the order of the names."""
    shown = command("systemctl", "show", unit, *(f"--property={name}" for name in names))
    values = dict(line.split("=", 1) for line in shown.splitlines())
    return [values[name] for name in names] if len(names) > 1 else values[names[0]]
