"""Texts in roff, the language of manual pages."""
import re


def plain(text: str) -> str:
    text = text.replace("\\", "\\e").replace("-", "\\-")
    # A line that begins so would be taken for a request.
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.M)


def marked(text: str) -> str:
    """Markdown's `code` and [words](address) as bold, and as the words alone."""
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text)
    parts = text.split("`")
    return plain("".join(f"\x01{part}\x02" if i % 2 else part for i, part in enumerate(parts))).replace(
        "\x01", "\\fB").replace("\x02", "\\fR")


def entry(term: str, text: str) -> str:
    """An item of a list of terms; `term` is roff already."""
    return f".TP\n{term}\n{text}\n"
