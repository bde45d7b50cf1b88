"""What used the water, all the way: bridge → use → category in MQTT, API, metrics, a restart, the owner's word."""
import datetime
import time

from harness import SENSOR, until, with_past_water

WATER = f"/api/v1/sensors/{SENSOR}"
DAY = "from=2026-03-02T00:00:00Z&to=2026-03-03T00:00:00Z"
TOPIC = f"millrace/{SENSOR}"


def uses(daemon, query=""):
    status, page = daemon.http(f"{WATER}/uses?{query}")
    assert status == 200, page
    return page["items"]


def totals(daemon):
    status, answer = daemon.http(f"{WATER}/categories")
    assert status == 200, answer
    return {each["category"]: each["total"] for each in answer["categories"]}


def even_water(folder):
    """Half a minute of even water at 8 l/min, and then no more."""
    rows, total = ["unix_timestamp,cumulative_ml", "0,0", "5,0"], 0
    for second in range(10, 41, 5):
        total += 667
        rows.append(f"{second},{total}")
    rows.append(f"600,{total}")
    path = folder / "trace.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def test_a_use_has_a_category_within_a_minute_of_its_end(started):
    broker = started.broker()
    said = started.listener(broker)
    daemon = started.daemon(broker, config="site: {time_zone: UTC}\n")
    started.water(daemon.bridge_port, even_water(started.folder))
    until(lambda: said.last(f"{TOPIC}/last_event"), "a category while the water runs", 120)
    provisional = daemon.http(f"{WATER}/uses")[1]["open"]
    assert provisional["provisional"] and provisional["category"] and 0 < provisional["confidence"] <= 1
    found = until(lambda: uses(daemon), "the use to have ended", 240)
    told = time.time()
    (use,) = found
    ended = datetime.datetime.fromisoformat(use["end"].replace("Z", "+00:00")).timestamp()
    print(f"the category of a use was told {told - ended:.1f} s after its end")
    assert told - ended < 60
    assert use["category_source"] == "millrace" and use["provisional"] is False
    assert " at a steady " in use["explanation"]
    until(lambda: said.last(f"{TOPIC}/last_event") == use["category"], "its category in MQTT")
    total = until(lambda: float(said.last(f"{TOPIC}/total_{use['category']}") or 0), "its total in MQTT")
    assert abs(total - use["volume"]) < 0.01


def test_the_owners_word_moves_totals_and_a_restart_keeps_them(started):
    daemon = with_past_water(started)
    broker = started.broker()
    said = started.listener(broker)
    daemon = started.daemon(broker, config="site: {time_zone: UTC}\n", bridge_port=daemon.bridge_port,
                            http_port=daemon.http_port)
    before = totals(daemon)
    day = uses(daemon, DAY)
    by_category = {}
    for use in day:
        by_category[use["category"]] = by_category.get(use["category"], 0) + use["volume"]
    assert len(day) > 5 and None not in by_category
    for category, volume in by_category.items():
        assert abs(before[category] - volume) < 0.01, category
    use = max(day, key=lambda each: each["volume"])
    shown = float(until(lambda: said.last(f"{TOPIC}/total_{use['category']}"), "the total in MQTT"))
    assert daemon.send("PUT", f"{WATER}/uses/{use['id']}", {"category": "bath"})[0] == 200
    until(lambda: float(said.last(f"{TOPIC}/total_bath") or 0) > 0, "the bath in MQTT")
    after = totals(daemon)
    assert abs(after["bath"] - before.get("bath", 0) - use["volume"]) < 0.01
    assert float(said.last(f"{TOPIC}/total_{use['category']}")) >= shown, "what was told never falls"
    assert daemon.send("POST", f"{WATER}/categories/judge-again", {})[0] == 204

    metrics = daemon.http("/metrics")[1]
    bath = float(said.last(f"{TOPIC}/total_bath"))
    assert daemon.stop() == 0
    again = started.daemon(broker, config="site: {time_zone: UTC}\n", bridge_port=daemon.bridge_port,
                           http_port=daemon.http_port)
    until(lambda: again.http(f"{WATER}/categories")[0] == 200, "the sensor")
    assert totals(again) == after
    assert f'millrace_water_category_liters_total{{sensor="{SENSOR}",category="bath"}}' in again.http("/metrics")[1]
    assert 'category="bath"' in metrics
    told = [float(each) for each in said.payloads(f"{TOPIC}/total_bath")]
    assert told == sorted(told) and told[-1] == bath
