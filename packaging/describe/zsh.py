"""Completion for zsh."""
import commands


def quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def within(text: str) -> str:
    """A help text inside [...] or behind a colon."""
    return commands.brief(text).replace("[", "(").replace("]", ")").replace(":", "\\:").replace('"', "")


def action(option: dict) -> str:
    words = commands.choices(option)
    if words:
        return f"({' '.join(words)})"
    return {"FILE": "_files", "DIR": "_files -/"}.get(commands.kind(option), " ")


def argument(option: dict) -> list[str]:
    specs = []
    for name in option["names"]:
        value = f":{commands.kind(option).lower()}:{action(option)}" if commands.kind(option) else ""
        several = "*" if option.get("several") else ""
        specs.append(quoted(f"{several}{name}[{within(option['help'])}]{value}"))
    return specs


def function_name(path: tuple) -> str:
    return "_".join(("_millrace",) + path).replace("-", "_")


def function(path: tuple, command: dict) -> str:
    specs = [spec for option in commands.named(command) for spec in argument(option)]
    if not command["commands"]:
        for option in commands.positional(command):
            where = "*" if option.get("several") else ""
            specs.append(quoted(f"{where}:{option['positional']}:{action(option)}"))
        lines = " \\\n        ".join(specs)
        return f"{function_name(path)}() {{\n    _arguments \\\n        {lines}\n}}\n\n"
    below = " ".join(f'{b["name"]}\\:"{within(b["help"])}"' for b in command["commands"])
    specs += [quoted(f"1:command:(({below}))"), quoted("*::argument:->arguments")]
    lines = " \\\n        ".join(specs)
    cases = "\n".join(f"        {b['name']}) {function_name(path + (b['name'],))} ;;" for b in command["commands"])
    return (f"{function_name(path)}() {{\n    local curcontext=$curcontext state line\n    typeset -A opt_args\n"
            f"    _arguments -C \\\n        {lines}\n    case $line[1] in\n{cases}\n    esac\n}}\n\n")


def script(program: dict) -> str:
    text = "#compdef millrace\n# Completion of millrace for zsh, made by packaging/describe/renew; do not edit it by hand.\n\n"
    for path, command in commands.walk(program):
        text += function(path, command)
    return text + '_millrace "$@"\n'
