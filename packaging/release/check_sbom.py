#!/usr/bin/python3
"""packaging/release/check_sbom.py FOLDER: whether the bill of materials in FOLDER has SPDX 2.3's form and leaves nothing
out that other tools know of: each artefact with its digest; what the dynamic linker will look for in each .deb's program, and what
dpkg-shlibdeps made the package depend on; each library that debian/control builds with, headers-only ones too."""
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
IDENTITY = re.compile(r"SPDXRef-[A-Za-z0-9.-]+")
LICENCES = {"MIT", "BSD-3-Clause", "Apache-2.0", "Zlib", "CC0-1.0", "ISC", "BSL-1.0", "NOASSERTION"}
RELATIONSHIPS = {"DESCRIBES", "CONTAINS", "DYNAMIC_LINK", "STATIC_LINK", "BUILD_TOOL_OF"}
PURPOSES = {"INSTALL", "SOURCE", "ARCHIVE", "CONTAINER"}
DIGITS = {"SHA256": 64, "SHA512": 128}
# Libraries whose Debian package is not named after them.
PACKAGES = {"libc.so.6": "libc6", "libm.so.6": "libc6", "libz.so.1": "zlib1g", "libcrypto.so.3": "libssl3", "libgcc_s.so.1": "libgcc-s1"}
# Build dependencies that are no libraries, or only bring one of another name.
TOOLS = {"debhelper-compat", "cmake", "ninja-build", "pkg-config", "dpkg-dev"}
BRINGS = {"libboost-dev": r"libboost1\.\d+-dev", "libpcap-dev": r"libpcap0\.8-dev"}


def faults_of_form(document: dict) -> list[str]:
    found = []
    if (document.get("spdxVersion"), document.get("dataLicense"), document.get("SPDXID")) != ("SPDX-2.3", "CC0-1.0", "SPDXRef-DOCUMENT"):
        found.append("not an SPDX 2.3 document")
    if not re.fullmatch(r"https://[^#\s]+", document.get("documentNamespace", "")):
        found.append("the namespace is no URI")
    creation = document.get("creationInfo", {})
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", creation.get("created", "")) or not creation.get("creators"):
        found.append("does not say when and by what it was made")
    known = {"SPDXRef-DOCUMENT"}
    for package in document.get("packages", []):
        name = package.get("SPDXID", "?")
        if not IDENTITY.fullmatch(name) or name in known:
            found.append(f"{name}: no identity, or that of another")
        known.add(name)
        for key in ("name", "versionInfo", "downloadLocation", "licenseConcluded", "licenseDeclared", "copyrightText"):
            if not package.get(key):
                found.append(f"{name}: no {key}")
        if set(re.split(r" AND | OR ", package.get("licenseDeclared", ""))) - LICENCES:
            found.append(f"{name}: is {package.get('licenseDeclared')} a licence?")
        if package.get("primaryPackagePurpose", "INSTALL") not in PURPOSES or package.get("filesAnalyzed") is not False:
            found.append(f"{name}: of what kind is it?")
        for checksum in package.get("checksums", []):
            if not re.fullmatch(r"[0-9a-f]{%d}" % DIGITS.get(checksum["algorithm"], 0), checksum["checksumValue"]):
                found.append(f"{name}: no {checksum['algorithm']}")
        for reference in package.get("externalRefs", []):
            if not re.fullmatch(r"pkg:(deb/debian|npm)/\S+@\S+", reference["referenceLocator"]):
                found.append(f"{name}: {reference['referenceLocator']}")
    for said in document.get("relationships", []):
        if said["relationshipType"] not in RELATIONSHIPS or not {said["spdxElementId"], said["relatedSpdxElement"]} <= known:
            found.append(f"a relationship of what is not there: {said}")
    return found


