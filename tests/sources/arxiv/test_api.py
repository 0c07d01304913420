"""arXiv's API through the `arxiv` package: batches, faults, absent ids, the one door."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from xml.sax.saxutils import escape

import arxiv  # type: ignore[import-untyped]
import httpx
import pytest
import requests  # type: ignore[import-untyped,unused-ignore]

from pipeline.clock import SimulatedClock
from pipeline.network.http_client import HttpClient
from pipeline.network.retry import TroubleKind
from pipeline.network.service import Answer
from pipeline.records.outcomes import Failed, Found, Missing, Outcome
from pipeline.records.source import Source
from pipeline.records.sources import ArxivRecord
from pipeline.sources.arxiv.api import ArxivSource, settle
from pipeline.sources.arxiv.feed import classify, refused_id
from pipeline.sources.arxiv.oai import OaiSource
from pipeline.sources.arxiv.package import split_version
from pipeline.sources.scholarly.datacite import DataCiteSource

NOW = datetime(2026, 3, 1, tzinfo=UTC)
US = "lists/1 (+mailto:me@example.org)"
API, OAI, DATACITE = "export.arxiv.org", "oaipmh.arxiv.org", "api.datacite.org"


# --- a small world ----------------------------------------------------------------------------


def entry(id_: str, version: int | str = 1, title: str = "A Title", **fields: str) -> str:
    """Return an Atom entry of a paper."""
    texts = {
        "published": "2023-04-30T21:00:00Z",
        "updated": "2023-10-17T18:00:00Z",
        "summary": "An abstract.",
        **fields,
    }
    plain = "".join(
        f"<{name}>{escape(text)}</{name}>" for name, text in texts.items() if text
    ).replace("arxiv_", "arxiv:")
    return (
        f"<entry><id>http://arxiv.org/abs/{id_}v{version}</id><title>{escape(title)}</title>{plain}"
        '<arxiv:primary_category term="cs.IR"/><category term="cs.IR"/><category term="cs.CL"/>'
        "<author><name>Ann Author</name></author><author><name>Bo Writer</name></author></entry>"
    )


def feed(entries: Sequence[str], *, total: int | None = None, size: int = 100) -> str:
    """Return an Atom feed that announces `total` results."""
    return (
        "<?xml version='1.0' encoding='UTF-8'?>"
        '<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"'
        ' xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">'
        f"<id>x</id><opensearch:itemsPerPage>{size}</opensearch:itemsPerPage>"
        f"<opensearch:totalResults>{len(entries) if total is None else total}"
        "</opensearch:totalResults><opensearch:startIndex>0</opensearch:startIndex>"
        f"{''.join(entries)}</feed>"
    )


def error_feed(message: str) -> str:
    """Return the feed with which the API refuses a request."""
    text = (
        "<entry><id>https://arxiv.org/api/errors#x</id><title>Error</title>"
        "<updated>2026-03-01T00:00:00Z</updated><published>2026-03-01T00:00:00Z</published>"
        f"<summary>{escape(message)}</summary></entry>"
    )
    return feed([text])


def oai_answer(id_: str, *, known: bool) -> str:
    """Return an OAI-PMH answer about one paper."""
    inner = (
        "<GetRecord><record><header/><metadata>"
        f'<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{id_}</id><version version="v1">'
        "<date>Sun, 30 Apr 2023 21:00:00 GMT</date></version><title>A Title</title>"
        "<authors>Ann Author</authors><categories>cs.IR</categories></arXivRaw>"
        "</metadata></record></GetRecord>"
    )
    body = inner if known else '<error code="idDoesNotExist">no</error>'
    return f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">{body}</OAI-PMH>'


def datacite_item(id_: str) -> dict[str, object]:
    """Return DataCite's record of one paper."""
    return {
        "attributes": {"doi": f"10.48550/arxiv.{id_}", "titles": [{"title": "A"}], "version": "1"}
    }


Reply = httpx.Response | Exception


