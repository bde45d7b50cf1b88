"""A TypeScript client, its types generated from the document that the daemon serves, reads a day of water.

The client is tests/typescript. It is installed, generated and compiled in a folder of the test's own."""
import json
import os
import pathlib
import re
import shutil
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import npm  # noqa: E402
from harness import BRIDGE, MORNING, SENSOR, until

CLIENT = pathlib.Path(__file__).resolve().parents[1] / "typescript"
EVENING = "2026-03-03T06:00:00Z"
PAGE_SIZE = 70
# What they are when nothing is known, which is how a generator that fails silently would leave them.
NO_TYPES = "export type paths = any;\nexport type components = any;\n"


def lacking(what):
    """Skips for somebody who cannot have it; where CI runs it can be had, so there it is a failure."""
    if os.environ.get("CI"):
        pytest.fail(f"the TypeScript client: {what}")
    pytest.skip(f"the TypeScript client: {what}")


class Client:
    def __init__(self, folder):
        self.folder = folder
        shutil.copytree(CLIENT, folder, ignore=shutil.ignore_patterns("node_modules", "build", "api.d.ts"))

    def run(self, *command):
        return npm.run(self.folder, *command)

    def succeed(self, *command):
        done = self.run(*command)
        assert done.returncode == 0, f"{' '.join(map(str, command))}:\n{done.stdout}"
        return done.stdout


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    client = Client(tmp_path_factory.mktemp("typescript") / "client")
    try:
        npm.install(client.folder)
    except npm.Lacking as why:
        lacking(why)
    return client


def as_told_by_the_api(daemon):
    """What the client is to print, asked for in other ways: in one page each."""
    def get(path):
        status, answer = daemon.http(path)
        assert status == 200, f"{path}: {status} {answer}"
        return answer

    water, day = f"/api/v1/sensors/{SENSOR}", f"from={MORNING}&to={EVENING}"
    status, devices = get("/api/v1/status"), get("/api/v1/devices?unit=gal")
    readings = get(f"{water}/readings?{day}&limit=5000")["items"]
    usage = get(f"{water}/usage?{day}&bucket=hour")
    uses = get(f"{water}/uses?{day}&limit=2000")["items"]
    assert len(readings) > 3 * PAGE_SIZE and usage["peaks"] > 1000 and len(usage["items"]) == 24 and len(uses) > 10
    return {
        "status": {"name": "millrace", "mode": "local", "unit": status["unit"], "sensors": 1},
        "devices": {"flow_unit": "gal/min", "bridges": [BRIDGE],
                    "sensors": [{"uuid": SENSOR, "lifetime": devices["sensors"][0]["lifetime"]}]},
        "readings": {"pages": -(-len(readings) // PAGE_SIZE), "peaks": usage["peaks"],
                     "times": [reading["time"] for reading in readings]},
        "usage": {"peaks": usage["peaks"], "hours": [hour["volume"] for hour in usage["items"]]},
        "uses": {"pages": -(-len(uses) // PAGE_SIZE), "volumes": [use["volume"] for use in uses]},
        "refused": {"status": 400, "title": "Bad Request",
                    "parameters": {"limit": daemon.http(f"{water}/readings?limit=0")[1]["errors"][0]["detail"]}},
        "unknown": {"status": 404, "parameters": {}},
    }


def test_a_client_generated_from_the_document_reads_a_day(started, client):
    daemon = started.daemon(config="site: {time_zone: UTC}\n")
    bridge = started.bridge(daemon.bridge_port, "--speed", 20_000, "--duration", 24 * 3600)
    until(lambda: not bridge.running(), "the day to be told", 120)
    address = f"http://127.0.0.1:{daemon.http_port}"
    client.succeed("npm", "run", "generate", "--", f"{address}/api/openapi.json")
    client.succeed("npm", "run", "compile")
    told = client.succeed("node", "build/day.js", address, SENSOR, MORNING, EVENING, PAGE_SIZE)
    assert json.loads(told) == as_told_by_the_api(daemon)


def test_it_does_not_compile_with_types_that_know_nothing(client):
    """So that the test above says something: src/misuse.ts marks mistakes that types have to find."""
    (client.folder / "src/api.d.ts").write_text(NO_TYPES)
    compiled = client.run("npm", "run", "compile")
    marks = (client.folder / "src/misuse.ts").read_text().count("// @ts-expect-error ")
    in_vain = re.findall(r"^src/misuse\.ts\(\d+,\d+\): error TS2578", compiled.stdout, re.MULTILINE)
    # Not all of them: of a few of these lines openapi-fetch complains even then.
    assert compiled.returncode != 0 and len(in_vain) > marks / 2 > 5, compiled.stdout
