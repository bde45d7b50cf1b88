"""Alarms all the way: bridge → alarm → API, Home Assistant's broker, a phone, and its answer."""
import json
import time
import urllib.error
import urllib.request

import pytest

pytest.importorskip("aiosmtpd", reason="python3-aiosmtpd is not installed")
from channel_servers import HttpServer, ntfy_check
from harness import SENSOR, free_port, until

TOKEN = "tk-of-the-phone"


def alarms(daemon):
    return daemon.http("/api/v1/alarms")[1]["items"]


def press(url, body):
    """A button of a notice, as a phone presses it through the proxy in front of the house: the status."""
    request = urllib.request.Request(url, method="POST", data=body.encode(),
                                     headers={"Content-Type": "application/json", "X-Forwarded-For": "203.0.113.7"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def test_water_while_away_reaches_everybody_and_is_answered_from_a_phone(started):
    phone = HttpServer(ntfy_check(TOKEN))
    started.stack.callback(phone.close)
    broker = started.broker()
    said = started.listener(broker)
    (started.folder / "token").write_text(TOKEN)
    http_port = free_port()
    config = f"""
notify:
  public_url: http://127.0.0.1:{http_port}
  channels:
  - {{name: phone, type: ntfy, url: "{phone.url}", topic: water, token_file: token, least: warning}}
"""
    daemon = started.daemon(broker, config=config, http_port=http_port)
    assert daemon.send("PUT", "/api/v1/mode", {"mode": "away"})[0] == 200
    until(lambda: said.last("millrace/mode") == "away", "the mode in MQTT")
    started.water(daemon.bridge_port)
    began = time.monotonic()
    until(lambda: alarms(daemon), "the alarm", 60)
    assert time.monotonic() - began < 50
    alarm = alarms(daemon)[0]
    assert (alarm["rule"], alarm["severity"], alarm["state"]) == ("away_use", "critical", "raised")
    assert "gal" in alarm["sentence"] or " l" in alarm["sentence"].lower()
    until(lambda: said.last(f"millrace/{SENSOR}/leak") == "ON", "the moisture sensor")
    until(lambda: phone.bodies(), "the phone")
    message = phone.bodies()[0]
    assert message["priority"] == 5 and message["message"].startswith(alarm["sentence"][:20])

    acknowledge, snooze = message["actions"]
    bare = acknowledge["url"].split("?")[0]
    other_alarm = acknowledge["url"].replace(f"/alarms/{alarm['id']}/", f"/alarms/{alarm['id'] + 1}/")
    other_answer = snooze["url"].split("?")[0] + "?" + acknowledge["url"].split("?")[1]
    for url in (bare, bare + "?code=" + "0" * 32, other_alarm, other_answer):
        assert press(url, acknowledge["body"]) == 401, url
    assert alarms(daemon)[0]["state"] == "raised"
    assert press(acknowledge["url"], acknowledge["body"]) == 200
    answered = alarms(daemon)[0]
    assert (answered["state"], answered["answered_by"]) == ("acknowledged", "ntfy button")
    assert said.last(f"millrace/{SENSOR}/leak") == "ON", "it still runs"

    assert daemon.stop() == 0
    daemon = started.daemon(broker, config=config, http_port=http_port, bridge_port=daemon.bridge_port)
    assert daemon.http("/api/v1/mode")[1]["mode"] == "away"
    assert [(a["id"], a["state"]) for a in alarms(daemon)] == [(alarm["id"], "acknowledged")]
    assert press(snooze["url"], snooze["body"]) == 200, "the buttons outlive a restart"
    assert alarms(daemon)[0]["state"] == "snoozed"
    assert (daemon.state / "answer.key").stat().st_mode & 0o077 == 0
    code = acknowledge["url"].split("code=")[1]
    assert code not in daemon.log() and TOKEN not in daemon.log()


def noon():
    """A time zone where it is about noon, so that no day ends while a test runs."""
    return f"Etc/GMT{time.gmtime().tm_hour - 12:+d}"


def test_a_budget_of_the_day_is_reached_and_is_no_leak(started):
    broker = started.broker()
    said = started.listener(broker)
    config = f"site: {{time_zone: {noon()}, units: metric}}\nalarms: {{budget_month: 100 m3}}\n"
    daemon = started.daemon(broker, config=config)
    until(lambda: said.last("millrace/budget_month") == "100000", "the budget of the config file")
    assert said.last("millrace/budget_day") == "None"
    for nonsense in ("0", "1000001", "20 l", "nan"):
        said.client.publish("millrace/budget_day/set", nonsense, qos=1)
    said.client.publish("millrace/budget_day/set", "20", qos=1)
    until(lambda: said.last("millrace/budget_day") == "20", "the budget that was set")
    assert daemon.http("/api/v1/rules")[1]["settings"]["budget_day_litres"] == 20
    started.water(daemon.bridge_port)
    topic = f"millrace/{SENSOR}/budget_day"
    until(lambda: said.last(topic) == "ON", "three quarters of the budget", 120)
    until(lambda: alarms(daemon) and alarms(daemon)[0]["severity"] == "warning", "all of the budget", 60)
    (alarm,) = alarms(daemon)
    assert (alarm["rule"], alarm["title"], alarm["state"]) == ("budget_day", "Budget of the day", "raised")
    assert "the budget of a day, 20 L, is used up" in alarm["sentence"]
    # One message of the bridge may bring more than a quarter of the budget at once.
    # It stands before its history is on disk.
    steps = until(lambda: [(step["change"], step["severity"])
                           for step in daemon.http(f"/api/v1/alarms/{alarm['id']}")[1]["history"]], "its history")
    assert steps in ([("raised", "info"), ("escalated", "warning")], [("raised", "warning")])
    assert set(said.payloads(f"millrace/{SENSOR}/leak")) == {"OFF"}
    assert said.last(f"millrace/{SENSOR}/budget_month") == "OFF"

    assert daemon.stop() == 0
    daemon = started.daemon(broker, config=config, http_port=daemon.http_port, bridge_port=daemon.bridge_port)
    used = daemon.http("/api/v1/alarms")[1]["items"]
    assert [(each["id"], each["state"]) for each in used] == [(alarm["id"], "raised")], "the same one, after a restart"
    assert daemon.send("PUT", "/api/v1/rules", {"budget_day_litres": 5000})[0] == 200
    until(lambda: said.last(topic) == "OFF", "the end of it, with a larger budget")
    assert alarms(daemon) == []
    assert daemon.http(f"/api/v1/alarms/{alarm['id']}")[1]["history"][-1]["change"] == "cleared"
    assert set(said.payloads(f"millrace/{SENSOR}/leak")) == {"OFF"}
