"""What stages make of answers is the same whether these are held or lie on disk."""

import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.errors import OutputError
from pipeline.progress import Silent
from pipeline.records.catalog import ArxivPart, Paper, RepositoryPart, Resolution
from pipeline.records.lists import Entry, Link
from pipeline.records.outcomes import Failed, Found, Missing, Outcome
from pipeline.records.sources import (
    ArxivRecord,
    CitationRecord,
    DoiRecord,
    HuggingFaceRecord,
    OpenAlexRecord,
    OpenReviewRecord,
    RepositoryRecord,
)
from pipeline.stages.fetch import Fetched, fetch
from pipeline.stages.supplement import Supplemented, supplement
from pipeline.storage import answers
from pipeline.storage.answers import OnDisk, Room, in_memory
from pipeline.storage.spool import database
from pipeline.works.known import LastCatalog

IDS = ("2305.00447", "2307.02046", "2401.00001", "2401.00002")
OLD = datetime(2026, 11, 1, tzinfo=UTC)
HERS, OURS = "https://github.com/her/code", "https://gitlab.com/us/ours"
DOI, TOLD = "10.1000/one", "10.1000/told"


class Telling:
    """A source that says what is given, last things first, and of others that they are missing."""

    def __init__(self, name: str, told: Mapping[str, Outcome[Any]]) -> None:
        self.name = name
        self.asked: list[tuple[str, ...]] = []
        self._told = told

    async def fetch_many(self, keys: Sequence[str]) -> AsyncIterator[tuple[str, Outcome[Any]]]:
        """See `Source`."""
        self.asked.append(tuple(keys))
        for key in reversed(keys):
            yield key, self._told.get(key, Missing(reason=f"nobody knows {key}"))


def paper(arxiv: str, *urls: str) -> Paper:
    """Return a paper of which a list says little."""
    links = tuple(Link(url=url, role="code", line=3, column=1) for url in urls)
    entry = Entry(list="a", line=3, end_line=3, title="A Title", links=links)
    return Paper(
        key=f"arxiv:{arxiv}",
        title="A Title",
        arxiv=ArxivPart(id=arxiv),
        mentions=(entry,),
        resolution=Resolution(status="found", method="link"),
    )


PAPERS = [paper(IDS[0], HERS), paper(IDS[1], OURS), paper(IDS[2]), paper(IDS[3])]


def described(arxiv: str, abstract: str, **more: Any) -> ArxivRecord:
    """Return what arXiv knows."""
    usual = {"title": "A Title", "authors": ("A. One",), "published": None, "updated": None}
    return ArxivRecord.model_validate({"id": arxiv, "abstract": abstract, **usual, **more})


def hosted(service: str, name: str, number: int) -> RepositoryRecord:
    """Return what a service knows of a repository."""
    url = f"https://{service}.com/{name}"
    return RepositoryRecord(service=service, full_name=name, url=url, id=number, stars=3)


def asked() -> tuple[Telling, Telling, Telling]:
    """Return arXiv, GitHub and GitLab; a paper names code that no list links."""
    named = described(IDS[0], "Our code is at https://github.com/us/named.", doi=DOI)
    stale = described(IDS[1], "half \ud83d a pair", withdrawn=True)
    failed = Failed(kind="throttled", reason="HTTP 429")
    arxiv: dict[str, Outcome[ArxivRecord]] = {
        IDS[0]: Found(value=named),
        IDS[1]: Found(value=stale, stale=True, as_of=OLD, reason="HTTP 503"),
        IDS[2]: failed,
    }
    github: dict[str, Outcome[RepositoryRecord]] = {
        "her/code": Found(value=hosted("github", "her/new", 8)),
        "us/named": Found(value=hosted("github", "us/named", 9)),
    }
    gitlab: dict[str, Outcome[RepositoryRecord]] = {
        "us/ours": Found(value=hosted("gitlab", "us/ours", 10))
    }
    return Telling("arxiv", arxiv), Telling("github", github), Telling("gitlab", gitlab)


BEFORE = RepositoryPart(full_name="her/code", url=HERS, status="found", id=7)


async def fetched(room: Room) -> tuple[Fetched, list[Any]]:
    """Fetch; return what came out, and what was asked."""
    arxiv, github, gitlab = asked()
    before = replace(PAPERS[0], repositories=(BEFORE,))
    found = await fetch(
        PAPERS,
        [],
        arxiv=arxiv,
        github=github,
        forges={"gitlab": gitlab},
        progress=Silent(),
        before=LastCatalog([before]),
        room=room,
    )
    return found, [arxiv.asked, github.asked, gitlab.asked]


