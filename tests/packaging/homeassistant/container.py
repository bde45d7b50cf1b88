"""Containers without an engine: an image's folder under an overlay, in namespaces of its own, started as the image says."""
import json
import os
import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "daemon"))
import harness  # noqa: E402

WORK = pathlib.Path(os.environ.get("MILLRACE_APP_WORK", "/nowhere"))
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# $1 the image's folder, $2 a folder for what is written, $3 "ro" or "rw", $4 uid:gid, then HOST:INSIDE binds up to "--",
# and the command.
SETUP = r"""
set -euo pipefail
image=$1 own=$2 access=$3 user=$4; shift 4
mkdir -p "$own/upper" "$own/work" "$own/root"
mount -t overlay overlay -o "lowerdir=$image,upperdir=$own/upper,workdir=$own/work" "$own/root"
mkdir -p "$own/root/data" "$own/root/config"
cp "$own/hosts" "$own/root/etc/hosts"
[ "$access" = rw ] || mount -o remount,ro "$own/root"
mount -t proc proc "$own/root/proc"
mount --rbind /dev "$own/root/dev"
[ "$access" = ro ] || mount -t tmpfs tmpfs "$own/root/run"
while [ "$1" != -- ]; do
    mount --bind "${1%%:*}" "$own/root${1#*:}"
    shift
done
shift
exec chroot --userspec="$user" "$own/root" "$@"
"""


def image(name):
    """What the image is started with, as engines read it."""
    document = json.loads((WORK / f"{name}.json").read_text())
    return document["Docker"]["config"]


class Container(harness.Process):
    def __init__(self, name, folder, command=None, environment=None, binds=None, network=None, read_only=False,
                 log="container.log", hosts=""):
        self.config = image(name)
        own = pathlib.Path(folder)
        own.mkdir(parents=True, exist_ok=True)
        (own / "hosts").write_text("127.0.0.1 localhost\n" + hosts)
        self.user = self.config.get("User") or "0:0"
        of_image = dict(entry.split("=", 1) for entry in self.config.get("Env") or [])
        self.environment = {"PATH": PATH} | of_image | (environment or {})
        if command is None:
            command = (self.config.get("Entrypoint") or []) + (self.config.get("Cmd") or [])
        variables = [f"{key}={value}" for key, value in self.environment.items()]
        arguments = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private", "bash", "-c", SETUP,
                     "container", (WORK / f"{name}.root").read_text().strip(), str(own), "ro" if read_only else "rw",
                     self.user, *(f"{host}:{inside}" for host, inside in (binds or {}).items()), "--",
                     "/usr/bin/env", "-i", *variables, *command]
        if network:
            arguments = ["nsenter", f"--net=/proc/{network}/ns/net", *arguments]
        super().__init__(arguments, own / log)

    def first(self):
        """The process id of what is process 1 inside."""
        children = pathlib.Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return int(children[0]) if children else None

    def kill(self):
        """Process 1 first: where it has given up root's rights, it does not go with the one that started it."""
        if self.running() and self.first():
            os.kill(self.first(), signal.SIGKILL)
        super().kill()

    def run(self, *command):
        """As `docker exec` does: inside, with the container's environment and user."""
        uid, gid = self.user.split(":")
        variables = [f"{key}={value}" for key, value in self.environment.items()]
        return subprocess.run(["nsenter", f"--target={self.first()}", "--mount", "--pid", "--net", "--root", "--wd",
                               f"--setgid={gid}", f"--setuid={uid}", "/usr/bin/env", "-i", *variables, *command],
                              capture_output=True, text=True, timeout=60)

    def stop(self, seconds=30):
        """TERM to process 1, as the engine sends it; the exit code within the grace."""
        if self.running() and self.first():
            os.kill(self.first(), signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        finally:
            self.kill()
