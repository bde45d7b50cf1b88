"""What is fuzzed: a daemon that lets nobody in without a token, with past water, an alarm, a sealed bridge and two
channels."""
import http.cookies

from channel_servers import HttpServer, ntfy_check
from harness import BINARY, MORNING, SENSOR, Process, ask, free_port, make_token, until, with_token

PHONE = "tk-of-the-phone"
SEALED_BRIDGE, SEALED_SENSOR, SEALED_KEY = "00C0FFEE00C0FFEE", "00C0FFEE00C0FFE0", "0c" * 32  # made up
# Nothing leaves this machine, whatever mode is asked for: the cloud is a port of it where nobody listens.
CONFIG = """
site: {{time_zone: America/Denver}}
http: {{loopback_needs_token: true}}
bridge: {{mode: local}}
cloud: {{host: "127.0.0.1:{nobody}", name_servers: [127.0.0.1]}}
notify:
  channels:
  - {{name: phone, type: ntfy, url: "{phone}", topic: water, token_file: phone.token, least: warning}}
  - {{name: dead, type: ntfy, url: "http://127.0.0.1:{nobody}", topic: water, least: critical}}
"""


class House:
    def __init__(self, started):
        phone = HttpServer(ntfy_check(PHONE))
        started.stack.callback(phone.close)
        (started.folder / "phone.token").write_text(PHONE)
        self.daemon = started.daemon(config=CONFIG.format(nobody=free_port(), phone=phone.url))
        self.address = f"http://127.0.0.1:{self.daemon.http_port}"
        self.token = make_token(self.daemon, "fuzzer", "admin")
        self.session = self.log_in()
        self.pour(started)

    def ask(self, method, path, document=None):
        answer = ask(self.daemon.http_port, path, method, document=document, **with_token(self.token))
        assert answer.status < 300, f"{method} {path}: {answer.status} {answer.body}"
        return answer.json()

    def log_in(self):
        """A session instead of the token itself, because after ten wrong tokens an address has to wait with right ones
        too, and a fuzzer shows more wrong ones than that."""
        answer = ask(self.daemon.http_port, "/api/v1/session", "POST", document={"token": self.token})
        assert answer.status == 200, answer.body
        return http.cookies.SimpleCookie(answer.headers["Set-Cookie"])["millrace_session"].value

    def pour(self, started):
        day = ["--speed", "20000", "--duration", str(24 * 3600)]
        key = started.folder / "sealed.key"
        key.write_text(SEALED_KEY)
        sealed = [BINARY, "simulate", "--port", str(self.daemon.bridge_port), "--bridge", SEALED_BRIDGE,
                  "--sensor", SEALED_SENSOR, "--key-file", str(key), "--start", MORNING, *day]
        bridges = [started.bridge(self.daemon.bridge_port, *day),
                   started.keep(Process(sealed, started.folder / "sealed.log"))]
        until(lambda: not any(bridge.running() for bridge in bridges), "the day to be told", 120)
        past = "from=2026-03-02T00:00:00Z&to=2026-03-03T00:00:00Z"
        self.use = self.ask("GET", f"/api/v1/sensors/{SENSOR}/uses?{past}")["items"][0]["id"]
        self.ask("PUT", "/api/v1/mode", {"mode": "away"})
        started.water(self.daemon.bridge_port)
        until(lambda: self.ask("GET", "/api/v1/alarms")["items"], "the alarm", 90)
        self.ask("POST", f"/api/v1/sensors/{SENSOR}/habits", {"start": "01:00", "length_minutes": 5})
        self.ask("POST", f"/api/v1/sensors/{SENSOR}/meter-readings",
                 {"time": "2026-03-02T06:00:00Z", "volume": 1234.5, "unit": "m3"})
        self.ask("POST", f"/api/v1/sensors/{SENSOR}/calibration", {"method": "entered", "volume_per_peak_ml": 33})
