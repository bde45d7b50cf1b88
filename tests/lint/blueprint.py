#!/usr/bin/env python3
"""Fails when the blueprint asks for what our documents do not have, or is none by Home Assistant's rules.

It names events, attributes and entities of ours in templates that nothing else checks. Each run first proves that a
wrong blueprint is found.
"""
import json
import pathlib
import re
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
BLUEPRINT = ROOT / "packaging/homeassistant/blueprints/automation/millrace/leak_alert.yaml"
PUBLISH = ROOT / "daemon/publish"
DOCUMENT = ROOT / "tests/fixtures/discovery/sensor-litres.json"


class Input(str):
    """What `!input NAME` stands for."""


class Loader(yaml.SafeLoader):
    pass


Loader.add_constructor("!input", lambda loader, node: Input(node.value))


def walk(node):
    yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else []:
        yield from walk(child)


def complaints_about(text: str) -> list[str]:
    found = []
    document = yaml.load(text, Loader)
    blueprint = document.get("blueprint", {})
    inputs = blueprint.get("input", {})
    if blueprint.get("domain") != "automation" or not blueprint.get("name"):
        found.append("a blueprint needs a name and the domain automation")
    used = {str(node) for node in walk({k: v for k, v in document.items() if k != "blueprint"}) if isinstance(node, Input)}
    found += [f"the input {name} is not declared" for name in sorted(used - set(inputs))]
    found += [f"the input {name} is never used" for name in sorted(set(inputs) - used)]
    for key in ("triggers", "actions"):
        if not isinstance(document.get(key), list) or not document[key]:
            found.append(f"there are no {key}")

    components = json.loads(DOCUMENT.read_text())["payload"]["components"]
    kinds = set(components["alert"]["event_types"])
    templates = " ".join(node for node in walk(document) if isinstance(node, str))
    for words in re.findall(r"kind (?:in \[([^\]]*)\]|== ('[a-z_]+'))", templates):
        for kind in re.findall(r"'([a-z_]+)'", "".join(words)):
            if kind not in kinds:
                found.append(f"there is no alert of the kind {kind}")
    source = (PUBLISH / "alarms.cpp").read_text()
    for name in sorted(set(re.findall(r"attributes\.([a-z_]+)|state_attr\(alert, '([a-z_]+)'\)", templates))):
        name = "".join(name)
        if f'"{name}"' not in source:
            found.append(f"alerts have no attribute {name}")
    for key in ("acknowledge", "snooze"):
        named = re.search(r'"([^"]+)"', inputs.get(key, {}).get("description", ""))
        if not named or named[1] not in {component["name"] for component in components.values()}:
            found.append(f"the input {key} does not name the button as it is called")
    return found


def main() -> int:
    text = BLUEPRINT.read_text()
    wrong = text.replace("'escalated'", "'exploded'").replace("!input snooze", "!input doze").replace(
        "attributes.sentence", "attributes.poem")
    expected = ["the input doze is not declared", "the input snooze is never used",
                "there is no alert of the kind exploded", "alerts have no attribute poem"]
    if complaints_about(wrong) != expected:
        print("this check does not find what it should:", complaints_about(wrong))
        return 1
    found = complaints_about(text)
    for line in found:
        print(f"{BLUEPRINT.relative_to(ROOT)}: {line}")
    if not found:
        print("the blueprint asks for what there is")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
