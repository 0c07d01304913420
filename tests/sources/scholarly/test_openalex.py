"""OpenAlex's works: batches, the day's budget, joining, the fields."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipeline.clock import SimulatedClock
from pipeline.network.http_client import HttpClient
from pipeline.network.retry import TroubleKind
from pipeline.network.service import Answer
from pipeline.records.outcomes import Failed, Found, Missing, Outcome
from pipeline.records.sources import OpenAlexRecord
from pipeline.sources.scholarly.openalex import (
    OpenAlexReferences,
    OpenAlexSource,
    OpenAlexWorks,
    batches,
    classify,
    outcomes,
)
from tests.sources.asking import NOW, ask_all

DOI_URL = "https://doi.org/"


def place(url: str, name: str = "arXiv (Cornell University)", kind: str = "repository") -> Any:
    """Return a location of a work."""
    return {"landing_page_url": url, "source": {"display_name": name, "type": kind}}


def work(doi: str | None = "10.48550/arxiv.2305.00447", *places: Any, **fields: Any) -> Any:
    """Return a work as OpenAlex gives it."""
    return {
        "id": "https://openalex.org/W1",
        "doi": f"{DOI_URL}{doi}" if doi else None,
        "title": "A Title",
        "type": "preprint",
        "ids": {"openalex": "https://openalex.org/W1"},
        "primary_location": places[0] if places else None,
        "locations": list(places),
        "cited_by_count": 5,
        "is_retracted": False,
        **fields,
    }


def answer(document: Any, status: int = 200) -> Answer:
    """Return an answer with a JSON body."""
    return Answer("GET", "u", status=status, body=json.dumps(document).encode())


async def fetch(
    handler: Callable[[httpx.Request], httpx.Response],
    keys: Sequence[str],
    key: str | None = None,
) -> tuple[dict[str, Outcome[OpenAlexRecord]], HttpClient, SimulatedClock]:
    """Ask a source over `handler` for all keys."""
    credentials = {"api.openalex.org": key} if key else {}
    source_over = partial(OpenAlexSource, authenticated=bool(key))
    return await ask_all(source_over, handler, keys, credentials)


def numbered(count: int) -> list[str]:
    """Return so many arXiv ids."""
    return [f"2305.{number:05}" for number in range(1, count + 1)]


def dois_in(request: httpx.Request) -> list[str]:
    """Return the DOIs of a filter."""
    values = request.url.params["filter"].removeprefix("doi:").split("|")
    return [value.removeprefix(DOI_URL) for value in values]


@pytest.mark.anyio
async def test_several_works_are_one_filter() -> None:
    """120 ids are two requests whose pages hold their answers; the order is any."""
    sizes: list[tuple[int, str]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        dois = dois_in(request)
        sizes.append((len(dois), request.url.params["per-page"]))
        return httpx.Response(200, json={"results": [work(doi) for doi in reversed(dois)]})

    keys = numbered(120)
    found, client, _ = await fetch(handler, keys)

    assert [page for _, page in sizes] == ["100"] * len(sizes)
    assert sum(size for size, _ in sizes) == 120
    assert client.requests["openalex"] == len(sizes) == 2
    assert all(isinstance(o, Found) and o.value.arxiv_id == key for key, o in found.items())


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("2305.00447", "/works/doi:10.48550/arxiv.2305.00447"),
        ("doi:10.1145/3604915.3608857", "/works/doi:10.1145/3604915.3608857"),
    ],
)
async def test_single_work_is_asked_by_its_doi(key: str, path: str) -> None:
    """That form costs no credit."""
    seen: list[httpx.URL] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.url)
        return httpx.Response(200, json=work(path.rpartition(":")[2]))

    found, _, _ = await fetch(handler, [key])

    assert [url.path for url in seen] == [path]
    assert "cited_by_count" in seen[0].params["select"].split(",")
    assert isinstance(found[key], Found)


@pytest.mark.anyio
async def test_key_goes_in_a_header_and_never_in_the_address() -> None:
    """Addresses stand in logs."""
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=work())

    await fetch(handler, ["2305.00447"], "secret")
    await fetch(handler, ["2305.00447"])

    assert [request.headers.get("authorization") for request in seen] == ["Bearer secret", None]
    assert not any("secret" in str(request.url) for request in seen)


@pytest.mark.anyio
async def test_404_as_html_is_a_miss() -> None:
    """Nothing but the status is read of it."""
    page = "<!doctype html><title>404 Not Found</title>"
    found, client, _ = await fetch(
        lambda _: httpx.Response(404, html=page),
        ["2305.00447"],
    )

    assert isinstance(found["2305.00447"], Missing)
    assert client.requests == {"openalex": 1}


@pytest.mark.anyio
async def test_merged_work_is_followed() -> None:
    """301 leads to the work that it became, whose DOI is another."""

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/works/W2":
            return httpx.Response(200, json=work("10.1145/1"))
        return httpx.Response(301, headers={"location": "https://api.openalex.org/works/W2"})

    found, _, _ = await fetch(handler, ["2305.00447"])

    outcome = found["2305.00447"]
    assert isinstance(outcome, Found)
    assert outcome.value.doi == "10.1145/1"


@pytest.mark.anyio
@pytest.mark.parametrize(
    "headers",
    [
        {"retry-after": "54000"},
        {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "11987"},
        {"x-ratelimit-remaining": "0"},
    ],
)
async def test_used_up_budget_is_not_waited_for(headers: dict[str, str]) -> None:
    """One request, no sleep, and the reason for all."""
    found, client, clock = await fetch(
        lambda _: httpx.Response(429, headers=headers), numbered(1000)
    )

    assert client.requests["openalex"] == 1
    assert clock.monotonic() < 1.0
    assert all(isinstance(outcome, Failed) for outcome in found.values())


@pytest.mark.anyio
async def test_last_credit_ends_the_asking() -> None:
    """A good answer that says `remaining: 0` is used, and is the last."""

    def handler(request: httpx.Request) -> httpx.Response:
        results = [work(doi) for doi in dois_in(request)]
        headers = {"x-ratelimit-remaining": "0"}
        return httpx.Response(200, json={"results": results}, headers=headers)

    found, client, _ = await fetch(handler, numbered(300))

    assert client.requests["openalex"] == 1
    statuses = [outcome.status for outcome in found.values()]
    assert statuses == sorted(statuses, reverse=True)  # found, then failed
    assert set(statuses) == {"found", "failed"}


@pytest.mark.anyio
async def test_short_pause_is_kept() -> None:
    """Being told to wait some seconds is no used-up budget."""
    replies = iter([httpx.Response(429, headers={"retry-after": "7"})])
    found, _, clock = await fetch(
        lambda _: next(replies, httpx.Response(200, json=work())), ["2305.00447"]
    )

    assert isinstance(found["2305.00447"], Found)
    assert clock.monotonic() == pytest.approx(7.0, abs=1.0)


@pytest.mark.anyio
@pytest.mark.parametrize(("status", "kind"), [(401, "unauthorized"), (403, "forbidden")])
async def test_refused_key_is_the_last_word(status: int, kind: str) -> None:
    """One request, and OpenAlex is off."""
    found, client, _ = await fetch(lambda _: httpx.Response(status), numbered(300), "bad")

    assert client.requests["openalex"] == 1
    first = found["2305.00001"]
    assert isinstance(first, Failed)
    assert first.kind == kind


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, b'{"results": []}', None),
        (200, b'{"id": "https://openalex.org/W1"}', None),
        (404, b"<html>", None),
        (200, b"<html>", "transient"),
        (200, b"", "transient"),
        (200, b'{"error": "x"}', "transient"),
        (200, b"[" * 100_000, "transient"),
        (500, b"", "transient"),
        (429, b"", "throttled"),
        (401, b"", "stop"),
        (403, b"", "stop"),
        (400, b"", "refused"),
    ],
)
def test_classify_tells_an_answer_from_a_fault(
    status: int, body: bytes, kind: TroubleKind | None
) -> None:
    """JSON is read after 200 only."""
    trouble = classify(Answer("GET", "u", status=status, body=body), NOW)

    assert (trouble.kind if trouble else None) == kind


def test_sign_that_ends_a_filter_goes_alone() -> None:
    """A comma would end it, even encoded."""
    keys = ["2305.00001", "doi:10.1000/a,b", "2305.00002"]

    assert list(batches(keys)) == [("2305.00001", "2305.00002"), ("doi:10.1000/a,b",)]


def test_filter_stays_short_enough_for_an_address() -> None:
    """Long DOIs make smaller batches, and none is lost."""
    keys = [f"doi:10.1000/{'x' * 200}{number}" for number in range(100)]
    parts = list(batches(keys))

    assert [key for part in parts for key in part] == keys
    assert all(sum(map(len, part)) < 6000 for part in parts)


def test_record_maps_every_field() -> None:
    """DOI and venue are the published version's; the id has no address."""
    document = work(
        "10.48550/arxiv.2305.00447",
        place("http://arxiv.org/abs/2305.00447"),
        place(f"{DOI_URL}10.1145/3604915.3608857", "A Journal", "journal"),
        is_retracted=True,
    )
    [(_, outcome)] = outcomes(["2305.00447"], answer(document))

    assert isinstance(outcome, Found)
    assert outcome.value == OpenAlexRecord(
        openalex_id="W1",
        title="A Title",
        doi="10.1145/3604915.3608857",
        arxiv_id="2305.00447",
        type="preprint",
        venue="A Journal",
        cited_by_count=5,
        is_retracted=True,
    )


