"""DataCite's records of arXiv papers: batches, joining, the fields."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipeline.clock import SimulatedClock
from pipeline.network.http_client import HttpClient
from pipeline.network.retry import TroubleKind
from pipeline.network.service import Answer
from pipeline.records.outcomes import Failed, Found, Missing, Outcome
from pipeline.records.sources import ArxivRecord
from pipeline.sources.scholarly.datacite import SERVICE, DataCiteSource, outcomes
from tests.sources.asking import NOW, ask_all


def item(id_: str, **attributes: Any) -> dict[str, Any]:
    """Return one record as DataCite gives it."""
    return {
        "id": f"10.48550/arxiv.{id_}",
        "type": "dois",
        "attributes": {
            "doi": f"10.48550/arXiv.{id_}",
            "creators": [{"name": "Author, Ann", "givenName": "Ann", "familyName": "Author"}],
            "titles": [{"title": "A\n Title"}],
            "subjects": [
                {"subject": "Information Retrieval (cs.IR)", "subjectScheme": "arXiv"},
                {"subject": "Computation and Language (cs.CL)", "subjectScheme": "arXiv"},
                {"subject": "FOS: Computer sciences", "subjectScheme": "FOS"},
            ],
            "dates": [
                {"date": "2023-04-30T21:00:00Z", "dateType": "Submitted", "dateInformation": "v1"},
                {"date": "2023-10-17T03:00:00Z", "dateType": "Updated", "dateInformation": "v2"},
                {"date": "2023", "dateType": "Issued"},
            ],
            "descriptions": [{"description": " An\nabstract.", "descriptionType": "Abstract"}],
            "relatedIdentifiers": None,
            "version": "2",
            **attributes,
        },
    }


def ok(data: Any) -> Answer:
    """Return a usable answer."""
    return Answer("GET", "u", status=200, body=json.dumps({"data": data}).encode())


async def fetch(
    handler: Callable[[httpx.Request], httpx.Response], keys: Sequence[str]
) -> tuple[dict[str, Outcome[ArxivRecord]], HttpClient, SimulatedClock]:
    """Ask a source over `handler` for all keys."""
    return await ask_all(DataCiteSource, handler, keys)


def ids_in(request: httpx.Request) -> list[str]:
    """Return the ids that a request asks for."""
    quoted = request.url.params["query"].split('"')[1::2]
    return [doi.removeprefix("10.48550/arxiv.") for doi in quoted]


@pytest.mark.anyio
async def test_fetch_asks_in_batches_of_fifty() -> None:
    """120 ids are three requests, each with a page size that holds its answer."""
    sizes: list[tuple[int, str]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        ids = ids_in(request)
        sizes.append((len(ids), request.url.params["page[size]"]))
        return httpx.Response(200, json={"data": [item(id_) for id_ in reversed(ids)]})

    keys = [f"2305.{number:05}" for number in range(1, 121)]
    found, client, _ = await fetch(handler, keys)

    assert sizes == [(50, "50"), (50, "50"), (20, "50")]
    assert client.requests == {"datacite": 3}
    assert list(found) == keys
    assert all(isinstance(o, Found) and o.value.id == key for key, o in found.items())


@pytest.mark.anyio
async def test_fetch_asks_for_one_id_by_its_doi() -> None:
    """A single id is asked as `/dois/10.48550/arxiv.ID`."""
    paths: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.path)
        return httpx.Response(200, json={"data": item("hep-th/9901001")})

    found, _, _ = await fetch(handler, ["hep-th/9901001"])

    assert paths == ["/dois/10.48550/arxiv.hep-th/9901001"]
    assert isinstance(found["hep-th/9901001"], Found)


@pytest.mark.anyio
async def test_fetch_gives_missing_for_404() -> None:
    """DataCite's 404 is an answer about its own records, whatever its body."""
    found, client, _ = await fetch(lambda _: httpx.Response(404, text="x"), ["2305.00447"])

    assert isinstance(found["2305.00447"], Missing)
    assert client.requests == {"datacite": 1}


@pytest.mark.anyio
async def test_fetch_waits_as_long_as_it_is_told() -> None:
    """429 with Retry-After is tried again after that time."""
    replies = iter([httpx.Response(429, headers={"retry-after": "50"})])

    def handler(request: httpx.Request) -> httpx.Response:
        return next(replies, httpx.Response(200, json={"data": item("2305.00447")}))

    found, _, clock = await fetch(handler, ["2305.00447"])

    assert isinstance(found["2305.00447"], Found)
    assert clock.monotonic() == pytest.approx(50.0, abs=1.0)


@pytest.mark.anyio
async def test_fetch_gives_failures_where_the_service_is_down() -> None:
    """No answer is no word about the papers."""
    found, _, _ = await fetch(lambda _: httpx.Response(502), ["2305.00447", "2305.00448"])

    assert set(found.values()) == {Failed(kind="server-error", reason="HTTP 502")}


