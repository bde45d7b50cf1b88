"""The files of packaging/network, filled in as their user would: by changing the values at their top."""
import pathlib
import re

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "packaging" / "network"


def dns(name, millrace):
    """A DNS recipe with Millrace's address put for the one that stands in all of them."""
    text = (FOLDER / "dns" / name).read_text()
    assert "192.168.1.10" in text
    return text.replace("192.168.1.10", millrace)


def firewall(name, folder, **values):
    """The path of a firewall recipe whose values are changed; each has to be there exactly once, and be all there is."""
    text = (FOLDER / "firewall" / name).read_text()
    setting = re.compile(r"^(?: *define (\w+) = |(\w+)=)(\{ [^}]* \}|[^\s$]+)(?= +#|$)", re.MULTILINE)
    given = {one or other for one, other, _ in setting.findall(text)}
    assert set(values) <= given, f"{name} has {given}"

    def changed(match):
        key = match[1] or match[2]
        old = match[3]
        if key not in values:
            return match[0]
        new = f"{{ {values[key]} }}" if old.startswith("{") else values[key]
        return match[0].replace(old, new)

    path = pathlib.Path(folder) / name
    path.write_text(setting.sub(changed, text))
    return path
