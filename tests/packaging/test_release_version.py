"""`set-version`: one command writes every place, and refuses what would leave them apart."""
import datetime
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "packaging/release"))
import versions  # noqa: E402

NOW = datetime.datetime(2026, 12, 24, 18, 0, tzinfo=datetime.timezone.utc)
CHANGELOG = """# Changelog

## Unreleased

- The page is blue, and says so
  in two lines.
- Doors close by themselves.

## 0.1.0

- First.
"""


@pytest.fixture
def tree(tmp_path):
    files = {
        versions.CMAKE: "cmake_minimum_required(VERSION 3.25)\nproject(millrace VERSION 0.1.0 LANGUAGES C CXX ASM)\n",
        versions.DEBIAN: "millrace (0.1.0-2) unstable; urgency=medium\n\n  * First.\n\n"
                         " -- Some One <some@one.example>  Sat, 28 Nov 2026 20:00:00 +0000\n",
        versions.APP: 'name: Millrace\nversion: "0.1.0"\nslug: millrace\n',
        versions.CHANGES: CHANGELOG,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_every_place_says_the_version_written(tree):
    assert set(versions.written(tree).values()) == {"0.1.0"}
    versions.set_version(tree, "0.2.0", NOW)
    assert versions.written(tree) == {name: "0.2.0" for name in versions.written(tree)}
    assert "cmake_minimum_required(VERSION 3.25)" in (tree / versions.CMAKE).read_text()


def test_what_was_unreleased_becomes_the_changes_of_the_version(tree):
    versions.set_version(tree, "0.2.0", NOW)
    assert (tree / versions.CHANGES).read_text() == CHANGELOG.replace("Unreleased", "0.2.0")
    assert (tree / versions.DEBIAN).read_text().startswith(
        "millrace (0.2.0-1) unstable; urgency=medium\n\n"
        "  * The page is blue, and says so in two lines.\n  * Doors close by themselves.\n\n"
        " -- Some One <some@one.example>  Thu, 24 Dec 2026 18:00:00 +0000\n\nmillrace (0.1.0-2)")


@pytest.mark.parametrize("version", ["0.1.0", "0.0.9", "0.2", "v0.2.0", "0.2.0-rc1", ""])
def test_a_version_that_is_none_or_not_newer_changes_nothing(tree, version):
    before = {name: (tree / name).read_text() for name in versions.written(tree)}
    with pytest.raises(versions.Unfit):
        versions.set_version(tree, version, NOW)
    assert {name: (tree / name).read_text() for name in before} == before


@pytest.mark.parametrize("changes", ["# Changelog\n\n## 0.1.0\n\n- First.\n", "## Unreleased\n\n## 0.1.0\n\n- First.\n"])
def test_a_release_without_words_is_refused_and_changes_nothing(tree, changes):
    (tree / versions.CHANGES).write_text(changes)
    with pytest.raises(versions.Unfit, match="Unreleased"):
        versions.set_version(tree, "0.2.0", NOW)
    assert versions.written(tree)[versions.CMAKE] == "0.1.0"


def test_ten_is_newer_than_nine():
    assert versions.newer("0.10.0", "0.9.0") and not versions.newer("0.9.0", "0.10.0")


def test_a_place_that_lags_behind_is_seen(tree):
    app = tree / versions.APP
    app.write_text(app.read_text().replace("0.1.0", "0.0.9"))
    (tree / versions.DEBIAN).unlink()
    assert versions.written(tree) == {versions.CMAKE: "0.1.0", versions.DEBIAN: "", versions.APP: "0.0.9", versions.CHANGES: "0.1.0"}
