"""Our past hours in the real Home Assistant's long-term statistics."""
import re

from harness import MORNING, SENSOR, until, with_past_water

LITRES_PER_GALLON = 3.785411784
STATISTIC = f"millrace:water_{SENSOR.lower()}"


def sums(home_assistant):
    """Its hourly sums, by start."""
    answer = home_assistant.ask("recorder/statistics_during_period", start_time=MORNING, statistic_ids=[STATISTIC],
                                period="hour", types=["sum"])
    return {row["start"]: row["sum"] for row in answer.get(STATISTIC, [])}


def test_hours_from_before_home_assistant_was_there_arrive(started, home_assistant):
    home_assistant.start()
    (started.folder / "token").write_text(home_assistant.token + "\n")
    past = with_past_water(started)
    config = (f"site: {{time_zone: UTC}}\nhome_assistant:\n  url: http://127.0.0.1:{home_assistant.port}\n"
              "  token_file: token\n")
    daemon = started.daemon(config=config, bridge_port=past.bridge_port, http_port=past.http_port)

    def health():
        return [item["detail"] for item in daemon.http("/readyz")[1]["items"]
                if item["part"] == "home_assistant_history"]

    until(lambda: any(text.startswith("Home Assistant has the hours") for text in health()), lambda: str(health()), 120, 0.5)
    ours = daemon.http(f"/api/v1/sensors/{SENSOR}/usage?from={MORNING}&to=2026-03-02T10:00:00Z&bucket=hour")[1]
    sent = re.search(r"^millrace_history_hours_total (\d+)", daemon.http("/metrics")[1], re.MULTILINE)
    assert int(sent[1]) > 5_000
    # It stores what it was sent when it comes to it.
    until(lambda: len(sums(home_assistant)) == int(sent[1]), lambda: f"{len(sums(home_assistant))} of {sent[1]} hours", 60, 1)
    theirs = sums(home_assistant)
    total = 0.0
    for (start, had), bucket in zip(sorted(theirs.items()), ours["items"]):
        total += bucket["volume"]
        assert abs(had - total) < 0.01, (start, had, total)
    assert total > 1 and abs(max(theirs.values()) - total) < 0.01

    def listed():
        return {s["statistic_id"]: s for s in home_assistant.ask("recorder/list_statistic_ids")}[STATISTIC]

    assert listed()["has_sum"] and listed()["source"] == "millrace"
    assert listed()["statistics_unit_of_measurement"] == "L"
    assert home_assistant.complaints() == []

    # In other units all of it comes once more.
    assert daemon.send("PUT", "/api/v1/settings", {"site": {"units": "us"}})[0] == 200
    until(lambda: abs(max(sums(home_assistant).values()) - total / LITRES_PER_GALLON) < 0.01,
          lambda: f"{total} litres to be {max(sums(home_assistant).values())} gallons", 120, 1)
    assert listed()["statistics_unit_of_measurement"] == "gal" and len(sums(home_assistant)) == len(theirs)
    assert home_assistant.complaints() == []
