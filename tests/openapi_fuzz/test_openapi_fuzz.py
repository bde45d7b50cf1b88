"""A running daemon under schemathesis, which makes up requests from the document that it serves: no answer tells of a
fault of the program, and each is as the document says. schemathesis.toml and hooks.py say what is checked."""
import collections
import json
import os
import pathlib
import subprocess

from house import House

HERE = pathlib.Path(__file__).parent
SCHEMATHESIS = os.environ["MILLRACE_SCHEMATHESIS"]
SEED = os.environ["MILLRACE_FUZZ_SEED"]
EXAMPLES = os.environ["MILLRACE_FUZZ_EXAMPLES"]
LONGEST_S = 900  # several times what it takes; only what hangs reaches it
# Asked for before all else, because the other operations soon leave them nothing to do.
FIRST = ["snoozeAlarm", "undoCalibration"]
# No fuzzer guesses a token, a house with a dead channel is not ready, and restart is left out in schemathesis.toml.
NEVER_DONE = {"logIn", "getReadiness", "restart"}


def document_of(house):
    """As served, less what does not hold in this house: that this machine needs no token, and that the fuzzer has one
    to show. So schemathesis can check that who shows no session, or another one, is refused."""
    document = house.ask("GET", "/api/openapi.json")
    for item in document["paths"].values():
        for operation in item.values():
            operation["security"] = [way for way in operation["security"] if "session" in way]
    return document


def fuzz(house, folder, *options):
    """Ends with no finding; how often each operation answered with each status."""
    document, answers = folder / "openapi.json", folder / "answers.json"
    document.write_text(json.dumps(document_of(house)))
    environment = os.environ | {"MILLRACE_SESSION": house.session, "MILLRACE_ANSWERS": str(answers),
                                "MILLRACE_USE": house.use,
                                "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(HERE)}
    command = [SCHEMATHESIS, "--no-color", "--config-file", HERE / "schemathesis.toml", "run", document,
               "--url", house.address, "--seed", SEED, "--max-examples", EXAMPLES,
               "--generation-database", "none", *options]
    # In the test's folder, because it leaves files where it is started.
    fuzzed = subprocess.run([str(part) for part in command], cwd=folder, env=environment, timeout=LONGEST_S)
    assert house.daemon.running(), house.daemon.log()[-2000:]
    assert fuzzed.returncode == 0, "above stands each request that went wrong, as a curl command to repeat it"
    return json.loads(answers.read_text())


def never_done(house, *runs):
    """Operations of which no request succeeded, so that little of them was fuzzed."""
    paths = document_of(house)["paths"].values()
    operations = {operation["operationId"] for item in paths for operation in item.values()}
    done = {name for answers in runs for name, statuses in answers.items() if any(s.startswith("2") for s in statuses)}
    return sorted(operations - done - NEVER_DONE)


def test_no_request_meets_a_fault_or_an_answer_that_is_not_described(started):
    house = House(started)
    print(f"\nseed {SEED}, {EXAMPLES} examples of each operation", flush=True)
    first = fuzz(house, started.folder, "--phases", "fuzzing", *(f"--include-operation-id={name}" for name in FIRST))
    every = fuzz(house, started.folder)
    statuses = sum((collections.Counter(answers) for answers in every.values()), collections.Counter())
    print(f"\n{len(every)} operations answered", ", ".join(f"{n} times {s}" for s, n in sorted(statuses.items())))
    assert not never_done(house, first, every), "these were never asked for with success"
    assert house.daemon.http("/healthz")[0] == 200
    assert " error " not in house.daemon.log()
    assert house.daemon.stop() == 0
