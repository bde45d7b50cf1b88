"""Our hours in Home Assistant's long-term statistics, whoever dies on the way."""
import calendar
import os
import re
import time

import pytest

from fake_home_assistant import HomeAssistant
from harness import MORNING, SENSOR, until, with_past_water

STATISTIC = f"millrace:water_{SENSOR.lower()}"
FIRST = calendar.timegm(time.strptime(MORNING, "%Y-%m-%dT%H:%M:%SZ"))


@pytest.fixture
def home(started):
    home = HomeAssistant()
    started.stack.callback(home.stop)
    return home


def config(started, home, token=None, more=""):
    (started.folder / "token").write_text((token or home.token) + "\n")
    return (f"site: {{time_zone: UTC}}\n{more}home_assistant:\n  url: http://127.0.0.1:{home.port}\n"
            "  token_file: token\n")


def again(started, daemon, text):
    return started.daemon(config=text, bridge_port=daemon.bridge_port, http_port=daemon.http_port)


def health(daemon):
    return next((item for item in daemon.http("/readyz")[1]["items"] if item["part"] == "home_assistant_history"), None)


def complete(daemon, home):
    """Waits for the pass to end, then checks every hour against the API."""
    until(lambda: (health(daemon) or {"detail": ""})["detail"].startswith("Home Assistant has the hours"),
          lambda: f"the import: {health(daemon)}, {home.complaints}", 60)
    assert home.complaints == []
    rows = home.rows[STATISTIC]
    last = (int(time.time()) - 120) // 3600 * 3600
    assert min(rows) == FIRST
    assert sorted(rows) == list(range(FIRST, max(rows) + 3600, 3600)), "a missing hour"
    assert max(rows) + 3600 in (last, last - 3600), "up to the last completed hour, and no further"
    status, usage = daemon.http(f"/api/v1/sensors/{SENSOR}/usage?from={MORNING}&to=2026-03-03T06:00:00Z&bucket=hour")
    assert status == 200, usage
    total = 0.0
    for number, bucket in enumerate(usage["items"]):
        total += bucket["volume"]
        assert rows[FIRST + number * 3600] == pytest.approx(total, abs=0.05)
    assert total > 1, "no water at all"
    assert rows[max(rows)] == pytest.approx(total, abs=0.05)
    return rows


def test_every_completed_hour_arrives_in_an_external_statistic(started, home):
    daemon = again(started, with_past_water(started), config(started, home))
    rows = complete(daemon, home)
    assert set(home.rows) == {STATISTIC}
    assert home.metadata[STATISTIC]["unit_of_measurement"] == "L"
    sent = [start for _, starts in home.imports for start in starts]
    assert len(sent) == len(set(sent)) == len(rows), "an hour was sent twice"
    assert f"millrace_history_hours_total {len(rows)}" in daemon.http("/metrics")[1]
    # Nothing is sent again after a restart.
    before = len(home.imports)
    assert daemon.stop() == 0
    complete(again(started, daemon, config(started, home)), home)
    assert len(home.imports) == before


def test_a_daemon_killed_on_the_way_goes_on_where_it_was(started, home):
    stopped = with_past_water(started)
    home.drop_after = 2
    daemon = again(started, stopped, config(started, home))
    until(lambda: len(home.imports) >= 2, "two batches")
    daemon.kill()
    had = len(home.rows[STATISTIC])
    sent = len(home.imports)
    daemon = again(started, daemon, config(started, home))
    rows = complete(daemon, home)
    assert sum(len(starts) for _, starts in home.imports[sent:]) == len(rows) - had


def test_a_home_assistant_that_breaks_off_and_comes_back_gets_the_rest(started, home):
    stopped = with_past_water(started)
    home.drop_after = 2
    daemon = again(started, stopped, config(started, home))
    rows = complete(daemon, home)
    sent = [start for _, starts in home.imports for start in starts]
    assert len(sent) == len(set(sent)) == len(rows)
    # Gone for longer, and it forgot a part: an older backup of it.
    home.stop()
    until(lambda: daemon.http("/readyz")[0] == 503 and not health(daemon)["ok"], "the ill health", 30)
    for start in sorted(rows)[-500:]:
        del home.rows[STATISTIC][start]
    logins = len(home.logins)
    home.start()
    until(lambda: len(home.logins) > logins, "the next login", 60)
    until(lambda: len(home.rows[STATISTIC]) >= len(sent), "the forgotten hours", 30)
    until(lambda: health(daemon)["ok"], "health again", 30)
    complete(daemon, home)


def test_another_calibration_changes_the_hours_that_are_there(started, home):
    stopped = with_past_water(started)
    daemon = again(started, stopped, config(started, home))
    first = dict(complete(daemon, home))
    assert daemon.stop() == 0
    more = f"sensors:\n  {SENSOR}:\n    calibration:\n    - {{from: 2026-01-01, ml_per_peak: 65.866}}\n"
    second = complete(again(started, daemon, config(started, home, more=more)), home)
    assert second[max(second)] == pytest.approx(2 * first[max(first)], rel=0.001)


def test_a_wrong_token_is_said_once_and_not_tried_again(started, home):
    wrong = "made-up-but-wrong-token"
    daemon = started.daemon(config=config(started, home, token=wrong))
    until(lambda: home.logins, "the login")
    item = until(lambda: (lambda i: i if i and not i["ok"] else None)(health(daemon)), "the ill health")
    assert "long-lived access token" in item["detail"]
    seen = daemon.log().count("does not take the token")
    assert seen == 1
    # A server that is merely away is tried again after a second or two; this one is not.
    deadline = time.monotonic() + 6
    until(lambda: time.monotonic() > deadline, "the time in which another try would come", 10, every=0.2)
    assert home.logins == [False]
    assert wrong not in daemon.log() and wrong not in str(daemon.http("/readyz")) + daemon.http("/metrics")[1]


def test_nothing_is_imported_when_it_is_switched_off(started, home):
    text = config(started, home) + "  import_history: false\n"
    daemon = again(started, with_past_water(started), text)
    assert health(daemon) is None
    assert "millrace_history" not in daemon.http("/metrics")[1]
    assert home.logins == []


def test_inside_the_supervisor_its_token_is_used_and_not_shown(started, monkeypatch):
    monkeypatch.setenv("SUPERVISOR_TOKEN", "made-up-supervisor-token")
    daemon = started.daemon()
    item = until(lambda: health(daemon), "the part")
    said = until(lambda: (lambda i: i["detail"] if not i["ok"] else None)(health(daemon)), "no Supervisor here", 60)
    assert "supervisor:80" in said
    assert "made-up-supervisor-token" not in daemon.log() + str(item)
