"""Crossref's records of DOIs: pace, failures, the fields."""

import asyncio
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
import yaml

from pipeline.clock import SimulatedClock
from pipeline.network.http_client import HttpClient
from pipeline.network.retry import TroubleKind
from pipeline.network.service import Answer
from pipeline.records.outcomes import Failed, Found, Missing, Outcome
from pipeline.records.sources import DoiRecord
from pipeline.sources.scholarly.crossref import (
    SERVICE,
    CrossrefSource,
    full_title,
    iso_date,
    outcome_of,
    told_interval,
)
from tests.sources.asking import NOW, USER_AGENT, ask_all

DOI = "10.1038/s42256-024-00832-8"
PUBLIC = {"x-concurrency-limit": "1", "x-rate-limit-limit": "5", "x-rate-limit-interval": "1s"}
POLITE = {"x-concurrency-limit": "3", "x-rate-limit-limit": "10", "x-rate-limit-interval": "1s"}


def work(doi: str = DOI, **fields: Any) -> dict[str, Any]:
    """Return a work as Crossref gives it."""
    return {
        "DOI": doi,
        "URL": f"https://doi.org/{doi}",
        "type": "journal-article",
        "title": ["A Title"],
        "container-title": ["A Journal"],
        "author": [{"given": "Ann", "family": "Author", "sequence": "first", "affiliation": []}],
        "issued": {"date-parts": [[2024, 5, 8]]},
        "relation": {},
        **fields,
    }


def body(**fields: Any) -> bytes:
    """Return the body of a usable answer."""
    return json.dumps({"status": "ok", "message": work(**fields)}).encode()


def record(**fields: Any) -> DoiRecord:
    """Return the record that is read from a work."""
    outcome = outcome_of(DOI, Answer("GET", "u", status=200, body=body(**fields)))
    assert isinstance(outcome, Found)
    return outcome.value


async def fetch(
    handler: Callable[[httpx.Request], httpx.Response], keys: Sequence[str]
) -> tuple[dict[str, Outcome[DoiRecord]], HttpClient, SimulatedClock]:
    """Ask a source over `handler` for all keys."""
    return await ask_all(CrossrefSource, handler, keys)


def known(request: httpx.Request, headers: dict[str, str]) -> httpx.Response:
    """Answer that the DOI is known."""
    doi = unquote(request.url.raw_path.decode().removeprefix("/works/"))
    return httpx.Response(200, json={"message": work(doi)}, headers=headers)


@pytest.mark.anyio
async def test_doi_is_one_segment_of_the_path() -> None:
    """Slashes of the DOI are encoded, and who asks is said in the User-Agent."""
    seen: list[tuple[bytes, str]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.raw_path, request.headers["user-agent"]))
        return known(request, PUBLIC)

    key = "10.1016/s0140-6736(05)61626-x"
    found, client, _ = await fetch(handler, [key])

    assert seen == [
        (b"/works/10.1016%2Fs0140-6736%2805%2961626-x", USER_AGENT),
    ]
    assert client.requests == {"crossref": 1}
    assert isinstance(found[key], Found)


@pytest.mark.anyio
@pytest.mark.parametrize(("headers", "most"), [({}, 1), (PUBLIC, 1), (POLITE, 3)])
async def test_as_many_at_once_as_the_pool_allows(headers: dict[str, str], most: int) -> None:
    """One at a time, until an answer says that three are welcome."""
    under_way = highest = 0

    async def handler(request: httpx.Request) -> httpx.Response:
        nonlocal under_way, highest
        under_way += 1
        highest = max(highest, under_way)
        for _ in range(50):  # others may start meanwhile
            await asyncio.sleep(0)
        under_way -= 1
        return known(request, headers)

    client = HttpClient(
        transport=httpx.MockTransport(handler), clock=SimulatedClock(NOW), user_agent="x"
    )
    async with client:
        keys = [f"10.1000/a;{number}" for number in range(10)]
        found = [key async for key, _ in CrossrefSource(client).fetch_many(keys)]

    assert highest == most
    assert found == keys


