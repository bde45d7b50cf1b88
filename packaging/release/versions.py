"""Where the version stands: CMakeLists.txt's project(VERSION) is the place, from which program, page and packages take
theirs at their build; three files that are read without a build repeat it. `set-version` writes them, tests/lint/versions.py
holds them together."""
import datetime
import email.utils
import pathlib
import re

CMAKE = "CMakeLists.txt"
DEBIAN = "packaging/debian/changelog"
APP = "packaging/homeassistant/millrace/config.yaml"
CHANGES = "packaging/homeassistant/millrace/CHANGELOG.md"

VERSION = r"\d+\.\d+\.\d+"
_STANDS = {
    CMAKE: re.compile(rf"^(project\(millrace VERSION )({VERSION})(?= )", re.M),
    # What follows is the revision of the packaging.
    DEBIAN: re.compile(rf"\A(millrace \()({VERSION})(?=-\d+\))"),
    APP: re.compile(rf"^(version: *\"?)({VERSION})(?=\"?$)", re.M),
    CHANGES: re.compile(rf"^(## \[?)({VERSION})\b", re.M),  # the first is the newest
}
_UNRELEASED = re.compile(r"^## \[?Unreleased\]?\n(.*?)(?=^## |\Z)", re.M | re.S)


class Unfit(Exception):
    """Says what to mend."""


def written(root: pathlib.Path) -> dict[str, str]:
    """The version in each file; "" where it has none, or none of this form."""
    found = {}
    for name, pattern in _STANDS.items():
        match = pattern.search((root / name).read_text()) if (root / name).is_file() else None
        found[name] = match.group(2) if match else ""
    return found


def newer(version: str, than: str) -> bool:
    return [int(part) for part in version.split(".")] > [int(part) for part in than.split(".")]


def points(section: str) -> list[str]:
    """The points of a section, each on one line."""
    found: list[str] = []
    for line in section.splitlines():
        if line.startswith(("- ", "* ")):
            found.append(line[2:].strip())
        elif line.startswith(" ") and found:
            found[-1] += " " + line.strip()
    return found


def set_version(root: pathlib.Path, version: str, now: datetime.datetime) -> None:
    """Makes what stands under "Unreleased" in the change log the changes of `version`, there and in Debian's."""
    if not re.fullmatch(VERSION, version):
        raise Unfit(f"{version}: a version is three numbers, as 1.2.3")
    texts = {name: (root / name).read_text() for name in _STANDS}
    present = _STANDS[CMAKE].search(texts[CMAKE])
    if present is None or not newer(version, present.group(2)):
        raise Unfit(f"{version} is not newer than what {CMAKE} says")
    unreleased = _UNRELEASED.search(texts[CHANGES])
    changes = points(unreleased.group(1)) if unreleased else []
    if unreleased is None or not changes:
        raise Unfit(f'{CHANGES}: write what changes, as points below a line "## Unreleased", first')
    for name in (CMAKE, APP):
        texts[name], count = _STANDS[name].subn(rf"\g<1>{version}", texts[name], count=1)
        if count == 0:
            raise Unfit(f"{name} has no version")
    texts[CHANGES] = texts[CHANGES].replace(unreleased.group(0), f"## {version}\n{unreleased.group(1)}", 1)
    who = re.search(r"^ -- (.+ <.+>)  ", texts[DEBIAN], re.M)
    if who is None:
        raise Unfit(f"{DEBIAN} names nobody")
    said = "\n".join(_wrapped(point) for point in changes)
    texts[DEBIAN] = (f"millrace ({version}-1) unstable; urgency=medium\n\n{said}\n\n"
                     f" -- {who.group(1)}  {email.utils.format_datetime(now)}\n\n" + texts[DEBIAN])
    for name, text in texts.items():
        (root / name).write_text(text)


def _wrapped(point: str) -> str:
    lines, line = [], "  *"
    for word in point.split():
        if len(line) + 1 + len(word) > 79:
            lines.append(line)
            line = "   "
        line += " " + word
    return "\n".join([*lines, line])
