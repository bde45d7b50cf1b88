"""History on a PostgreSQL server, and two daemons that share it: one holds it, the other waits to take over."""
import os
import random
import time

import pytest
from database_server import Balancer, DatabaseServer
from harness import BINARY, BRIDGE, KEY, MORNING, SENSOR, Daemon, Process, key_file, ledger, listens, run, until
from proxy import Proxy

MOMENTS = int(os.environ.get("MILLRACE_MOMENTS", "6"))
SEED = 20261129
BRIDGES = 5
KINDS = ["holder", "waiting", "database", "holder's link", "waiting one's link", "both links"]


@pytest.fixture
def server(started):
    database = DatabaseServer(started.folder / "postgres.log")
    started.stack.callback(database.end)
    return database


class Member:
    """One daemon of the fleet, with a folder and a way to the database of its own."""

    def __init__(self, started, server, name):
        self.started = started
        self.folder = started.folder / name
        self.folder.mkdir()
        self.link = Proxy(server.port)
        started.stack.callback(self.link.close)
        self.options = {"config": f"store: {server.address(self.link.port)}\nsite: {{time_zone: UTC}}\n"
                                  "alarms: {burst_rate: 5 l/min, burst_after: 10 s}\n"}
        self.daemon = None
        self.start()

    def start(self):
        self.daemon = self.started.keep(Daemon(self.folder, wait=False, **self.options))
        self.options |= {"bridge_port": self.daemon.bridge_port, "http_port": self.daemon.http_port}

    def serves(self):
        return self.daemon.running() and listens(self.daemon.bridge_port)


def serving(members):
    return [member for member in members if member.serves()]


def one_serves(members):
    return until(lambda: len(serving(members)) == 1 and serving(members)[0],
                 lambda: "one of them to serve; " + "\n".join(member.daemon.log()[-600:] for member in members), 60)


def stored(server):
    return {(sensor, int(at), int(total)) for sensor, at, total in server.query(
        "SELECT d.device, r.time_ms / 1000, r.total FROM readings r JOIN device_numbers d ON d.number = r.sensor")}


def test_a_house_with_its_history_on_a_server(started, server):
    config = f"store: {server.address()}\nsite: {{time_zone: UTC}}\n"
    daemon = started.daemon(config=config)
    kept = started.folder / "ledger.csv"
    bridge = started.bridge(daemon.bridge_port, "--speed", 600, "--ledger", kept, "--duration", 3600)
    until(lambda: not bridge.running(), "an hour of water", 60)
    acknowledged = set(ledger(kept))
    assert acknowledged and acknowledged <= stored(server)
    assert not (daemon.state / "millrace.db").exists()
    status, page = daemon.http(f"/api/v1/sensors/{SENSOR}/readings?from=2026-03-01T00:00:00Z&to=2026-03-04T00:00:00Z&limit=1000")
    assert status == 200 and len(page["items"]) == len(stored(server)), page
    health = daemon.http("/readyz")[1]
    assert f"writing to {server.address()}" in str(health), health
    status, refused = daemon.http("/api/v1/backup")
    assert status == 503 and "pg_dump" in str(refused)
    assert daemon.stop() == 0

    exported = run("export", "readings", "--config", daemon.config, "--state-dir", daemon.state)
    assert exported.returncode == 0, exported.stderr
    assert len(exported.stdout.splitlines()) == len(stored(server)) + 1
    backup = run("backup", started.folder / "b", "--config", daemon.config, "--state-dir", daemon.state)
    assert backup.returncode == 1 and "pg_dump" in backup.stderr
    before = server.query("SELECT * FROM quarter_usage ORDER BY 1, 2")
    rebuilt = run("rebuild", "--config", daemon.config, "--state-dir", daemon.state, "--key-file", started.folder / "bridge.key")
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert server.query("SELECT * FROM quarter_usage ORDER BY 1, 2") == before

    again = started.daemon(config=config)
    assert BRIDGE in str(again.http("/api/v1/devices")[1]), "it knows its bridge before that has said anything"


def test_a_house_moves_to_a_server(started, server):
    daemon = started.daemon(config="site: {time_zone: UTC}\n")
    bridge = started.bridge(daemon.bridge_port, "--speed", 600, "--duration", 3600)
    until(lambda: not bridge.running(), "an hour of water", 60)
    before = {(sensor, int(at), int(total)) for sensor, at, total in daemon.query(
        "SELECT d.device, r.time_ms / 1000, r.total FROM readings r JOIN device_numbers d ON d.number = r.sensor")}
    lifetime = daemon.query("SELECT lifetime_ul FROM meters")
    assert daemon.stop() == 0 and before
    where = ["--config", daemon.config, "--state-dir", daemon.state]
    backup = started.folder / "house.backup"
    assert run("backup", backup, *where).returncode == 0
    config = f"store: {server.address()}\nsite: {{time_zone: UTC}}\n"
    daemon.config.write_text("version: 1\n" + config)
    moved = run("restore", backup, *where)
    assert moved.returncode == 0 and f"into {server.address()}" in moved.stderr, moved.stderr
    assert stored(server) == before
    again = run("restore", backup, *where)
    assert again.returncode == 1 and "there is history already" in again.stderr

    started.daemon(config=config, bridge_port=daemon.bridge_port)
    started.water(daemon.bridge_port)
    until(lambda: stored(server) > before, "more water", 60)
    assert int(server.query("SELECT lifetime_ul FROM meters")[0][0]) >= lifetime[0][0]


