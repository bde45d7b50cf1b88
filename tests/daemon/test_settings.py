"""Settings changed while the daemon runs: in force at once everywhere, kept, and given back to the config file."""
import json

from harness import SENSOR, UNCALIBRATED_UL, until
from test_stream import Stream

TARIFF = {"currency": "USD", "unit": "gal", "tiers": ["0.01 up to 6000", "0.02"]}
DOCUMENT = f"homeassistant/device/millrace_{SENSOR}/config"
CONFIG = "site: {time_zone: America/Denver, units: metric}\n"


def change(daemon, **changes):
    status, answer = daemon.send("PUT", "/api/v1/settings", changes)
    assert status == 200, answer
    return answer


def components(listener):
    return json.loads(listener.last(DOCUMENT) or "{}").get("components", {})


def sensor_of(daemon):
    return daemon.http("/api/v1/devices")[1]["sensors"][0]


def test_units_and_tariff_reach_everybody_at_once_and_survive_a_restart(started):
    broker = started.broker()
    daemon = started.daemon(broker, config=CONFIG)
    listener = started.listener(broker)
    started.water(daemon.bridge_port)
    until(lambda: listener.last(f"millrace/{SENSOR}/total"), "a total at the broker")
    assert components(listener)["total"]["unit_of_measurement"] == "L" and "price" not in components(listener)

    stream = Stream(daemon.http_port)
    until(lambda: stream.of("snapshot"), "the snapshot")
    answer = change(daemon, site={"units": "us"}, tariff=TARIFF)
    until(lambda: stream.of("snapshot")[-1]["devices"]["unit"] == "gal", "the stream to begin anew in gallons")
    stream.close()
    assert answer["chosen"] == ["site.units", "tariff"] and answer["settings"]["tariff"]["tiers"] == TARIFF["tiers"]
    assert answer["settings"]["site"] == {"time_zone": "America/Denver", "units": "us"}
    assert daemon.http("/api/v1/devices")[1]["unit"] == "gal"
    until(lambda: components(listener)["total"]["unit_of_measurement"] == "gal", "the document in gallons", 30)
    assert components(listener)["price"]["unit_of_measurement"] == "USD/gal"
    until(lambda: float(listener.last(f"millrace/{SENSOR}/price") or 0) == 0.01, "the price")

    def total_in_gallons():
        liters = int(daemon.query("SELECT lifetime_ul FROM meters")[0][0]) / 1e6
        return abs(float(listener.last(f"millrace/{SENSOR}/total")) - liters / 3.785411784) < 2

    until(total_in_gallons, "the total in gallons")

    assert daemon.stop() == 0
    daemon = started.daemon(broker, config=CONFIG)
    assert daemon.http("/api/v1/settings")[1] == answer

    answer = change(daemon, site=None, tariff=None)
    assert answer["chosen"] == [] and answer["settings"]["tariff"] is None
    until(lambda: components(listener).get("price", {"platform": "sensor"}) == {"platform": "sensor"},
          "Home Assistant to be told that the price is gone", 30)
    until(lambda: "price" not in components(listener), "the document without it", 30)
    assert components(listener)["total"]["unit_of_measurement"] == "L"


def test_another_time_zone_counts_today_anew_and_loses_nothing(started):
    daemon = started.daemon(config=CONFIG)
    started.water(daemon.bridge_port)
    until(lambda: daemon.http("/api/v1/devices")[1]["sensors"] and sensor_of(daemon)["today"] > 0, "water", 60)
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"):  # 25 hours apart: two have different days
        change(daemon, site={"time_zone": zone})

        def as_counted(zone=zone):
            usage = daemon.http(f"/api/v1/sensors/{SENSOR}/usage?bucket=day&time_zone={zone}")[1]
            today = usage["items"][-1]
            return abs(sensor_of(daemon)["today"] - today["volume"]) < 0.001 and today["start"][:10]

        until(as_counted, f"today as the store counts it in {zone}")
        assert daemon.http("/api/v1/status")[1]["time"].endswith(daemon.http(
            f"/api/v1/sensors/{SENSOR}/usage?bucket=day")[1]["items"][-1]["start"][19:])

    def nothing_lost():
        lifetime = daemon.query("SELECT lifetime_ul FROM meters")[0][0]
        return lifetime == UNCALIBRATED_UL * daemon.query("SELECT sum(peaks) FROM quarter_usage")[0][0]

    until(nothing_lost, "all peaks to be counted")


def test_what_cannot_be_is_said_and_changes_nothing(started):
    daemon = started.daemon(config=CONFIG)
    before = daemon.http("/api/v1/settings")[1]
    for changes, name in (({"site": {"units": "imperial"}}, "site.units"),
                          ({"site": {"time_zone": "Mars/Base"}}, "site.time_zone"),
                          ({"site": {"town": "x"}}, "site.town"), ({"site": []}, "site"),
                          ({"tariff": {"price": "1"}}, "tariff"), ({"tariff": {}}, "tariff"),
                          ({"tariff": TARIFF | {"tiers": ["x"]}}, "tariff.tiers[0]"),
                          ({"log": {"level": 3}}, "log.level"), ({"mqtt": {"host": "elsewhere"}}, "mqtt")):
        status, answer = daemon.send("PUT", "/api/v1/settings", changes)
        assert status == 400 and [each["field"] for each in answer["errors"]] == [name], (changes, answer)
    assert daemon.http("/api/v1/settings")[1] == before


def test_a_config_file_that_says_something_else_goes_before_what_was_chosen(started):
    daemon = started.daemon(config=CONFIG)
    change(daemon, site={"units": "us"}, log={"level": "debug"})
    assert daemon.stop() == 0
    daemon = started.daemon(config=CONFIG + "http: {max_connections: 100}\n")  # another setting
    assert daemon.http("/api/v1/settings")[1]["chosen"] == ["site.units", "log.level"]
    assert daemon.stop() == 0
    daemon = started.daemon(config=CONFIG.replace("Denver", "Chicago"))
    assert daemon.http("/api/v1/settings")[1]["chosen"] == []
    assert "chosen while the daemon ran is not used" in daemon.log()


def test_the_log_level_changes_at_once(started):
    daemon = started.daemon()
    bridge = started.bridge(daemon.bridge_port, "--speed", "60")
    until(lambda: daemon.http("/api/v1/devices")[1]["sensors"], "the sensor")
    assert " debug " not in daemon.log()
    change(daemon, log={"level": "debug"})
    bridge.stop()
    until(lambda: " debug " in daemon.log(), "the end of the connection to be said")