@dataclass
class World:
    """Upstreams that know some papers, with faults at chosen requests."""

    clock: SimulatedClock
    api: frozenset[str] = frozenset()
    oai: frozenset[str] = frozenset()
    datacite: frozenset[str] = frozenset()
    faults: dict[int, Reply] = field(default_factory=dict)
    """By the number of the request, from 0."""
    down: dict[str, Reply] = field(default_factory=dict)
    """What a host answers to everything."""
    refuses: Callable[[list[str]], httpx.Response | None] = lambda _: None
    """How the API refuses a list of ids."""
    seen: list[tuple[float, httpx.Request]] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        fault = self.faults.get(len(self.seen), self.down.get(request.url.host))
        self.seen.append((self.clock.monotonic(), request))
        if isinstance(fault, Exception):
            raise fault
        if fault is not None:
            return httpx.Response(fault.status_code, headers=fault.headers, content=fault.content)
        return self._answer(request)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == API:
            ids = request.url.params["id_list"].split(",")
            known = [entry(id_) for id_ in reversed(ids) if id_ in self.api]
            return self.refuses(ids) or httpx.Response(200, text=feed(known))
        if request.url.host == OAI:
            id_ = request.url.params["identifier"].removeprefix("oai:arXiv.org:")
            return httpx.Response(200, text=oai_answer(id_, known=id_ in self.oai))
        if "query" in request.url.params:
            asked = re.findall(r'10\.48550/arxiv\.([^"]+)"', request.url.params["query"])
            data = [datacite_item(id_) for id_ in asked if id_ in self.datacite]
            return httpx.Response(200, json={"data": data})
        id_ = request.url.path.removeprefix("/dois/10.48550/arxiv.")
        if id_ not in self.datacite:
            return httpx.Response(404, text="no")
        return httpx.Response(200, json={"data": datacite_item(id_)})

    def batches(self) -> list[int]:
        """Return the sizes of the id lists that the API was asked for."""
        return [
            len(request.url.params["id_list"].split(","))
            for _, request in self.seen
            if request.url.host == API
        ]

    def starts(self) -> list[float]:
        """Return when the requests to arXiv started."""
        return [at for at, request in self.seen if request.url.host in (API, OAI)]


def ids_of(count: int) -> list[str]:
    """Return so many ids."""
    return [f"2305.{number:05}" for number in range(1, count + 1)]


def world_of(known: Iterable[str] = (), **options: object) -> World:
    """Return a world in which every service knows the same papers."""
    papers = frozenset(known)
    given = {"api": papers, "oai": papers, "datacite": papers, **options}
    return World(SimulatedClock(NOW), **given)  # type: ignore[arg-type]


async def fetch(
    world: World,
    keys: Sequence[str],
    *,
    judge: bool = True,
    fallbacks: bool = True,
    witnesses: Sequence[str] = (),
) -> tuple[dict[str, Outcome[ArxivRecord]], HttpClient]:
    """Ask the source, with OAI-PMH as judge and DataCite as fallback, for all keys."""
    client = HttpClient(
        transport=httpx.MockTransport(world),
        clock=world.clock,
        user_agent=US,
        witnesses=witnesses,
    )
    source: Source[ArxivRecord] = ArxivSource(
        client,
        judge=OaiSource(client) if judge else None,
        fallbacks=[DataCiteSource(client)] if fallbacks else [],
    )
    async with client:
        pairs = [pair async for pair in source.fetch_many(keys)]
    assert len(pairs) == len(dict(pairs)), "one outcome a key"
    return dict(pairs), client


def found_by(outcome: Outcome[ArxivRecord]) -> str:
    """Return which source answered, or the status where none did."""
    return outcome.value.metadata_source if isinstance(outcome, Found) else outcome.status


# --- requests ---------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_235_ids_are_three_requests() -> None:
    """As many as a hundred ids a request, `max_results` set, nothing asked twice."""
    keys = ids_of(235)
    world = world_of(keys)
    outcomes, client = await fetch(world, keys)

    assert client.requests == {"arxiv": 3}
    assert world.batches() == [100, 100, 35]
    assert [request.url.params["max_results"] for _, request in world.seen] == ["100", "100", "35"]
    assert set(outcomes) == set(keys)
    assert {found_by(outcome) for outcome in outcomes.values()} == {"arxiv"}


@pytest.mark.anyio
async def test_requests_start_three_seconds_apart() -> None:
    """API and OAI-PMH keep one pace together."""
    keys = ids_of(102)
    world = world_of(keys[:100])
    await fetch(world, keys)

    starts = world.starts()
    assert len(starts) == 2 + 1 + 2
    assert all(later - earlier >= 3.0 for earlier, later in pairwise(starts))


@pytest.mark.anyio
async def test_requests_are_sent_as_ours() -> None:
    """GET, our User-Agent and an Accept header, in the place of the package's own."""
    world = world_of(["2305.00001"])
    await fetch(world, ["2305.00001", "2305.00002"])

    assert {request.method for _, request in world.seen} == {"GET"}
    assert {request.headers["user-agent"] for _, request in world.seen} == {US}
    assert world.seen[0][1].headers["accept"] == "application/atom+xml, */*"


