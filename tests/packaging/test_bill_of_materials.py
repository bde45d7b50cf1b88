"""The bill of materials: its form, and that what is left out of it is seen."""
import base64
import io
import json
import pathlib
import subprocess
import sys
import tarfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "packaging/release"))
import check_sbom  # noqa: E402
import sbom  # noqa: E402

CONTROL = """Source: millrace
Build-Depends: debhelper-compat (= 13), cmake (>= 3.25), libboost-dev (>= 1.74), libcli11-dev, libgtest-dev <!nocheck>
Standards-Version: 4.6.2
"""
LINKED = [
    "shared\tlibc6\t2.36-9+deb12u14\tamd64\tglibc\t",
    "static\tlibc6-dev\t2.36-9+deb12u14\tamd64\tglibc\t",
    "headers\tlibboost1.74-dev\t1.74.0+ds1-21\tamd64\tboost1.74\tBSL-1.0|BSD3_Google",
    "headers\tlibcli11-dev\t2.1.2+ds-1\tall\tcli11\tBSD-3-clause",
]
LOCK = {"packages": {
    "": {"devDependencies": {"vite": "6.4.6"}},
    "node_modules/lit": {"version": "3.3.3", "license": "BSD-3-Clause", "integrity": "sha512-" + base64.b64encode(bytes(64)).decode()},
    "node_modules/@lit/reactive-element": {"version": "2.1.2", "license": "BSD-3-Clause"},
    "node_modules/vite": {"version": "6.4.6", "license": "MIT", "dev": True},
    "node_modules/rollup": {"version": "4.0.0", "license": "MIT", "dev": True},
}}


def make_deb(folder: pathlib.Path, name: str, version: str, fields: str = "") -> pathlib.Path:
    tree = folder / "tree"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "usr/bin").mkdir(parents=True)
    (tree / "usr/bin/millrace").write_bytes(pathlib.Path("/bin/true").read_bytes())  # needs the C library and no more
    (tree / "DEBIAN/control").write_text(
        f"Package: {name}\nVersion: {version}\nArchitecture: amd64\nMaintainer: Me <me@me.example>\n{fields}Description: x\n")
    deb = folder / f"{name}_{version}_amd64.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "--build", tree, deb], check=True, capture_output=True)
    subprocess.run(["rm", "-r", tree], check=True)
    return deb