def test_repository_is_no_venue() -> None:
    """A work known from arXiv alone has neither a venue nor a published version."""
    document = work("10.48550/arxiv.2305.00447", place("http://arxiv.org/abs/2305.00447"))
    [(_, outcome)] = outcomes(["2305.00447"], answer(document))

    assert isinstance(outcome, Found)
    assert (outcome.value.venue, outcome.value.doi) == (None, None)


def test_work_is_found_by_any_of_its_addresses() -> None:
    """A work whose own DOI is the journal's is the preprint's too."""
    merged = work("10.1145/1", place("http://arxiv.org/abs/2305.00447"))
    result = dict(outcomes(["2305.00447", "doi:10.1145/1"], answer({"results": [merged]})))

    assert all(isinstance(outcome, Found) for outcome in result.values())


def test_missing_works_are_left_out_of_an_answer() -> None:
    """What is not in a whole answer is not known; of a cut one nothing is said."""
    keys = ["2305.00447", "2305.00448"]
    whole = dict(outcomes(keys, answer({"meta": {"count": 1}, "results": [work()]})))
    cut = dict(outcomes(keys, answer({"meta": {"count": 2}, "results": [work()]})))

    assert isinstance(whole["2305.00448"], Missing)
    assert isinstance(cut["2305.00448"], Failed)
    assert isinstance(cut["2305.00447"], Found)