@pytest.mark.anyio
async def test_same_key_is_asked_once() -> None:
    """A key that is given twice has one answer."""
    world = world_of(["2305.00001"])
    outcomes, client = await fetch(world, ["2305.00001", "2305.00001"])

    assert world.batches() == [1]
    assert list(outcomes) == ["2305.00001"]
    assert client.requests == {"arxiv": 1}


@pytest.mark.anyio
async def test_no_keys_are_no_request() -> None:
    """Nothing to ask, nothing asked."""
    outcomes, client = await fetch(world_of(), [])

    assert not outcomes
    assert not client.requests


@pytest.mark.anyio
async def test_answers_come_after_each_request() -> None:
    """The first batch can be stored before the second is asked."""
    keys = ids_of(150)
    world = world_of(keys)
    client = HttpClient(transport=httpx.MockTransport(world), clock=world.clock, user_agent=US)
    async with client:
        requests_at = [client.requests["arxiv"] async for _ in ArxivSource(client).fetch_many(keys)]

    assert requests_at == [1] * 100 + [2] * 50


@pytest.mark.anyio
async def test_moved_api_is_followed() -> None:
    """A redirect is followed at the same pace."""
    there = f"https://{API}/new?id_list=2305.00001"
    world = world_of(["2305.00001"])
    world.faults = {0: httpx.Response(301, headers={"location": there})}
    outcomes, client = await fetch(world, ["2305.00001"])

    assert found_by(outcomes["2305.00001"]) == "arxiv"
    assert client.requests == {"arxiv": 2}


# --- ids that are not answered ----------------------------------------------------------------


@pytest.mark.anyio
async def test_absent_ids_are_asked_again_and_judged() -> None:
    """One more batch for all of them, then one OAI-PMH request for each; then they are missing."""
    keys = ids_of(120)
    world = world_of(keys[2:])
    outcomes, client = await fetch(world, keys)

    assert world.batches() == [100, 20, 2]
    assert client.requests == {"arxiv": 3, "oai": 2}
    for key in keys[:2]:
        assert outcomes[key] == Missing(
            reason="neither arXiv's API nor oai has such a paper", confirmed=True
        )


@pytest.mark.anyio
async def test_id_left_out_once_is_found() -> None:
    """An empty feed that should not be one costs one more request and no paper."""
    keys = ids_of(3)
    world = world_of(keys, faults={0: httpx.Response(200, text=feed([]))})
    outcomes, client = await fetch(world, keys)

    assert {found_by(outcome) for outcome in outcomes.values()} == {"arxiv"}
    assert client.requests == {"arxiv": 2}


@pytest.mark.anyio
async def test_judge_overrules_the_api() -> None:
    """A paper that OAI-PMH knows is found, and the record says where."""
    world = world_of(["2305.00001"], api=frozenset())
    outcomes, _ = await fetch(world, ["2305.00001"])

    assert found_by(outcomes["2305.00001"]) == "oai"


@pytest.mark.anyio
@pytest.mark.parametrize("reply", [httpx.Response(500), httpx.ReadTimeout("x")])
async def test_missing_is_not_confirmed_where_the_judge_is_silent(reply: Reply) -> None:
    """The API asked twice says no; nobody else could be asked."""
    outcomes, _ = await fetch(world_of(down={OAI: reply}), ["2305.00001"])

    outcome = outcomes["2305.00001"]
    assert isinstance(outcome, Missing)
    assert not outcome.confirmed


@pytest.mark.anyio
async def test_missing_is_not_confirmed_without_a_judge() -> None:
    """Two answers of one service are one witness."""
    outcomes, client = await fetch(world_of(), ["2305.00001"], judge=False)

    assert outcomes["2305.00001"] == Missing(
        reason="arXiv's API, asked twice, has no such paper", confirmed=False
    )
    assert client.requests == {"arxiv": 2}


@pytest.mark.anyio
@pytest.mark.parametrize("key", ["abc", "2305.00001v1", "math.GT/0309136", "2305.1,2305.2", ""])
async def test_key_that_is_no_canonical_id_is_not_sent(key: str) -> None:
    """It would spoil its batch or silently miss."""
    world = world_of(["2305.00001"])
    outcomes, _ = await fetch(world, [key, "2305.00001"])

    assert isinstance(outcomes[key], Missing)
    assert world.batches() == [1]