@pytest.mark.anyio
async def test_slower_pace_that_an_answer_tells_is_kept() -> None:
    """Where the limit is one in five seconds, the next request waits."""
    headers = {"x-rate-limit-limit": "1", "x-rate-limit-interval": "5s"}
    _, _, clock = await fetch(lambda request: known(request, headers), ["10.1000/a"])
    assert clock.monotonic() < 5.0

    _, _, clock = await fetch(
        lambda request: known(request, headers), ["10.1000/a;1", "10.1000/a;2"]
    )
    assert clock.monotonic() >= 5.0


# --- many in a request ------------------------------------------------------------------------


class Lists:
    """A Crossref that has some works, and counts what it is asked."""

    def __init__(self, *, lacks: Sequence[str] = (), status: int = 200) -> None:
        self.lacks, self.status, self.asked = lacks, status, list[list[str]]()
        self.lines: list[bytes] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a list, or a single work."""
        self.lines.append(request.url.raw_path)
        if request.url.path != "/works":
            return known(request, POLITE)
        assert request.url.params["rows"] == str(request.url.params["filter"].count("doi:"))
        dois = [part.removeprefix("doi:") for part in request.url.params["filter"].split(",")]
        self.asked.append(dois)
        if self.status != 200:
            return httpx.Response(self.status, json={"status": "failed", "message": []})
        items = [work(doi.upper()) for doi in reversed(dois) if doi not in self.lacks]
        message = {"total-results": len(items), "items": items}
        return httpx.Response(200, json={"status": "ok", "message": message}, headers=POLITE)


@pytest.mark.anyio
@pytest.mark.parametrize(("number", "requests"), [(1, 1), (2, 1), (50, 1), (51, 2), (500, 10)])
async def test_fifty_works_cost_one_request(number: int, requests: int) -> None:
    """All are answered, whatever the order and the letter case of the list."""
    service = Lists()
    keys = [f"10.1145/{1_000_000 + one}.{2_000_000 + one}" for one in range(number)]

    found, client, _ = await fetch(service, keys)

    assert client.requests == {"crossref": requests}
    assert set(found) == set(keys)
    assert all(isinstance(one, Found) and one.value.doi == key for key, one in found.items())


@pytest.mark.anyio
async def test_long_dois_make_short_lists() -> None:
    """Crossref takes a request line of 4,092 bytes."""
    service = Lists()
    keys = [f"10.1000/{'x' * 200}{number}" for number in range(60)]

    found, _, _ = await fetch(service, keys)

    assert len(found) == 60
    assert all(len(line) <= 4_000 for line in service.lines)


@pytest.mark.anyio
async def test_work_that_a_list_lacks_is_not_registered() -> None:
    """As 404 says of a single one: another agency may have it."""
    found, _, _ = await fetch(Lists(lacks=["10.1000/b"]), ["10.1000/a", "10.1000/b"])

    assert isinstance(found["10.1000/a"], Found)
    assert found["10.1000/b"] == Missing(reason="not registered with Crossref")


@pytest.mark.anyio
@pytest.mark.parametrize("sign", [",", ":", "<", "&", "#", "%", "+", " ", "é"])
async def test_doi_with_a_sign_of_filters_is_asked_alone(sign: str) -> None:
    """It would be read as the end of a filter, or of the query."""
    service = Lists()
    odd = f"10.1000/a{sign}doi:10.1000/z"

    found, client, _ = await fetch(service, ["10.1000/a", odd, "10.1000/b"])

    assert service.asked == [["10.1000/a", "10.1000/b"]]
    assert len(found) == 3
    assert client.requests["crossref"] <= 2


@pytest.mark.anyio
async def test_list_that_is_refused_is_asked_one_by_one() -> None:
    """Of several DOIs, nobody says which one is at fault."""
    found, client, _ = await fetch(Lists(status=400), ["10.1000/a", "10.1000/b"])

    assert all(isinstance(one, Found) for one in found.values())
    assert client.requests == {"crossref": 3}


@pytest.mark.anyio
@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(502),
        httpx.Response(200, content=b"<html></html>"),
        httpx.Response(200, json={"message": {"items": [7]}}),
        httpx.Response(404, content=b"Resource not found."),
        httpx.Response(403),
    ],
)
async def test_list_that_is_no_answer_is_no_word_about_a_doi(answer: httpx.Response) -> None:
    """And a hundred DOIs cost a dozen requests at most."""
    keys = [f"10.1000/{number}" for number in range(100)]

    found, client, _ = await fetch(lambda _: answer, keys)

    assert all(isinstance(one, Failed) for one in found.values())
    assert client.requests["crossref"] <= 12


@pytest.mark.anyio
async def test_one_work_of_another_shape_spoils_no_other() -> None:
    """What cannot be read is said of that one."""
    items = [work("10.1000/a"), work("10.1000/b", title="x")]
    answer = httpx.Response(200, json={"message": {"items": items}})

    found, _, _ = await fetch(lambda _: answer, ["10.1000/a", "10.1000/b"])

    assert isinstance(found["10.1000/a"], Found)
    assert isinstance(found["10.1000/b"], Failed)


@pytest.mark.anyio
async def test_dois_of_another_agency_are_not_asked() -> None:
    """DOIs of arXiv and Zenodo are DataCite's, and what is no DOI is nobody's."""
    keys = ["10.48550/arxiv.2305.00447", "10.5281/zenodo.7955181", "10.1145/ABC", "x"]
    found, client, _ = await fetch(lambda _: httpx.Response(500), keys)

    assert not client.requests
    assert [type(found[key]) for key in keys] == [Missing, Missing, Missing, Missing]


@pytest.mark.anyio
@pytest.mark.parametrize("content_type", ["text/plain", "application/json"])
async def test_404_says_that_crossref_has_not_registered_it(content_type: str) -> None:
    """The body is text, whatever its label says; another agency may have the DOI."""
    answer = httpx.Response(
        404, content=b"Resource not found.", headers={"content-type": content_type}
    )
    found, client, _ = await fetch(lambda _: answer, [DOI])

    assert found[DOI] == Missing(reason="not registered with Crossref", confirmed=False)
    assert client.requests == {"crossref": 1}


@pytest.mark.anyio
async def test_throttled_request_is_repeated() -> None:
    """429 with Retry-After is tried again after that time."""
    replies = iter([httpx.Response(429, headers={"retry-after": "20"})])
    found, _, clock = await fetch(
        lambda request: next(replies, known(request, PUBLIC)),
        [DOI],
    )

    assert isinstance(found[DOI], Found)
    assert clock.monotonic() == pytest.approx(20.0, abs=1.0)


@pytest.mark.anyio
async def test_service_that_is_down_is_given_up_soon() -> None:
    """No answer is no word about a DOI, and a hundred DOIs cost a dozen requests."""
    keys = [f"10.1000/a;{number}" for number in range(100)]
    found, client, _ = await fetch(lambda _: httpx.Response(502), keys)

    assert all(isinstance(outcome, Failed) for outcome in found.values())
    assert client.requests["crossref"] <= 15


@pytest.mark.parametrize(
    ("status", "content", "kind"),
    [
        (200, body(), None),
        (404, b"Resource not found.", None),
        (200, b"", "transient"),
        (200, b"Resource not found.", "transient"),
        (200, b'{"message": []}', "transient"),
        (200, b'{"message": {}}', "transient"),
        (200, b"<html></html>", "transient"),
        (500, b"", "transient"),
        (429, b"", "throttled"),
        (403, b"", "stop"),
        (400, b'{"status": "failed"}', "refused"),
    ],
)
def test_classify_tells_an_answer_from_a_fault(
    status: int, content: bytes, kind: TroubleKind | None
) -> None:
    """JSON is read after 200 only."""
    trouble = SERVICE.classify(Answer("GET", "u", status=status, body=content), NOW)

    assert (trouble.kind if trouble else None) == kind


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        (PUBLIC, 0.2),
        (POLITE, 0.1),
        ({}, 0.0),
        ({"x-rate-limit-limit": "0", "x-rate-limit-interval": "1s"}, 0.0),
        ({"x-rate-limit-limit": "many", "x-rate-limit-interval": "1s"}, 0.0),
        ({"x-rate-limit-limit": "5", "x-rate-limit-interval": "soon"}, 0.0),
    ],
)
def test_interval_is_read_from_the_headers(headers: dict[str, str], seconds: float) -> None:
    """What cannot be read asks for nothing."""
    assert told_interval(headers) == pytest.approx(seconds)


def test_record_maps_every_field() -> None:
    """DOIs in lower case, names in reading order, groups by their name."""
    authors = [
        {"given": "Ann", "family": "Author"},
        {"family": "Plato"},
        {"name": "A Collaboration"},
        {"ORCID": "x"},
    ]
    relation = {
        "has-preprint": [{"id-type": "doi", "id": "10.48550/arXiv.2304.05376"}],
        "is-preprint-of": [],
    }
    assert record(DOI=DOI.upper(), author=authors, relation=relation) == DoiRecord(
        doi=DOI,
        title="A Title",
        authors=("Ann Author", "Plato", "A Collaboration"),
        venue="A Journal",
        published="2024-05-08",
        type="journal-article",
        has_preprint="2304.05376",
        url=f"https://doi.org/{DOI}",
    )


def test_preprint_names_what_it_became() -> None:
    """Posted content is a preprint, its article's DOI is in lower case."""
    relation = {"is-preprint-of": [{"id-type": "doi", "id": "10.1002/ANIE.202215847"}]}
    preprint = record(type="posted-content", subtype="preprint", relation=relation)

    assert preprint.is_preprint
    assert preprint.preprint_of == "10.1002/anie.202215847"


