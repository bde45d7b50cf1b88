"""The daemon starts anew when asked, by HTTP or MQTT: the same process, with the config file as it is now."""
import paho.mqtt.publish as publish
from harness import ledger, until

JUST_STARTED = 12  # seconds; before, a restart is refused


def started_at(daemon):
    return daemon.http("/api/v1/status")[1]["started"]


def restarted(daemon, before):
    def anew():
        assert daemon.running(), daemon.log()
        try:
            return daemon.http("/healthz")[0] == 200 and started_at(daemon) != before
        except OSError:  # between the two
            return False

    until(anew, "the daemon to start anew", 30)


def answer_once_settled(daemon):
    status, answer = daemon.send("POST", "/api/v1/restart", {})
    return None if status == 409 and "less than" in answer["detail"] else (status, answer)


def test_a_restart_loses_nothing_and_takes_up_the_config_file(started):
    daemon = started.daemon(config="site: {units: metric}\n")
    kept = started.folder / "ledger.csv"
    bridge = started.bridge(daemon.bridge_port, "--speed", "600", "--qos", "1", "--ledger", kept)
    until(lambda: len(ledger(kept)) > 20, "samples")
    before, pid = started_at(daemon), daemon.pid

    def with_units(units):
        daemon.config.write_text(daemon.config.read_text().replace("metric", units))

    with_units("imperial")
    refused = until(lambda: answer_once_settled(daemon), "the daemon to have run for long enough", JUST_STARTED, 0.5)
    assert refused[0] == 409 and "site.units" in refused[1]["detail"], refused
    assert started_at(daemon) == before
    daemon.config.write_text(daemon.config.read_text().replace("imperial", "us"))
    assert daemon.send("POST", "/api/v1/restart", {}) == (202, {"restarting": True})
    restarted(daemon, before)
    assert daemon.pid == pid and daemon.http("/api/v1/devices")[1]["unit"] == "gal"
    acknowledged = len(ledger(kept))
    until(lambda: len(ledger(kept)) > acknowledged + 20, "the bridge to come back and go on", 60)
    bridge.stop()
    stored = {tuple(row) for row in daemon.query("SELECT time_ms / 1000, total FROM readings")}
    assert {(time, value) for _, time, value in ledger(kept)} <= stored


def test_home_assistants_button_restarts_and_a_retained_press_does_not(started):
    broker = started.broker()
    daemon = started.daemon(broker)
    listener = started.listener(broker)
    before = started_at(daemon)
    until(lambda: listener.last("millrace/availability") == "online", "the daemon at the broker")

    def press(retain):
        publish.single("millrace/restart/set", "PRESS", qos=1, retain=retain, hostname="127.0.0.1", port=broker.port)

    def pressed():
        press(False)
        return "restarting" in daemon.log()

    until(pressed, "the press to be obeyed", 30, 1)
    restarted(daemon, before)
    before = started_at(daemon)
    press(True)
    daemon.kill()
    daemon = started.daemon(broker, bridge_port=daemon.bridge_port, http_port=daemon.http_port)
    until(lambda: listener.payloads("millrace/availability")[-1] == "online", "the next daemon at the broker")
    until(lambda: daemon.http("/metrics")[1].find("millrace_mqtt_connected 1") > 0, "its connection")
    publish.single("millrace/restart/set", "press", qos=1, hostname="127.0.0.1", port=broker.port)  # in wrong case
    publish.single("millrace/mode/set", "away", qos=1, hostname="127.0.0.1", port=broker.port)
    until(lambda: daemon.http("/api/v1/mode")[1]["mode"] == "away", "a command after it")
    assert "restart" not in daemon.log().split("millrace 0")[-1]


def test_who_is_told_to_stop_while_it_restarts_stops(started):
    daemon = started.daemon()
    accepted = until(lambda: answer_once_settled(daemon), "the daemon to have run for long enough", JUST_STARTED, 0.5)
    assert accepted[0] == 202
    assert daemon.stop() == 0
    assert daemon.log().count("millrace 0") == 1, daemon.log()
