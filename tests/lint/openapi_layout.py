#!/usr/bin/env python3
"""Fails when daemon/api/openapi.json is not laid out for people: two spaces of indent, and on one line what fits in 120
columns. `--fix` lays it out."""
import json
import pathlib
import sys

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "daemon/api/openapi.json"
WIDTH = 120


def flat(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k, ensure_ascii=False)}: {flat(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flat, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def filled(items, indent):
    """Words of a list, as many on a line as fit."""
    lines, line = [], ""
    for i, item in enumerate(items):
        text = flat(item) + ("," if i + 1 < len(items) else "")
        if line and len(indent) + len(line) + 1 + len(text) > WIDTH:
            lines.append(indent + line)
            line = text
        else:
            line = f"{line} {text}" if line else text
    return "\n".join(lines + [indent + line])


def laid_out(value, indent="", before=0, after=1):
    text = flat(value)
    if not isinstance(value, (dict, list)) or not value or before + len(text) + after <= WIDTH:
        return text
    inner = indent + "  "
    if isinstance(value, list):
        if not any(isinstance(item, (dict, list)) for item in value):
            return "[\n" + filled(value, inner) + f"\n{indent}]"
        body = ",\n".join(inner + laid_out(item, inner, len(inner)) for item in value)
        return f"[\n{body}\n{indent}]"
    lines = []
    for key, item in value.items():
        name = json.dumps(key, ensure_ascii=False) + ": "
        lines.append(inner + name + laid_out(item, inner, len(inner) + len(name)))
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


def main() -> int:
    text = DOCUMENT.read_text()
    wanted = laid_out(json.loads(text)) + "\n"
    if "--fix" in sys.argv:
        DOCUMENT.write_text(wanted)
    elif text != wanted:
        print(f"{DOCUMENT.name}: not laid out; run {sys.argv[0]} --fix")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
