"""millrace(1): the words of millrace.1.in around a description of every command."""
import commands
import roff


def value(option: dict) -> str:
    words = commands.choices(option)
    shown = "|".join(words) if words else commands.kind(option)
    return f"\\fI{roff.plain(shown)}\\fR" if shown else ""


def term(option: dict) -> str:
    names = ", ".join(f"\\fB{roff.plain(name)}\\fR" for name in option["names"])
    return f"{names} {value(option)}".strip()


def explained(option: dict) -> str:
    text = roff.marked(option["help"])
    if option.get("required"):
        text += " (required)"
    if "default" in option:
        text += f" (default: {roff.plain(option['default'].strip('[]'))})"
    return text


def synopsis(path: tuple, command: dict) -> str:
    parts = [f"\\fBmillrace {roff.plain(' '.join(path))}\\fR"]
    for option in commands.named(command):
        if option.get("required"):
            parts.append(term(option))
    if any(not option.get("required") for option in commands.named(command)):
        parts.append("[\\fIoptions\\fR]")
    for option in commands.positional(command):
        words = "|".join(commands.choices(option)) or option["positional"].upper()
        shown = f"\\fI{roff.plain(words)}\\fR" + ("..." if option.get("several") else "")
        parts.append(shown if option.get("required") else f"[{shown}]")
    return " ".join(parts)


def section(path: tuple, command: dict) -> str:
    text = f".SS \"{roff.plain(' '.join(path))}\"\n{synopsis(path, command)}\n.PP\n{roff.marked(command['help'])}.\n"
    for option in commands.positional(command):
        text += roff.entry(f"\\fI{roff.plain(option['positional'].upper())}\\fR", explained(option))
    for option in commands.named(command):
        if "--help" not in option["names"]:
            text += roff.entry(term(option), explained(option))
    return text


def does_something(command: dict) -> bool:
    """By itself, and not only by one of the commands below it."""
    return not command["commands"] or any("--help" not in option["names"] for option in commands.named(command))


def page(program: dict, template: str) -> str:
    sections = [section(path, command) for path, command in commands.walk(program) if path and does_something(command)]
    return template.replace("@COMMANDS@\n", "".join(sections))
