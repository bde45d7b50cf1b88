"""Completion for bash."""
import commands

HEAD = """\
# Completion of millrace for bash, made by packaging/describe/renew; do not edit it by hand.

_millrace() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command='' before='' word words='' files='' i
    # Bash takes --option=value for three words.
    if [ "$cur" = = ]; then cur=''; elif [ "$prev" = = ]; then prev=${COMP_WORDS[COMP_CWORD - 2]}; fi
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        case "$command $before" in
            @VALUED@) ;; # a value, whatever it says
            *) case "$command $word" in @PATHS@) command+=${command:+ }$word ;; esac ;;
        esac
        before=$word
    done
"""
TAIL = """\
    if [ "$files" = folders ]; then
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -d -- "$cur")
    elif [ -n "$files" ] && [[ "$cur" != -* ]]; then
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    else
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
    fi
}
complete -F _millrace millrace
"""


def pattern(cases: list[str]) -> str:
    return " | ".join(f"'{case}'" for case in cases)


def values(program: dict) -> dict[str, list[str]]:
    """What to offer behind an option, with the commands and options it is offered for."""
    offers: dict[str, list[str]] = {}
    for path, command in commands.walk(program):
        for option in commands.named(command):
            if not commands.kind(option):
                continue
            words = commands.choices(option)
            offer = {"FILE": "files=any", "DIR": "files=folders"}.get(commands.kind(option), f"words='{' '.join(words)}'")
            offers.setdefault(offer, []).extend(f"{' '.join(path)} {name}" for name in option["names"])
    return offers


def script(program: dict) -> str:
    offers = values(program)
    valued = [case for cases in offers.values() for case in cases]
    paths = [f"{' '.join(path[:-1])} {path[-1]}" for path, _ in commands.walk(program) if path]
    text = HEAD.replace("@VALUED@", pattern(valued)).replace("@PATHS@", pattern(paths))
    text += '    case "$command $prev" in\n'
    for offer, cases in offers.items():
        text += f"        {pattern(cases)}) {offer} ;;\n"
    text += '        *) case "$command" in\n'
    for path, command in commands.walk(program):
        words = [below["name"] for below in command["commands"]]
        words += [name for option in commands.named(command) for name in option["names"] if name.startswith("--")]
        files = ""
        for option in commands.positional(command):
            words = commands.choices(option) + words
            files = " files=any" if commands.kind(option) == "FILE" else files
        text += f"            '{' '.join(path)}') words='{' '.join(words)}'{files} ;;\n"
    return text + "        esac ;;\n    esac\n" + TAIL
