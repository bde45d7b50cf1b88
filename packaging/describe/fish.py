"""Completion for fish."""
import commands

HEAD = """\
# Completion of millrace for fish, made by packaging/describe/renew; do not edit it by hand.

# Whether the words so far lead to the command named, as in `__millrace_at key add`.
function __millrace_at
    set -l path
    for word in (commandline -opc)[2..]
        if contains -- (string join ' ' $path $word) @PATHS@
            set -a path $word
        end
    end
    test "$path" = "$argv"
end

complete -c millrace -f
"""


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def values(option: dict) -> str:
    words = commands.choices(option)
    if words:
        return f" -x -a {quoted(' '.join(words))}"
    return {"FILE": " -r -F", "DIR": " -x -a '(__fish_complete_directories)'", "": ""}.get(commands.kind(option), " -x")


def script(program: dict) -> str:
    paths = [" ".join(path) for path, _ in commands.walk(program) if path]
    text = HEAD.replace("@PATHS@", " ".join(quoted(path) for path in paths))
    for path, command in commands.walk(program):
        start = f"complete -c millrace -n {quoted(' '.join(('__millrace_at',) + path))}"
        for below in command["commands"]:
            text += f"{start} -a {below['name']} -d {quoted(commands.brief(below['help']))}\n"
        for option in commands.named(command):
            names = "".join(f" -l {n[2:]}" if n.startswith("--") else f" -s {n[1:]}" for n in option["names"])
            text += f"{start}{names}{values(option)} -d {quoted(commands.brief(option['help']))}\n"
        for option in commands.positional(command):
            if commands.choices(option):
                text += f"{start} -a {quoted(' '.join(commands.choices(option)))}\n"
            elif commands.kind(option) == "FILE":
                text += f"{start} -F\n"
    return text
