#!/usr/bin/env python3
"""Fails when a GitHub workflow is no YAML of the known form, calls a script of ours that is not there, takes an action that is
pinned to no major version, or may do more than it says why. It cannot show that GitHub would run it: nothing here can.

Each run first proves on made-up workflows that a fault is found."""
import pathlib
import re
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
PINNED = re.compile(r"[\w.-]+/[\w./-]+@v\d+")
OURS = re.compile(r"(?<![\w./-])(\./dev \w+|(?:packaging|tests|\.ci)/[\w./-]+)")
MAY_WRITE = {"contents", "packages"}  # a release, an image; in a job of its own


def is_there(script: str) -> bool:
    if script.startswith("./dev "):
        return re.search(rf"^    (\w+ \| )*{script[6:]}( \| \w+)*\)", (ROOT / "dev").read_text(), re.M) is not None
    return (ROOT / script).is_file() and bool((ROOT / script).stat().st_mode & 0o100)


def faults(text: str) -> list[str]:
    try:
        workflow = yaml.safe_load(text)
    except yaml.YAMLError as error:
        return [f"no YAML: {error}"]
    if not isinstance(workflow, dict):
        return ["no workflow"]
    found = []
    # YAML 1.1 reads the key `on` as true.
    triggers = workflow.get(True, workflow.get("on"))
    if not triggers or "pull_request_target" in triggers:
        found.append("starts never, or with a stranger's code and our rights")
    if workflow.get("permissions") != {"contents": "read"}:
        found.append("may do more than read by default")
    if not workflow.get("jobs"):
        found.append("has no jobs")
    for name, job in (workflow.get("jobs") or {}).items():
        if "runs-on" not in job or not job.get("steps"):
            found.append(f"{name}: runs nowhere, or nothing")
        for what, right in job.get("permissions", {}).items():
            if right != "read" and (right, what in MAY_WRITE) != ("write", True):
                found.append(f"{name}: may {right} {what}")
        for other in [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", []):
            if other not in workflow["jobs"]:
                found.append(f"{name}: needs {other}, which is no job")
        for step in job.get("steps", []):
            if ("uses" in step) == ("run" in step):
                found.append(f"{name}: a step either uses or runs something")
            if "uses" in step and not PINNED.fullmatch(step["uses"]):
                found.append(f"{name}: {step['uses']} is not pinned")
            if "${{" in step.get("run", ""):
                found.append(f"{name}: a value becomes part of a script; hand it over in the environment")
            for script in OURS.findall(step.get("run", "")):
                if not is_there(script):
                    found.append(f"{name}: there is no {script}")
    return found


GOOD = """
on: {push: {branches: [main]}}
permissions: {contents: read}
jobs: {check: {runs-on: here, steps: [{uses: actions/checkout@v4}, {run: ./dev test}, {run: .ci/run}]}}
"""
WRONG = [("@v4", "@main"), ("./dev test", "./dev tset"), (".ci/run", ".ci/rnu"), (".ci/run", "echo ${{ github.ref }}"),
         ("permissions: {contents: read}", "permissions: write-all"), ("{push: {branches: [main]}}", "[pull_request_target]"),
         ("runs-on: here", "runs-on: here, needs: gone"), ("runs-on: here", "runs-on: here, permissions: {actions: write}"),
         ("on: {", "on: {{")]


def main() -> int:
    assert faults(GOOD) == []
    for right, wrong in WRONG:
        assert faults(GOOD.replace(right, wrong, 1)), wrong
    files = sorted((ROOT / ".github/workflows").glob("*.y*ml"))
    found = [f"{path.relative_to(ROOT)}: {fault}" for path in files for fault in faults(path.read_text())]
    print("\n".join(found) if found else f"{len(files)} workflows keep the rules; whether GitHub runs them is not known")
    return 1 if found or not files else 0


if __name__ == "__main__":
    sys.exit(main())
