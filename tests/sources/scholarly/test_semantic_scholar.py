"""Semantic Scholar's papers: batches, halving, giving up, the fields."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from pipeline.clock import SimulatedClock
from pipeline.network.http_client import HttpClient
from pipeline.network.retry import TroubleKind
from pipeline.network.service import Answer, Credential
from pipeline.records.outcomes import Failed, Found, Missing, Outcome
from pipeline.records.sources import CitationRecord
from pipeline.sources.scholarly.semantic_scholar import (
    HALVES,
    SemanticScholarSource,
    classify,
    is_spoilt,
    outcome_of,
    outcomes,
)
from tests.sources.asking import NOW, ask_all

NONE_VALID = {"error": "No valid paper ids given"}


def paper(arxiv_id: str | None = "2304.05376", **fields: Any) -> dict[str, Any]:
    """Return a paper as Semantic Scholar gives it."""
    ids = {"ArXiv": arxiv_id, "CorpusId": 7} if arxiv_id else {"CorpusId": 7}
    return {
        "paperId": "abc",
        "corpusId": 7,
        "externalIds": ids,
        "title": "A Title",
        "venue": "A Venue",
        "year": 2023,
        "citationCount": 12,
        "publicationDate": "2023-04-11",
        **fields,
    }


def ids_in(request: httpx.Request) -> list[str]:
    """Return the ids that a request asks for."""
    ids: list[str] = json.loads(request.content)["ids"]
    return ids


def answer_to(ids: Sequence[str]) -> httpx.Response:
    """Answer that every id is known."""
    return httpx.Response(200, json=[paper(id_.partition(":")[2]) for id_ in ids])


async def fetch(
    handler: Callable[[httpx.Request], httpx.Response],
    keys: Sequence[str],
    key: str | None = None,
) -> tuple[dict[str, Outcome[CitationRecord]], HttpClient, SimulatedClock]:
    """Ask a source over `handler` for all keys."""
    credentials = {"api.semanticscholar.org": Credential("x-api-key", key)} if key else {}
    source_over = partial(SemanticScholarSource, authenticated=bool(key))
    return await ask_all(source_over, handler, keys, credentials)


def numbered(count: int) -> list[str]:
    """Return so many arXiv ids."""
    return [f"2305.{number:05}" for number in range(1, count + 1)]


@pytest.mark.anyio
async def test_papers_are_asked_in_batches_of_five_hundred() -> None:
    """1,100 ids are three requests, with the fields that are read."""
    sizes: list[int] = []

    def handler(request: httpx.Request) -> httpx.Response:
        assert request.method == "POST"
        assert "citationCount" in request.url.params["fields"].split(",")
        sizes.append(len(ids_in(request)))
        return answer_to(ids_in(request))

    found, client, _ = await fetch(handler, numbered(1100))

    assert sizes == [500, 500, 100]
    assert client.requests == {"semanticscholar": 3}
    assert all(isinstance(o, Found) and o.value.arxiv_id == key for key, o in found.items())


@pytest.mark.anyio
async def test_arxiv_ids_and_dois_are_spelt_as_semantic_scholar_wants_them() -> None:
    """Each kind goes in a batch of its own; what is neither is not sent."""
    seen: list[list[str]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(ids_in(request))
        return httpx.Response(200, json=[None for _ in ids_in(request)])

    keys = ["doi:10.1145/1", "2305.00447", "2305.00447v2", "", "hep-th/9901001"]
    found, _, _ = await fetch(handler, keys)

    assert seen == [["ARXIV:2305.00447", "ARXIV:hep-th/9901001"], ["DOI:10.1145/1"]]
    assert set(found) == set(keys)
    assert all(isinstance(outcome, Missing) for outcome in found.values())


@pytest.mark.anyio
@pytest.mark.parametrize(("key", "seconds"), [(None, 3.0), ("secret", 1.1)])
async def test_pace_depends_on_the_key(key: str | None, seconds: float) -> None:
    """Without a key three seconds lie between two requests; with one, it is sent."""
    headers: list[str | None] = []

    def handler(request: httpx.Request) -> httpx.Response:
        headers.append(request.headers.get("x-api-key"))
        return answer_to(ids_in(request))

    _, _, clock = await fetch(handler, numbered(501), key)

    assert headers == [key, key]
    assert clock.monotonic() == pytest.approx(seconds)


@pytest.mark.anyio
async def test_unknown_papers_stand_as_null_in_their_place() -> None:
    """Answers are joined by position."""
    found, _, _ = await fetch(
        lambda _: httpx.Response(200, json=[None, paper("2305.00002")]), numbered(2)
    )

    assert isinstance(found["2305.00001"], Missing)
    assert isinstance(found["2305.00002"], Found)


@pytest.mark.anyio
async def test_batch_of_which_nothing_is_known_is_all_misses() -> None:
    """400 `No valid paper ids given` is an answer, and asked once."""
    found, client, _ = await fetch(lambda _: httpx.Response(400, json=NONE_VALID), numbered(40))

    assert all(isinstance(outcome, Missing) for outcome in found.values())
    assert client.requests == {"semanticscholar": 1}


@pytest.mark.anyio
async def test_doi_that_spoils_its_batch_is_found_by_halving() -> None:
    """The others get their answers."""

    def handler(request: httpx.Request) -> httpx.Response:
        if "DOI:10.1145/13" in ids_in(request):
            return httpx.Response(400, json=NONE_VALID)
        return httpx.Response(200, json=[paper(None) for _ in ids_in(request)])

    keys = [f"doi:10.1145/{number}" for number in range(64)]
    found, client, _ = await fetch(handler, keys)

    assert [key for key, o in found.items() if not isinstance(o, Found)] == ["doi:10.1145/13"]
    assert isinstance(found["doi:10.1145/13"], Missing)
    assert client.requests["semanticscholar"] == 13


@pytest.mark.anyio
async def test_batch_of_bad_dois_is_not_halved_without_end() -> None:
    """What the requests for one batch do not settle stays open."""
    keys = [f"doi:10.1145/{number}" for number in range(500)]
    found, client, _ = await fetch(lambda _: httpx.Response(400, json=NONE_VALID), keys)

    assert set(found) == set(keys)
    assert client.requests["semanticscholar"] <= HALVES + 10


@pytest.mark.anyio
@pytest.mark.parametrize("bad", [0, 250, 499])
async def test_id_that_crashes_its_batch_is_found_by_halving(bad: int) -> None:
    """One bad id costs its own answer, wherever it stands."""
    keys = numbered(500)

    def handler(request: httpx.Request) -> httpx.Response:
        if f"ARXIV:{keys[bad]}" in ids_in(request):
            return httpx.Response(500)
        return answer_to(ids_in(request))

    found, _, _ = await fetch(handler, keys)

    assert [key for key, o in found.items() if not isinstance(o, Found)] == [keys[bad]]
    assert isinstance(found[keys[bad]], Failed)


@pytest.mark.anyio
@pytest.mark.parametrize("status", [500, 502, 504])
async def test_service_that_is_down_is_given_up(status: int) -> None:
    """More server errors in a row than one bad id explains close it for the run."""
    found, client, clock = await fetch(lambda _: httpx.Response(status), numbered(2000))

    assert len(found) == 2000
    assert all(isinstance(outcome, Failed) for outcome in found.values())
    assert client.requests["semanticscholar"] <= 12
    assert clock.monotonic() < 120.0


@pytest.mark.anyio
async def test_throttled_service_is_off_after_five_refusals() -> None:
    """429 without Retry-After is the usual answer without a key: soon nothing more is asked."""
    message = {"message": "Too Many Requests.", "code": "429"}
    found, client, clock = await fetch(lambda _: httpx.Response(429, json=message), numbered(5000))

    assert all(isinstance(outcome, Failed) for outcome in found.values())
    assert client.requests["semanticscholar"] == 5
    assert clock.monotonic() < 60.0


@pytest.mark.anyio
async def test_refused_access_is_the_last_word() -> None:
    """403 is a bad key or a barred network: one request."""
    found, client, _ = await fetch(
        lambda _: httpx.Response(403, json={"message": "Forbidden"}), numbered(600)
    )

    assert client.requests["semanticscholar"] == 1
    assert {o.kind for o in found.values() if isinstance(o, Failed)} <= {"forbidden", "closed"}


@pytest.mark.anyio
async def test_unknown_field_is_a_fault_of_ours() -> None:
    """Halving would not help."""
    refusal = {"error": "Unrecognized or unsupported fields: [unknown]"}
    found, client, _ = await fetch(lambda _: httpx.Response(400, json=refusal), numbered(3))

    assert set(found.values()) == {Failed(kind="bad-answer", reason="HTTP 400")}
    assert client.requests["semanticscholar"] == 1


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, b"[]", None),
        (200, b"[null]", None),
        (400, b"", None),
        (500, b"", None),
        (200, b"", "transient"),
        (200, b'{"data": []}', "transient"),
        (200, b"null", "transient"),
        (200, b"[" * 100_000, "transient"),
        (429, b"", "throttled"),
        (401, b"", "stop"),
        (403, b"", "stop"),
        (404, b"", "refused"),
    ],
)
def test_classify_tells_an_answer_from_a_fault(
    status: int, body: bytes, kind: TroubleKind | None
) -> None:
    """What may be the fault of one id is the source's to read."""
    trouble = classify(Answer("POST", "u", status=status, body=body), NOW)

    assert (trouble.kind if trouble else None) == kind


