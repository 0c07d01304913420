"""Reading the anchors of pages: what is asked, and what tells nothing."""

from collections.abc import Callable, Sequence

import httpx
import pytest

from pipeline.clock import SimulatedClock
from pipeline.network.http_client import HttpClient
from pipeline.records.outcomes import Failed, Found, Missing, Outcome, Skipped
from pipeline.records.sources import AnchorRecord
from pipeline.sources.web.fragments import PAGE_CAP, FragmentSource
from tests.sources.asking import ask_all

PAGE, REPOSITORY = "https://lab.example/page", "https://github.com/a/b"
HTML = '<h1 id="intro">Intro</h1><a name="old"></a>'
README = '<article><a id="user-content-install" href="#install"></a></article>'


async def fetch(
    handler: Callable[[httpx.Request], httpx.Response],
    keys: Sequence[str],
    token: str | None = None,
) -> tuple[dict[str, Outcome[AnchorRecord]], HttpClient, SimulatedClock]:
    """Ask a source over `handler` for all keys."""
    credentials = {"api.github.com": token} if token else None
    return await ask_all(FragmentSource, handler, keys, credentials)


async def read(handler: Callable[[httpx.Request], httpx.Response], key: str = PAGE) -> AnchorRecord:
    """Return what is read from one page."""
    found, _, _ = await fetch(handler, [key])
    outcome = found[key]
    assert isinstance(outcome, Found)
    return outcome.value


@pytest.mark.anyio
async def test_page_is_asked_once() -> None:
    """However often its key is named."""
    found, client, _ = await fetch(lambda _: httpx.Response(200, html=HTML), [PAGE, PAGE])

    assert found == {
        PAGE: Found(value=AnchorRecord(url=PAGE, names=("intro", "old"), telling=True))
    }
    assert client.requests == {"fragments": 1}


@pytest.mark.anyio
async def test_readme_comes_rendered_from_the_interface() -> None:
    """With the token, which no other host sees."""
    asked: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, html=README if "github" in request.url.host else HTML)

    found, _, _ = await fetch(handler, [REPOSITORY, PAGE], token="secret")

    expected = AnchorRecord(url=REPOSITORY, names=("install",), telling=True, any_case=True)
    assert found[REPOSITORY] == Found(value=expected)
    assert str(asked[0].url) == "https://api.github.com/repos/a/b/readme"
    assert asked[0].headers["accept"] == "application/vnd.github.html+json"
    assert asked[0].headers["authorization"] == "Bearer secret"
    assert "authorization" not in asked[1].headers


@pytest.mark.anyio
async def test_renamed_repository_is_followed() -> None:
    """GitHub's interface redirects to the repository's number."""

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/repos/a/b/readme":
            return httpx.Response(
                301, headers={"Location": "https://api.github.com/repositories/1/readme"}
            )
        return httpx.Response(200, html=README)

    assert (await read(handler, REPOSITORY)).telling


@pytest.mark.anyio
async def test_repository_without_readme_is_missing() -> None:
    """There is nothing whose sections could be gone."""
    found, _, _ = await fetch(lambda _: httpx.Response(404, json={}), [REPOSITORY])

    assert isinstance(found[REPOSITORY], Missing)


@pytest.mark.anyio
@pytest.mark.parametrize("status", [403, 404, 410, 500, 503])
async def test_page_that_cannot_be_read_is_a_failure(status: int) -> None:
    """Whether it is there is for the verdict to say, not for this."""
    found, client, _ = await fetch(lambda _: httpx.Response(status), [PAGE])

    assert isinstance(found[PAGE], Failed)
    assert client.requests["fragments"] <= 2


@pytest.mark.anyio
@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, content=HTML, headers={"Content-Type": "application/pdf"}),
        httpx.Response(200, content=HTML),
        httpx.Response(
            200,
            stream=httpx.ByteStream(b"\x1f\x8b" + HTML.encode()),
            headers={"Content-Type": "text/html", "Content-Encoding": "gzip"},
        ),
        httpx.Response(200, content=b"<h1 id=\xe4>", headers={"Content-Type": "text/html"}),
        httpx.Response(200, html=HTML + " " * PAGE_CAP),
        httpx.Response(200, html="<p>text"),
    ],
    ids=["pdf", "untold", "gzip", "latin-1", "long", "no ids"],
)
async def test_page_that_was_not_read_whole_tells_nothing(answer: httpx.Response) -> None:
    """A name that was not seen may be there."""
    assert not (await read(lambda _: answer)).telling


@pytest.mark.anyio
@pytest.mark.parametrize(
    "url", ["https://arxiv.org/html/2305.00447", "https://github.com/a/b/issues/1", "x"]
)
async def test_page_that_is_not_for_robots_is_not_asked(url: str) -> None:
    """Nothing leaves the machine."""
    found, client, _ = await fetch(lambda _: httpx.Response(200, html=HTML), [url])

    assert isinstance(found[url], Skipped)
    assert not client.requests


@pytest.mark.anyio
async def test_redirect_to_arxiv_is_not_followed() -> None:
    """Its pages are not for robots, whoever points there."""
    hosts: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        hosts.append(request.url.host)
        return httpx.Response(302, headers={"Location": "https://arxiv.org/html/2305.00447"})

    found, _, _ = await fetch(handler, [PAGE])

    assert hosts == ["lab.example"]
    assert isinstance(found[PAGE], Failed)