@pytest.mark.anyio
async def test_papers_are_filled_with_the_same() -> None:
    """Names that are another's now, renamed, stale, named by the paper, missing and failed."""
    (held, asked), (read, again) = await fetched(in_memory), await fetched(OnDisk)

    assert isinstance(read.arxiv, OnDisk)
    assert isinstance(read.repositories, OnDisk)
    assert list(read.papers) == list(held.papers)
    assert list(read.arxiv.items()) == list(held.arxiv.items())
    assert list(read.repositories.items()) == list(held.repositories.items())
    assert again == asked == [[IDS], [("her/code",), ("us/named",)], [("us/ours",)]]
    codes = {one.code for filled in held.papers for one in filled.findings}
    assert codes >= {"repository-replaced", "arxiv-withdrawn", "arxiv-id-missing"}


def further() -> dict[str, Telling]:
    """Return the further sources; one names a DOI that nobody has named before."""
    one = DoiRecord(doi=DOI, title="Of another work", url=f"https://doi.org/{DOI}")
    told = DoiRecord(
        doi=TOLD, title="A Title", venue="Proc. X", published="2024", url=f"https://doi.org/{TOLD}"
    )
    cited = CitationRecord(
        s2_id="abc", title="A Title", arxiv_id=IDS[0], doi=TOLD, citation_count=5
    )
    openalex = OpenAlexRecord(openalex_id="W1", title="A Title", arxiv_id=IDS[1], cited_by_count=4)
    page = HuggingFaceRecord(arxiv_id=IDS[1], title="A Title", github_repo="some/code")
    forum = OpenReviewRecord(id="f", title="A Title")
    return {
        "crossref": Telling("crossref", {DOI: Found(value=one), TOLD: Found(value=told)}),
        "semanticscholar": Telling("semanticscholar", {IDS[0]: Found(value=cited)}),
        "openalex": Telling("openalex", {IDS[1]: Found(value=openalex, stale=True, as_of=OLD)}),
        "huggingface": Telling("huggingface", {IDS[1]: Found(value=page)}),
        "openreview": Telling("openreview", {"f": Found(value=forum)}),
    }


async def supplemented(room: Room) -> tuple[Supplemented, list[Any]]:
    """Fetch, and ask the further sources; return what came out, and what was asked."""
    before, _ = await fetched(room)
    sources = further()
    found = await supplement(
        before.papers, sources, Silent(), with_venues={"a"}, arxiv=before.arxiv, room=room
    )
    return found, [one.asked for one in sources.values()]


@pytest.mark.anyio
async def test_further_sources_add_the_same() -> None:
    """Also where one names a DOI that another is then asked about."""
    (held, asked), (read, again) = await supplemented(in_memory), await supplemented(OnDisk)

    assert isinstance(read.dois, OnDisk)
    assert list(read.papers) == list(held.papers)
    assert list(read.dois.items()) == list(held.dois.items())
    assert again == asked
    assert asked[0] == [(DOI,), (TOLD,)]
    first = held.papers[0]
    assert first.published_as is not None
    assert (first.published_as.doi, first.citations) == (TOLD, 5)


@pytest.mark.anyio
async def test_a_full_disk_ends_a_stage_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """One, though several sources answer at the same time."""

    def small() -> sqlite3.Connection:
        opened = database()
        opened.execute("PRAGMA max_page_count = 3")
        return opened

    long, gitlab = "It is long. " * 2000, hosted("gitlab", "us/ours", 10)
    every: dict[str, Outcome[Any]] = {id_: Found(value=described(id_, long)) for id_ in IDS}
    wordy: Outcome[Any] = Found(value=gitlab.model_copy(update={"description": long}))
    cited: dict[str, Outcome[Any]] = {
        id_: Found(value=CitationRecord(s2_id=id_, title=long)) for id_ in IDS
    }
    sources = {"semanticscholar": Telling("semanticscholar", cited)}
    monkeypatch.setattr(answers, "database", small)
    with pytest.raises(OutputError, match="SQLITE_TMPDIR"):
        await fetch(
            PAPERS,
            [],
            arxiv=Telling("arxiv", every),
            github=Telling("github", {}),
            forges={"gitlab": Telling("gitlab", {"us/ours": wordy})},
            progress=Silent(),
            room=OnDisk,
        )
    with pytest.raises(OutputError, match="SQLITE_TMPDIR"):
        await supplement(PAPERS, sources, Silent(), with_venues=(), room=OnDisk)
