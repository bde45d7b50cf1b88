#!/usr/bin/env python3
"""Fails when the app's description for Home Assistant is not as its Supervisor reads it, or says other than the daemon.

The rules below are the Supervisor's documented ones, as far as the app uses them; what they do not know fails too, so that
a new key is looked up first. Each run first proves on made-up descriptions that a wrong one is found.
"""
import pathlib
import re
import struct
import sys

try:
    import yaml
except ImportError:
    print("SKIPPED: Python's yaml is not installed")
    sys.exit(0)

ROOT = pathlib.Path(__file__).resolve().parents[2]
APP = ROOT / "packaging/homeassistant/millrace"

TEXT, FLAG, NUMBER, LIST, MAP = str, bool, int, list, dict
REQUIRED = {"name": TEXT, "version": TEXT, "slug": TEXT, "description": TEXT, "arch": LIST}
OPTIONAL = {"url": TEXT, "init": FLAG, "startup": TEXT, "boot": TEXT, "stage": TEXT, "homeassistant": TEXT, "services": LIST,
            "homeassistant_api": FLAG, "hassio_api": FLAG, "host_network": FLAG, "host_dbus": FLAG, "ingress": FLAG, "ingress_port": NUMBER,
            "panel_icon": TEXT, "panel_title": TEXT, "panel_admin": FLAG, "ports": MAP, "ports_description": MAP, "map": LIST,
            "options": MAP, "schema": MAP, "watchdog": TEXT, "timeout": NUMBER, "backup": TEXT, "backup_pre": TEXT,
            "backup_post": TEXT, "backup_exclude": LIST, "image": TEXT, "breaking_versions": LIST, "apparmor": FLAG}
CHOICES = {"startup": {"initialize", "system", "services", "application", "once"}, "boot": {"auto", "manual", "manual_only"},
           "stage": {"stable", "experimental", "deprecated"}, "backup": {"hot", "cold"}}
# `app_config` is newer, and a Supervisor from before July 2026 refuses it.
MAPS = {"data", "homeassistant_config", "addon_config", "all_addon_configs", "ssl", "addons", "backup", "share", "media"}
SCHEMA = re.compile(r"(?:(?:str|password)(?:\(\d*,\d*\))?|bool|(?:int|float)(?:\([-\d.]*,[-\d.]*\))?|email|url|port|match\(.+\)"
                    r"|list\([^()|]+(?:\|[^()|]+)*\)|device(?:\(.+\))?)\??")
WATCHDOG = re.compile(r"(?:https?|tcp|\[PROTO:\w+\])://\[HOST\]:\[PORT:(\d+)\](/.*)?")
HIGHEST_RATING = 8


def wrong_types(config):
    known = REQUIRED | OPTIONAL
    found = [f"{key} is missing" for key in REQUIRED if key not in config]
    found += [f"{key} is not a key that this check knows" for key in config if key not in known]
    found += [f"{key} must be a {known[key].__name__}" for key, value in config.items()
              if key in known and type(value) is not known[key]]
    found += [f"{key} must be one of {sorted(allowed)}" for key, allowed in CHOICES.items()
              if key in config and config[key] not in allowed]
    return found


def wrong_options(config):
    found = [f"schema.{name}: {kind} is no type" for name, kind in config["schema"].items()
             if not isinstance(kind, str) or not SCHEMA.fullmatch(kind)]
    for name, kind in config["schema"].items():
        if str(kind).endswith("?") == (name in config["options"]):
            found.append(f"schema.{name}: one that need not be set has no default, any other has one")
    return found + [f"options.{name} is not in the schema" for name in config["options"] if name not in config["schema"]]


def rating(config, profile):
    """As the Supervisor counts it, of what the app uses."""
    points = 5 + (2 if config.get("ingress") else 0) + (1 if profile and config.get("apparmor", True) else 0)
    points -= 1 if config.get("host_network") else 0
    return max(min(points, HIGHEST_RATING), 1)


