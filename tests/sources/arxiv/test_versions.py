"""Titles of version 1: which are asked, and what an answer means."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from xml.sax.saxutils import escape

import httpx
import pytest

from pipeline.clock import SimulatedClock
from pipeline.network.http_client import HttpClient
from pipeline.records.outcomes import Found, Outcome
from pipeline.records.sources import FirstVersion
from pipeline.sources.arxiv.versions import ArxivVersions

Answerer = Callable[[list[str]], httpx.Response]


def feed(entries: Sequence[tuple[str, str]], *, total: int | None = None) -> httpx.Response:
    """Return an Atom feed of ids with versions and their titles."""
    inner = "".join(
        f"<entry><id>http://arxiv.org/abs/{name}</id><title>{escape(title)}</title>"
        "<published>2023-04-30T21:00:00Z</published><updated>2023-04-30T21:00:00Z</updated>"
        "<summary>S</summary><author><name>Ann Author</name></author></entry>"
        for name, title in entries
    )
    text = (
        '<feed xmlns="http://www.w3.org/2005/Atom"'
        ' xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"><id>x</id>'
        "<opensearch:itemsPerPage>100</opensearch:itemsPerPage>"
        f"<opensearch:totalResults>{len(entries) if total is None else total}"
        "</opensearch:totalResults><opensearch:startIndex>0</opensearch:startIndex>"
        f"{inner}</feed>"
    )
    return httpx.Response(200, text=text)


async def ask(
    keys: Sequence[str], answer: Answerer
) -> tuple[dict[str, Outcome[FirstVersion]], list[list[str]]]:
    """Return the outcomes, and the ids of each request."""
    seen: list[list[str]] = []

    def transport(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.params["id_list"].split(","))
        return answer(seen[-1])

    client = HttpClient(
        transport=httpx.MockTransport(transport),
        clock=SimulatedClock(datetime(2026, 3, 1, tzinfo=UTC)),
        user_agent="lists/1",
    )
    async with client:
        pairs = [pair async for pair in ArxivVersions(client).fetch_many(keys)]
    assert len(pairs) == len(dict(pairs)), "one outcome a key"
    return dict(pairs), seen


@pytest.mark.anyio
async def test_version_1_is_asked_in_batches_of_100() -> None:
    """Ids with `v1`; the keys of the answers have no version."""
    keys = [f"2305.{number:05}" for number in range(1, 131)]
    outcomes, seen = await ask(keys, lambda ids: feed([(name, f"T {name}") for name in ids]))

    assert [len(ids) for ids in seen] == [100, 30]
    assert seen[0][0] == "2305.00001v1"
    assert list(outcomes) == keys
    expected = FirstVersion(id="2305.00130", title="T 2305.00130v1")
    assert outcomes["2305.00130"] == Found(value=expected)


@pytest.mark.anyio
async def test_old_style_ids_are_asked_too() -> None:
    """The archive is part of the id."""
    outcomes, seen = await ask(["hep-th/9901001"], lambda ids: feed([(ids[0], "Strings")]))

    assert seen == [["hep-th/9901001v1"]]
    assert outcomes["hep-th/9901001"].status == "found"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("key", "answer", "status", "requests"),
    [
        ("2305.00001", lambda _: feed([]), "missing", 1),
        ("2305.00001", lambda _: feed([("2305.00001v3", "T")]), "failed", 1),
        ("2305.00001", lambda _: httpx.Response(400, text="no"), "failed", 1),
        ("no id", lambda _: feed([]), "missing", 0),
    ],
)
async def test_what_is_not_version_1_is_no_title(
    key: str, answer: Answerer, status: str, requests: int
) -> None:
    """No such version, another one, a refusal, no id."""
    outcomes, seen = await ask([key], answer)

    assert outcomes[key].status == status
    assert len(seen) == requests


@pytest.mark.anyio
async def test_refused_batch_is_split() -> None:
    """One id that is refused costs the others nothing."""
    bad = "2305.00002v1"

    def answer(ids: list[str]) -> httpx.Response:
        if bad in ids:
            return httpx.Response(400, text="no")
        return feed([(name, "T") for name in ids])

    outcomes, _ = await ask([f"2305.0000{number}" for number in range(1, 5)], answer)

    assert [one for one, outcome in outcomes.items() if outcome.status == "failed"] == [
        "2305.00002"
    ]


@pytest.mark.anyio
async def test_closed_service_is_not_asked_again() -> None:
    """After being told to slow down to the end, the other batches fail without a request."""
    keys = [f"2305.{number:05}" for number in range(1, 251)]
    outcomes, seen = await ask(keys, lambda _: httpx.Response(429, text="Rate exceeded."))

    assert {outcome.status for outcome in outcomes.values()} == {"failed"}
    assert {len(ids) for ids in seen} == {100}
    assert len({tuple(ids) for ids in seen}) == 1