def test_a_password_is_shown_nowhere(started, server):
    secret = started.folder / "password"
    secret.write_text("s3cr&t/pw\n")
    server.query("ALTER ROLE millrace PASSWORD 's3cr&t/pw'")
    daemon = started.daemon(config=f"store: {{address: '{server.address()}', password_file: {secret}}}\n")
    told = str([daemon.http(path)[1] for path in ("/readyz", "/metrics", "/api/v1/status", "/api/v1/archive", "/api/v1/settings")])
    server.crash()
    until(lambda: "starting over" in daemon.log(), "it to notice")
    assert "postgresql://millrace@127.0.0.1" in told + daemon.log()
    for text in (told, daemon.log(), open(f"/proc/{daemon.pid}/cmdline").read()):
        assert "s3cr" not in text


def test_the_second_waits_and_takes_over(started, server):
    members = [Member(started, server, "first")]
    leader = one_serves(members)
    members.append(Member(started, server, "second"))
    until(lambda: "waiting: the database" in members[1].daemon.log(), "the second to wait")
    assert serving(members) == [leader]
    balancer = started.keep(Balancer(started.folder, [member.daemon.bridge_port for member in members]))
    kept = started.folder / "ledger.csv"
    started.bridge(balancer.port, "--speed", 60, "--ledger", kept)
    until(lambda: len(ledger(kept)) > 3, "water")
    leader.daemon.kill()
    acknowledged = len(ledger(kept))
    until(lambda: len(ledger(kept)) > acknowledged + 3, "water at the other", 30)
    assert serving(members) == [members[1]]
    assert set(ledger(kept)) <= stored(server)
    # A wish to stop is heard while it waits.
    leader.start()
    until(lambda: "waiting: the database" in leader.daemon.log(), "the first to wait")
    assert leader.daemon.stop() == 0


def test_at_random_moments_nothing_acknowledged_is_lost_or_counted_twice(started, server):
    """kill -9 of either daemon and of the database, and the links between them cut; meanwhile a burst goes on at a sensor."""
    chance = random.Random(SEED)
    members = [Member(started, server, "first"), Member(started, server, "second")]
    one_serves(members)
    balancer = started.keep(Balancer(started.folder, [member.daemon.bridge_port for member in members]))
    kept = started.folder / "ledger.csv"
    bridges = started.keep(Process([BINARY, "simulate", "--port", str(balancer.port), "--start", MORNING, "--speed", "300",
                                    "--bridges", str(BRIDGES), "--ledger", str(kept), "--key-file",
                                    str(members[0].folder / "bridge.key")], started.folder / "bridges.log"))
    key_file(started.folder, KEY)
    started.water(balancer.port)

    def more_samples(what, seconds=60):
        acknowledged = len(ledger(kept))
        until(lambda: len(ledger(kept)) > acknowledged, what, seconds, 0.002)

    more_samples("the first samples")
    took, kinds = {}, []
    for moment in range(MOMENTS):
        time.sleep(chance.random() * 0.4)  # the moment is what is random
        holder = one_serves(members)
        waiting = next(member for member in members if member is not holder)
        kinds = kinds or chance.sample(KINDS, len(KINDS))
        what = kinds.pop()
        began = time.monotonic()
        if what == "holder":
            holder.daemon.kill()
        elif what == "waiting":
            waiting.daemon.kill()
        elif what == "database":
            server.crash()
        cut = {"holder's link": [holder], "waiting one's link": [waiting], "both links": members}.get(what, [])
        for member in cut:
            member.link.fail("cut")
        if what in ("holder", "holder's link", "waiting", "waiting one's link"):
            more_samples(f"water after moment {moment}: {what}")
            took.setdefault(what, []).append(time.monotonic() - began)
        for member in cut:
            member.link.mend()
        if what == "database":
            server.run()
        for member in members:
            if not member.daemon.running():
                member.start()
        more_samples(f"water once all is mended after moment {moment}: {what}")
        took.setdefault(what, []).append(time.monotonic() - began)
    one_serves(members)
    more_samples("water at the end")
    until(lambda: server.query(f"SELECT 1 FROM incidents WHERE device = '{SENSOR}'"), "the burst to be seen", 60)
    bridges.stop()

    samples = set(ledger(kept))
    missing = samples - stored(server)
    assert not missing, f"{len(missing)} of {len(samples)} acknowledged samples are lost, such as {sorted(missing)[:3]}"
    # Each counter went on through everything, so what was counted is its whole span, once.
    for sensor, highest, series, counted in server.query(
            "SELECT d.device, max(r.total), max(r.series), (SELECT sum(peaks) FROM quarter_usage q WHERE q.sensor = d.number)"
            " FROM readings r JOIN device_numbers d ON d.number = r.sensor GROUP BY d.number, d.device"):
        assert (series, counted) == ("1", highest), f"{sensor}: series {series}, {counted} of {highest} counted"
    assert server.query(f"SELECT count(*) FROM incidents WHERE device = '{SENSOR}'") == [["1"]], "one burst, one alarm"
    doubled = server.query("SELECT device, rule, count(*) FROM incidents WHERE state <> 4 GROUP BY 1, 2 HAVING count(*) > 1")
    assert not doubled, f"alarms stand twice: {doubled}"
    again = server.query("SELECT incident, change, at_ms, count(*) FROM incident_events GROUP BY 1, 2, 3 HAVING count(*) > 1")
    assert not again, f"alarms were told twice: {again}"
    for member in members:
        assert member.daemon.log().count("\n") < 60 + 30 * MOMENTS, member.daemon.log()[-3000:]
    slowest = {what: f"{max(times):.1f} s" for what, times in took.items()}
    print(f"{MOMENTS} moments, {len(samples)} acknowledged samples, all stored once; slowest recovery {slowest}")
