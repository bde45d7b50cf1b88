"""What `millrace describe-commands` says, in the terms of those who write pages and completions of it."""
import re


def walk(command: dict, path: tuple = ()):
    """Each command with its path below the program, the program itself (an empty path) first."""
    yield path, command
    for below in command["commands"]:
        yield from walk(below, path + (below["name"],))


def choices(option: dict) -> list[str]:
    """The words it may be; none when it may be others too."""
    found = re.search(r"\{([^}]*)\}", option.get("value", ""))
    return found.group(1).split(",") if found else []


def kind(option: dict) -> str:
    """Of its value: FILE, DIR, NUMBER, another word for what it is; empty for a flag."""
    name = option.get("value", "").split(":")[0].split(" ")[0]
    return "NUMBER" if name in ("INT", "UINT", "FLOAT") else name


def named(command: dict) -> list[dict]:
    return [option for option in command["options"] if option["names"]]


def positional(command: dict) -> list[dict]:
    return [option for option in command["options"] if "positional" in option]


def brief(text: str) -> str:
    """A help text's first part, for a list in a shell."""
    return re.split(r"[;:(]| \(", text)[0].strip()
