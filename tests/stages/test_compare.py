"""The stage that asks for what comparing needs."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Generic, TypeVar

import pytest

from pipeline.progress import Silent
from pipeline.records.base import Record
from pipeline.records.catalog import ArxivPart, Paper, Resolution
from pipeline.records.lists import Entry, Link
from pipeline.records.outcomes import Failed, Found, Outcome
from pipeline.records.sources import FirstVersion
from pipeline.stages.compare import compare
from pipeline.works.candidates import CandidateWork, TitleHits

R = TypeVar("R", bound=Record)

OFFICIAL = "Sparse Voting Trees for Tabular Data"
FORMER = "Few Leaves Are Enough"
OTHER = "Learning to Rank Songs by Listening Twice"


class Known(Generic[R]):
    """A source that knows some things, and fails for the rest."""

    name = "known"

    def __init__(self, values: Mapping[str, R]) -> None:
        self.values = values
        self.asked: list[tuple[str, ...]] = []

    async def fetch_many(self, keys: Sequence[str]) -> AsyncIterator[tuple[str, Outcome[R]]]:
        """See `Source.fetch_many`; the last key has no answer at all."""
        self.asked.append(tuple(keys))
        for key in reversed(keys):
            if key in self.values:
                yield key, Found(value=self.values[key])
            else:
                yield key, Failed(kind="timeout", reason="no answer")


def paper(title: str, number: int = 1, version: int = 2) -> Paper:
    """A paper that a list calls `title`."""
    id_ = f"2301.{number:05}"
    link = Link(url=f"https://arxiv.org/abs/{id_}", role="paper", line=number, column=1)
    return Paper(
        key=f"arxiv:{id_}",
        title=OFFICIAL,
        arxiv=ArxivPart(id=id_, version=version, metadata_source="arxiv"),
        mentions=(Entry(list="list", line=number, end_line=number, title=title, links=(link,)),),
        resolution=Resolution(status="found"),
    )


def remarks(papers: Sequence[Paper]) -> list[tuple[str, bool]]:
    """Codes, and whether version 1 is what tells."""
    return [(f.code, "version 1" in f.message) for one in papers for f in one.findings]


@pytest.mark.anyio
async def test_first_titles_are_asked_in_one_batch() -> None:
    """Every id whose title differs, once, and nothing else."""
    source = Known({"2301.00002": FirstVersion(id="2301.00002", title=FORMER)})
    papers = [paper(OFFICIAL), paper(FORMER, 2), paper(OTHER, 3)]
    compared = await compare(papers, first_versions=source, progress=Silent())

    assert source.asked == [("2301.00002", "2301.00003")]
    assert remarks(compared) == [("retitled", True), ("retitled", False)]


@pytest.mark.anyio
async def test_without_sources_it_goes_on_with_what_is_known() -> None:
    """A difference is a remark then."""
    compared = await compare([paper(FORMER)], first_versions=None, progress=Silent())

    assert remarks(compared) == [("retitled", False)]


@pytest.mark.anyio
async def test_source_that_fails_proves_nothing() -> None:
    """The same as without a source."""
    source: Known[FirstVersion] = Known({})
    compared = await compare([paper(FORMER)], first_versions=source, progress=Silent())

    assert remarks(compared) == [("retitled", False)]


@pytest.mark.anyio
async def test_nothing_to_explain_is_nothing_asked() -> None:
    """Equal titles cost no request."""
    versions: Known[FirstVersion] = Known({})
    search: Known[TitleHits] = Known({})
    compared = await compare(
        [paper(OFFICIAL)], first_versions=versions, search=search, progress=Silent()
    )

    assert versions.asked == search.asked == []
    assert remarks(compared) == []


@pytest.mark.anyio
async def test_search_is_asked_about_what_is_left() -> None:
    """A title that version 1 explains is not searched; one that is found elsewhere is proved."""
    versions = Known({"2301.00001": FirstVersion(id="2301.00001", title=FORMER)})
    work = CandidateWork(key="arxiv:2302.00002", title=OTHER)
    search = Known({OTHER: TitleHits(candidates=(work,))})
    compared = await compare(
        [paper(FORMER), paper(OTHER, 2)], first_versions=versions, search=search, progress=Silent()
    )

    assert search.asked == [(OTHER,)]
    assert remarks(compared) == [("retitled", True), ("wrong-paper", False)]
