"""Channels for notices against real counterparts, among them dead, slow and rejecting ones."""
import email
import email.policy
import json
import os
import pathlib
import queue
import socket
import subprocess
import threading
import time

import pytest

pytest.importorskip("aiosmtpd", reason="python3-aiosmtpd is not installed")
from channel_servers import (HttpServer, MailServer, RawServer, apprise_check, certificate, dead_port, gotify_check,
                             home_assistant_check, ntfy_check, tls_context, webhook_check)

PROBE = pathlib.Path(os.environ.get("MILLRACE_BINARY", "build/release/millrace")).parent / "notify_probe"
HUSH = "hush-5c7f"  # part of every secret: must be nowhere but on the wire


class Probe:
    def __init__(self, folder: pathlib.Path, notify: dict):
        (folder / "config.json").write_text(json.dumps({"notify": notify}))
        self.process = subprocess.Popen([PROBE, folder / "config.json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True)
        self.lines = queue.Queue()
        self.said = []
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.said.append(line)
            if line.startswith("{"):
                self.lines.put(json.loads(line))

    def tell(self, command: str):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def hears(self, wanted, within: float = 25.0):
        until = time.monotonic() + within
        while True:
            answer = self.lines.get(timeout=max(0.001, until - time.monotonic()))
            if wanted(answer):
                return answer

    def test(self, channel: str) -> dict:
        self.tell(f"test {channel}")
        return self.hears(lambda a: a.get("test") == channel)

    def delivered(self, channel: str, kind: str, within: float = 25.0) -> dict:
        return self.hears(lambda a: a.get("channel") == channel and a["kind"] == kind and a["state"] == "delivered", within)

    def state(self) -> dict:
        self.tell("state")
        return self.hears(lambda a: "channels" in a)

    def command_line(self) -> str:
        return pathlib.Path(f"/proc/{self.process.pid}/cmdline").read_text()

    def close(self) -> str:
        arguments = self.command_line()
        before = time.monotonic()
        self.process.stdin.close()
        self.process.wait(timeout=10)
        assert time.monotonic() - before < 4, "stopping is bounded"
        said = "".join(self.said)
        assert HUSH not in said and HUSH not in arguments, "a secret was told"
        assert self.process.returncode == 0, said
        return said


@pytest.fixture
def start(tmp_path):
    probes = []

    def run(*channels, **keys):
        probes.append(Probe(tmp_path, {"channels": list(channels), **keys}))
        return probes[-1]

    yield run
    for probe in probes:
        if probe.process.poll() is None:
            probe.close()


def eventually(condition, within: float = 10.0) -> bool:
    until = time.monotonic() + within
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def hook(name: str, url: str, **keys) -> dict:
    return {"name": name, "type": "webhook", "url": url, "hmac_key": f"key-{HUSH}", **keys}


KEY = f"key-{HUSH}".encode()


def test_webhook_is_signed_and_follows_the_incident(start):
    server = HttpServer(webhook_check(KEY))
    probe = start(hook("a", server.url + f"/{HUSH}?x=1"), public_url="http://water.lan:8099")
    assert probe.test("a")["ok"]
    probe.tell("raise 7 burst")
    probe.delivered("a", "raised")
    body = server.bodies()[-1]
    assert server.requests[-1]["path"] == f"/{HUSH}?x=1"
    assert body["kind"] == "raised" and body["severity"] == "critical" and body["link"] == "http://water.lan:8099/"
    assert body["incident"]["id"] == 7 and body["incident"]["rule"] == "burst" and body["incident"]["volume_l"] == 24
    assert "Cloud: up" in body["text"]
    wrong = HttpServer(webhook_check(b"another key"))
    other = start(hook("a", wrong.url))
    answer = other.test("a")
    assert not answer["ok"] and "401" in answer["error"]


def test_webhook_over_tls_checks_the_certificate(start, tmp_path):
    good, stranger = certificate(tmp_path, "good"), certificate(tmp_path, "stranger")
    server = HttpServer(webhook_check(KEY), tls_context(good))
    probe = start(hook("known", server.url, ca_file=good[0]), hook("other", server.url, ca_file=stranger[0]),
                  hook("system", server.url))
    assert probe.test("known")["ok"]
    for name in ("other", "system"):
        answer = probe.test(name)
        assert not answer["ok"] and "certificate" in answer["error"], answer
    assert len(server.requests) == 1


def test_redirect_is_not_followed(start):
    server = HttpServer(lambda *_: 302)
    probe = start(hook("a", server.url))
    answer = probe.test("a")
    assert not answer["ok"] and "302" in answer["error"]
    assert [r["path"] for r in server.requests] == ["/"]


def test_ntfy(start, tmp_path):
    server = HttpServer(ntfy_check(f"tk_{HUSH}"))
    (tmp_path / "token").write_text(f"tk_{HUSH}\n")
    channel = {"name": "phone", "type": "ntfy", "url": server.url, "topic": "water"}
    probe = start({**channel, "token_file": "token"}, {**channel, "name": "wrong", "token": f"no-{HUSH}"},
                  public_url="http://water.lan:8099/")
    probe.tell("raise 3 away_use")
    probe.delivered("phone", "raised")
    body = server.bodies()[-1]
    assert body["priority"] == 5 and body["click"] == "http://water.lan:8099/"
    assert [a["url"] for a in body["actions"]] == ["http://water.lan:8099/api/v1/alarms/3/acknowledge",
                                                   "http://water.lan:8099/api/v1/alarms/3/snooze"]
    refused = probe.test("wrong")
    assert not refused["ok"] and "403" in refused["error"]


def test_gotify(start):
    server = HttpServer(gotify_check(f"A{HUSH}"))
    probe = start({"name": "g", "type": "gotify", "url": server.url, "token": f"A{HUSH}"})
    probe.tell("raise 3 slow_leak")
    probe.delivered("g", "raised")
    assert server.bodies()[-1]["priority"] == 6


def test_apprise(start):
    server = HttpServer(apprise_check(f"k{HUSH}"))
    channel = {"type": "apprise", "url": server.url}
    probe = start({**channel, "name": "key", "token": f"k{HUSH}", "tag": "family"},
                  {**channel, "name": "urls", "addresses": [f"json://{HUSH}/", "json://b/"]},
                  {**channel, "name": "nobody", "token": "unknown"})
    assert probe.test("key")["ok"] and probe.test("urls")["ok"]
    assert server.bodies()[0]["tag"] == "family" and server.bodies()[1]["urls"] == f"json://{HUSH}/,json://b/"
    answer = probe.test("nobody")
    assert not answer["ok"] and "nobody is configured" in answer["error"]


def test_home_assistant(start):
    server = HttpServer(home_assistant_check(f"llt-{HUSH}"))
    at = {"url": server.url, "token": f"llt-{HUSH}"}
    probe = start({"name": "phone", "type": "home_assistant", "service": "mobile_app_phone", **at},
                  {"name": "card", "type": "persistent_notification", **at})
    probe.tell("raise 5 burst")
    probe.delivered("phone", "raised")
    assert eventually(lambda: len(server.bodies()) == 2)
    tags = sorted(b.get("notification_id") or b["data"]["tag"] for b in server.bodies())
    assert tags == ["millrace-5", "millrace-5"]


def test_exec_gets_facts_and_no_secrets(start, tmp_path):
    out = tmp_path / "out"
    script = tmp_path / "script"
    script.write_text('#!/bin/sh\nenv > "$1.tmp" && mv "$1.tmp" "$1"\n')
    script.chmod(0o755)
    os.environ["SUPERVISOR_TOKEN"] = f"sv-{HUSH}"
    try:
        probe = start({"name": "x", "type": "exec", "command": [str(script), str(out)]})
    finally:
        del os.environ["SUPERVISOR_TOKEN"]
    probe.tell("raise 5 burst")
    probe.delivered("x", "raised")
    said = out.read_text()
    assert "MILLRACE_RULE=burst" in said and "MILLRACE_VOLUME_L=24.0" in said and HUSH not in said


def mail_channel(name: str, server, **keys) -> dict:
    return {"name": name, "type": "smtp", "host": "127.0.0.1", "port": server.port, "from": "Water <water@example.org>",
            "to": ["a@example.org", "B <b@example.org>"], **keys}


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail(start, tmp_path, security):
    pair, stranger = certificate(tmp_path, "mail"), certificate(tmp_path, "stranger")
    server = MailServer(tls_context(pair), security == "starttls", f"pw-{HUSH}")
    login = {"user": "water", "security": security, "ca_file": pair[0]}
    probe = start(mail_channel("good", server, password=f"pw-{HUSH}", **login),
                  mail_channel("wrong", server, password=f"no-{HUSH}", **login),
                  mail_channel("stranger", server, password=f"pw-{HUSH}", **{**login, "ca_file": stranger[0]}))
    probe.tell("raise 4 burst")
    probe.delivered("good", "raised")
    mail = email.message_from_bytes(server.mails[0].content, policy=email.policy.default)
    assert server.mails[0].rcpt_tos == ["a@example.org", "b@example.org"]
    assert server.mails[0].mail_from == "water@example.org"
    assert mail["To"] == "a@example.org, B <b@example.org>" and mail["References"] == "<incident-4@millrace>"
    assert mail["Subject"] and "Cloud: up" in mail.get_content() and mail.defects == []
    answer = probe.test("wrong")
    assert not answer["ok"] and "refused user or password" in answer["error"]
    logins = len(server.logins)
    answer = probe.test("stranger")
    assert not answer["ok"] and "certificate" in answer["error"]
    assert len(server.logins) == logins, "no password for a stranger"
    assert len(server.mails) == 1


def test_mail_in_the_clear_only_when_told_so(start):
    server = MailServer(None, False)
    probe = start(mail_channel("tls", server), mail_channel("clear", server, security="none"))
    answer = probe.test("tls")
    assert not answer["ok"] and "STARTTLS" in answer["error"] and server.mails == []
    assert probe.test("clear")["ok"] and len(server.mails) == 1


def test_alarm_is_everywhere_else_in_two_seconds(start, tmp_path):
    """Whatever dead, slow, dripping and rejecting channels do."""

    def drip(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"X-A: b\r\n")
            time.sleep(0.5)

    def flood(connection):
        while True:
            connection.sendall(b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 100)
            time.sleep(0.05)

    slow, dripping, flooding = RawServer(), RawServer(drip), RawServer(flood)
    slow_mail = RawServer()
    backlog = socket.create_server(("127.0.0.1", 0), backlog=0)  # never accepts
    fillers = [socket.socket() for _ in range(3)]
    for filler in fillers:
        filler.setblocking(False)
        filler.connect_ex(backlog.getsockname())
    good = [HttpServer(webhook_check(KEY)) for _ in range(4)]
    refusing, broken = HttpServer(lambda *_: 403), HttpServer(lambda *_: 500)
    probe = start(
        hook("dead", f"http://127.0.0.1:{dead_port()}"), hook("slow", slow.url), hook("drip", dripping.url),
        hook("flood", flooding.url), hook("refusing", refusing.url), hook("broken", broken.url),
        hook("deaf", f"http://127.0.0.1:{backlog.getsockname()[1]}"),
        mail_channel("slow_mail", slow_mail), hook("no_name", "http://nowhere.invalid/"),
        {"name": "hanging", "type": "exec", "command": ["/bin/sleep", "60"], "timeout": "14 s"},
        *[hook(f"good{i}", server.url) for i, server in enumerate(good)])
    for number, rule in ((1, "slow_leak"), (2, "burst"), (3, "sensor_silent")):
        told = time.monotonic()
        probe.tell(f"raise {number} {rule}")
        assert eventually(lambda: all(len(s.bodies()) >= number for s in good), 2), [len(s.bodies()) for s in good]
        assert max(s.requests[-1]["at"] for s in good) - told < 2
    # Each of the others has failed, in words, within the time that a try may take.
    failing = {"dead", "slow", "drip", "flood", "refusing", "broken", "deaf", "slow_mail", "no_name", "hanging"}
    failed = {}

    def note(answer):
        if answer.get("error"):
            failed.setdefault(answer["channel"], answer["error"])
        return failing <= set(failed)

    probe.hears(note, 22)
    assert "403" in failed["refusing"] and "500" in failed["broken"] and "too long" in failed["hanging"]
    assert "too long" in failed["drip"] and "too long" in failed["slow_mail"], failed
    state = probe.state()
    assert {c["name"] for c in state["channels"] if not c["ok"]} >= failing
    assert all(c["waiting"] == 0 for c in state["channels"] if c["name"].startswith("good"))
    for filler in fillers:
        filler.close()


def test_what_waited_arrives_when_the_server_is_back(start):
    port = dead_port()
    probe = start(hook("a", f"http://127.0.0.1:{port}"))
    probe.tell("raise 1 burst")
    probe.hears(lambda a: a.get("error"))
    server = HttpServer(webhook_check(KEY), port=port)
    record = probe.delivered("a", "raised", 12)
    assert record["tries"] >= 2 and [b["incident"]["id"] for b in server.bodies()] == [1]


def test_refused_notice_is_tried_again_and_the_next_one_passes(start):
    answers = {1: [500, 500, 200], 2: [200]}

    def check(_method, _path, _headers, body):
        return answers[json.loads(body)["incident"]["id"]].pop(0)

    server = HttpServer(check)
    probe = start(hook("a", server.url))
    probe.tell("raise 1 burst")
    probe.hears(lambda a: a.get("error"))
    probe.tell("raise 2 burst")
    second = probe.hears(lambda a: a.get("state") == "delivered")
    assert second["incident"] == 2
    first = probe.hears(lambda a: a.get("state") == "delivered", 20)
    assert first["incident"] == 1 and first["tries"] == 3


def test_off_keeps_everything_and_on_sends_it(start):
    server = HttpServer(webhook_check(KEY))
    probe = start(hook("a", server.url))
    probe.tell("off")
    probe.tell("raise 1 burst")
    probe.hears(lambda a: a.get("state") == "waiting")
    assert probe.test("a")["ok"]
    assert [b["kind"] for b in server.bodies()] == ["test"]
    probe.tell("on")
    probe.delivered("a", "raised")


def test_ping_is_sent_while_all_is_well(start):
    server = HttpServer(lambda method, *_: 200 if method == "GET" else 400)
    probe = start(ping_url=f"{server.url}/ping/{HUSH}", ping_interval="10 s")
    assert eventually(lambda: server.requests)
    assert server.requests[0]["path"] == f"/ping/{HUSH}"
    assert eventually(lambda: probe.state()["health"]["ping"] == {"ok": True, "detail": "answered"})
    assert eventually(lambda: len(server.requests) == 2, 13)
    assert 9 < server.requests[1]["at"] - server.requests[0]["at"] < 12