@pytest.mark.anyio
async def test_partial_answer_is_asked_again() -> None:
    """A feed shorter than it says: what it holds is taken, the rest asked again."""
    keys = ids_of(4)
    short = feed([entry(keys[0]), entry(keys[1])], total=4)
    world = world_of(keys, faults={0: httpx.Response(200, text=short)})
    outcomes, _ = await fetch(world, keys)

    assert world.batches() == [4, 2]
    assert {found_by(outcome) for outcome in outcomes.values()} == {"arxiv"}


@pytest.mark.anyio
async def test_ids_of_answers_cut_short_twice_are_not_missing() -> None:
    """What was left out of two short answers failed: nobody said that it does not exist."""
    short = httpx.Response(200, text=feed([entry("2305.00001")], total=2))
    world = world_of(["2305.00001"], down={API: short})
    outcomes, _ = await fetch(world, ["2305.00001", "2305.00002"])

    assert outcomes["2305.00002"] == Failed(
        kind="bad-answer", reason="arXiv's API: answers cut short"
    )


@pytest.mark.anyio
@pytest.mark.parametrize("fields", [{"published": ""}, {"updated": "yesterday"}])
async def test_entry_that_cannot_be_read_is_not_missing(fields: dict[str, str]) -> None:
    """The paper is there; DataCite gives its record."""
    odd = httpx.Response(200, text=feed([entry("2305.00001", **fields)]))
    world = world_of(["2305.00001"], down={API: odd})
    outcomes, client = await fetch(world, ["2305.00001"])

    assert found_by(outcomes["2305.00001"]) == "datacite"
    assert client.requests == {"arxiv": 1, "datacite": 1}


@pytest.mark.anyio
async def test_client_turns_no_page_by_itself() -> None:
    """A feed that announces more than it holds makes the package ask for page two: not with us."""
    more = feed([entry("2305.00001")], total=1000, size=1000)
    world = world_of(["2305.00001"], faults={0: httpx.Response(200, text=more)})
    outcomes, client = await fetch(world, ["2305.00001", "2305.00002"])

    assert found_by(outcomes["2305.00001"]) == "arxiv"
    assert [request.url.params["start"] for _, request in world.seen[:2]] == ["0", "0"]
    assert client.requests["arxiv"] == 2


# --- refused batches --------------------------------------------------------------------------


@pytest.mark.anyio
@pytest.mark.parametrize("status", [400, 200])
async def test_named_id_is_taken_out_of_its_batch(status: int) -> None:
    """An error feed that names an id, with 400 or with 200 as in older days, costs that id only."""
    keys = ids_of(100)
    bad = keys[40]

    def refuses(ids: list[str]) -> httpx.Response | None:
        message = f"incorrect id format for {bad}"
        return httpx.Response(status, text=error_feed(message)) if bad in ids else None

    world = world_of(keys, refuses=refuses, datacite=frozenset(), oai=frozenset())
    outcomes, client = await fetch(world, keys)

    assert world.batches() == [100, 99]
    assert client.requests == {"arxiv": 2, "datacite": 1, "oai": 1}
    assert outcomes[bad] == Failed(
        kind="bad-answer", reason=f"arXiv's API: incorrect id format for {bad}"
    )
    assert [key for key in keys if found_by(outcomes[key]) != "arxiv"] == [bad]


@pytest.mark.anyio
@pytest.mark.parametrize("place", [0, 37, 99])
async def test_unnamed_id_is_searched_by_halving(place: int) -> None:
    """A refusal that names nobody is halved down to the id, and all others are found."""
    keys = ids_of(100)

    def refuses(ids: list[str]) -> httpx.Response | None:
        return httpx.Response(400, text="Bad Request") if keys[place] in ids else None

    world = world_of(keys, refuses=refuses, datacite=frozenset(), oai=frozenset())
    outcomes, _ = await fetch(world, keys)

    assert [key for key in keys if found_by(outcomes[key]) != "arxiv"] == [keys[place]]
    assert outcomes[keys[place]] == Failed(kind="bad-answer", reason="HTTP 400")
    assert len(world.batches()) <= 15


@pytest.mark.anyio
async def test_url_that_is_too_long_is_halved() -> None:
    """414 halves the batch until it passes."""
    keys = ids_of(100)

    def refuses(ids: list[str]) -> httpx.Response | None:
        return httpx.Response(414) if len(ids) > 50 else None

    world = world_of(keys, refuses=refuses)
    outcomes, _ = await fetch(world, keys)

    assert world.batches() == [100, 50, 50]
    assert {found_by(outcome) for outcome in outcomes.values()} == {"arxiv"}


