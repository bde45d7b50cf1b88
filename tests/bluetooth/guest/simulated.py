"""What `millrace simulate` advertises through BlueZ is heard as well: claims, in the order they are tried."""
import subprocess

import house
from house import BROKER, KEY_FILE, METER, PUCK, SEALED_PUCK, of_house
from system import until


def simulate(kind, device, *options):
    return subprocess.Popen(["millrace", "simulate", kind, "--adapter", device.adapter, "--every", "1", *options],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def gets_wet(device, *options):
    """It is heard dry, then wet, and that is told in MQTT."""
    before = len(BROKER.alerts(device))
    process = simulate("puck", device, "--battery", "77", "--wet-after", "8", *options)
    until(lambda: (of_house("pucks", device)["battery_percent"], of_house("pucks", device)["wet"]) == (77, False),
          lambda: f"a dry puck; {of_house('pucks', device)}", house.PATIENCE_S)
    until(lambda: of_house("pucks", device)["wet"], lambda: f"a wet puck; {of_house('pucks', device)}", house.PATIENCE_S)
    until(lambda: [alert for _, alert in BROKER.alerts(device)[before:] if alert["event_type"] in ("raised", "reopened")],
          "an alert in MQTT", house.PATIENCE_S)
    process.terminate()


def a_simulated_puck_gets_wet():
    house.start()  # without a receiver to look for
    house.is_ready()
    gets_wet(PUCK)


def a_simulated_puck_that_encrypts_gets_wet():
    gets_wet(SEALED_PUCK, "--bind-key-file", KEY_FILE)


def a_simulated_meter_counts():
    before = of_house("sensors", METER)["lifetime"]
    process = simulate("meter", METER, "--flow", "30", "--total", "1250")
    # What it has at first is above what the register said before.
    until(lambda: of_house("sensors", METER)["lifetime"] > before + 5, lambda: f"more water than {before} l; "
          f"{of_house('sensors', METER)}", house.PATIENCE_S)
    process.terminate()
    return f"{of_house('sensors', METER)['lifetime'] - before:.1f} l"


CLAIMS = [a_simulated_puck_gets_wet, a_simulated_puck_that_encrypts_gets_wet, a_simulated_meter_counts]
