"""A running daemon against its own description at /api/openapi.json: every operation, and what it says it may answer."""
import csv
import re

import pytest

import harness
from channel_servers import HttpServer, ntfy_check
from harness import BRIDGE, SENSOR, ask, free_port, make_token, until, with_token
from jsonschema import Draft202012Validator
from openapi_contract import Contract, described_contents, examples, load

UNKNOWN = "0000000000000000"
PUCK, FILES_PUCK = "A4:C1:38:00:11:22", "A4:C1:38:00:11:33"  # the second is named by the config file
PHONE = "tk-of-the-phone"
RANGE = "from=2026-03-02T00:00:00Z&to=2026-03-03T00:00:00Z"
# These tell the time, or count the very answer they give, so no two answers are the same.
NEVER_THE_SAME = {"getMetrics", "getStatus", "getSetup", "getDevices", "getAlarms"}
# What is named in the document and not asked for here, with the reason. Any 503 needs a store that fails, or a server
# that is full.
MANY = "needs more entries than a test should make; meter_readings_test.cpp and habits_test.cpp make them"
FORGOTTEN = "an alarm that is over takes it too; only one that 4,096 newer ones pushed out does not"
OUT_OF_REACH = {
    ("addMeterReading", "409"): MANY,
    ("addHabit", "409"): MANY,
    ("noteAlarm", "409"): FORGOTTEN,
    ("dismissAlarm", "409"): FORGOTTEN,
    ("rebuildArchive", "409"): "a rebuild of so little may be over before a second is asked for; control_routes_test.cpp has it",
    ("setCloudMode", "409"): "control_routes_test.cpp has it",
    ("getStream", "200"): "its events are read by test_stream.py",
    ("getBackup", "409"): "test_backup.py has it",
    ("changeSettings", "409"): "it needs two at the same moment; run_time_settings_test.cpp has it",
    **{(name, "304"): "no two answers are the same" for name in NEVER_THE_SAME},
}
LENIENT = {"getLiveness", "getReadiness", "getMetrics"}  # parameters are ignored, as the document says


class House:
    """A daemon that lets nobody in without a token, with past water, water that runs, an alarm and sealed messages."""

    def __init__(self, started, http_port):
        self.daemon = started.daemon(http_port=http_port, config=self.config(started, http_port))
        self.tokens = {scope: make_token(self.daemon, scope, scope) for scope in ("read", "control", "admin")}
        text = self.ask("GET", "/api/openapi.json").body
        self.contract = Contract(load(text))
        self.sealed = self.contract.request_examples(self.contract.by_name["addKey"])[0]
        self.alarm, self.habit, self.calibration, self.use = 1, 1, 1, "1-1"

    def config(self, started, http_port):
        self.phone = HttpServer(ntfy_check(PHONE))
        started.stack.callback(self.phone.close)
        (started.folder / "token").write_text(PHONE)
        return f"""
site: {{time_zone: UTC}}
http: {{loopback_needs_token: true, max_connections_per_address: 8}}
bluetooth: {{devices: [{{address: "{FILES_PUCK}", name: Boiler}}]}}
notify:
  public_url: http://127.0.0.1:{http_port}
  channels:
  - {{name: phone, type: ntfy, url: "{self.phone.url}", topic: water, token_file: token, least: warning}}
  - {{name: dead, type: ntfy, url: "http://127.0.0.1:{free_port()}", topic: water, least: critical}}
"""

    def ask(self, method, path, document=None, token="admin", **headers):
        shown = with_token(self.tokens[token]) if token else {}
        if method in ("POST", "PUT") and document is None:
            headers = {"Content-Type": "application/json", "Content-Length": "0"} | headers
        return ask(self.daemon.http_port, path, method, document=document, **shown, **headers)

    def call(self, method, path, status, document=None, **options):
        """One request whose answer must be this, and as described."""
        answer = self.ask(method, path, document, **options)
        assert answer.status == status, f"{method} {path}: {answer.status} {answer.body[:500]}"
        self.contract.check(method, path, answer)
        return answer

    def path(self, operation):
        number = self.habit if "habits" in operation.path else self.calibration
        named = self.use if "uses" in operation.path else self.alarm
        return operation.path.format(uuid=SENSOR, id=named, name="phone", bridge=BRIDGE, number=number,
                                     time="2026-03-02T05:00:00Z", address=PUCK)

    def pour(self, started):
        past = started.bridge(self.daemon.bridge_port, "--speed", 2000, "--duration", 3 * 3600)
        key = started.folder / "sealed.key"
        key.write_text(self.sealed["key"] + "\n")
        sealed = started.keep(harness.Process(
            [harness.BINARY, "simulate", "--port", str(self.daemon.bridge_port), "--bridge", self.sealed["bridge"],
             "--sensor", "00C0FFEE00C0FFE0", "--key-file", str(key), "--start", harness.MORNING, "--speed", "2000",
             "--duration", str(3 * 3600)], started.folder / "sealed.log"))
        until(lambda: not past.running() and not sealed.running(), "the past hours", 120)
        self.use = self.ask("GET", f"/api/v1/sensors/{SENSOR}/uses?{RANGE}").json()["items"][0]["id"]
        self.call("PUT", "/api/v1/mode", 200, {"mode": "away"})
        started.water(self.daemon.bridge_port)
        self.alarm = until(lambda: self.ask("GET", "/api/v1/alarms").json()["items"], "the alarm", 90)[0]["id"]


