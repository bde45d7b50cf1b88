"""A PostgreSQL server of a test's own, and HAProxy before two daemons that share it."""
import glob
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile

from harness import Process, free_port, listens, until

USER = "millrace"


class DatabaseServer(Process):
    """On loopback and a port that the system picked, in a folder of its own, which is removed at its end. As root it runs as
    the user postgres, because it refuses root."""

    def __init__(self, log):
        self.log_path = pathlib.Path(log)
        self.bin = pathlib.Path(sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1])
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="millrace-postgres-"))
        self.as_user = {}
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self.as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self.port = free_port()
        made = subprocess.run([self.bin / "initdb", "--pgdata", self.folder / "data", "--username", USER, "--auth", "trust",
                               "--encoding", "UTF8", "--locale", "C", "--no-sync"], capture_output=True, text=True,
                              cwd=self.folder, **self.as_user)
        assert made.returncode == 0, made.stderr
        self.run()
        self.query("CREATE DATABASE water")

    def run(self):
        # No test here is about a power cut, so nothing need be synced.
        super().start([str(self.bin / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder), "-p", str(self.port),
                       "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=40"],
                      self.log_path, cwd=self.folder, **self.as_user)

        def up():
            assert self.running(), self.log()
            return subprocess.run([self.bin / "pg_isready", "--quiet", "-h", self.folder, "-p", str(self.port)]).returncode == 0

        until(up, "PostgreSQL to answer", 60)

    def crash(self):
        """kill -9, of all of its processes: the first one's children notice that it is gone and end."""
        self.kill()

        def at_work(link):
            try:
                return os.readlink(link).startswith(str(self.folder))
            except OSError:
                return False

        until(lambda: not any(map(at_work, glob.glob("/proc/[0-9]*/cwd"))), "the processes of PostgreSQL to end")

    def address(self, port=None, database="water"):
        return f"postgresql://{USER}@127.0.0.1:{port or self.port}/{database}"

    def query(self, sql):
        """The rows as lists of texts."""
        database = "postgres" if sql.startswith("CREATE DATABASE") else "water"
        asked = subprocess.run([self.bin / "psql", "-X", "-A", "-t", "-F", ",", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-p",
                                str(self.port), "-U", USER, "-d", database, "-c", sql], capture_output=True, text=True)
        assert asked.returncode == 0, asked.stderr
        return [line.split(",") for line in asked.stdout.splitlines()]

    def end(self):
        if self.running():  # SIGINT is its fast stop, which ends its children too
            self.process.send_signal(signal.SIGINT)
            self.process.wait(20)
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class Balancer(Process):
    """HAProxy as a plain TCP load balancer: bridges go to whoever listens, and leave whoever does so no more."""

    def __init__(self, folder, ports):
        self.port = free_port()
        servers = "\n".join(f"    server s{port} 127.0.0.1:{port} check inter 200ms fall 1 rise 1 on-marked-down shutdown-sessions"
                            for port in ports)
        config = pathlib.Path(folder) / "haproxy.cfg"
        config.write_text(f"""global
    maxconn 2000
defaults
    mode tcp
    timeout connect 1s
    timeout client 1h
    timeout server 1h
    option redispatch
listen bridges
    bind 127.0.0.1:{self.port}
{servers}
""")
        super().__init__(["haproxy", "-db", "-f", str(config)], pathlib.Path(folder) / "haproxy.log")
        until(lambda: listens(self.port), "HAProxy to listen")
