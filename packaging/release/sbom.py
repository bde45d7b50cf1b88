#!/usr/bin/python3
"""packaging/release/sbom.py FOLDER LINKED: the bill of materials of the artefacts in FOLDER, as SPDX 2.3 in JSON.

Of each .deb it says what was linked into its program (LINKED/<name of the .deb>.linked, as `linked` wrote it where the
package was built), of the Home Assistant app and the container which Debian packages they bring, and of the page, which is in
all of them, which npm packages it is made of (web/package-lock.json). The same artefacts give the same bytes."""
import base64
import datetime
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
HOW = {
    "shared": ("DYNAMIC_LINK", None),
    "static": ("STATIC_LINK", "an archive gave members"),
    "headers": ("STATIC_LINK", "headers were compiled in"),
}
# What Debian's copyright files call some licences, in SPDX's words; of the others only the name is passed on.
SPDX_NAMES = {"Expat": "MIT", "MIT": "MIT", "BSD-3-clause": "BSD-3-Clause", "BSD-3-Clause": "BSD-3-Clause", "Zlib": "Zlib",
              "Apache-2.0": "Apache-2.0", "CC0-1.0": "CC0-1.0", "ISC": "ISC", "BSL-1.0": "BSL-1.0"}
RELEASES = {"12": "bookworm", "13": "trixie"}


def release_of(name: str) -> str:
    """The Debian release that a .deb of ours is for: part of its version."""
    found = re.search(r"~deb(\d+)", name)
    return RELEASES.get(found.group(1), "") if found else ""


class Document:
    def __init__(self) -> None:
        self.packages: dict[str, dict] = {}
        self.relationships: list[dict] = []

    def add(self, kind: str, name: str, version: str, **fields) -> str:
        identity = hashlib.sha256(json.dumps([kind, name, version, fields.get("externalRefs")]).encode()).hexdigest()[:12]
        spdx_id = f"SPDXRef-{kind}-{re.sub(r'[^A-Za-z0-9.-]', '-', name)}-{identity}"
        self.packages.setdefault(spdx_id, {
            "SPDXID": spdx_id, "name": name, "versionInfo": version, "downloadLocation": "NOASSERTION", "filesAnalyzed": False,
            "licenseConcluded": "NOASSERTION", "licenseDeclared": "NOASSERTION", "copyrightText": "NOASSERTION", **fields})
        return spdx_id

    def relate(self, one: str, how: str, other: str, comment: str | None = None) -> None:
        said = {"spdxElementId": one, "relationshipType": how, "relatedSpdxElement": other}
        if comment:
            said["comment"] = comment
        if said not in self.relationships:
            self.relationships.append(said)

    def debian(self, name: str, version: str, arch: str, source: str, release: str, licences: list[str] = []) -> str:
        named = [SPDX_NAMES.get(licence) for licence in licences]
        fields = {"sourceInfo": f"from Debian's source package {source}",
                  "externalRefs": [purl("deb", f"debian/{name}", version, arch=arch, distro=release)]}
        if licences and all(named):
            fields["licenseDeclared"] = " AND ".join(sorted(set(named)))
        elif licences:
            fields["licenseComments"] = "named in Debian's copyright file: " + "; ".join(licences)
        return self.add("Debian", name, version, **fields)

    def text(self, name: str, created: datetime.datetime) -> str:
        packages = sorted(self.packages.values(), key=lambda package: package["SPDXID"])
        relationships = sorted(self.relationships, key=lambda said: json.dumps(said, sort_keys=True))
        told = hashlib.sha256(json.dumps([packages, relationships]).encode()).hexdigest()
        return json.dumps({
            "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": name,
            # A name and no address: unique, because it is made of what the document says.
            "documentNamespace": f"https://millrace.example/spdx/{name}/{told[:32]}",
            "creationInfo": {"created": created.strftime("%Y-%m-%dT%H:%M:%SZ"), "creators": ["Tool: millrace-packaging-release-sbom"]},
            "packages": packages, "relationships": relationships}, indent=1) + "\n"