@pytest.fixture
def house(started):
    return House(started, free_port())


def ask_everything(house):
    for operation in house.contract.operations.values():
        if operation.method != "GET" or operation.name == "getStream":
            continue
        house.call("GET", house.path(operation), 200)
    water = f"/api/v1/sensors/{SENSOR}"
    for rest in ("readings", "uses"):
        first = house.call("GET", f"{water}/{rest}?{RANGE}&limit=2&unit=gal", 200).json()
        assert first["items"] and first["next_cursor"], rest
        cursor = first["next_cursor"].replace("+", "%2B")
        second = house.call("GET", f"{water}/{rest}?{RANGE}&limit=2&cursor={cursor}", 200).json()
        assert second["items"][0] not in first["items"]
    for rest in ("usage", "readings", "uses", "gaps"):
        as_csv = house.call("GET", f"{water}/{rest}?{RANGE}&format=csv&unit=gal", 200)
        rows = list(csv.DictReader(as_csv.body.splitlines()))
        as_json = house.call("GET", f"{water}/{rest}?{RANGE}&unit=gal", 200).json()
        assert as_csv.headers["Content-Type"].startswith("text/csv") and len(rows) == len(as_json["items"]), rest
        volume = "recovered_volume" if rest == "gaps" else "volume"
        assert [float(row[volume + "_gal"]) for row in rows] == [item[volume] for item in as_json["items"]]
    pages, path = [], f"{water}/readings?{RANGE}&format=csv&limit=100"
    while path:
        page = house.call("GET", path, 200)
        pages += page.body.splitlines()[1:]
        link = page.headers["Link"]
        path = link and f"{water}/readings" + re.fullmatch(r'<(.+)>; rel="next"', link)[1]
    whole = house.call("GET", f"{water}/readings?{RANGE}&format=csv&limit=5000", 200).body.splitlines()[1:]
    assert len(whole) > 200 and pages == whole
    assert "previous_volume" in house.call("GET", f"{water}/usage?{RANGE}&compare=previous&bucket=day", 200).json()
    split = house.call("GET", f"{water}/usage?{RANGE}&split=category", 200).json()
    assert abs(sum(split["categories"].values()) - split["volume"]) < 0.01 < split["volume"]
    path, seen = f"/api/v1/frames?bridge={BRIDGE}&limit=500&to=2026-03-03T00:00:00Z", []
    past = path
    while past:
        page = house.call("GET", past, 200).json()
        seen += [frame["id"] for frame in page["items"]]
        past = page["next_cursor"] and f"{path}&cursor={page['next_cursor']}"
    archived = house.daemon.query("SELECT id FROM frames WHERE bridge = ? AND received_ms < ? ORDER BY id DESC", BRIDGE,
                                1_772_496_000_000)
    assert seen == [row[0] for row in archived]
    house.call("GET", "/api/v1/sensors/00C0FFEE00C0FFE0/estimates", 200)
    house.call("GET", "/api/v1/alarms?state=all&limit=1", 200)
    metrics = house.call("GET", "/metrics", 200, Accept="application/openmetrics-text")
    assert metrics.headers["Content-Type"].startswith("application/openmetrics-text")