@pytest.mark.anyio
async def test_api_that_refuses_everything_is_left_alone() -> None:
    """Halving does not go on for ever where every request is refused."""
    keys = ids_of(300)
    world = world_of(keys, down={API: httpx.Response(400)})
    outcomes, client = await fetch(world, keys)

    assert client.requests["arxiv"] == 12
    assert {found_by(outcome) for outcome in outcomes.values()} == {"datacite"}


# --- troubles ---------------------------------------------------------------------------------


@pytest.mark.anyio
@pytest.mark.parametrize(
    "reply",
    [
        httpx.Response(429, text="Rate exceeded."),
        httpx.Response(406),
        httpx.Response(200, text="Rate exceeded."),
        httpx.Response(200),
    ],
)
async def test_throttled_api_is_tried_four_times_then_closed(reply: httpx.Response) -> None:
    """Waits of 30, 60, 120 s; then the API is left alone and DataCite answers, in batches."""
    keys = ids_of(150)
    world = world_of(keys, down={API: reply})
    outcomes, client = await fetch(world, keys)

    starts = world.starts()
    waits = [later - earlier for earlier, later in pairwise(starts)]
    assert client.requests == {"arxiv": 4, "datacite": 3}
    assert waits == pytest.approx([30, 60, 120], rel=0.11)
    assert all(wait >= least for wait, least in zip(waits, (30, 60, 120), strict=True))
    assert {found_by(outcome) for outcome in outcomes.values()} == {"datacite"}


@pytest.mark.anyio
@pytest.mark.parametrize(("unknown", "by_oai"), [(20, 20), (21, 0)], ids=["a few", "too many"])
async def test_judge_answers_for_a_few_when_the_api_is_closed(unknown: int, by_oai: int) -> None:
    """What DataCite does not know goes to OAI-PMH where that takes no more than a minute."""
    keys = ids_of(60)
    world = world_of(keys, down={API: httpx.Response(429)}, datacite=frozenset(keys[unknown:]))
    outcomes, client = await fetch(world, keys)

    assert client.requests["oai"] == by_oai
    sources = [found_by(outcomes[key]) for key in keys[:unknown]]
    assert sources == ["oai" if by_oai else "failed"] * unknown
    assert {found_by(outcomes[key]) for key in keys[unknown:]} == {"datacite"}


@pytest.mark.anyio
async def test_paper_that_no_fallback_knows_failed() -> None:
    """DataCite and OAI-PMH learn of new papers later than the API: their no is no `Missing`."""
    world = world_of(down={API: httpx.Response(429)})
    outcomes, _ = await fetch(world, ["2305.00001"])

    assert outcomes["2305.00001"] == Failed(
        kind="throttled", reason="arXiv reports too many requests (HTTP 429)"
    )


@pytest.mark.anyio
async def test_403_stops_arxiv_for_the_run() -> None:
    """One refusal: neither API nor OAI-PMH is asked again; DataCite answers."""
    keys = ids_of(150)
    world = world_of(keys, down={API: httpx.Response(403)}, datacite=frozenset(keys[1:]))
    outcomes, client = await fetch(world, keys)

    assert client.requests == {"arxiv": 1, "datacite": 3}
    assert found_by(outcomes[keys[1]]) == "datacite"
    outcome = outcomes[keys[0]]
    assert isinstance(outcome, Failed)
    assert outcome.kind == "forbidden"


@pytest.mark.anyio
async def test_server_error_of_one_batch_does_not_close_the_api() -> None:
    """Waits of 5, 15, 45 s; the batch goes to the fallbacks, the others to arXiv."""
    keys = ids_of(250)

    def refuses(ids: list[str]) -> httpx.Response | None:
        return httpx.Response(500) if keys[0] in ids else None

    world = world_of(keys, refuses=refuses)
    outcomes, client = await fetch(world, keys)

    starts = world.starts()
    waits = [later - earlier for earlier, later in pairwise(starts[:4])]
    assert waits == pytest.approx([5, 15, 45], rel=0.11)
    assert client.requests["arxiv"] == 4 + 2
    assert [found_by(outcomes[key]) for key in (keys[0], keys[99])] == ["datacite"] * 2
    assert found_by(outcomes[keys[100]]) == "arxiv"


@pytest.mark.anyio
async def test_server_errors_of_three_batches_close_arxiv() -> None:
    """Twelve failed tries in a row are enough for one run, however many batches are left."""
    keys = ids_of(1000)
    world = world_of(keys, down={API: httpx.Response(503)})
    outcomes, client = await fetch(world, keys, fallbacks=False)

    assert client.requests == {"arxiv": 12}
    assert {outcome.status for outcome in outcomes.values()} == {"failed"}