@pytest.mark.parametrize(
    ("keys", "status", "body", "spoilt"),
    [
        (["2305.00001"], 400, NONE_VALID, False),
        (["doi:10.1145/1"], 400, NONE_VALID, True),
        (["2305.00001"], 500, {}, True),
        (["2305.00001"], 400, {"error": "x"}, True),
        (["2305.00001"], 200, {}, False),
        (["2305.00001"], 400, {"error": "Unrecognized or unsupported fields: [x]"}, False),
    ],
)
def test_only_what_one_id_may_have_spoilt_is_halved(
    keys: list[str], status: int, body: dict[str, str], spoilt: bool
) -> None:
    """Our arXiv ids are never malformed, so that none is valid means that none is known."""
    answer = Answer("POST", "u", status=status, body=json.dumps(body).encode())

    assert is_spoilt(keys, answer) is spoilt


def test_answer_of_another_length_is_nobodys() -> None:
    """Joined by position it would give a paper the counts of its neighbour."""
    answer = Answer("POST", "u", status=200, body=json.dumps([paper()]).encode())

    assert all(isinstance(o, Failed) for _, o in outcomes(["2304.05376", "2305.00001"], answer))


def test_record_maps_every_field() -> None:
    """The publisher's DOI in lower case; keys that are absent are none."""
    ids = {"ArXiv": "2304.05376", "DOI": "10.1038/S42256-024-00832-8", "DBLP": "journals/x/Y24"}
    outcome = outcome_of("2304.05376", paper(externalIds={**ids, "ACL": "2023.acl-long.1"}))

    assert isinstance(outcome, Found)
    assert outcome.value == CitationRecord(
        s2_id="abc",
        title="A Title",
        arxiv_id="2304.05376",
        doi="10.1038/s42256-024-00832-8",
        acl="2023.acl-long.1",
        dblp="journals/x/Y24",
        corpus_id=7,
        citation_count=12,
        venue="A Venue",
        year=2023,
        publication_date="2023-04-11",
    )


