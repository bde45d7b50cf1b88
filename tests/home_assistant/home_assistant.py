"""A Home Assistant of our own: started, set up as its first user would, asked over its API, and ended."""
import json
import os
import pathlib
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request

from harness import Process, free_port, until

ROOT = pathlib.Path(os.environ.get("MILLRACE_HOME_ASSISTANT_ROOT", "/var/tmp/millrace-home-assistant"))
HERE = pathlib.Path(__file__).parent
BLUEPRINTS = HERE.parents[1] / "packaging" / "homeassistant" / "blueprints"

CONFIGURATION = """
homeassistant:
  name: Home
  unit_system: us_customary
  time_zone: America/Denver
  country: US
http:
  server_host: 127.0.0.1
  server_port: {port}
api:
config:
recorder:
notify:
logger:
  default: warning
automation: !include automations.yaml
"""


class HomeAssistant:
    """`folder` names its configuration, inside the Debian 13 folder. It starts with start()."""

    def __init__(self, folder):
        self.inside = pathlib.PurePosixPath("/tmp") / folder.name
        self.config = ROOT / "tmp" / folder.name
        shutil.rmtree(self.config, ignore_errors=True)
        self.config.mkdir(parents=True)
        self.log_path = folder / "home_assistant.log"
        self.port = free_port()
        (self.config / "configuration.yaml").write_text(CONFIGURATION.format(port=self.port))
        (self.config / "automations.yaml").write_text("[]\n")
        shutil.copytree(BLUEPRINTS, self.config / "blueprints")
        shutil.copy(HERE / "ask.py", self.config)
        self.process = None
        self.token = None

    def start(self):
        self.process = Process([HERE / "inside", ROOT, "hass", "-c", self.inside], self.log_path)
        until(lambda: self.process.running() and self.answers(), lambda: f"Home Assistant: {self.process.log()}", 300, 0.5)
        if self.token is None:
            self.token = self.first_user()
        until(lambda: self.call("/api/config")["state"] == "RUNNING", "Home Assistant to run", 120, 0.5)

    def stop(self):
        if self.process:
            self.process.stop(60)

    def end(self):
        if self.process:
            self.process.kill()
        shutil.rmtree(self.config, ignore_errors=True)

    def answers(self):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/manifest.json", timeout=5)
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def first_user(self):
        client = f"http://127.0.0.1:{self.port}/"
        made = self.call("/api/onboarding/users", {"name": "Owner", "username": "owner", "password": "only for this test",
                                                   "client_id": client, "language": "en"})
        form = urllib.parse.urlencode({"grant_type": "authorization_code", "code": made["auth_code"], "client_id": client})
        with urllib.request.urlopen(client + "auth/token", form.encode(), timeout=30) as answer:
            return json.load(answer)["access_token"]

    def call(self, path, document=None):
        """GET, or POST with a document."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}")
        if self.token:
            request.add_header("Authorization", "Bearer " + self.token)
        if document is not None:
            request.data = json.dumps(document).encode()
            request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def ask(self, kind, **members):
        """The result of one command over its WebSocket."""
        lines = self.token + "\n" + json.dumps({"type": kind, **members}) + "\n"
        done = subprocess.run([HERE / "inside", ROOT, "/srv/ha/bin/python", self.inside / "ask.py",
                               f"ws://127.0.0.1:{self.port}/api/websocket"],
                              input=lines, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        answer = json.loads(done.stdout.splitlines()[-1])
        assert answer.get("success"), answer
        return answer["result"]

    def add_broker(self, broker):
        flow = self.call("/api/config/config_entries/flow", {"handler": "mqtt"})
        result = self.call(f"/api/config/config_entries/flow/{flow['flow_id']}",
                           {"broker": "127.0.0.1", "port": broker.port})
        assert result["type"] == "create_entry", result

    def state(self, entity):
        """Its state as text; nothing when there is none."""
        try:
            return self.call(f"/api/states/{entity}")["state"]
        except urllib.error.HTTPError:
            return None

    def entities(self):
        """Those that MQTT has, by unique id."""
        return {e["unique_id"]: e for e in self.ask("config/entity_registry/list") if e["platform"] == "mqtt"}

    def complaints(self):
        """What it logged of us, of MQTT, or of automations."""
        about = ("mqtt", "millrace", "automation", "blueprint", "recorder", "statistic")
        return [line for line in self.process.log().splitlines()
                if (" WARNING " in line or " ERROR " in line) and any(word in line.lower() for word in about)]