@pytest.mark.anyio
async def test_closed_api_stays_closed_for_the_next_call() -> None:
    """A second round of keys in the same run does not try a closed API again."""
    world = world_of(down={API: httpx.Response(429)})
    client = HttpClient(transport=httpx.MockTransport(world), clock=world.clock, user_agent=US)
    source = ArxivSource(client)
    async with client:
        for key in ids_of(2):
            assert [o.status async for _, o in source.fetch_many([key])] == ["failed"]

    assert client.requests == {"arxiv": 4}


GOOD = feed([entry("2305.00001")])
PASSING: dict[str, Reply] = {
    "429": httpx.Response(429, text="Rate exceeded."),
    "429 with a wait": httpx.Response(429, headers={"retry-after": "17"}),
    "406": httpx.Response(406),
    "200 rate exceeded": httpx.Response(200, text="Rate exceeded."),
    "200 empty": httpx.Response(200),
    "200 html": httpx.Response(200, text="<!DOCTYPE html><html><p>Sorry</p></html>"),
    "200 truncated": httpx.Response(200, text=GOOD[:-40]),
    "200 no results of some": httpx.Response(200, text=feed([], total=3)),
    "200 no total": httpx.Response(
        200, text=re.sub("<opensearch:totalResults>.*?</opensearch:totalResults>", "", GOOD)
    ),
    "500": httpx.Response(500, text="Internal Server Error"),
    "502": httpx.Response(502),
    "503": httpx.Response(503, headers={"retry-after": "3"}),
    "504": httpx.Response(504),
    "408": httpx.Response(408),
    "read time-out": httpx.ReadTimeout("slow"),
    "connect time-out": httpx.ConnectTimeout("slow"),
    "reset": httpx.ReadError("reset"),
    "protocol": httpx.RemoteProtocolError("no answer"),
}


KEYS = ids_of(8)
"""With batches of three: three requests, one for the two that are absent, two to OAI-PMH."""


@pytest.fixture
def world_with_gaps(monkeypatch: pytest.MonkeyPatch) -> World:
    """Six papers, one that only OAI-PMH knows, one id of no paper; batches of three."""
    monkeypatch.setattr("pipeline.sources.arxiv.api.BATCH", 3)
    return world_of(KEYS[:6], oai=frozenset(KEYS[:7]))


@pytest.mark.anyio
@pytest.mark.parametrize("at", range(6))
@pytest.mark.parametrize("name", PASSING)
async def test_passing_fault_changes_no_answer(world_with_gaps: World, name: str, at: int) -> None:
    """Any fault, once, at any request: the same is found, and missing, as without it."""
    world_with_gaps.faults = {at: PASSING[name]}
    outcomes, client = await fetch(world_with_gaps, KEYS)

    sources = [found_by(outcomes[key]) for key in KEYS]
    assert sources == ["arxiv"] * 6 + ["oai", "missing"]
    assert sum(client.requests.values()) == 6 + 1


@pytest.mark.anyio
@pytest.mark.parametrize("at", range(6))
@pytest.mark.parametrize(
    "reply",
    [
        httpx.Response(403),
        httpx.Response(404),
        httpx.Response(400, text=error_feed("max_results must be an integer")),
        httpx.Response(200, text=feed([])),
        httpx.Response(414),
        httpx.Response(429, headers={"retry-after": "86400"}),
    ],
    ids=["403", "404", "400", "empty feed", "414", "a day of waiting"],
)
async def test_no_single_fault_makes_a_paper_missing(
    world_with_gaps: World, reply: httpx.Response, at: int
) -> None:
    """Refusals and false empties cost requests and metadata at most."""
    world_with_gaps.faults = {at: reply}
    outcomes, _ = await fetch(world_with_gaps, KEYS)

    assert {outcomes[key].status for key in KEYS[:6]} == {"found"}
    unsure = outcomes[KEYS[6]]
    assert not (isinstance(unsure, Missing) and unsure.confirmed)


@pytest.mark.anyio
async def test_machine_without_network_asks_little_and_calls_nothing_missing() -> None:
    """No answer from anybody is no word about any paper."""
    unreachable = httpx.ConnectError("no route")
    down: dict[str, Reply] = dict.fromkeys((API, OAI, DATACITE), unreachable)
    outcomes, client = await fetch(
        world_of(down=down), ids_of(500), witnesses=[f"https://{DATACITE}/"]
    )

    assert {outcome.status for outcome in outcomes.values()} == {"failed"}
    assert sum(client.requests.values()) <= 2


