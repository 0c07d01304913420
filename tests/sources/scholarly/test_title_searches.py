"""Titles in DataCite, Crossref and DBLP: the questions, the works, and when nothing is known."""

import json
from typing import Any

import httpx
import pytest

from pipeline.network.service import Answer
from pipeline.records.outcomes import Failed, Found, Missing, Skipped
from pipeline.sources.scholarly import crossref, datacite, dblp
from tests.sources.asking import ask_all

TITLE = 'Gated "Attention": Long-Term Weather\\Maps'
SECOND = "Sparse Voting Trees for Tabular Data"


def answer(document: Any, status: int = 200) -> Answer:
    """An answer of a service."""
    return Answer("GET", "u", status=status, body=json.dumps(document).encode())


def record(doi: str, title: str, **fields: Any) -> dict[str, Any]:
    """A record of DataCite."""
    creators = [{"name": "Author, Ann", "nameType": "Personal"}]
    given = {"doi": doi, "titles": [{"title": title}], "creators": creators, **fields}
    return {"id": doi, "type": "dois", "attributes": given}


@pytest.mark.anyio
async def test_datacite_is_asked_for_phrases_ten_at_a_time() -> None:
    """What its language means otherwise is left out of the phrases."""
    seen: list[httpx.QueryParams] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.params)
        records = [
            record("10.48550/ARXIV.2301.00001", "Gated Attention: long term weather maps"),
            record("10.5281/zenodo.1", "Something Else Entirely, Nowhere near"),
        ]
        return httpx.Response(200, json={"data": records, "meta": {"total": 2}})

    titles = [TITLE, SECOND, *(f"A Study of Lists of Papers, Part {n}" for n in range(10)), "?"]
    outcomes, _, _ = await ask_all(datacite.DataCiteTitles, handler, titles)

    assert len(seen) == 2
    assert seen[0]["query"].startswith(
        'titles.title:("Gated Attention Long-Term Weather Maps" OR "Sparse Voting'
    )
    found = outcomes[TITLE]
    assert isinstance(found, Found)
    assert [(work.key, work.authors) for work in found.value.candidates] == [
        ("arxiv:2301.00001", ("Ann Author",))
    ]
    assert isinstance(outcomes[SECOND], Missing)
    assert isinstance(outcomes["?"], Skipped)


def test_datacite_that_has_more_than_fits_says_nothing_of_the_rest() -> None:
    """A title that is not on the page may be on the next one."""
    page = {"data": [record("10.5281/zenodo.1", SECOND)], "meta": {"total": 3}}

    outcomes = dict(datacite.hits_of([SECOND, "A Title of Quite Another Work"], answer(page)))

    assert isinstance(outcomes[SECOND], Found)
    assert isinstance(outcomes["A Title of Quite Another Work"], Failed)


def test_datacite_finds_a_phrase_in_a_longer_title() -> None:
    """The list's title may be a shortened one."""
    longer = (
        f"{SECOND}: A Very Long Subtitle of Many Words that Nobody Writes into a List of Papers"
    )
    page = {"data": [record("10.5281/zenodo.1", longer)], "meta": {"total": 1}}

    assert isinstance(dict(datacite.hits_of([SECOND], answer(page)))[SECOND], Found)


def test_datacite_record_that_cannot_be_read_is_no_answer_of_nothing() -> None:
    """It may be the one that was meant."""
    page = {"data": [{"attributes": {"doi": 3}}], "meta": {"total": 1}}

    assert isinstance(dict(datacite.hits_of([SECOND], answer(page)))[SECOND], Failed)


@pytest.mark.anyio
async def test_crossref_gives_the_nearest_works() -> None:
    """Five at most, with their authors and the year, by the text of a reference."""
    seen: list[httpx.QueryParams] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.params)
        work = {
            "DOI": "10.1000/ABC",
            "title": [SECOND],
            "author": [{"given": "Ann", "family": "Author"}],
            "issued": {"date-parts": [[2021]]},
        }
        return httpx.Response(200, json={"message": {"items": [work]}})

    outcomes, _, _ = await ask_all(crossref.CrossrefTitles, handler, [SECOND])

    assert (seen[0]["query.bibliographic"], seen[0]["rows"]) == (SECOND, "5")
    found = outcomes[SECOND]
    assert isinstance(found, Found)
    [work] = found.value.candidates
    assert (work.key, work.title, work.authors, work.year) == (
        "doi:10.1000/abc",
        SECOND,
        ("Ann Author",),
        2021,
    )


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"message": {"items": []}}, Missing),
        ({"message": {"items": [{"DOI": "10.1/x", "title": [None]}]}}, Failed),
        ({"message": {"items": [{"DOI": "10.1/x", "title": 3}]}}, Failed),
        ({"message": "busy"}, Failed),
    ],
)
def test_crossref_answers_that_name_no_work(document: Any, kind: type) -> None:
    """An empty list is an answer; works that cannot be read are none."""
    assert isinstance(crossref.hits_of(answer(document)), kind)


def info(**fields: Any) -> dict[str, Any]:
    """A hit of DBLP."""
    return {"info": {"key": "conf/nips/A21", "title": f"{SECOND}.", "year": "2021", **fields}}


def hits(*found: Any) -> dict[str, Any]:
    """An answer of DBLP: `hit` is left out where there is none."""
    return {"result": {"hits": {"@total": str(len(found)), **({"hit": found} if found else {})}}}


@pytest.mark.parametrize(
    ("fields", "key", "authors"),
    [
        ({}, "dblp:conf/nips/A21", ()),
        ({"doi": "10.1145/ABC"}, "doi:10.1145/abc", ()),
        ({"volume": "abs/2312.07559"}, "arxiv:2312.07559", ()),
        (
            {"authors": {"author": {"text": "Jens Lehmann 0001"}}},
            "dblp:conf/nips/A21",
            ("Jens Lehmann",),
        ),
        (
            {"authors": {"author": ["Ann O&apos;Hara", {"text": "Bo Writer"}]}},
            "dblp:conf/nips/A21",
            ("Ann O'Hara", "Bo Writer"),
        ),
    ],
)
def test_dblp_names_works_by_their_best_name(
    fields: dict[str, Any], key: str, authors: tuple[str, ...]
) -> None:
    """One author is no list, numbers are no names, the full stop is no part of a title."""
    found = dblp.hits_of(answer(hits(info(**fields))))

    assert isinstance(found, Found)
    [work] = found.value.candidates
    assert (work.key, work.title, work.authors, work.year) == (key, SECOND, authors, 2021)


def test_dblp_gives_one_hit_without_a_list_and_none_without_the_field() -> None:
    """Both are answers; anything else is none."""
    one = {"result": {"hits": {"@total": "1", "hit": info()}}}

    assert isinstance(dblp.hits_of(answer(one)), Found)
    assert isinstance(dblp.hits_of(answer(hits())), Missing)
    assert isinstance(dblp.hits_of(answer({"result": {}})), Failed)


@pytest.mark.anyio
async def test_dblp_is_asked_for_plain_words_and_left_alone_when_it_throttles() -> None:
    """It knows no signs; a refusal is no answer."""
    seen: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.params["q"])
        return httpx.Response(429)

    outcomes, _, _ = await ask_all(dblp.DblpTitles, handler, ["Weather++: Maps, Really?"])

    assert seen[0] == "weather maps really"
    assert isinstance(outcomes["Weather++: Maps, Really?"], Failed)