@pytest.mark.parametrize("fields", [{"locations": 7}, {"cited_by_count": "many"}, {"id": None}])
def test_work_of_another_shape_fails_alone(fields: dict[str, Any]) -> None:
    """The others of its page stay."""
    results = [work("10.48550/arxiv.2305.00448", **fields), 7, None, work()]
    result = dict(outcomes(["2305.00447", "2305.00448"], answer({"results": results})))

    assert isinstance(result["2305.00447"], Found)
    assert isinstance(result["2305.00448"], Failed)


def test_recorded_work_is_read(shared: Path) -> None:
    """A recorded arXiv work has no published version; a recorded Zenodo one is nobody's answer."""
    folder = shared / "data/services/openalex"
    paper = Answer("GET", "u", status=200, body=(folder / "prereview_arxiv.json").read_bytes())
    [(_, outcome)] = outcomes(["2201.06719"], paper)

    assert classify(paper, NOW) is None
    assert isinstance(outcome, Found)
    assert outcome.value.openalex_id == "W4221145823"
    assert outcome.value.arxiv_id == "2201.06719"
    assert (outcome.value.doi, outcome.value.venue, outcome.value.cited_by_count) == (None, None, 0)


@pytest.mark.anyio
async def test_references_are_ids_of_works_a_hundred_papers_to_a_request() -> None:
    """What is no id of OpenAlex is none; a paper without references has none."""
    seen: list[int] = []

    def handler(request: httpx.Request) -> httpx.Response:
        dois = dois_in(request)
        seen.append(len(dois))
        cited = ["https://openalex.org/W7", "https://openalex.org/W7", "W8", "https://x/A5", ""]
        works = [work(dois[0], referenced_works=cited), *(work(doi) for doi in dois[1:])]
        return httpx.Response(200, json={"results": works})

    source_over = partial(OpenAlexReferences, authenticated=False)
    found, _, _ = await ask_all(source_over, handler, numbered(101)[:100])

    assert seen == [100]
    first, second = (found[key] for key in numbered(2))
    assert isinstance(first, Found)
    assert (first.value.works, first.value.title) == (("W7", "W8"), "A Title")
    assert isinstance(second, Found)
    assert second.value.works == ()


@pytest.mark.anyio
async def test_works_are_asked_by_openalexs_own_ids() -> None:
    """With every key they have, the preprint's first; a damaged one costs itself alone."""

    def handler(request: httpx.Request) -> httpx.Response:
        assert request.url.params["filter"] == "openalex:W1|W2|W3"
        whole = work(
            "10.1145/1",
            place("https://arxiv.org/abs/2305.00447"),
            publication_year=2021,
            authorships=[{"author": {"display_name": "Ann Author"}}, {"author": None}],
            is_retracted=True,
        )
        damaged = work(id="https://openalex.org/W2", title=["no", "title"])
        return httpx.Response(200, json={"results": [damaged, whole]})

    source_over = partial(OpenAlexWorks, authenticated=False)
    found, _, _ = await ask_all(source_over, handler, ["W1", "W2", "W3", "2305.00447"])

    one = found["W1"]
    assert isinstance(one, Found)
    assert one.value.keys == ("arxiv:2305.00447", "doi:10.1145/1")
    assert (one.value.authors, one.value.year) == (("Ann Author",), 2021)
    assert one.value.is_retracted
    assert all(isinstance(found[key], Missing) for key in ("W2", "W3", "2305.00447"))


@pytest.mark.anyio
async def test_used_up_budget_ends_the_questions_about_works() -> None:
    """The last credit of the day is the last request."""
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params["filter"])
        return httpx.Response(200, json={"results": []}, headers={"x-ratelimit-remaining": "0"})

    source_over = partial(OpenAlexWorks, authenticated=False)
    found, _, _ = await ask_all(source_over, handler, [f"W{n}" for n in range(150)])

    assert len(asked) == 1
    assert isinstance(found["W149"], Failed)