def plain(package: str) -> str:
    """Without what Debian 13 added to names for armhf's 64-bit time; c-ares lost its hyphen then. What is cross-built is linked
    against the C and C++ libraries that its compiler brings, and runs with those of the same name without `-arm64-cross`."""
    return re.sub("-(arm64|armhf)-cross$", "", package).removesuffix("t64").replace("libc-ares", "libcares")


def package_of(library: str) -> str:
    """libyaml-cpp.so.0.7 → libyaml-cpp0.7, libdate-tz.so.3 → libdate-tz3, libsqlite3.so.0 → libsqlite3-0"""
    if library in PACKAGES:
        return PACKAGES[library]
    if library.startswith("ld-linux"):
        return "libc6"
    name, _, version = library.partition(".so.")
    return f"{name}-{version}" if name[-1].isdigit() and version else name + version


def needed_by(deb: pathlib.Path) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["dpkg-deb", "--extract", deb, folder], check=True)
        program = pathlib.Path(folder) / "usr/bin/millrace"
        told = subprocess.run(["readelf", "--dynamic", program], check=True, capture_output=True, text=True).stdout
    return re.findall(r"\(NEEDED\).*\[(.*)\]", told)


def depended_on(deb: pathlib.Path) -> list[str]:
    field = subprocess.run(["dpkg-deb", "--field", deb, "Depends"], check=True, capture_output=True, text=True).stdout
    names = [entry.split()[0].split(":")[0] for entry in field.split(",")]
    # spdlog's also says which fmt it was built with.
    return [re.sub(r"-fmt\d+$", "", name) for name in names if name.startswith(("lib", "zlib"))]


def built_with(control: str) -> list[str]:
    field = re.search(r"^Build-Depends:(.*?)(?=^\S)", control, re.M | re.S).group(1)
    entries = [entry.strip() for entry in field.split(",") if entry.strip() and "<!nocheck>" not in entry]
    names = [re.match(r"[a-z0-9.+-]+", entry).group(0) for entry in entries]
    return [name for name in names if name not in TOOLS and not name.startswith("dh-")]


def left_out(document: dict, folder: pathlib.Path, control: str) -> list[str]:
    found = []
    packages = {package["SPDXID"]: package for package in document["packages"]}
    artefacts = {package["packageFileName"]: package for package in packages.values() if "packageFileName" in package}
    for path in sorted(folder.iterdir()):
        if path.name == "SHA256SUMS" or path.name.endswith(".spdx.json"):
            continue
        artefact = artefacts.get(path.name)
        if artefact is None or artefact["checksums"][0]["checksumValue"] != hashlib.sha256(path.read_bytes()).hexdigest():
            found.append(f"{path.name}: not described, or another one")
            continue
        related = {how: {packages[said["relatedSpdxElement"]]["name"] for said in document["relationships"]
                         if said["spdxElementId"] == artefact["SPDXID"] and said["relationshipType"] == how}
                   for how in RELATIONSHIPS}
        if "lit" not in related["CONTAINS"]:
            found.append(f"{path.name}: nothing of the page")
        if path.suffix != ".deb":
            continue
        shared = {plain(name) for name in related["DYNAMIC_LINK"]}
        for name in [*(package_of(library) for library in needed_by(path)), *depended_on(path)]:
            if plain(name) not in shared:
                found.append(f"{path.name}: {name} is linked and not listed")
        for name in built_with(control):
            if not any(re.fullmatch(BRINGS.get(name, re.escape(name)), listed) for listed in related["STATIC_LINK"]):
                found.append(f"{path.name}: {name} is compiled in and not listed")
    return found


def main() -> int:
    folder = pathlib.Path(sys.argv[1])
    documents = list(folder.glob("*.spdx.json"))
    if len(documents) != 1:
        print(f"{folder}: {len(documents)} bills of materials")
        return 1
    document = json.loads(documents[0].read_text())
    found = faults_of_form(document) + left_out(document, folder, (ROOT / "packaging/debian/control").read_text())
    print("\n".join(found) if found else f"{documents[0].name}: {len(document['packages'])} packages, nothing left out")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