@pytest.mark.parametrize("relation", [None, {}, {"has-preprint": [{"id": None}]}])
def test_record_without_relations_has_none(relation: Any) -> None:
    """The reverse link is missing more often than not."""
    assert record(relation=relation).has_preprint is None


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ({"title": []}, ""),
        ({"title": None}, ""),
        ({"title": [None, "Second"]}, "Second"),
        ({"title": ["&lt;b&gt;Bold"]}, "Bold"),
        ({"title": ["Name"], "subtitle": ["What It Does"]}, "Name: What It Does"),
    ],
)
def test_title_is_the_first_that_says_something(fields: dict[str, Any], title: str) -> None:
    """A list, perhaps empty, perhaps with markup."""
    assert record(**fields).title == title


@pytest.mark.parametrize(
    ("title", "subtitle", "whole"),
    [
        ("Name:", "What It Does", "Name: What It Does"),
        ("Name: What It Does", "what it does", "Name: What It Does"),
        (None, "What It Does", "What It Does"),
        ("Name", None, "Name"),
        (None, None, ""),
    ],
)
def test_subtitle_is_added_once(title: str | None, subtitle: str | None, whole: str) -> None:
    """Some publishers deposit it in the title too."""
    assert full_title(title, subtitle) == whole


@pytest.mark.parametrize(
    ("parts", "date"),
    [
        ([[2024, 5, 8]], "2024-05-08"),
        ([[2001, 2]], "2001-02"),
        ([[2025]], "2025"),
        ([[None]], None),
        ([[]], None),
        ([], None),
        ([[2024, 13, 1]], "2024"),
        ([[2024, 0]], "2024"),
        ([[99999]], None),
    ],
)
def test_date_is_as_precise_as_it_was_deposited(parts: list[list[int | None]], date: str) -> None:
    """`[[null]]` is no date."""
    assert iso_date(parts) == date