def purl(kind: str, name: str, version: str, **qualifiers: str) -> dict:
    asked = "&".join(f"{key}={urllib.parse.quote(value)}" for key, value in qualifiers.items() if value)
    locator = f"pkg:{kind}/{urllib.parse.quote(name)}@{urllib.parse.quote(version, safe='')}" + (f"?{asked}" if asked else "")
    return {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": locator}


def npm_packages(document: Document, lock: dict) -> tuple[list[str], list[str]]:
    """What the page contains, and what builds it."""
    contained, tools = [], []
    direct = lock["packages"][""].get("devDependencies", {})
    for path, package in lock["packages"].items():
        name = path.rpartition("node_modules/")[2]
        if not path or (package.get("dev") and name not in direct):
            continue
        fields = {"externalRefs": [purl("npm", name, package["version"])], "licenseDeclared": package.get("license", "NOASSERTION")}
        algorithm, _, digest = package.get("integrity", "").partition("-")
        if digest:
            fields["checksums"] = [{"algorithm": algorithm.upper(), "checksumValue": base64.b64decode(digest).hex()}]
        (tools if package.get("dev") else contained).append(document.add("npm", name, package["version"], **fields))
    return contained, tools


def debs_in(tarball: pathlib.Path):
    """File name, digest and control fields of each .deb in it."""
    with tarfile.open(tarball) as archive, tempfile.TemporaryDirectory() as folder:
        for member in archive:
            if not member.isfile() or not member.name.endswith(".deb"):
                continue
            content = archive.extractfile(member).read()
            path = pathlib.Path(folder) / "one.deb"
            path.write_bytes(content)
            yield hashlib.sha256(content).hexdigest(), fields_of(subprocess.run(
                ["dpkg-deb", "--field", path], check=True, capture_output=True, text=True).stdout)


def fields_of(paragraph: str) -> dict[str, str]:
    return dict(re.findall(r"^([A-Za-z-]+): *(.*)$", paragraph, re.M))


def installed_in(oci_archive: pathlib.Path):
    """Fields of each Debian package installed in an image: its layers' last list of them."""
    with tarfile.open(oci_archive) as archive:
        def blob(digest: str):
            return archive.extractfile("blobs/" + digest.replace(":", "/"))
        index = json.load(archive.extractfile("index.json"))
        manifest = json.load(blob(index["manifests"][0]["digest"]))
        status = ""
        for layer in manifest["layers"]:
            with tarfile.open(fileobj=blob(layer["digest"]), mode="r:*") as files:
                for member in files:
                    if member.name.removeprefix("./") == "var/lib/dpkg/status":
                        status = files.extractfile(member).read().decode()
    for paragraph in status.split("\n\n"):
        fields = fields_of(paragraph)
        if "installed" in fields.get("Status", ""):
            yield fields


def described(folder: pathlib.Path, linked: pathlib.Path, lock: dict) -> Document:
    document = Document()
    contained, tools = npm_packages(document, lock)
    artefacts = {}  # SPDX id by digest
    files = [path for path in sorted(folder.iterdir()) if path.suffix in (".deb", ".xz", ".gz", ".tar")]
    for path in files:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        image = path.name.endswith(".oci.tar")
        purpose = "INSTALL" if path.suffix == ".deb" else "CONTAINER" if image else "SOURCE" if ".orig." in path.name else "ARCHIVE"
        version = re.search(r"_([0-9][^_]*?)(?:_|\.orig|\.tar)", path.name)
        artefacts[digest] = document.add(
            "Artefact", path.name, version.group(1) if version else "", packageFileName=path.name, primaryPackagePurpose=purpose,
            licenseDeclared="Apache-2.0" if purpose in ("INSTALL", "SOURCE") else "NOASSERTION",
            checksums=[{"algorithm": "SHA256", "checksumValue": digest}])
    for path, spdx_id in zip(files, artefacts.values(), strict=True):
        document.relate("SPDXRef-DOCUMENT", "DESCRIBES", spdx_id)
        for package in contained:
            document.relate(spdx_id, "CONTAINS", package, "as part of the page")
        for tool in tools:
            document.relate(tool, "BUILD_TOOL_OF", spdx_id, "of the page")
        if path.suffix == ".deb":
            for line in (linked / f"{path.name}.linked").read_text().splitlines():
                how, name, version, arch, source, licences = line.split("\t")
                library = document.debian(name, version, arch, source, release_of(path.name), [one for one in licences.split("|") if one])
                document.relate(spdx_id, HOW[how][0], library, HOW[how][1])
        elif path.name.endswith(".oci.tar"):
            for fields in installed_in(path):
                bring(document, artefacts, spdx_id, "", fields)
        elif ".orig." not in path.name:
            for digest, fields in debs_in(path):
                bring(document, artefacts, spdx_id, digest, fields)
    return document


def bring(document: Document, artefacts: dict[str, str], into: str, digest: str, fields: dict[str, str]) -> None:
    """Says that `into` contains a package: the artefact that it is, where it is one of ours."""
    ours = f"{fields['Package']}_{fields['Version']}_{fields['Architecture']}.deb"
    same = artefacts.get(digest) or next((one for one in artefacts.values() if document.packages[one]["name"] == ours), None)
    source = fields.get("Source", fields["Package"]).split(" ")[0]
    # App and container are of Debian 13.
    document.relate(into, "CONTAINS", same or document.debian(
        fields["Package"], fields["Version"], fields["Architecture"], source, "trixie"))


def main() -> None:
    folder, linked = map(pathlib.Path, sys.argv[1:])
    version = re.search(r"^project\(millrace VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text(), re.M).group(1)
    lock = json.loads((ROOT / "web/package-lock.json").read_text())
    created = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)
    document = described(folder, linked, lock)
    (folder / f"millrace_{version}.spdx.json").write_text(document.text(f"millrace-{version}", created))


if __name__ == "__main__":
    main()
