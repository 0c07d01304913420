"""The Wayback Machine: which capture is good, pace, failures (bodies made by hand)."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import httpx
import pytest

from pipeline.clock import SimulatedClock
from pipeline.network.http_client import HttpClient
from pipeline.network.retry import TroubleKind
from pipeline.network.service import Answer
from pipeline.records.outcomes import Blocked, Failed, Found, Missing, Outcome, Skipped
from pipeline.records.sources import CaptureRecord
from pipeline.sources.web.wayback import WaybackSource, capture_available, classify, outcome_of
from tests.sources.asking import NOW, ask_all

URL = "https://lab.example/paper"
TIME = "20240501093000"
CAPTURE = CaptureRecord(url=f"https://web.archive.org/web/{TIME}/{URL}", timestamp=TIME)
NONE: dict[str, Any] = {"url": "lab.example/paper", "archived_snapshots": {}}
HEAD = ["timestamp", "original", "statuscode"]


def available(status: str = "200", url: str = URL, **fields: Any) -> dict[str, Any]:
    """Return what the availability interface says."""
    closest = {
        "status": status,
        "available": True,
        "url": f"http://web.archive.org/web/{TIME}/{url}",
        "timestamp": TIME,
        **fields,
    }
    return {"url": url, "archived_snapshots": {"closest": closest}}


class Archive:
    """An archive, and the log of what was asked of it."""

    def __init__(self, *availability: Any, rows: Any = ()) -> None:
        self.availability = list(availability)
        self.rows = rows
        self.asked: list[tuple[str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        self.asked.append((request.url.path, request.url.params["url"]))
        if request.url.path == "/wayback/available":
            said = self.availability.pop(0) if self.availability else NONE
            return said if isinstance(said, httpx.Response) else httpx.Response(200, json=said)
        if isinstance(self.rows, httpx.Response):
            return self.rows
        return httpx.Response(200, json=self.rows)


async def fetch(
    handler: Callable[[httpx.Request], httpx.Response], keys: Sequence[str]
) -> tuple[dict[str, Outcome[CaptureRecord]], HttpClient, SimulatedClock]:
    """Ask a source over `handler` for all keys."""
    return await ask_all(WaybackSource, handler, keys)


@pytest.mark.anyio
async def test_address_without_scheme_is_asked_first() -> None:
    """It finds what the whole address does not."""
    archive = Archive(available())
    found, _, _ = await fetch(archive, [URL])

    assert found[URL] == Found(value=CAPTURE)
    assert archive.asked == [("/wayback/available", "lab.example/paper")]


@pytest.mark.anyio
async def test_whole_address_is_asked_second() -> None:
    """The other way round happens too."""
    archive = Archive(NONE, available())
    found, _, clock = await fetch(archive, [URL])

    assert found[URL] == Found(value=CAPTURE)
    assert archive.asked[1] == ("/wayback/available", URL)
    assert clock.monotonic() == pytest.approx(2.5)


@pytest.mark.anyio
@pytest.mark.parametrize("said", [NONE, available("404"), available("301"), available("-")])
async def test_index_has_the_last_word(said: dict[str, Any]) -> None:
    """Where the quick answer is nothing good, the newest good capture is in the index."""
    archive = Archive(said, said, rows=[HEAD, [TIME, "http://lab.example:80/paper", "200"]])
    found, client, clock = await fetch(archive, [URL])

    outcome = found[URL]
    assert isinstance(outcome, Found)
    assert outcome.value.url == f"https://web.archive.org/web/{TIME}/http://lab.example:80/paper"
    assert outcome.value.day == "2024-05-01"
    assert archive.asked[-1] == ("/cdx/search/cdx", URL)
    assert client.requests == {"wayback": 3}
    assert clock.monotonic() == pytest.approx(5.0)


@pytest.mark.anyio
@pytest.mark.parametrize("rows", [[], [HEAD], [HEAD, [TIME, URL, "404"]], [HEAD, [TIME, URL, "-"]]])
async def test_page_without_a_good_capture_is_missing(rows: list[list[str]]) -> None:
    """An empty index is `[]`, or its head alone."""
    found, _, _ = await fetch(Archive(rows=rows), [URL])

    assert isinstance(found[URL], Missing)


@pytest.mark.anyio
async def test_excluded_site_is_blocked() -> None:
    """The archive says so with 403 in words of its own."""
    words = "org.archive.wayback.exception.AdministrativeAccessControlException: Blocked Site Error"
    found, _, _ = await fetch(Archive(rows=httpx.Response(403, text=words)), [URL])

    assert isinstance(found[URL], Blocked)


@pytest.mark.anyio
async def test_minute_is_waited_after_429() -> None:
    """The archive wants 60 s where it does not say."""
    archive = Archive(httpx.Response(429), available())
    found, _, clock = await fetch(archive, [URL])

    assert isinstance(found[URL], Found)
    assert 60.0 <= clock.monotonic() <= 70.0


@pytest.mark.anyio
async def test_fault_of_the_quick_interface_leaves_the_index() -> None:
    """They are two services."""
    odd = httpx.Response(200, text="<html>")
    archive = Archive(odd, odd, rows=[HEAD, [TIME, URL, "200"]])
    found, _, _ = await fetch(archive, [URL])

    assert found[URL] == Found(value=CAPTURE)


@pytest.mark.anyio
async def test_archive_that_is_down_is_given_up_soon() -> None:
    """A lookup is an extra: it must not hang a run."""
    keys = [f"https://lab.example/{number}" for number in range(40)]
    found, client, clock = await fetch(lambda _: httpx.Response(503), keys)

    assert client.requests["wayback"] <= 6
    assert clock.monotonic() < 300.0
    assert all(isinstance(outcome, Failed) for outcome in found.values())


@pytest.mark.anyio
async def test_run_looks_up_so_many_pages_only() -> None:
    """The others wait; they are asked first when they are the oldest."""
    keys = [f"https://lab.example/{number}" for number in range(4)]
    found, client, _ = await ask_all(
        lambda client: WaybackSource(client, most=2), Archive(), [*keys, "no url"]
    )

    assert [type(found[key]) for key in keys] == [Missing, Missing, Skipped, Skipped]
    assert client.requests == {"wayback": 6}


@pytest.mark.anyio
async def test_what_is_no_url_is_not_asked() -> None:
    """The archive has pages."""
    found, client, _ = await fetch(lambda _: httpx.Response(500), ["javascript:x", ""])

    assert not client.requests
    assert all(isinstance(outcome, Missing) for outcome in found.values())


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, b"[]", None),
        (200, b"{}", None),
        (200, b"", "transient"),
        (200, b"<html>", "transient"),
        (200, b'"text"', "transient"),
        (403, b"AdministrativeAccessControlException", None),
        (403, b"", "refused"),
        (429, b"", "throttled"),
        (503, b"", "transient"),
        (404, b"", "refused"),
    ],
)
def test_classify_tells_an_answer_from_a_fault(
    status: int, body: bytes, kind: TroubleKind | None
) -> None:
    """Only JSON is an answer."""
    trouble = classify(Answer("GET", "u", status=status, body=body), NOW)

    assert (trouble.kind if trouble else None) == kind


@pytest.mark.parametrize(
    "said",
    [
        None,
        [],
        {},
        {"archived_snapshots": []},
        {"archived_snapshots": {"closest": None}},
        available(available=False),
        available(url="https://other.example/paper"),
        available(url="javascript:alert(1)"),
        available(status="403"),
        {"archived_snapshots": {"closest": {"available": True, "status": "200", "url": 7}}},
        {
            "archived_snapshots": {
                "closest": {
                    "available": True,
                    "status": "200",
                    "url": f"https://evil.example/{URL}",
                }
            }
        },
    ],
)
def test_what_is_no_capture_of_this_page_is_none(said: Any) -> None:
    """Nothing goes into a list that is not a good capture of the very page."""
    assert capture_available(URL, said) is None


@pytest.mark.parametrize(
    "rows",
    [
        [HEAD, ["2024", URL, "200"]],
        [HEAD, [TIME, "https://other.example/", "200"]],
        [HEAD, [TIME, URL]],
        [HEAD, "text", 7, [1, 2, 3]],
        ["text", [TIME, URL, "200"]],
        {"message": "x"},
    ],
)
def test_row_that_is_no_capture_is_passed_over(rows: Any) -> None:
    """A row of another shape is none."""
    answer = Answer("GET", "u", status=200, body=json.dumps(rows).encode())

    assert isinstance(outcome_of(URL, answer), Missing)


def test_newest_row_counts() -> None:
    """The index gives the oldest first."""
    rows = [HEAD, ["20200101000000", URL, "200"], [TIME, URL, "200"]]
    answer = Answer("GET", "u", status=200, body=json.dumps(rows).encode())

    assert outcome_of(URL, answer) == Found(value=CAPTURE)


# --- the capture nearest to a day -------------------------------------------------------------


@pytest.mark.anyio
async def test_the_quick_interface_is_asked_for_a_day() -> None:
    """In its own words; without a day it gives the newest."""
    asked: list[str | None] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params.get("timestamp"))
        return httpx.Response(200, json=available())

    found, _, _ = await fetch(handler, [f"20240430 {URL}", URL])

    assert found[f"20240430 {URL}"] == Found(value=CAPTURE)
    assert asked == ["20240430", None]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("day", "nearest"),
    [
        ("20200101", "20200301000000"),
        ("20210101", "20200301000000"),
        ("20230101", "20220601000000"),
        ("20260101", "20251231235959"),
    ],
)
async def test_the_index_gives_the_capture_nearest_to_a_day(day: str, nearest: str) -> None:
    """One a day is enough; before or after makes no difference."""
    stamps = ["20200301000000", "20220601000000", "20251231235959"]
    archive = Archive(rows=[HEAD, *([stamp, URL, "200"] for stamp in stamps)])
    found, client, _ = await fetch(archive, [f"{day} {URL}"])

    outcome = found[f"{day} {URL}"]
    assert isinstance(outcome, Found)
    assert outcome.value.timestamp == nearest
    assert client.requests == {"wayback": 3}
