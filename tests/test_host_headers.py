"""
Headers for one host, from the environment to the socket: who gets them, and who never sees them.

The real command line runs over the Internet of `tests.internet`; every file and every word that it
leaves is searched for the secrets.
"""

import json
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from tests.github_server import GitHub
from tests.internet import Handler, Internet, online
from tests.test_hostile import Done, call, settle

TOKEN = "s3cr3t-of-the-docs-0123456789"
SESSION = "c00kie-of-the-docs-987654321"
HEADERS = {
    "PIPELINE_HEADER_DOCS": f"docs.example Authorization: Bearer {TOKEN}",
    "PIPELINE_HEADER_SESSION": f"docs.example Cookie: session={SESSION}; lang=en",
    "PIPELINE_HEADER_UNSET": "other.example Authorization: Bearer ",
}
LIST = """\
# Papers

- [One paper](https://docs.example/1)
- [Two papers](https://docs.example/away)
- [Three papers](https://docs.example/stays)
- [Four papers](https://docs.example/round)
- [Five papers](http://docs.example/plain)
- [Six papers](https://stranger.example/to-docs)
- [Seven papers](https://sub.docs.example/1)
- [Eight papers](https://other.example/1)
- [Nine papers](https://docs.example/echo#part)
- [Ten papers](https://docs.example:8443/1)
- [Eleven papers](https://docs.example/gone)
- [Twelve papers](https://user@docs.example.evil.example/)
- [Thirteen papers](https://docs.example/moved)
"""


def docs(request: httpx.Request) -> httpx.Response:
    """A host that knows who asks by both headers, and says everything that it was told."""
    known = request.headers.get("authorization"), request.headers.get("cookie", "")
    targets = {
        "/away": "https://evil.example/",
        "/stays": "/3",
        "/round": "https://evil.example/back",
        "/plain": "https://docs.example/2",
        "/moved": f"/new/{quote(str(known))}",
    }
    path = request.url.path
    if path in targets:
        return httpx.Response(301, headers={"location": targets[path]})
    if path == "/gone":
        return httpx.Response(404, html=f"<title>Not for {known}</title>")
    if known[0] != f"Bearer {TOKEN}" or SESSION not in known[1]:
        return httpx.Response(401, html="<title>Who are you?</title>")
    told = f"<title>{known}</title><h2 id='part'>{known}</h2>" + "<p>words</p>" * 200
    return httpx.Response(200, html=told, headers={"server": str(known)})


def back(request: httpx.Request) -> httpx.Response:
    """A stranger who leads to the host."""
    page = request.url.path.startswith(("/back", "/to-docs"))
    return httpx.Response(302, headers={"location": "https://docs.example/1"}) if page else OK


OK = httpx.Response(200, html="<title>A page</title>" + "<p>words</p>" * 200)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """Run what writes and what shows."""
    folder = tmp_path_factory.mktemp("headers")
    hosts: dict[str, Handler] = {
        "docs.example": docs,
        "evil.example": back,
        "stranger.example": back,
    }
    with pytest.MonkeyPatch.context() as patch:
        settle(folder, patch)
        for name, value in (HEADERS | {"PIPELINE_FRAGMENTS": "true"}).items():
            patch.setenv(name, value)
        Path("list.md").write_text(LIST, encoding="utf-8")
        Path("pipeline.toml").write_text('exports = ["sqlite", "csv", "page", "atom"]\n')
        with online(Internet(hosts), folder, patch) as world:
            result = Done(world, GitHub())
            call(result, "enrich", "run", "enrich", "list.md", "--verbose")
            call(result, "again", "run", "enrich", "list.md", "--refresh", "all", "--verbose")
            call(result, "check", "run", "check", "list.md", "--format", "github")
            call(result, "explain", "explain", "https://docs.example/1")
            call(result, "doctor", "doctor")
            call(result, "issue", "publish", "issue", "--repository", "o/r")
        files = (path for path in folder.rglob("*") if path.is_file())
        result.texts |= {str(path): path.read_bytes() for path in files}
    return result


def test_headers_go_to_their_host_alone(done: Done) -> None:
    """Over https, never to a subdomain or another port, nor behind a redirect to another host."""
    for secret in (TOKEN, SESSION):
        assert done.internet.tokens(secret) == {"https://docs.example"}
    asked = {url for url, headers in done.internet.asked if TOKEN in str(headers.values())}
    without = {url for url, headers in done.internet.asked if TOKEN not in str(headers.values())}

    assert {"GET https://docs.example/1", "GET https://docs.example/stays"} <= asked
    assert {"GET https://docs.example/1", "GET https://evil.example/"} <= without
    assert not {"GET http://docs.example/plain", "GET https://docs.example:8443/1"} & asked


def test_a_page_that_needs_them_is_there(done: Done) -> None:
    """And one that is gone is gone; who comes from elsewhere meets the login."""
    (lines,) = (text for name, text in done.texts.items() if name.endswith("reports/links.jsonl"))
    health = {one["url"]: one["verdict"] for one in map(json.loads, lines.splitlines())}

    assert health["https://docs.example/1"] == "alive"
    assert health["http://docs.example/plain"] in ("alive", "moved")
    assert health["https://docs.example/gone"] == "dead"
    for url in ("https://docs.example/round", "https://stranger.example/to-docs"):
        assert health[url] == "blocked"


def test_no_output_has_them(done: Done) -> None:
    """Not the log, the cache or a report, though the host says them in every answer."""
    words = (TOKEN, SESSION, quote(TOKEN), TOKEN.encode().hex())
    found = {name for name, text in done.texts.items() for word in words if word.encode() in text}

    assert len(done.texts) > 30
    assert found == set()


def test_what_is_sent_where_is_said_aloud(done: Done) -> None:
    """By name and host."""
    said = done.texts["doctor stdout"].decode()

    assert "Authorization, Cookie (PIPELINE_HEADER_…) for docs.example" in said
    assert "other.example" not in said