@pytest.mark.parametrize(
    ("fields", "retracted"),
    [
        ({"updated-by": [{"type": "retraction"}]}, True),
        ({"updated-by": [{"type": "correction"}, {"type": "Retraction"}]}, True),
        ({"updated-by": [{"type": "withdrawal"}]}, True),
        ({"updated-by": [{"type": "removal"}]}, True),
        ({"updated-by": [{"type": "correction"}]}, False),
        ({"updated-by": [{"type": "erratum"}]}, False),
        ({"updated-by": [{"type": "expression_of_concern"}]}, False),
        ({"updated-by": [{"type": "partial_retraction"}]}, False),
        ({"updated-by": [{"type": None}, {}]}, False),
        # the notice, which is no retracted work itself
        ({"update-to": [{"type": "retraction", "DOI": "10.1/1"}]}, False),
        ({"update-to": [{"type": "retraction"}], "title": ["RETRACTED: On Lists"]}, False),
        # the mark alone: in capitals or brackets, or with its noun
        ({"title": ["RETRACTED: On Lists"]}, True),
        ({"title": ["WITHDRAWN: On Lists"]}, True),
        ({"title": ["RETRACTED ARTICLE: On Lists"]}, True),
        ({"title": ["[RETRACTED] On Lists"]}, True),
        # a notice, or an article about one
        ({"title": ["Retracted: On Lists"]}, False),
        ({"title": ["Retraction: On Lists"]}, False),
        ({"title": ["Withdrawn: A Study of Lists That Ended"]}, False),
        ({"title": ["RETRACTED"]}, False),
        ({"title": ["Retracted Article: On Lists"]}, True),
        ({"title": ["[Retracted] On Lists"]}, True),
        ({"title": ["Retracted Articles and Who Cites Them"]}, False),
    ],
)
def test_retraction_is_read(fields: dict[str, Any], retracted: bool) -> None:
    """Crossref links a retracted article to its notice; other updates and notices are none."""
    assert record(**fields).retracted is retracted