@pytest.mark.anyio
async def test_fetch_does_not_ask_for_what_is_no_id() -> None:
    """A key that could break out of the query is not sent."""
    key = '2305.00447" OR "x'
    found, client, _ = await fetch(lambda _: httpx.Response(500), [key])

    assert isinstance(found[key], Missing)
    assert not client.requests


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, b'{"data": []}', None),
        (200, b'{"data": {}}', None),
        (404, b"Not found", None),
        (200, b"", "transient"),
        (200, b'{"data": [', "transient"),
        (200, b'{"errors": []}', "transient"),
        (200, b"[1]", "transient"),
        (200, b"<html></html>", "transient"),
        (200, b"[" * 100_000, "transient"),
        (500, b"", "transient"),
        (429, b"", "throttled"),
        (403, b"", "stop"),
        (400, b"", "refused"),
        (401, b"", "refused"),
    ],
)
def test_classify_tells_an_answer_from_a_fault(
    status: int, body: bytes, kind: TroubleKind | None
) -> None:
    """Only JSON with `data`, or 404, is an answer."""
    trouble = SERVICE.classify(Answer("GET", "u", status=status, body=body), NOW)

    assert (trouble.kind if trouble else None) == kind


def test_record_maps_every_field() -> None:
    """Names in reading order, the days of versions, categories, the publisher's DOI."""
    related = [
        {
            "relationType": "IsVersionOf",
            "relatedIdentifier": "10.1234/AB.1",
            "relatedIdentifierType": "DOI",
        }
    ]
    [(_, outcome)] = outcomes(["2305.00447"], ok([item("2305.00447", relatedIdentifiers=related)]))

    assert isinstance(outcome, Found)
    assert outcome.value == ArxivRecord(
        id="2305.00447",
        version=2,
        title="A Title",
        authors=("Ann Author",),
        abstract="An abstract.",
        published="2023-04-30",
        updated="2023-10-17",
        primary_category="cs.IR",
        categories=("cs.IR", "cs.CL"),
        doi="10.1234/ab.1",
        metadata_source="datacite",
    )


def test_update_of_version_one_is_its_submission() -> None:
    """DataCite's `Updated` of v1 is a change of the record, not of the paper."""
    dates = [
        {"date": "2022-01-18T03:41:47Z", "dateType": "Submitted", "dateInformation": "v1"},
        {"date": "2022-08-17T13:37:40Z", "dateType": "Updated", "dateInformation": "v1"},
    ]
    answer = ok([item("2201.06719", dates=dates, version="1")])
    [(_, outcome)] = outcomes(["2201.06719"], answer)

    assert isinstance(outcome, Found)
    assert (outcome.value.published, outcome.value.updated) == ("2022-01-18", "2022-01-18")


@pytest.mark.parametrize(
    ("creator", "name"),
    [
        ({"name": "Doe, J. R.", "givenName": "J. R.", "familyName": "Doe"}, "J. R. Doe"),
        ({"name": "Doe, J."}, "J. Doe"),
        ({"name": "Plato"}, "Plato"),
        ({"name": "Team A, B, C"}, "Team A, B, C"),
        ({"name": "Team, The", "nameType": "Organizational"}, "Team, The"),
    ],
)
def test_names_are_in_reading_order(creator: dict[str, str], name: str) -> None:
    """Family names go last; collaborations stay as they are."""
    [(_, outcome)] = outcomes(["2305.00447"], ok([item("2305.00447", creators=[creator])]))

    assert isinstance(outcome, Found)
    assert outcome.value.authors == (name,)


@pytest.mark.parametrize(
    "attributes",
    [{"titles": []}, {"titles": None}, {"creators": "Ann"}, {"dates": [7]}],
)
def test_record_of_another_shape_spoils_no_batch(attributes: dict[str, Any]) -> None:
    """What cannot be read fails alone."""
    data = [item("2305.00447", **attributes), item("2305.00448")]
    first, second = outcomes(["2305.00447", "2305.00448"], ok(data))

    assert isinstance(first[1], Failed)
    assert isinstance(second[1], Found)


def test_records_of_no_shape_at_all_are_passed_over() -> None:
    """Items that are no objects say nothing."""
    data = [None, 3, "x", {"attributes": None}, {"attributes": {"doi": 3}}, item("2305.00447")]
    result = dict(outcomes(["2305.00447", "2305.00448"], ok(data)))

    assert isinstance(result["2305.00447"], Found)
    assert isinstance(result["2305.00448"], Missing)


def test_withdrawn_paper_is_recognised_by_its_abstract() -> None:
    """DataCite has no comment, the notice stands in the abstract too."""
    notice = [{"description": "This paper has been withdrawn.", "descriptionType": "Abstract"}]
    [(_, outcome)] = outcomes(["0704.0374"], ok([item("0704.0374", descriptions=notice)]))

    assert isinstance(outcome, Found)
    assert outcome.value.withdrawn


def test_recorded_answers_are_read(shared: Path) -> None:
    """A recorded arXiv record is read; a record of another registrant is nobody's answer."""
    folder = shared / "data/services/datacite"
    paper = Answer("GET", "u", status=200, body=(folder / "prereview_arxiv.json").read_bytes())
    other = Answer("GET", "u", status=200, body=(folder / "prereview_zenodo.json").read_bytes())
    [(_, found)] = outcomes(["2201.06719"], paper)
    [(_, missing)] = outcomes(["2201.06719"], other)

    assert SERVICE.classify(paper, NOW) is None
    assert isinstance(found, Found)
    assert found.value.authors[0] == "J. Z. Han"
    assert len(found.value.authors) == 9
    assert found.value.published == found.value.updated == "2022-01-18"
    assert found.value.doi == "10.1103/physreva.106.012821"
    assert found.value.categories == ("physics.atom-ph",)
    assert isinstance(missing, Missing)