def send_every_example(house):
    """In the order of the document, each is accepted."""
    house.call("POST", f"/api/v1/sensors/{SENSOR}/meter-readings", 201,
               {"time": "2026-03-02T09:00:00Z", "volume": 1234.8, "unit": "m3"})
    order = sorted(house.contract.operations.values(), key=lambda each: "calibration" in each.path)
    for operation in order:
        for example in house.contract.request_examples(operation):
            if operation.name == "logIn":
                example = {"token": house.tokens["read"]}  # the document's is made up
            if operation.name == "restart":  # last of all, below
                continue
            if operation.name == "rebuildArchive":  # the new key has begun one
                until(lambda: house.ask("GET", "/api/v1/archive").json()["rebuild"] is None, "the key's rebuild")
            answer = house.ask(operation.method, house.path(operation), example)
            assert answer.status in (200, 201, 202, 204), f"{operation} {example}: {answer.status} {answer.body}"
            house.contract.check(operation.method, house.path(operation), answer)
            if operation.name == "addHabit":
                house.habit = answer.json()["number"]
    number = {"method": "entered", "volume_per_peak_ml": 33, "dry_run": True}
    house.call("POST", f"/api/v1/sensors/{SENSOR}/calibration", 200, number)


def be_refused(house):
    """400, 404, 409 and the others, where the document names them."""
    for operation in house.contract.operations.values():
        path, responses = house.path(operation), operation.described["responses"]
        if operation.name not in LENIENT and "requestBody" not in operation.described:
            wrong = house.call(operation.method, path + "?no_such=1", 400).json()
            assert wrong["errors"][0]["parameter"] == "no_such"
        elif "requestBody" in operation.described:
            assert house.call(operation.method, path, 400, {"no_such": 1}).json()["errors"]
            wrong = house.call(operation.method, path + "?no_such=1", 400, {}).json()
            assert wrong["errors"][0]["parameter"] == "no_such"
        if "404" in responses:
            unknown = operation.path.format(uuid=UNKNOWN, id=999_999, name="nobody", bridge=UNKNOWN, number=1, time="x",
                                            address="x")
            example = (house.contract.request_examples(operation) or [None])[0]
            house.call(operation.method, unknown, 404, example)
    water = f"/api/v1/sensors/{SENSOR}"
    dry = {"method": "drawn", "started": "2001-01-01T00:00:00Z", "stopped": "2001-01-02T00:00:00Z", "volume": 9,
           "unit": "L"}
    house.call("POST", water + "/calibration", 409, dry)
    first = house.ask("GET", water + "/calibration").json()["history"][0]["number"]  # counted over all sensors
    house.call("DELETE", f"{water}/calibration/{first}", 200)
    house.call("DELETE", f"{water}/calibration/{first}", 409)
    house.call("POST", water + "/meter-readings", 200, {"time": "2026-03-02T05:00:00Z", "volume": 1, "unit": "m3"})
    house.call("DELETE", water + "/meter-readings/2026-03-02T05:00:00Z", 204)
    of_the_file = f"/api/v1/bluetooth/devices/{FILES_PUCK}"
    house.call("PUT", of_the_file, 409, {"role": "meter", "name": "Boiler"})
    house.call("DELETE", of_the_file, 409)
    house.call("DELETE", f"/api/v1/bluetooth/devices/{PUCK}", 200)
    house.call("POST", "/api/v1/channels/dead/test", 502, {})
    house.call("POST", "/api/v1/keys", 422, {"key": "00" * 32})  # the default key is a file
    house.call("POST", "/api/v1/session", 401, {"token": "millrace_" + "0" * 48}, token=None)
    house.call("DELETE", "/api/v1/session", 204)
    house.call("DELETE", "/api/v1/archive/hold", 204)
    house.call("POST", f"/api/v1/alarms/{house.alarm}/acknowledge", 409, {})
    house.call("POST", f"/api/v1/alarms/{house.alarm}/snooze", 409, {"minutes": 5})
    number = house.call("POST", water + "/habits", 201, {"start": "01:00", "length_minutes": 5}).json()["number"]
    house.call("DELETE", f"{water}/habits/{number}", 200)


