"""Save Page Now: jobs, refusals, pace, and whom the key is shown to (bodies made by hand)."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from pipeline.clock import SimulatedClock
from pipeline.network.http_client import HttpClient
from pipeline.network.service import Credential
from pipeline.records.outcomes import Failed, Found, Missing, Outcome, Skipped
from pipeline.records.sources import CaptureRecord
from pipeline.sources.web.save import SaveSource
from tests.sources.asking import ask_all

URL = "https://lab.example/paper?a=1&b=2"
TIME = "20260301120000"
COPY = CaptureRecord(url=f"https://web.archive.org/web/{TIME}/{URL}", timestamp=TIME)
KEY = Credential("Authorization", "LOW access:secret")


class Archive:
    """An archive that needs some rounds for a copy."""

    def __init__(self, rounds: int = 1, saving: Any = None, state: Any = None) -> None:
        self.rounds = rounds
        self.saving = saving
        self.state = state or {"status": "success", "timestamp": TIME, "original_url": URL}
        self.asked: list[str] = []
        self.forms: list[dict[str, list[str]]] = []
        self.pending: dict[str, int] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Take a page, or say how far a job is."""
        self.asked.append(f"{request.method} {request.url.path}")
        assert request.headers["authorization"] == KEY.value
        if request.method == "POST":
            self.forms.append(parse_qs(request.content.decode()))
            if self.saving is not None:
                return answer(self.saving)
            job = f"spn2-{len(self.forms)}"
            self.pending[job] = self.rounds
            return httpx.Response(200, json={"url": "x", "job_id": job})
        job = request.url.path.rpartition("/")[2]
        self.pending[job] -= 1
        if self.pending[job] > 0:
            return httpx.Response(200, json={"job_id": job, "status": "pending", "resources": []})
        return answer(self.state)


def answer(said: Any) -> httpx.Response:
    """Return what is said as an answer."""
    return said if isinstance(said, httpx.Response) else httpx.Response(200, json=said)


async def save(
    handler: Callable[[httpx.Request], httpx.Response], *urls: str, most: int = 10
) -> tuple[dict[str, Outcome[CaptureRecord]], HttpClient, SimulatedClock]:
    """Ask for copies of pages."""
    return await ask_all(
        lambda client: SaveSource(client, most=most), handler, urls, {"web.archive.org": KEY}
    )


@pytest.mark.anyio
async def test_a_copy_is_a_job_that_is_asked_for() -> None:
    """The page's own address, to the letter; a copy of this half year does."""
    archive = Archive(rounds=2)
    outcomes, client, clock = await save(archive, URL)

    assert outcomes == {URL: Found(value=COPY)}
    assert archive.asked == ["POST /save", "GET /save/status/spn2-1", "GET /save/status/spn2-1"]
    assert archive.forms == [
        {"url": [URL], "skip_first_archive": ["1"], "if_not_archived_within": ["180d"]}
    ]
    assert client.requests == {"archive": 3}
    assert clock.monotonic() >= 30


@pytest.mark.anyio
async def test_six_requests_a_minute_and_so_many_pages_a_run() -> None:
    """The rest waits for the next run."""
    archive = Archive()
    urls = [f"https://lab.example/{n}" for n in range(5)]
    outcomes, _, clock = await save(archive, *urls, most=3)

    assert [type(outcomes[url]) for url in urls] == [Found] * 3 + [Skipped] * 2
    assert len(archive.asked) == 6
    assert clock.monotonic() >= 5 * 10


@pytest.mark.anyio
async def test_a_job_without_an_end_is_left_to_the_next_run() -> None:
    """A forgotten one is pending for ever."""
    outcomes, _, clock = await save(Archive(rounds=99), URL)

    assert isinstance(outcomes[URL], Skipped)
    assert clock.monotonic() < 300


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("error:blocked-url", Missing),
        ("error:no-access", Missing),
        ("error:filesize-limit", Missing),
        ("error:not-found", Missing),
        ("error:too-many-daily-captures", Failed),
        ("error:job-failed", Failed),
        ("error:something-new", Failed),
        ("<b>", Failed),
        (None, Failed),
    ],
)
async def test_a_refusal_is_of_the_page_or_may_pass(code: str | None, kind: type) -> None:
    """With HTTP 200, to the request or to the job; what is stored is only the former."""
    refusal = {"status": "error", "status_ext": code, "message": "<script>"}

    for archive in (Archive(saving=refusal), Archive(state=refusal)):
        outcome = (await save(archive, URL))[0][URL]
        assert isinstance(outcome, kind)
        assert "<" not in (getattr(outcome, "reason", "") or "")


@pytest.mark.anyio
async def test_too_many_pages_at_once_are_waited_for() -> None:
    """A minute, as the archive says in words."""
    refusal = {"status": "error", "status_ext": "error:user-session-limit"}
    outcomes, _, clock = await save(Archive(saving=refusal), URL)

    assert isinstance(outcomes[URL], Failed)
    assert clock.monotonic() >= 60


@pytest.mark.anyio
@pytest.mark.parametrize("status", [401, 403])
async def test_a_key_that_is_refused_ends_the_saving(status: int) -> None:
    """No page fares better."""
    archive = Archive(saving=httpx.Response(status, json={"message": "no"}))
    outcomes, _, _ = await save(archive, URL, "https://lab.example/2")

    assert {type(one) for one in outcomes.values()} == {Failed}
    assert archive.asked == ["POST /save"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "state",
    [
        {"status": "success"},
        {"status": "success", "timestamp": "2026"},
        {"status": "success", "timestamp": 20260301120000.5},
        {"resources": []},
        httpx.Response(200, text="<html>"),
        httpx.Response(502),
    ],
)
async def test_what_names_no_copy_is_none(state: Any) -> None:
    """It may be there all the same: the next run is told."""
    assert isinstance((await save(Archive(state=state), URL))[0][URL], Failed)


@pytest.mark.anyio
@pytest.mark.parametrize("job", ["../../x", "a b", "", 7, None])
async def test_a_job_has_a_plain_name(job: Any) -> None:
    """It becomes a part of an address."""
    archive = Archive(saving={"job_id": job})

    assert isinstance((await save(archive, URL))[0][URL], Failed)
    assert archive.asked == ["POST /save"]


@pytest.mark.anyio
async def test_a_redirect_is_not_followed_with_the_key() -> None:
    """Neither elsewhere nor here."""
    moved = httpx.Response(302, headers={"location": "https://evil.example/"})
    archive = Archive(saving=moved)

    assert isinstance((await save(archive, URL))[0][URL], Failed)
    assert set(archive.asked) == {"POST /save"}