def put(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    archive.addfile(info, io.BytesIO(content))


def layer(files: dict[str, str]) -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w:gz") as archive:
        for name, text in files.items():
            put(archive, name, text.encode())
    return raw.getvalue()


@pytest.fixture
def release(tmp_path):
    """Its artefacts: a package, an app folder that brings it and a library, an image, the sources."""
    folder, linked = tmp_path / "artefacts", tmp_path / "linked"
    folder.mkdir()
    linked.mkdir()
    deb = make_deb(folder, "millrace", "0.1.0-1~deb12", "Depends: libc6 (>= 2.34), tzdata\n")
    (linked / f"{deb.name}.linked").write_text("\n".join(LINKED) + "\n")
    library = make_deb(tmp_path, "libfmt10", "10.1.1+ds1-4", "Source: fmtlib\n")
    with tarfile.open(folder / "millrace_0.1.0_app.tar.gz", "w:gz") as archive:
        put(archive, "millrace/debs/amd64/libfmt10.deb", library.read_bytes())
        put(archive, f"millrace/debs/amd64/{deb.name}", deb.read_bytes())
    (folder / "millrace_0.1.0.orig.tar.xz").write_bytes(b"sources")
    with tarfile.open(folder / "millrace_0.1.0_amd64.oci.tar", "w") as archive:
        status = ("Package: tzdata\nStatus: install ok installed\nArchitecture: all\nVersion: 2025b-0\n\n"
                  "Package: gone\nStatus: deinstall ok config-files\nArchitecture: all\nVersion: 1\n\n"
                  "Package: millrace\nStatus: install ok installed\nArchitecture: amd64\nVersion: 0.1.0-1~deb12\n")
        put(archive, "blobs/sha256/one", layer({"etc/hosts": ""}))
        put(archive, "blobs/sha256/two", layer({"var/lib/dpkg/status": status}))
        put(archive, "blobs/sha256/manifest", json.dumps({"layers": [{"digest": "sha256:one"}, {"digest": "sha256:two"}]}).encode())
        put(archive, "index.json", json.dumps({"manifests": [{"digest": "sha256:manifest"}]}).encode())
    return folder, linked


def described(release) -> dict:
    return json.loads(sbom.described(*release, LOCK).text("millrace-0.1.0", sbom.datetime.datetime(2026, 1, 1)))


def related(document: dict, of: str) -> set[tuple[str, str]]:
    names = {package["SPDXID"]: package["name"] for package in document["packages"]} | {"SPDXRef-DOCUMENT": "document"}
    return {(said["relationshipType"], names[said["relatedSpdxElement"]]) for said in document["relationships"]
            if names[said["spdxElementId"]] == of}


def test_it_has_the_form_and_nothing_is_left_out(release):
    document = described(release)
    assert check_sbom.faults_of_form(document) == []
    assert check_sbom.left_out(document, release[0], CONTROL) == []
    assert {how for how, _ in related(document, "document")} == {"DESCRIBES"} and len(related(document, "document")) == 4


def test_each_artefact_says_what_it_is_made_of(release):
    document = described(release)
    page = {("CONTAINS", "lit"), ("CONTAINS", "@lit/reactive-element")}
    ours = "millrace_0.1.0-1~deb12_amd64.deb"
    assert related(document, ours) == page | {
        ("DYNAMIC_LINK", "libc6"), ("STATIC_LINK", "libc6-dev"), ("STATIC_LINK", "libboost1.74-dev"), ("STATIC_LINK", "libcli11-dev")}
    assert related(document, "millrace_0.1.0_app.tar.gz") == page | {("CONTAINS", "libfmt10"), ("CONTAINS", ours)}
    assert related(document, "millrace_0.1.0_amd64.oci.tar") == page | {("CONTAINS", "tzdata"), ("CONTAINS", ours)}
    assert {name for how, name in related(document, "vite") if how == "BUILD_TOOL_OF"} >= {ours}
    assert "rollup" not in {package["name"] for package in document["packages"]}


def test_versions_and_licences_are_told_where_they_are_known(release):
    packages = {package["name"]: package for package in described(release)["packages"]}
    assert packages["libcli11-dev"]["licenseDeclared"] == "BSD-3-Clause"
    assert packages["libcli11-dev"]["externalRefs"][0]["referenceLocator"] == "pkg:deb/debian/libcli11-dev@2.1.2%2Bds-1?arch=all&distro=bookworm"
    assert packages["libboost1.74-dev"]["licenseDeclared"] == "NOASSERTION"
    assert "BSD3_Google" in packages["libboost1.74-dev"]["licenseComments"]
    assert packages["@lit/reactive-element"]["externalRefs"][0]["referenceLocator"] == "pkg:npm/%40lit/reactive-element@2.1.2"


def test_the_same_artefacts_give_the_same_bytes(release):
    assert json.dumps(described(release)) == json.dumps(described(release))


@pytest.mark.parametrize("without, missed", [
    (0, "libc6 is linked"), (2, "libboost-dev is compiled in"), (3, "libcli11-dev is compiled in")])
def test_what_is_linked_and_not_listed_is_seen(release, without, missed):
    folder, linked = release
    rows = [row for number, row in enumerate(LINKED) if number != without]
    next(linked.iterdir()).write_text("\n".join(rows) + "\n")
    assert any(missed in fault for fault in check_sbom.left_out(described(release), folder, CONTROL))


def test_an_artefact_changed_or_added_later_is_seen(release):
    document = described(release)
    (release[0] / "millrace_0.1.0.orig.tar.xz").write_bytes(b"others")
    (release[0] / "late.deb").write_bytes(b"")
    assert len(check_sbom.left_out(document, release[0], CONTROL)) == 2


@pytest.mark.parametrize("spoil", [
    lambda document: document.update(spdxVersion="SPDX-2.2"),
    lambda document: document["packages"][0].update(SPDXID="SPDXRef-a b"),
    lambda document: document["packages"][0].pop("name"),
    lambda document: document["packages"][0].update(licenseDeclared="do what you like"),
    lambda document: document["packages"].pop(),
    lambda document: document.update(creationInfo={}),
])
def test_a_fault_of_form_is_seen(release, spoil):
    document = described(release)
    spoil(document)
    assert check_sbom.faults_of_form(document)


@pytest.mark.parametrize("library, package", [
    ("libyaml-cpp.so.0.7", "libyaml-cpp0.7"), ("libsqlite3.so.0", "libsqlite3-0"), ("libc.so.6", "libc6"),
    ("libcpp-httplib.so.0.11", "libcpp-httplib0.11"), ("ld-linux-armhf.so.3", "libc6"), ("libstdc++.so.6", "libstdc++6")])
def test_debian_names_libraries_after_what_the_linker_looks_for(library, package):
    assert check_sbom.package_of(library) == package


def test_a_package_for_another_processor_was_linked_against_its_cross_compiler_s_libraries():
    assert check_sbom.plain("libc6-armhf-cross") == check_sbom.plain("libc6") == "libc6"
    assert check_sbom.plain("libgcc-s1-arm64-cross") == "libgcc-s1"
    assert check_sbom.plain("libcurl4t64") == check_sbom.plain("libcurl4") and check_sbom.plain("libcross2") == "libcross2"