def start_anew(house):
    house.call("POST", "/api/v1/restart", 202, {})
    until(lambda: "restarting" in house.daemon.log() and house.daemon.log().count("millrace 0") == 2, "the second start")
    house.daemon.wait_ready()
    house.call("POST", "/api/v1/restart", 409, {})  # it has only just started


def not_changed(house):
    for operation in house.contract.operations.values():
        if "304" not in operation.described["responses"] or operation.name in NEVER_THE_SAME:
            continue
        path = house.path(operation)
        if "from" in house.contract.parameters(operation, "query"):
            path += "?" + RANGE

        def same():
            tag = house.call("GET", path, 200).headers["ETag"]
            return house.ask("GET", path, If_None_Match=tag).status == 304

        until(same, f"304 of {path}")
        house.contract.seen.add((operation.name, "304"))


def test_every_answer_is_as_the_document_says(started, house):
    house.pour(started)
    ask_everything(house)
    not_changed(house)
    button = until(house.phone.bodies, "the notice")[0]["actions"][0]["url"]
    house.call("POST", button[button.index("/api/"):], 200, {"by": "phone"}, token=None)  # by its code alone
    send_every_example(house)
    be_refused(house)
    start_anew(house)
    left = house.contract.unseen()
    beyond = {each for each in left if each not in OUT_OF_REACH and each[1] != "503"}
    assert not beyond, sorted(beyond)


def test_who_may_ask_is_as_the_document_says(house):
    lesser = {"read": None, "control": "read", "admin": "control"}
    for operation in house.contract.operations.values():
        path = house.path(operation)
        if operation.scope != "open":
            stranger = house.ask(operation.method, path, token=None)
            assert stranger.status == 401 and stranger.headers["WWW-Authenticate"], operation
            house.contract.check(operation.method, path, stranger)
            if lesser[operation.scope]:
                refused = house.ask(operation.method, path, token=lesser[operation.scope])
                assert refused.status == 403, operation
                house.contract.check(operation.method, path, refused)
        if operation.method in ("POST", "PUT"):
            plain = house.ask(operation.method, path, {}, Content_Type="text/plain")
            assert plain.status == 415, operation
            house.contract.check(operation.method, path, plain)


def test_each_address_names_the_methods_it_has(house):
    by_path = {}
    for operation in house.contract.operations.values():
        by_path.setdefault(house.path(operation), set()).add(operation.method)
    for path, methods in by_path.items():
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - methods:
            answer = house.ask(method, path)
            assert answer.status == 405 and answer.json()["status"] == 405, (method, path)
            assert set(answer.headers["Allow"].split(", ")) - {"HEAD", "OPTIONS"} == methods, (method, path)


def test_the_document_keeps_its_own_rules(house):
    contract = house.contract
    document = contract.document
    assert document["openapi"].startswith("3.1.") and document["info"]["version"] == "1.0"
    for name, schema in document["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        if "properties" in schema:
            assert schema["additionalProperties"] is False, name
            assert set(schema.get("required", [])) <= set(schema["properties"]), name
    tags = {tag["name"] for tag in document["tags"]}
    for operation in contract.operations.values():
        described = operation.described
        assert described["summary"] and set(described["tags"]) <= tags, operation
        assert "default" in described["responses"], operation
        assert "requestBody" in described or operation.method in ("GET", "DELETE"), operation
        for parameter in described.get("parameters", []):
            known = contract.resolved(parameter)
            assert known["description"] and known["schema"], operation
            Draft202012Validator.check_schema(known["schema"])
    for where, kind, content in described_contents(contract):
        for example in examples(content):
            assert not contract.problems(content["schema"], example), f"{where} {kind}"