# --- judgement --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, GOOD, None),
        (200, feed([]), None),
        (200, feed([entry("2305.00001")], total=2), None),
        (200, feed([], total=2), "transient"),
        (200, error_feed("incorrect id format for abc"), "refused"),
        (400, error_feed("incorrect id format for abc"), "refused"),
        (400, "Bad Request", "refused"),
        (404, "Not Found", "refused"),
        (414, "", "refused"),
        (301, "", "refused"),
        (200, "<feed/>", "transient"),
        (200, "<html/>", "transient"),
        (200, GOOD[: len(GOOD) // 2], "transient"),
        (200, "", "throttled"),
        (200, "Rate exceeded.", "throttled"),
        (406, "", "throttled"),
        (429, "", "throttled"),
        (403, GOOD, "stop"),
        (500, GOOD, "transient"),
    ],
)
def test_classify_takes_complete_feeds_only(
    status: int, body: str, kind: TroubleKind | None
) -> None:
    """Usable is 200 with a complete Atom feed that counts its results and holds no error."""
    trouble = classify(Answer("GET", "u", status=status, body=body.encode()), NOW)

    assert (trouble.kind if trouble else None) == kind


def test_refused_id_is_one_that_was_asked() -> None:
    """A message about something else names nobody."""
    body = error_feed("incorrect id format for 2305.00001").encode()

    assert refused_id(body, ["2305.00001", "2305.00002"]) == "2305.00001"
    assert refused_id(body, ["2305.00002"]) is None
    assert refused_id(error_feed("start must be an integer").encode(), ["start"]) is None
    assert refused_id(b"Bad Request", ["Bad"]) is None


def test_settle_joins_by_id_and_keeps_the_latest_version() -> None:
    """Order means nothing; a stranger's record is dropped; of two versions the later one counts."""
    records = [
        ArxivRecord(
            id=id_,
            version=version,
            title="t",
            authors=(),
            abstract=None,
            published=None,
            updated=None,
            primary_category=None,
        )
        for id_, version in [("2305.00002", 1), ("2305.00001", 3), ("2305.00001", 2), ("9", 1)]
    ]
    answer = Answer("GET", "u", status=200, body=feed([]).encode())
    reply = settle(["2305.00001", "2305.00002", "2305.00003"], answer, records)

    assert {id_: record.version for id_, record in reply.found.items()} == {
        "2305.00001": 3,
        "2305.00002": 1,
    }
    assert reply.absent == ("2305.00003",)


@pytest.mark.parametrize(
    ("short_id", "expected"),
    [
        ("2305.00447v3", ("2305.00447", 3)),
        ("quant-ph/0201082v12", ("quant-ph/0201082", 12)),
        ("solv-int/9901001", ("solv-int/9901001", None)),
        ("2305.00447", ("2305.00447", None)),
        ("v1", ("v1", None)),
    ],
)
def test_split_version(short_id: str, expected: tuple[str, int | None]) -> None:
    """The version is what follows the last `v`, where it is a number."""
    assert split_version(short_id) == expected


# --- records ----------------------------------------------------------------------------------


async def paper(text: str, id_: str) -> ArxivRecord:
    """Return the record that an entry becomes."""
    world = world_of(down={API: httpx.Response(200, text=feed([text]))})
    outcomes, _ = await fetch(world, [id_])
    outcome = outcomes[id_]
    assert isinstance(outcome, Found)
    return outcome.value


@pytest.mark.anyio
async def test_record_keeps_every_field() -> None:
    """Text is squeezed, times become days, the author's DOI is kept in lower case."""
    text = entry(
        "2305.00447",
        3,
        title=" On\n  Lists & Papers ",
        summary="  One\n two.  ",
        arxiv_comment="3 pages,\n 1 figure",
        arxiv_journal_ref="J. Tests 1 (2023)",
        arxiv_doi="10.1234/AB.1 10.1234/AB.2",
    )

    assert await paper(text, "2305.00447") == ArxivRecord(
        id="2305.00447",
        version=3,
        title="On Lists & Papers",
        authors=("Ann Author", "Bo Writer"),
        abstract="One two.",
        published="2023-04-30",
        updated="2023-10-17",
        primary_category="cs.IR",
        categories=("cs.IR", "cs.CL"),
        comment="3 pages, 1 figure",
        journal_ref="J. Tests 1 (2023)",
        doi="10.1234/ab.1",
    )


