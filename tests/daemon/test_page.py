"""The page's files as a browser gets them: from `/` along every link, in each coding, and again a second time."""
import gzip
import html.parser
import json
import re
import subprocess
import urllib.parse

import pytest

from harness import ask

FOREVER = "public, max-age=31536000, immutable"
BROWSER = "gzip, deflate, br, zstd"


def brotli(packed):
    """Undone by Node.js, whose library the page's build made it with."""
    script = "process.stdout.write(require('zlib').brotliDecompressSync(require('fs').readFileSync(0)))"
    return subprocess.run(["node", "-e", script], input=packed, capture_output=True, check=True, timeout=60).stdout


UNDO = {"identity": lambda plain: plain, "gzip": gzip.decompress, "br": brotli}


class Links(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag in ("link", "script", "img"):  # what a browser fetches by itself
            self.found |= {value for name, value in attrs if name in ("src", "href")}


def links_of(path, text):
    """The addresses that a file of the page names, as paths: what HTML and the manifest link to, what scripts import."""
    if path == "/":
        found = Links(text).found
    elif path.endswith(".webmanifest"):
        found = {icon["src"] for icon in json.loads(text).get("icons", [])}
    elif path.endswith(".js"):
        found = set(re.findall(r"""(?:\bimport\(|\bfrom|\bimport)\s*["'`](\.{1,2}/[\w./-]+)["'`]""", text))
    else:
        found = set()
    assert not any(link.startswith(("/", "http:", "https:", "data:")) for link in found), f"{path} needs its own base: {found}"
    return {urllib.parse.urljoin(path, link) for link in found}


@pytest.fixture
def files(started):
    """A daemon's port, and the plain bytes of each file that can be reached from `/`."""
    port = started.daemon().http_port
    known, new = {}, {"/"}
    while new:
        path = new.pop()
        answer = ask(port, path)
        assert answer.status == 200, f"{path} is linked, but {answer.status}"
        assert "Content-Encoding" not in answer.headers, "who does not say that it can undo one gets none"
        known[path] = answer.content
        new |= links_of(path, answer.body) - known.keys()
    return port, known


def test_every_file_is_the_same_in_each_coding_and_not_sent_twice(files):
    port, known = files
    kinds = {path.rsplit(".", 1)[-1] for path in known}
    assert {"/", "js", "css", "svg", "webmanifest", "png"} <= kinds, known.keys()
    for path, plain in known.items():
        tags = {}
        for coding in UNDO:
            accepted = {"Accept_Encoding": f"{coding}, *;q=0"}
            answer = ask(port, path, **accepted)
            used = answer.headers.get("Content-Encoding", "identity")
            compressible = not path.endswith(".png")
            assert used == (coding if compressible else "identity"), path
            assert UNDO[used](answer.content) == plain, (path, coding)
            assert answer.headers.get("Vary") == ("Accept-Encoding" if compressible else None), path
            assert answer.headers["Cache-Control"] == (FOREVER if path.startswith("/assets/") else "no-cache"), path
            tags[used] = answer.headers["ETag"]

            again = ask(port, path, If_None_Match=answer.headers["ETag"], **accepted)
            assert again.status == 304 and again.content == b"", path
            assert again.headers["Cache-Control"] == answer.headers["Cache-Control"]
            head = ask(port, path, method="HEAD", **accepted)
            assert head.status == 200 and head.content == b"" and head.headers.items() == answer.headers.items(), path
        assert len(set(tags.values())) == (3 if compressible else 1), path


def test_a_browser_gets_the_smallest(files):
    port, known = files
    for path in known:
        if path.endswith(".js"):
            answer = ask(port, path, Accept_Encoding=BROWSER)
            assert answer.headers["Content-Encoding"] == "br"
            assert len(answer.content) < len(known[path])


def test_files_of_another_version_are_not_there(files):
    port, known = files
    scripts = [path for path in known if path.startswith("/assets/")]
    gone = re.sub(r"-[\w-]{8}\.", "-_______0.", scripts[0])
    assert gone not in known
    answer = ask(port, gone, Accept_Encoding=BROWSER)
    assert answer.status == 404 and answer.headers["Cache-Control"] == "no-store"


def test_long_answers_of_the_api_are_compressed_for_who_takes_them(files):
    port, _ = files
    plain = ask(port, "/api/openapi.json")
    packed = ask(port, "/api/openapi.json", Accept_Encoding=BROWSER)
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    assert packed.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain.headers
    assert len(packed.content) < len(plain.content) / 4
    assert json.loads(gzip.decompress(packed.content)) == plain.json()
    assert packed.headers["ETag"] != plain.headers["ETag"]
    again = ask(port, "/api/openapi.json", Accept_Encoding=BROWSER, If_None_Match=packed.headers["ETag"])
    assert again.status == 304 and "Content-Encoding" not in again.headers