@pytest.mark.parametrize("venue", ["arXiv.org", "ArXiv", "CoRR", "", None])
def test_arxiv_is_no_venue(venue: str | None) -> None:
    """A preprint has none."""
    outcome = outcome_of("2304.05376", paper(venue=venue))

    assert isinstance(outcome, Found)
    assert outcome.value.venue is None


def test_arxivs_own_doi_is_no_publishers() -> None:
    """Semantic Scholar gives it where there is no other."""
    ids = {"ArXiv": "2312.07559", "DOI": "10.48550/arXiv.2312.07559"}
    outcome = outcome_of("2312.07559", paper(externalIds=ids))

    assert isinstance(outcome, Found)
    assert outcome.value.doi is None


@pytest.mark.parametrize(
    ("key", "ids", "kind"),
    [
        ("2304.05376", {"ArXiv": "2304.05377"}, Missing),
        ("2304.05376", {"ArXiv": "2304.05376"}, Found),
        ("2304.05376", {"DOI": "10.1145/1"}, Found),
        ("2304.05376", None, Found),
        ("doi:10.1023/a:1", {"DOI": "10.1023/A:1"}, Found),
        ("doi:10.1145/2", {"DOI": "10.1145/1"}, Missing),
    ],
)
def test_record_of_another_paper_is_dropped(
    key: str, ids: dict[str, str] | None, kind: type[object]
) -> None:
    """Merged papers answer to several ids; where the id that was asked differs, it is another."""
    assert isinstance(outcome_of(key, paper(externalIds=ids)), kind)


@pytest.mark.parametrize("item", [7, "x", [], {}, {"paperId": 3}, paper(citationCount="many")])
def test_item_of_another_shape_fails_alone(item: Any) -> None:
    """The rest of the batch stays."""
    answer = Answer("POST", "u", status=200, body=json.dumps([item, paper()]).encode())
    first, second = outcomes(["2305.00001", "2304.05376"], answer)

    assert isinstance(first[1], Failed)
    assert isinstance(second[1], Found)


def test_recorded_batch_is_read(shared: Path) -> None:
    """A recorded batch begins with `null`, and its DOIs are read."""
    path = shared / "data/services/semanticscholar/test_get_papers_return_not_found.yaml"
    response = yaml.safe_load(path.read_text(encoding="utf-8"))["interactions"][0]["response"]
    text = response.get("content") or response["body"]["string"]
    items = json.loads(text)
    keys = [f"doi:{(i or {}).get('externalIds', {}).get('DOI', '10.1/x').lower()}" for i in items]
    body = text.encode() if isinstance(text, str) else text
    result = [outcome for _, outcome in outcomes(keys, Answer("POST", "u", status=200, body=body))]

    assert isinstance(result[0], Missing)
    assert all(isinstance(outcome, Found) for outcome in result[1:])
    second = result[1]
    assert isinstance(second, Found)
    assert second.value.doi == "10.2139/ssrn.288970"
    assert second.value.corpus_id == 470667