@pytest.mark.anyio
async def test_record_keeps_a_title_that_is_zero() -> None:
    """2104.12255 is called `0`."""
    assert (await paper(entry("2104.12255", title="0"), "2104.12255")).title == "0"


@pytest.mark.anyio
async def test_record_of_an_old_id() -> None:
    """The archive is part of the id."""
    assert (await paper(entry("quant-ph/0201082", 2), "quant-ph/0201082")).version == 2


@pytest.mark.anyio
async def test_withdrawn_paper_is_recognised() -> None:
    """The API gives it as an ordinary entry; the comment says it."""
    record = await paper(entry("0704.0480", arxiv_comment="paper withdrawn by author"), "0704.0480")

    assert record.withdrawn


# --- the one door -----------------------------------------------------------------------------


def test_arxiv_client_has_the_session_that_we_replace() -> None:
    """The private attribute is there, and is what the package sends its requests with."""
    assert isinstance(arxiv.Client()._session, requests.Session)


def test_arxiv_package_has_no_other_way_to_the_network() -> None:
    """All that its source does with requests: one session, made once, used by `.get` once."""
    source = "".join(
        path.read_text(encoding="utf-8") for path in Path(arxiv.__file__).parent.rglob("*.py")
    )
    uses = re.findall(r"self\._session\S*", source)
    calls = re.findall(r"requests\.[A-Za-z.]+\(", source)

    assert uses == ["self._session", "self._session.get(url,"]
    assert calls == ["requests.Session("]
    assert not re.search(r"\b(urllib\.request|http\.client|httpx|urlopen|socket)\b", source)


@pytest.mark.anyio
async def test_no_request_passes_by_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run with every kind of trouble never reaches the package's own session."""
    sent: list[object] = []
    monkeypatch.setattr(requests.Session, "request", lambda *args, **_: sent.append(args))
    monkeypatch.setattr("pipeline.sources.arxiv.api.BATCH", 3)
    for reply in PASSING.values():
        await fetch(world_of(KEYS[:6], faults={0: reply, 2: reply}), KEYS)

    assert not sent


def test_importing_the_source_does_not_import_the_package() -> None:
    """It takes a fifth of a second, and start-up is for every command."""
    code = "import sys, pipeline.sources.arxiv.api; print(json.dumps(sorted(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", f"import json; {code}"], capture_output=True, check=True, text=True
    )
    modules = json.loads(result.stdout)

    assert "pipeline.sources.arxiv.api" in modules
    assert not {"arxiv", "requests", "lxml"} & set(modules)


# --- recorded answers -------------------------------------------------------------------------


def test_recorded_answers_are_classified(shared: Path) -> None:
    """Every recorded body is usable, but for the error feeds."""
    folder = shared / "data/arxiv/atom"
    for row in json.loads((folder / "index.json").read_text(encoding="utf-8")):
        body = (folder / row["file"]).read_bytes()
        trouble = classify(Answer("GET", "u", status=row["http_status"], body=body), NOW)
        expected = "refused" if "error" in row["file"] else None
        assert (trouble.kind if trouble else None) == expected, row["file"]


@pytest.mark.anyio
async def test_recorded_entries_are_read(shared: Path) -> None:
    """Every paper in a recorded feed comes out with all that a paper must have."""
    folder = shared / "data/arxiv/atom"
    read = 0
    for row in json.loads((folder / "index.json").read_text(encoding="utf-8")):
        body = (folder / row["file"]).read_bytes()
        named = re.findall(rb"<id>https?://arxiv\.org/abs/([^<]+)</id>", body)
        keys = [split_version(id_.decode())[0] for id_ in named]
        world = world_of(down={API: httpx.Response(200, content=body)})
        outcomes, _ = await fetch(world, keys)
        for key, outcome in outcomes.items():
            assert isinstance(outcome, Found), (row["file"], key)
            record = outcome.value
            assert record.id == key
            assert record.version is not None
            assert record.title
            assert record.authors
            assert record.abstract
            assert record.published is not None
            assert record.updated is not None
            assert len(record.published) == len(record.updated) == len("2023-04-30")
            assert record.primary_category == record.categories[0]
            read += 1

    assert read > 100


def test_recorded_error_feeds_name_the_id(shared: Path) -> None:
    """The refused id is found in the feeds of both generations of the API."""
    folder = shared / "data/arxiv/atom"
    new = (folder / "new_error_incorrect_id_format.xml").read_bytes()
    old = (folder / "old_error_incorrect_id_format.xml").read_bytes()

    assert refused_id(new, ["abc"]) == "abc"
    assert refused_id(old, ["INVALIDID"]) == "INVALIDID"
