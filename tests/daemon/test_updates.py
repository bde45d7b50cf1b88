"""Whether a newer Millrace is out: asked where the owner says, shown in Home Assistant's entity and the API."""
import json

import pytest

pytest.importorskip("aiosmtpd", reason="python3-aiosmtpd is not installed")
from channel_servers import HttpServer, RawServer
from harness import until

HUB = "homeassistant/device/millrace/config"
STATE = "millrace/update"
NEWER = {"tag_name": "v99.1.0", "html_url": "https://example.org/millrace/99.1.0", "url": "https://example.org/api/1",
         "body": "## New\r\n\r\n* Finds slow leaks sooner.\r\n"}


def asking(url):
    return f"updates:\n  url: {url}\n  first_within: 1 s\n"


def update_of(daemon):
    return daemon.http("/api/v1/status")[1]["update"]


def detail_of(daemon):
    items = daemon.http("/api/v1/status")[1]["health"]
    assert all(item["ok"] for item in items if item["part"] == "updates")
    return next((item["detail"] for item in items if item["part"] == "updates"), None)


def components(said):
    return json.loads(said.last(HUB) or '{"components": {}}')["components"]


def test_a_newer_version_is_shown_and_stays_when_its_place_dies(started):
    server = HttpServer(lambda method, *_: 200 if method == "GET" else 400, answer=json.dumps(NEWER).encode())
    broker = started.broker()
    said = started.listener(broker)
    daemon = started.daemon(broker, config=asking(f"{server.url}/newest?x=1"))
    version = daemon.http("/api/v1/status")[1]["version"]
    wanted = {"title": "Millrace", "installed_version": version, "latest_version": "99.1.0",
              "release_summary": "## New * Finds slow leaks sooner.", "release_url": NEWER["html_url"]}
    until(lambda: said.last(STATE) and json.loads(said.last(STATE)) == wanted, lambda: f"an update: {said.last(STATE)}")
    update = components(said)["update"]
    assert update["platform"] == "update" and update["state_topic"] == STATE and "command_topic" not in update
    shown = update_of(daemon)
    assert (shown["latest_version"], shown["url"]) == ("99.1.0", NEWER["html_url"]) and shown["checked"]
    assert detail_of(daemon) == "version 99.1.0 is out"

    request, = server.requests
    assert (request["method"], request["path"], request["body"]) == ("GET", "/newest?x=1", b"")
    assert set(request["headers"]) <= {"Host", "User-Agent", "Accept", "Connection"}, "nothing of the house"
    assert request["headers"]["User-Agent"] == f"millrace/{version}"

    server.close()
    later = started.listener(broker)
    until(lambda: later.last(STATE), "what the broker retains")
    assert json.loads(later.last(STATE)) == wanted and update_of(daemon) == shown
    assert daemon.http("/readyz")[0] == 200
    assert daemon.stop() == 0


def test_a_place_that_is_away_or_talks_without_end_is_no_illness(started):
    def flood(connection):
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    moved = HttpServer(lambda *_: 302)
    for url, why in ((RawServer(flood).url, "the answer is too long"), (moved.url, "the server answered 302")):
        daemon = started.daemon(config=asking(url))
        until(lambda: why in detail_of(daemon), lambda: f"{why}: {detail_of(daemon)}")
        assert update_of(daemon) is None and daemon.http("/readyz")[0] == 200
        assert daemon.stop() == 0
    assert len(moved.requests) == 1, "a redirect is not followed, and nobody asks again at once"


def test_without_the_key_nobody_is_asked_and_there_is_no_entity(started):
    broker = started.broker()
    said = started.listener(broker)
    daemon = started.daemon(broker, config="updates:\n  first_within: 1 s\n")
    until(lambda: said.last("millrace/cloud_mode"), "what is said of the hub")
    assert "update" not in components(said) and said.last(STATE) is None
    assert update_of(daemon) is None and detail_of(daemon) is None


def test_as_home_assistants_app_it_has_no_entity_of_its_own(started, monkeypatch):
    monkeypatch.setenv("SUPERVISOR_TOKEN", "made-up")
    server = HttpServer(lambda *_: 200, answer=json.dumps(NEWER).encode())
    broker = started.broker()
    said = started.listener(broker)
    daemon = started.daemon(broker, config=asking(server.url))
    until(lambda: update_of(daemon), "the API to show it all the same")
    until(lambda: said.last("millrace/cloud_mode"), "what is said of the hub")
    assert "update" not in components(said) and said.last(STATE) is None