def complaints_about(config, profile):
    found = wrong_types(config)
    if found:
        return found
    found = wrong_options(config)
    if set(config["arch"]) - {"aarch64", "amd64"}:
        found.append("arch: only aarch64 and amd64 are left")
    if config.get("init") is not False:
        found.append("init must be false with s6-overlay 3")
    if not 10 <= config.get("timeout", 10) <= 300:
        found.append("timeout must be 10 to 300 s")
    found += [f"services: {each} is none" for each in config.get("services", []) if not re.fullmatch("(mqtt|mysql):(provide|want|need)", each)]
    found += [f"ports: {port} is none" for port in config.get("ports", {}) if not re.fullmatch(r"\d+(/tcp|/udp)?", port)]
    found += [f"ports_description: {port} is no port" for port in config.get("ports_description", {}) if port not in config["ports"]]
    for entry in config.get("map", []):
        if not isinstance(entry, dict) or entry.get("type") not in MAPS or set(entry) - {"type", "read_only", "path"}:
            found.append(f"map: {entry} is none")
    watchdog = WATCHDOG.fullmatch(config.get("watchdog", ""))
    if not watchdog or int(watchdog.group(1)) != config.get("ingress_port"):
        found.append("watchdog must ask the port of ingress")
    if config.get("backup") == "cold" and ("backup_pre" in config or "backup_post" in config):
        found.append("backup_pre and backup_post are for hot backups only")
    if config.get("hassio_api"):
        found.append("hassio_api gives rights that nothing here needs")
    if rating(config, profile) != HIGHEST_RATING:
        found.append(f"its security rating is {rating(config, profile)}, not {HIGHEST_RATING}")
    return found


def wrong_translation(name, translation, config):
    found = [f"{name}: {key} is no part of a translation" for key in translation if key not in {"configuration", "network"}]
    configuration, network = translation.get("configuration", {}), translation.get("network", {})
    found += [f"{name}: {option} is not translated" for option in config["schema"] if option not in configuration]
    found += [f"{name}: {option} is no option" for option in configuration if option not in config["schema"]]
    found += [f"{name}: {option} needs a name and a description, and nothing else" for option, texts in configuration.items()
              if set(texts) != {"name", "description"} or not all(isinstance(text, str) for text in texts.values())]
    if set(network) != set(config["ports"]):
        found.append(f"{name}: network must name {list(config['ports'])}")
    return found


def wrong_surroundings(config):
    """What has to be the same in two places."""
    code = (ROOT / "daemon/app/supervisor/options.cpp").read_text()
    options = set(re.findall(r'"(\w+)"', re.search(r"kOptions\{(.*?)\}", code, re.S).group(1)))
    found = []
    if options != set(config["schema"]):
        found.append(f"the daemon reads other options: {sorted(options ^ set(config['schema']))}")
    if f':{config["ingress_port"]}"' not in code:
        found.append("the daemon listens on another port than ingress_port")
    # The Supervisor looks for files of that name in all folders.
    descriptions = [path for path in (ROOT / "packaging/homeassistant").rglob("config.*") if path.suffix in {".yaml", ".yml", ".json"}]
    if descriptions != [APP / "config.yaml"]:
        found.append(f"more than one description: {descriptions}")
    for name in ("README.md", "DOCS.md", "CHANGELOG.md", "Dockerfile"):
        if not (APP / name).exists():
            found.append(f"{name} is missing")
    for name, size in {"icon.png": (128, 128), "logo.png": (250, 100)}.items():
        if struct.unpack(">II", (APP / name).read_bytes()[16:24]) != size:
            found.append(f"{name} must be {size[0]} by {size[1]}")
    repository = yaml.safe_load((ROOT / "repository.yaml").read_text())
    if not isinstance(repository.get("name"), str) or set(repository) - {"name", "url", "maintainer"}:
        found.append("repository.yaml has a name, and may have url and maintainer")
    return found


def self_test(config):
    def with_(**changes):
        return complaints_about(config | changes, True)

    assert with_(colour="blue") and with_(version=1) and with_(startup="soon") and with_(arch=["armhf"]), "wrong keys must be found"
    assert with_(schema={"mode": "list(a|b"}) and with_(options={"colour": 1}) and with_(timeout=5), "wrong options must be found"
    assert with_(map=[{"type": "app_config"}]) and with_(services=["mqtt"]) and with_(watchdog="http://[HOST]:8099/")
    assert with_(host_network=True) and complaints_about(config, False), "a worse rating must be found"
    assert wrong_translation("x", {"configuration": {"mode": {"name": "Mode"}}}, config), "a poor translation must be found"


def main():
    config = yaml.safe_load((APP / "config.yaml").read_text())
    self_test(config)
    found = complaints_about(config, (APP / "apparmor.txt").exists())
    if not found:
        found = wrong_surroundings(config)
        for path in sorted((APP / "translations").glob("*.yaml")):
            found += wrong_translation(path.name, yaml.safe_load(path.read_text()), config)
    print("\n".join(found) if found else f"the app's description is right, and its security rating {HIGHEST_RATING}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
