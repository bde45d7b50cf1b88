"""millrace.yaml(5): config/REFERENCE.md, which is the daemon's own table of keys, as a manual page."""
import roff

HEAD = """\
.\\" Made of config/REFERENCE.md by packaging/describe/renew; do not edit it by hand.
.TH MILLRACE.YAML 5 "" "Millrace" "File Formats"
.SH NAME
millrace.yaml \\- config file of millrace
.SH SYNOPSIS
.I /etc/millrace/millrace.yaml
.SH DESCRIPTION
"""
TAIL = """\
.SH FILES
.TP
.I /usr/share/doc/millrace/examples/millrace.yaml
An annotated example with every key.
.SH SEE ALSO
.BR millrace (1)
"""


def key_entry(line: str) -> str:
    key, kind, allowed, default, meaning = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
    facts = [kind]
    if allowed != "-":
        facts.append(allowed)
    if default != "-":
        facts.append("default " + default)
    return roff.entry(f"\\fB{roff.plain(key.strip('`'))}\\fR",
                      f"{roff.marked(meaning)}\n.br\n\\fI{roff.plain('; '.join(facts).replace('`', ''))}\\fR")


def page(reference: str) -> str:
    text = HEAD
    for block in reference.split("\n\n")[2:]:
        if block.startswith("## "):
            heading, _, rest = block.partition("\n")
            text += f".SH \"{roff.plain(heading[3:].upper())}\"\n"
            block = rest
        lines = block.strip().splitlines()
        if lines and lines[0].startswith("| key "):
            text += "".join(key_entry(line) for line in lines[2:])
        elif lines:
            text += ".PP\n" + roff.marked("\n".join(lines)) + "\n"
    return text + TAIL
