"""What is asked about a title that arXiv does not know, and what becomes of the answers."""

from collections.abc import Sequence

import pytest

from pipeline.records.catalog import Paper
from pipeline.records.lists import Entry
from pipeline.records.outcomes import Failed, Found, Missing, Outcome, Skipped
from pipeline.stages.resolve import verify
from pipeline.works.candidates import CandidateWork, TitleHits
from tests.reports.test_unverified import TITLE, entry, paper
from tests.stages.test_resolve_by_title import Titles

YEAR = 2026
OTHER = "Sparse Voting Trees for Tabular Data"
DOWN = Failed(kind="server-error", reason="HTTP 500")


def hits(key: str, title: str = TITLE) -> Found[TitleHits]:
    """An answer with one work."""
    work = CandidateWork(key=key, title=title, authors=("Ann Author",), published="2021")
    return Found(value=TitleHits(candidates=(work,)))


async def verified(
    registries: Sequence[Titles], *entries: Entry, title: str | None = None
) -> Paper:
    """Return the first paper after the registries were asked."""
    found = await verify(
        [paper(*(entries or (entry(),)))],
        links=(),
        page_title=lambda _: title,
        registries=registries,
        year=YEAR,
    )
    return found[0]


def registry(name: str, answer: Outcome[TitleHits] | None = None) -> Titles:
    """A registry that gives one answer, or knows nothing."""
    return Titles({} if answer is None else {TITLE: answer}, name=name)


@pytest.mark.anyio
async def test_a_title_that_nobody_knows_is_reported_with_who_was_asked() -> None:
    """A nearest work of another title, which Crossref always has, changes nothing."""
    asked = registry("datacite-search"), registry("crossref-search", hits("doi:10.1/x", OTHER))

    found = await verified(asked)

    assert [one.code for one in found.findings] == ["unverified"]
    assert "arXiv, Crossref and DataCite" in found.findings[0].message
    assert found.resolution.status == "missing"
    assert any("crossref-search, datacite-search" in one for one in found.resolution.evidence)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "answer",
    [
        DOWN,
        Skipped(reason="offline"),
        Found(value=TitleHits(candidates=()), stale=True, reason="HTTP 500"),
    ],
)
async def test_nothing_is_said_where_a_registry_did_not_answer(
    answer: Outcome[TitleHits],
) -> None:
    """Down, cut by the budget, or an answer of long ago."""
    found = await verified([registry("datacite-search"), registry("crossref-search", answer)])

    assert (found.findings, found.resolution.status) == ((), "missing")


@pytest.mark.anyio
async def test_nothing_is_said_without_registries() -> None:
    """They are switched off."""
    assert (await verified(())).findings == ()


@pytest.mark.anyio
async def test_what_a_registry_knows_is_put_to_a_person() -> None:
    """The key stays until somebody has looked; who comes after is not asked any more."""
    crossref = registry("crossref-search")

    found = await verified([registry("datacite-search", hits("doi:10.5281/1")), crossref])

    assert (found.key, found.findings) == ("title:abc", ())
    assert (found.resolution.status, found.resolution.reason_code) == ("review", "EXACT_TITLE")
    assert [one.key for one in found.resolution.candidates] == ["doi:10.5281/1"]
    assert crossref.asked == []


@pytest.mark.anyio
async def test_a_work_that_only_dblp_names_is_verified_without_a_candidate() -> None:
    """DBLP's own names are no keys that a person could accept."""
    found = await verified([registry("dblp-search", hits("dblp:conf/nips/Author21"))])

    assert (found.findings, found.resolution.status) == ((), "missing")
    assert any("dblp:conf/nips/Author21" in one for one in found.resolution.evidence)


@pytest.mark.anyio
async def test_a_shortened_title_is_no_unknown_one() -> None:
    """Crossref comes up with the whole title: somebody knows the work."""
    longer = f"{TITLE.replace('Gated', 'Gated and Sparse Multi-Head')} of Many Seas and Countries"

    found = await verified([registry("crossref-search", hits("doi:10.1/x", longer))])

    assert (found.findings, found.resolution.status) == ((), "missing")


@pytest.mark.anyio
async def test_what_a_page_speaks_for_costs_no_request() -> None:
    """The link was not judged, so it may be the work's own."""
    asked = registry("crossref-search", Missing(reason="none"))

    found = await verified([asked], entry(url="https://lab.example/weather"))

    assert (found.findings, asked.asked) == ((), [])