def test_word_before_a_retracted_title_is_no_part_of_it() -> None:
    """So the work is still known by its title."""
    assert record(title=["RETRACTED: On Lists"]).title == "On Lists"


@pytest.mark.parametrize("fields", [{"title": "x"}, {"author": [7]}, {"issued": {"date-parts": 1}}])
def test_record_of_another_shape_is_a_failure(fields: dict[str, Any]) -> None:
    """What cannot be read is said so, with its place."""
    outcome = outcome_of(DOI, Answer("GET", "u", status=200, body=body(**fields)))

    assert isinstance(outcome, Failed)
    assert next(iter(fields)) in outcome.reason


def test_recorded_works_are_read(shared: Path) -> None:
    """Recorded works give a title without markup; the rest as deposited."""
    folder = shared / "data/services/crossref"
    found: dict[str, DoiRecord] = {}
    for path in sorted(folder.glob("prereview_*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        message = document.get("message", document)
        answer = Answer("GET", "u", status=200, body=json.dumps({"message": message}).encode())
        outcome = outcome_of(message["DOI"].lower(), answer)
        assert isinstance(outcome, Found), path
        assert outcome.value.title
        assert "<" not in outcome.value.title
        found[path.stem.removeprefix("prereview_")] = outcome.value

    assert found["preprintsorg-title-encoded-html"].title.startswith("Hyperbolic EM Symmetry and")
    assert found["biorxiv"].title.endswith("successful Shigella sonnei")
    assert found["chemrxiv"].preprint_of == "10.1002/anie.202215847"
    assert found["ssrn"].published == "2025"
    assert found["jmir-journal"].venue == "JMIR mHealth and uHealth"
    assert [name for name, value in found.items() if not value.is_preprint] == ["jmir-journal"]


def test_recorded_404_is_missing(shared: Path) -> None:
    """Recorded refusals are answers about the registry."""
    folder = shared / "data/services/crossref"
    for name in ("test_works_bad_id_warn", "test_registration_agency_bad_request"):
        cassette = yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
        response = cassette["interactions"][0]["response"]
        answer = Answer("GET", "u", status=response["status"]["code"], body=b"Resource not found.")
        assert SERVICE.classify(answer, NOW) is None
        assert isinstance(outcome_of(DOI, answer), Missing)
