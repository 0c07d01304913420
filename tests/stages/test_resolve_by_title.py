"""Tests of `pipeline.stages.resolve`: what titles and people add to links."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from pipeline.records.catalog import Finding, Paper, SourceState
from pipeline.records.lists import Entry, Link, ParsedList
from pipeline.records.outcomes import Failed, Found, Missing, Outcome, Skipped
from pipeline.stages.resolve import former_keys, resolve, resolve_by_title, search_for_denied
from pipeline.works.candidates import TOO_SHORT, CandidateWork, TitleHits
from pipeline.works.decisions import NONE, Decisions, accept, no_paper, reject
from pipeline.works.known import LastCatalog

TITLE = "Gated Attention for Long Term Weather Maps"
NEAR = "Gated Attention for Long Term Weather Map"
ID, OTHER = "2305.00447", "2306.00001"


@dataclass
class Titles:
    """A search that knows some titles and notes what it was asked."""

    answers: Mapping[str, Outcome[TitleHits]]
    name: str = "arxiv-search"
    asked: list[str] = field(default_factory=list)

    async def fetch_many(
        self, keys: Sequence[str]
    ) -> AsyncIterator[tuple[str, Outcome[TitleHits]]]:
        """Answer every key."""
        for key in keys:
            self.asked.append(key)
            yield key, self.answers.get(key, Missing(reason="none"))


def hits(*works: tuple[str, str], authors: Sequence[str] = ("Ann Author",)) -> Found[TitleHits]:
    """Build an answer of ids and titles."""
    return Found(
        value=TitleHits(
            candidates=tuple(
                CandidateWork(key=f"arxiv:{id_}", title=title, authors=tuple(authors))
                for id_, title in works
            )
        )
    )


def entry(line: int, title: str = TITLE, *urls: str, list_: str = "a") -> Entry:
    """Build an entry; links to arXiv are paper links, others code."""
    links = tuple(
        Link(url=url, role="paper" if "arxiv" in url else "code", line=line, column=1)
        for url in urls
    )
    return Entry(list=list_, line=line, end_line=line, title=title, links=links)


def papers(*entries: Entry, decisions: Decisions = NONE) -> Sequence[Paper]:
    """Resolve entries by their links."""
    names = list(dict.fromkeys(one.list for one in entries))
    lists = [
        ParsedList(name=name, entries=tuple(one for one in entries if one.list == name))
        for name in names
    ]
    return resolve(lists, decisions=decisions)


@pytest.mark.anyio
async def test_an_equal_title_is_the_paper() -> None:
    """Key, arXiv part and resolution are those of the paper found."""
    (paper,) = await resolve_by_title(
        papers(entry(3, TITLE, "https://github.com/O/R")),
        search=Titles({TITLE: hits((ID, TITLE), (OTHER, NEAR))}),
    )

    assert paper.key == f"arxiv:{ID}"
    assert paper.arxiv is not None
    assert paper.arxiv.id == ID
    resolution = paper.resolution
    assert (resolution.status, resolution.method) == ("found", "title")
    assert resolution.reason_code == "EXACT_TITLE"
    assert resolution.confidence == 0.99
    assert resolution.candidates[0].key == f"arxiv:{ID}"
    assert ID in resolution.evidence[0]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (hits((OTHER, f"{NEAR} 2")), "review"),
        (Missing(reason="none"), "missing"),
        (hits((OTHER, "Something Else Entirely")), "missing"),
        (Failed(kind="throttled", reason="HTTP 429"), "failed"),
        (Skipped(reason="off line"), "skipped"),
    ],
)
async def test_what_is_not_found_says_why(answer: Outcome[TitleHits], status: str) -> None:
    """The key stays, the evidence stands there, and a failure is never called missing."""
    before = papers(entry(3))
    (paper,) = await resolve_by_title(before, search=Titles({TITLE: answer}))

    assert paper.resolution.status == status
    assert paper.key == before[0].key
    assert paper.arxiv is None
    assert paper.resolution.evidence
    assert paper.resolution.confidence == 0.0


@pytest.mark.anyio
async def test_only_papers_without_identifier_are_asked() -> None:
    """Links, data sets and open reviews cost no request; one title is asked once."""
    search = Titles({})
    data = replace(entry(5, "Some Long Name of a Data Set"), kind="dataset")
    linked = entry(1, "Another Long Title of a Work", f"https://arxiv.org/abs/{ID}")
    short = [entry(7, "Deep Maps", "https://github.com/o/a"), entry(8, "Deep Maps")]
    await resolve_by_title(papers(linked, entry(3), entry(4), data, *short), search=search)

    assert search.asked == [TITLE, "Deep Maps"]


@pytest.mark.anyio
async def test_without_a_search_nothing_changes() -> None:
    """The papers are as they were."""
    before = papers(entry(3), entry(4, NEAR))

    assert await resolve_by_title(before, search=None) == before


@pytest.mark.anyio
async def test_a_paper_of_the_catalog_gets_one_more_mention() -> None:
    """A retitled mention found by search joins the paper that another entry links to."""
    old = "An Older Name of the Very Same Work"
    before = papers(
        entry(3, old, "https://github.com/O/R"),
        entry(9, TITLE, f"https://arxiv.org/abs/{ID}", "https://github.com/o/r"),
    )
    work = CandidateWork(key=f"arxiv:{ID}", title=TITLE, title_history=(old,))
    answer: Outcome[TitleHits] = Found(value=TitleHits(candidates=(work,)))
    (paper,) = await resolve_by_title(before, search=Titles({old: answer}))

    assert paper.key == f"arxiv:{ID}"
    assert [one.line for one in paper.mentions] == [3, 9]
    assert [part.full_name for part in paper.repositories] == ["O/R"]
    assert (paper.resolution.method, paper.resolution.confidence) == ("title", 0.99)
    assert len(paper.resolution.evidence) == 2
    assert [(one.code, one.line) for one in paper.findings] == [
        ("duplicate-entry", 9),
        ("same-id-two-titles", 9),
    ]


@pytest.mark.anyio
async def test_two_spellings_found_to_be_one_paper() -> None:
    """Two open entries that mean one paper become one, mentions in the order of the lists."""
    before = papers(
        entry(8, NEAR), entry(2, TITLE, list_="b"), entry(1, "Quite Another Long Title")
    )
    answers = {NEAR: hits((ID, TITLE)), TITLE: hits((ID, TITLE))}
    found = await resolve_by_title(before, search=Titles(answers))

    assert [paper.key for paper in found][1:] == [f"arxiv:{ID}"]
    assert [(one.list, one.line) for one in found[1].mentions] == [("a", 8), ("b", 2)]
    assert found[1].resolution.reason_code == "FUZZY_TITLE"


@pytest.mark.anyio
async def test_the_local_index_is_asked_first() -> None:
    """What it settles costs no request; what it does not know goes to the search."""
    search = Titles({NEAR: hits((OTHER, NEAR))})
    index = Titles({TITLE: hits((ID, TITLE))}, name="snapshot")
    found = await resolve_by_title(
        papers(entry(1), entry(2, NEAR)), search=search, local_index=index
    )

    assert [paper.key for paper in found] == [f"arxiv:{ID}", f"arxiv:{OTHER}"]
    assert search.asked == [NEAR]


@pytest.mark.anyio
@pytest.mark.parametrize(("known", "asked"), [(TITLE, []), (NEAR, [TITLE])])
async def test_only_an_equal_title_spares_the_search(known: str, asked: list[str]) -> None:
    """An index is older than the search, which may know the very title."""
    search = Titles({TITLE: hits((OTHER, TITLE))})
    index = Titles({TITLE: hits((ID, known))}, name="snapshot")
    (paper,) = await resolve_by_title(papers(entry(1)), search=search, local_index=index)

    assert search.asked == asked
    assert paper.key == f"arxiv:{OTHER if asked else ID}"


@pytest.mark.anyio
async def test_an_index_is_believed_where_the_search_fails() -> None:
    """A similar title that was accepted stays accepted."""
    failed: Outcome[TitleHits] = Failed(kind="timeout", reason="timeout")
    index = Titles({TITLE: hits((ID, NEAR))}, name="snapshot")
    (paper,) = await resolve_by_title(
        papers(entry(1)), search=Titles({TITLE: failed}), local_index=index
    )

    assert paper.resolution.reason_code == "FUZZY_TITLE"


@pytest.mark.anyio
async def test_an_index_does_not_speak_for_a_search_that_failed() -> None:
    """The index knows nothing, the search could not be asked: unknown, not missing."""
    failed: Outcome[TitleHits] = Failed(kind="timeout", reason="timeout")
    (paper,) = await resolve_by_title(
        papers(entry(1)),
        search=Titles({TITLE: failed}),
        local_index=Titles({}, name="snapshot"),
    )

    assert paper.resolution.status == "failed"


@pytest.mark.anyio
async def test_a_source_that_says_nothing_has_failed() -> None:
    """No answer about a key is no answer that there is nothing."""

    class Silent(Titles):
        async def fetch_many(
            self, keys: Sequence[str]
        ) -> AsyncIterator[tuple[str, Outcome[TitleHits]]]:
            """Answer nothing."""
            for _ in ():
                yield _

    (paper,) = await resolve_by_title(papers(entry(1)), search=Silent({}))

    assert paper.resolution.status == "failed"


# --- people -----------------------------------------------------------------------------------


def test_an_accepted_work_beats_the_link() -> None:
    """The entry means what the person has chosen, and joins the other mentions of that work."""
    wrong = entry(1, TITLE, f"https://arxiv.org/abs/{OTHER}")
    decisions = accept(NONE, wrong, f"arxiv:{ID}")
    (paper,) = papers(
        wrong, entry(2, "Some Other Long Title", f"https://arxiv.org/abs/{ID}"), decisions=decisions
    )

    assert paper.key == f"arxiv:{ID}"
    assert [one.line for one in paper.mentions] == [1, 2]
    assert paper.resolution.reason_code == "HUMAN"
    assert "chosen by a person" in paper.resolution.evidence[0]


@pytest.mark.anyio
async def test_no_paper_ends_the_search() -> None:
    """What a person has called no paper is not asked, nor joined to an equal title."""
    search = Titles({TITLE: hits((ID, TITLE))})
    decided = no_paper(NONE, entry(1))
    before = papers(
        entry(1), entry(2, TITLE, f"https://arxiv.org/abs/{ID}", list_="b"), decisions=decided
    )
    first, second = await resolve_by_title(before, search=search, decisions=decided)

    assert (first.resolution.status, first.resolution.reason_code) == ("missing", "HUMAN")
    assert second.key == f"arxiv:{ID}"
    assert not search.asked


@pytest.mark.anyio
async def test_a_rejected_work_is_not_found_again() -> None:
    """Neither by its link, nor by an equal title, nor by search; the next best is looked at."""
    one = entry(1, TITLE, f"https://arxiv.org/abs/{ID}")
    decided = reject(NONE, one, f"arxiv:{ID}")
    before = papers(
        one, entry(2, TITLE, f"https://arxiv.org/abs/{ID}", list_="b"), decisions=decided
    )
    search = Titles({TITLE: hits((ID, TITLE), (OTHER, f"{NEAR} 2"))})
    first, second = await resolve_by_title(before, search=search, decisions=decided)

    assert first.resolution.status == "review"
    assert [candidate.key for candidate in first.resolution.candidates] == [f"arxiv:{OTHER}"]
    assert second.key == f"arxiv:{ID}"


@pytest.mark.anyio
async def test_rejecting_all_that_is_near_is_the_reason() -> None:
    """The search has found something, and a person has said that it is not meant."""
    decided = reject(NONE, entry(1), f"arxiv:{ID}")
    (paper,) = await resolve_by_title(
        papers(entry(1), decisions=decided),
        search=Titles({TITLE: hits((ID, TITLE))}),
        decisions=decided,
    )

    assert (paper.resolution.status, paper.resolution.reason_code) == ("missing", "REJECTED")
    assert ID in paper.resolution.evidence[0]


@pytest.mark.anyio
async def test_the_catalog_remembers_the_old_key() -> None:
    """A work that was known by its title keeps that key among the former ones."""
    before = papers(entry(1))
    after = await resolve_by_title(before, search=Titles({TITLE: hits((ID, TITLE))}))

    assert former_keys(after, LastCatalog(before))[0].former_keys == (before[0].key,)


# --- names before a title ---------------------------------------------------------------------

BARE = "Active Retrieval for Long Stories"


@pytest.mark.anyio
@pytest.mark.parametrize(
    "title",
    [
        f"FLARE: {BARE}",
        f"FLARE - {BARE}",
        f"[FLARE] {BARE}",
        f"(FLARE) {BARE}",
        f"{BARE} (FLARE)",
        f"{BARE} [FLARE]",
        f"**FLARE** {BARE}",
    ],
)
async def test_title_is_searched_without_the_name_too(title: str) -> None:
    """A search for all of it finds nothing; half of the title is no proof, so a person decides."""
    search = Titles({BARE: hits((ID, BARE))})

    (paper,) = await resolve_by_title(papers(entry(3, title)), search=search)

    assert search.asked == [title, BARE]
    assert paper.resolution.status == "review"
    assert [one.key for one in paper.resolution.candidates] == [f"arxiv:{ID}"]


@pytest.mark.anyio
async def test_title_that_is_found_is_searched_once() -> None:
    """The second question is for what nobody knows."""
    title = f"FLARE: {BARE}"
    search = Titles({title: hits((ID, title))})
    failing = Titles({title: Failed(kind="throttled", reason="HTTP 429")})

    (found,) = await resolve_by_title(papers(entry(3, title)), search=search)
    (failed,) = await resolve_by_title(papers(entry(3, title)), search=failing)

    assert (found.resolution.status, failed.resolution.status) == ("found", "failed")
    assert search.asked == failing.asked == [title]


@pytest.mark.anyio
async def test_title_that_is_too_short_says_so() -> None:
    """Nobody was off line: one word is no question."""
    search = Titles({"FLARE": Skipped(reason=TOO_SHORT)})

    (paper,) = await resolve_by_title(papers(entry(3, "FLARE")), search=search)

    assert (paper.resolution.status, paper.resolution.reason_code) == ("skipped", "SHORT_TITLE")
    assert "too short" in paper.resolution.evidence[0]


# --- ids that are none ------------------------------------------------------------------------


def denied(*entries: Entry, status: str = "missing") -> list[Paper]:
    """Resolve entries, and let arXiv know none of their ids."""
    return [
        replace(
            paper,
            sources={"arxiv": SourceState(status=status)},
            findings=(
                Finding(
                    code="arxiv-id-missing",
                    severity="error",
                    message=f"arXiv knows no paper {OTHER}",
                    list="a",
                    line=3,
                ),
            ),
        )
        for paper in papers(*entries)
    ]


WRONG = f"https://arxiv.org/abs/{OTHER}"


@pytest.mark.anyio
async def test_id_that_is_none_is_missing_and_its_title_is_searched() -> None:
    """Never counted as identified; the right id is what to write."""
    (paper,) = await search_for_denied(
        denied(entry(3, TITLE, WRONG)), search=Titles({TITLE: hits((ID, TITLE))})
    )

    assert paper.key == f"arxiv:{OTHER}"
    assert (paper.resolution.status, paper.resolution.confidence) == ("missing", 0.0)
    assert paper.resolution.reason_code == "NO_SUCH_ID"
    assert [one.key for one in paper.resolution.candidates] == [f"arxiv:{ID}"]
    (finding,) = paper.findings
    assert (finding.url, finding.replacement) == (WRONG, f"https://arxiv.org/abs/{ID}")


@pytest.mark.anyio
@pytest.mark.parametrize("answer", [Missing(reason="none"), hits((ID, f"{NEAR} 2"))])
async def test_id_that_is_none_is_replaced_by_no_guess(answer: Outcome[TitleHits]) -> None:
    """What is only similar is a candidate."""
    (paper,) = await search_for_denied(
        denied(entry(3, TITLE, WRONG)), search=Titles({TITLE: answer})
    )

    assert paper.resolution.status == "missing"
    assert paper.findings[0].replacement is None


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("status", "urls"),
    [
        ("found", (WRONG,)),
        ("failed", (WRONG,)),
        ("missing", (WRONG, "https://openreview.net/forum?id=arxivabcdefgh")),
    ],
)
async def test_what_is_identified_otherwise_stays(status: str, urls: tuple[str, ...]) -> None:
    """Nothing is searched where arXiv knows the id or was not asked, or another id names it."""
    search = Titles({})
    given = denied(entry(3, TITLE, *urls), status=status)

    assert await search_for_denied(given, search=search) == given
    assert search.asked == []
