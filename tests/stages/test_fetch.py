"""Answers of arXiv and GitHub, put into papers."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Generic, Literal, TypeVar

import pytest

from pipeline.formats.jsonl import render
from pipeline.progress import Silent
from pipeline.records.base import Record
from pipeline.records.catalog import ArxivPart, Finding, Paper, Resolution, SourceState
from pipeline.records.lists import Entry, Link, ParsedList, Role
from pipeline.records.outcomes import Blocked, Failed, Found, Missing, Outcome, Skipped
from pipeline.records.sources import ArxivRecord, RepositoryRecord
from pipeline.stages.fetch import apply, fetch, repository_part, state_of
from pipeline.stages.needs import Needs
from pipeline.storage.papers import look
from pipeline.works.known import LastCatalog

R = TypeVar("R", bound=Record)

OLD = datetime(2026, 11, 1, tzinfo=UTC)
OLDER = datetime(2026, 10, 1, tzinfo=UTC)


def entry(
    *links: tuple[str, Role], name: str = "list", line: int = 10, link_line: int | None = None
) -> Entry:
    """An entry with these links."""
    return Entry(
        list=name,
        line=line,
        end_line=line + 1,
        title="Title of the List",
        links=tuple(
            Link(url=url, role=role, line=link_line or line, column=column)
            for column, (url, role) in enumerate(links, start=1)
        ),
    )


def paper(*mentions: Entry, arxiv: str | None = None, doi: str | None = None) -> Paper:
    """A paper as `resolve` gives it."""
    return Paper(
        key=f"arxiv:{arxiv}" if arxiv else "title:0",
        title="Title of the List",
        doi=doi,
        arxiv=ArxivPart(id=arxiv) if arxiv else None,
        mentions=mentions or (entry(),),
        resolution=Resolution(status="found" if arxiv else "skipped"),
    )


def record(
    arxiv_id: str = "2305.00447", *, doi: str | None = None, withdrawn: bool = False
) -> ArxivRecord:
    """What arXiv knows of a paper."""
    return ArxivRecord(
        id=arxiv_id,
        version=3,
        title="Official Title",
        authors=("A. One", "B. Two"),
        abstract="Abstract.",
        published="2023-04-30",
        updated="2023-10-17",
        primary_category="cs.IR",
        categories=("cs.IR", "cs.CL"),
        comment="9 pages",
        journal_ref="Proc. X",
        doi=doi,
        withdrawn=withdrawn,
        metadata_source="oai",
    )


def repository(full_name: str, *, archived: bool = False) -> RepositoryRecord:
    """What GitHub knows of a repository."""
    return RepositoryRecord(
        full_name=full_name,
        url=f"https://github.com/{full_name}",
        id=7,
        stars=12,
        license="MIT",
        topics=("llm",),
        archived=archived,
    )


THROTTLED = Failed(kind="throttled", reason="told to slow down")


# --- what is asked ----------------------------------------------------------------------------


def test_ids_and_repositories_of_entries_and_prose_are_asked_once() -> None:
    """Every spelling of an id, every link below a repository, in any case, in prose too."""
    papers = [
        paper(
            entry(
                ("https://arxiv.org/pdf/2305.00447v2.pdf", "paper"),
                ("https://github.com/Owner/Name/tree/main", "code"),
            ),
            arxiv="2305.00447",
        ),
        paper(
            entry(
                ("https://doi.org/10.48550/arXiv.2307.02046", "other"),
                ("https://github.com/owner/name#readme", "code"),
                ("https://example.org/", "project"),
            )
        ),
        paper(entry(), arxiv="2101.00001"),
    ]
    prose = ParsedList(
        name="list",
        entries=papers[0].mentions,
        other_links=(
            Link(url="https://arxiv.org/abs/hep-th/9901001", line=1, column=1),
            Link(url="https://github.com/other/list", line=2, column=1),
            Link(url="https://github.com/topics/llm", line=3, column=1),
        ),
    )
    needs = Needs()
    look(papers, needs)

    assert needs.with_prose([prose]) == (
        ("2305.00447", "2101.00001", "2307.02046", "hep-th/9901001"),
        ("owner/name", "other/list"),
    )


# --- arXiv ------------------------------------------------------------------------------------


def test_arxivs_answer_fills_the_paper() -> None:
    """Title, authors, abstract, dates and the arXiv part are arXiv's."""
    filled = apply(
        paper(arxiv="2305.00447"), {"2305.00447": Found[ArxivRecord](value=record())}, {}
    )
    assert filled.title == "Official Title"
    assert filled.mentions[0].title == "Title of the List"
    assert filled.authors == ("A. One", "B. Two")
    assert (filled.abstract, filled.published, filled.updated) == (
        "Abstract.",
        "2023-04-30",
        "2023-10-17",
    )
    assert filled.arxiv == ArxivPart(
        id="2305.00447",
        version=3,
        primary_category="cs.IR",
        categories=("cs.IR", "cs.CL"),
        comment="9 pages",
        journal_ref="Proc. X",
        metadata_source="oai",
    )
    assert filled.sources == {"arxiv": SourceState(status="found")}
    assert filled.findings == ()


@pytest.mark.parametrize(
    ("own", "arxivs", "expected"),
    [
        (None, None, None),
        (None, "10.1145/3604915.3608857", "10.1145/3604915.3608857"),
        (None, "10.1000/ABC, 10.1000/def", "10.1000/abc"),
        (None, "not a doi", None),
        ("10.1/own", "10.1145/1", "10.1/own"),
    ],
)
def test_a_doi_of_the_list_stands_before_arxivs(
    own: str | None, arxivs: str | None, expected: str | None
) -> None:
    """The DOI is the list's, else the first that arXiv's authors gave, in lower case."""
    answers = {"2305.00447": Found[ArxivRecord](value=record(doi=arxivs))}
    filled = apply(paper(arxiv="2305.00447", doi=own), answers, {})
    assert filled.doi == expected
    assert filled.arxiv is not None
    assert filled.arxiv.doi == arxivs


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (THROTTLED, SourceState(status="failed", reason="told to slow down")),
        (Skipped(reason="off line"), SourceState(status="skipped", reason="off line")),
        (Blocked(reason="withheld"), SourceState(status="blocked", reason="withheld")),
    ],
)
def test_no_answer_leaves_the_paper_as_the_list_has_it(
    outcome: Outcome[ArxivRecord], state: SourceState
) -> None:
    """What could not be asked changes nothing but the source's state, and blames nothing."""
    asked = paper(arxiv="2305.00447")
    filled = apply(asked, {"2305.00447": outcome}, {})
    assert filled == replace(asked, sources={"arxiv": state})


def test_a_stale_answer_fills_the_paper_and_says_so() -> None:
    """The last good values are kept with their time and why they are not today's."""
    stale = Found[ArxivRecord](value=record(), stale=True, as_of=OLD, reason="told to slow down")
    filled = apply(paper(arxiv="2305.00447"), {"2305.00447": stale}, {})
    assert filled.title == "Official Title"
    assert filled.sources["arxiv"] == SourceState(
        status="found", stale=True, as_of=OLD, reason="told to slow down"
    )


def test_an_unknown_id_is_found_wherever_it_stands() -> None:
    """The finding is an error at every link with the id, and at no mention without one."""
    asked = paper(
        entry(("https://arxiv.org/abs/2312.99999", "paper"), name="a", line=3, link_line=4),
        entry(name="b", line=5),
        arxiv="2312.99999",
    )
    filled = apply(asked, {"2312.99999": Missing(reason="not in the answer", confirmed=True)}, {})
    assert filled.findings == (
        Finding(
            code="arxiv-id-missing",
            severity="error",
            message="arXiv knows no paper 2312.99999",
            list="a",
            line=4,
        ),
    )
    assert filled.title == "Title of the List"
    assert filled.arxiv == ArxivPart(id="2312.99999")
    assert filled.sources["arxiv"].status == "missing"


def test_an_unknown_id_without_a_link_is_found_at_every_mention() -> None:
    """Where the id came from elsewhere, every place that means the paper is named."""
    asked = paper(entry(name="a", line=3), entry(name="b", line=5), arxiv="2312.99999")
    filled = apply(asked, {"2312.99999": Missing(reason="no")}, {})
    assert [(one.list, one.line) for one in filled.findings] == [("a", 3), ("b", 5)]


@pytest.mark.parametrize(
    ("method", "urls", "severity"),
    [
        ("title", [], "warning"),
        ("title", ["https://arxiv.org/abs/2312.99999"], "error"),
        ("link", [], "error"),
    ],
)
def test_an_unknown_id_that_no_list_holds_is_no_error(
    method: Literal["title", "link"], urls: list[str], severity: str
) -> None:
    """An id that a search has given is not the list's mistake; one in a link is."""
    asked = replace(
        paper(entry(*((url, "paper") for url in urls)), arxiv="2312.99999"),
        resolution=Resolution(status="found", method=method),
    )
    filled = apply(asked, {"2312.99999": Missing(reason="no")}, {})

    assert [(one.code, one.severity) for one in filled.findings] == [("arxiv-id-missing", severity)]


def test_a_second_unknown_id_of_an_entry_is_found_too() -> None:
    """An id that is not the paper's own is judged by its own answer."""
    asked = paper(
        entry(
            ("https://arxiv.org/abs/2305.00447", "paper"),
            ("https://arxiv.org/abs/2313.1", "blog"),
            ("https://arxiv.org/abs/2312.99999", "other"),
        ),
        arxiv="2305.00447",
    )
    answers: dict[str, Outcome[ArxivRecord]] = {
        "2305.00447": Found[ArxivRecord](value=record()),
        "2312.99999": Missing(reason="no"),
    }
    filled = apply(asked, answers, {})
    assert [one.message for one in filled.findings] == ["arXiv knows no paper 2312.99999"]
    assert filled.sources["arxiv"].status == "found"


def test_a_withdrawal_says_why_and_what_takes_its_place() -> None:
    """In the authors' words, and only where they say so."""
    notice = record(withdrawn=True).model_copy(
        update={"comment": "Withdrawn due to a gap. Superseded by arXiv:2402.00002, see abstract."}
    )

    [finding] = apply(
        paper(arxiv="2305.00447"), {"2305.00447": Found[ArxivRecord](value=notice)}, {}
    ).findings

    assert finding.message == (
        "arXiv:2305.00447 has been withdrawn (“Withdrawn due to a gap”);"
        " another work takes its place"
    )
    assert finding.replacement == "https://arxiv.org/abs/2402.00002"


def test_a_withdrawn_paper_is_found_at_every_mention() -> None:
    """Withdrawal is a warning wherever the paper is listed."""
    asked = paper(entry(name="b", line=1), entry(name="a", line=9), arxiv="2305.00447")
    filled = apply(asked, {"2305.00447": Found[ArxivRecord](value=record(withdrawn=True))}, {})
    assert [(one.code, one.severity, one.list, one.line) for one in filled.findings] == [
        ("arxiv-withdrawn", "warning", "a", 9),
        ("arxiv-withdrawn", "warning", "b", 1),
    ]


def test_a_paper_without_an_id_stays_as_it_is() -> None:
    """Where there is nothing to ask there is no state either."""
    asked = paper(entry(("https://example.org", "paper")))
    assert apply(asked, {}, {}) == asked


# --- repositories -----------------------------------------------------------------------------

CODE = "https://github.com/Owner/Name"


def with_code(*urls: str) -> Paper:
    """A paper whose one entry links to these addresses."""
    return paper(entry(*((url, "code") for url in urls)))


def test_githubs_answer_fills_a_repository() -> None:
    """All of GitHub's fields are in the part, the name in GitHub's own case."""
    filled = apply(
        with_code(CODE), {}, {"owner/name": Found[RepositoryRecord](value=repository("OWNER/Name"))}
    )
    (part,) = filled.repositories
    assert part.full_name == "OWNER/Name"
    assert (part.status, part.stars, part.license, part.topics) == ("found", 12, "MIT", ("llm",))
    assert part.renamed_from is None
    assert part.archived is False
    assert filled.sources == {"github": SourceState(status="found")}
    assert filled.findings == ()


@pytest.mark.parametrize(
    "outcome",
    [
        Missing(reason="404 twice", confirmed=True),
        Blocked(reason="DMCA"),
        THROTTLED,
        Skipped(reason="no requests left"),
    ],
)
def test_a_repository_without_an_answer_keeps_its_written_name(
    outcome: Outcome[RepositoryRecord],
) -> None:
    """Status and reason are the answer's, the statistics are unknown."""
    filled = apply(with_code(f"{CODE}/tree/main"), {}, {"owner/name": outcome})
    (part,) = filled.repositories
    assert part.model_dump(exclude_none=True, exclude_defaults=True) == {
        "full_name": "Owner/Name",
        "url": CODE,
        "status": outcome.status,
        "reason": outcome.reason,
    }
    assert filled.sources["github"] == SourceState(status=outcome.status, reason=outcome.reason)
    assert [one.code for one in filled.findings] == (
        ["repository-missing"] if outcome.status == "missing" else []
    )


def test_a_renamed_and_archived_repository_is_found_at_each_link() -> None:
    """Both are remarks at the line of the link, and the part remembers the old name."""
    asked = paper(entry((CODE, "code"), name="a", line=3, link_line=4))
    found = Found[RepositoryRecord](value=repository("new/Home", archived=True))
    filled = apply(asked, {}, {"owner/name": found})
    assert filled.repositories[0].full_name == "new/Home"
    assert filled.repositories[0].renamed_from == "Owner/Name"
    assert filled.findings == (
        Finding(
            code="repository-archived",
            severity="info",
            message="new/Home is archived",
            list="a",
            line=4,
        ),
        Finding(
            code="repository-renamed",
            severity="info",
            message="Owner/Name is now new/Home",
            list="a",
            line=4,
        ),
    )


@pytest.mark.parametrize(
    "urls", [("https://github.com/old/x", CODE), (CODE, "https://github.com/old/x")]
)
def test_two_names_of_one_repository_become_one(urls: tuple[str, str]) -> None:
    """A rename that leads to a repository of the same paper leaves one part, with the old name."""
    answers = {
        "old/x": Found[RepositoryRecord](
            value=repository("Owner/Name"), stale=True, as_of=OLD, reason="throttled"
        ),
        "owner/name": Found[RepositoryRecord](value=repository("Owner/Name")),
    }
    filled = apply(with_code(*urls), {}, answers)
    (part,) = filled.repositories
    assert (part.full_name, part.renamed_from, part.stale) == ("Owner/Name", "old/x", False)
    assert [one.code for one in filled.findings] == ["repository-renamed"]


def test_a_stale_repository_keeps_its_statistics() -> None:
    """The last good statistics are there with their time."""
    stale = Found[RepositoryRecord](
        value=repository("Owner/Name"), stale=True, as_of=OLD, reason="HTTP 503"
    )
    part = repository_part("Owner/Name", stale)
    assert (part.stars, part.stale, part.as_of, part.reason) == (12, True, OLD, "HTTP 503")


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([Found[RepositoryRecord](value=repository("a/b"))], SourceState(status="found")),
        (
            [Found[RepositoryRecord](value=repository("a/b")), Missing(reason="404")],
            SourceState(status="missing", reason="404"),
        ),
        (
            [THROTTLED, Blocked(reason="DMCA"), Skipped(reason="budget")],
            SourceState(status="failed", reason="told to slow down"),
        ),
        (
            [
                Found[RepositoryRecord](value=repository("a/b"), stale=True, as_of=OLD, reason="x"),
                Found[RepositoryRecord](
                    value=repository("a/c"), stale=True, as_of=OLDER, reason="x"
                ),
                Found[RepositoryRecord](value=repository("a/d")),
            ],
            SourceState(status="found", stale=True, as_of=OLDER, reason="x"),
        ),
    ],
)
def test_the_state_of_a_source_is_its_worst_answer(
    outcomes: Sequence[Outcome[RepositoryRecord]], expected: SourceState
) -> None:
    """Failed, skipped, blocked, missing, found, in that order; of stale values the oldest time."""
    assert state_of(outcomes) == expected


def test_findings_of_the_stages_before_are_kept() -> None:
    """They stand with the new ones, by list, line and code, and none twice."""
    before = Finding(code="duplicate-entry", severity="info", message="m", list="list", line=10)
    asked = replace(with_code(CODE), findings=(before,))
    answers = {"owner/name": Missing(reason="404")}
    once = apply(asked, {}, answers)
    assert [one.code for one in once.findings] == ["duplicate-entry", "repository-missing"]
    assert apply(once, {}, answers) == once


# --- asking -----------------------------------------------------------------------------------


class Answering(Generic[R]):
    """A source that knows its answers and remembers what it was asked."""

    def __init__(self, name: str, answers: Mapping[str, Outcome[R]]) -> None:
        self.name = name
        self.answers = answers
        self.asked: list[Sequence[str]] = []
        self.busy = asyncio.Event()
        self.other: Answering[RepositoryRecord] | None = None

    async def fetch_many(self, keys: Sequence[str]) -> AsyncIterator[tuple[str, Outcome[R]]]:
        """See `Source.fetch_many`; answers come in the reverse order."""
        self.asked.append(keys)
        self.busy.set()
        if self.other is not None:
            await self.other.busy.wait()
        for key in reversed(keys):
            if key in self.answers:
                yield key, self.answers[key]


class Counting(Silent):
    """Progress that is counted."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, int]] = []

    def start(self, stage: str, total: int) -> None:
        """See `Progress.start`."""
        self.told.append(("start", stage, total))

    def advance(self, stage: str, count: int = 1) -> None:
        """See `Progress.advance`."""
        self.told.append(("advance", stage, count))

    def finish(self, stage: str) -> None:
        """See `Progress.finish`."""
        self.told.append(("finish", stage, 0))

    def note(self, text: str) -> None:
        """See `Progress.note`."""
        raise AssertionError(text)


ASKED = paper(
    entry(("https://arxiv.org/abs/2305.00447", "paper"), (CODE, "code")), arxiv="2305.00447"
)
PROSE = ParsedList(
    name="list",
    entries=(),
    other_links=(
        Link(url="https://arxiv.org/abs/2307.02046", line=1, column=1),
        Link(url="https://github.com/other/list", line=2, column=1),
    ),
)


@pytest.mark.anyio
async def test_each_source_is_asked_once_for_everything_at_the_same_time() -> None:
    """One call a source, both under way together; answers about prose links are given too."""
    arxiv = Answering[ArxivRecord](
        "arxiv",
        {"2305.00447": Found[ArxivRecord](value=record()), "2307.02046": Missing(reason="no")},
    )
    github = Answering[RepositoryRecord](
        "github", {"owner/name": Found[RepositoryRecord](value=repository("Owner/Name"))}
    )
    arxiv.other = github
    progress = Counting()
    async with asyncio.timeout(5):
        fetched = await fetch([ASKED], [PROSE], arxiv=arxiv, github=github, progress=progress)
    assert arxiv.asked == [("2305.00447", "2307.02046")]
    assert github.asked == [("owner/name", "other/list")]
    assert list(fetched.arxiv) == ["2305.00447", "2307.02046"]
    assert fetched.papers[0].title == "Official Title"
    assert fetched.papers[0].repositories[0].stars == 12
    assert progress.told[0] == ("start", "fetch", 4)
    assert progress.told[-1] == ("finish", "fetch", 0)
    assert progress.told.count(("advance", "fetch", 1)) == 4


@pytest.mark.anyio
async def test_a_key_without_an_answer_has_failed() -> None:
    """A source that leaves a key out costs that key only, and nothing is called missing."""
    arxiv: Answering[ArxivRecord] = Answering("arxiv", {})
    github: Answering[RepositoryRecord] = Answering("github", {})
    fetched = await fetch([ASKED], [PROSE], arxiv=arxiv, github=github, progress=Silent())
    assert {outcome.status for outcome in fetched.arxiv.values()} == {"failed"}
    assert {outcome.status for outcome in fetched.repositories.values()} == {"failed"}
    assert fetched.papers[0].sources["arxiv"].reason == "arxiv gave no answer about it"
    assert fetched.papers[0].findings == ()


@pytest.mark.anyio
async def test_nothing_to_ask_asks_nothing() -> None:
    """A source is not called without keys."""
    arxiv: Answering[ArxivRecord] = Answering("arxiv", {})
    github: Answering[RepositoryRecord] = Answering("github", {})
    fetched = await fetch([paper()], [], arxiv=arxiv, github=github, progress=Silent())
    assert (arxiv.asked, github.asked) == ([], [])
    assert fetched.papers == [paper()]


@pytest.mark.anyio
async def test_the_order_of_answers_does_not_show() -> None:
    """The same answers in another order give the same bytes."""
    papers = [
        paper(
            entry((f"https://arxiv.org/abs/2305.0044{n}", "paper"), line=n), arxiv=f"2305.0044{n}"
        )
        for n in range(1, 8)
    ]
    answers: dict[str, Outcome[ArxivRecord]] = {
        f"2305.0044{n}": Found[ArxivRecord](value=record(f"2305.0044{n}")) for n in range(1, 8)
    }
    texts = set()
    for order in (list(answers), list(answers)[::-1]):
        arxiv = Answering[ArxivRecord]("arxiv", {key: answers[key] for key in order})
        github: Answering[RepositoryRecord] = Answering("github", {})
        fetched = await fetch(papers, [], arxiv=arxiv, github=github, progress=Silent())
        texts.add(render(fetched.papers))
    assert len(texts) == 1


# --- is it still the same repository? ---------------------------------------------------------


async def runs(*answers: Outcome[RepositoryRecord], links: Sequence[str] = (CODE,)) -> list[Paper]:
    """Return a paper after each of some runs, in which GitHub answers this about owner/name."""
    mentions = [entry((url, "code"), line=n) for n, url in enumerate(links, 4)]
    seen: list[Paper] = []
    for answer in answers:
        outcomes = {"owner/name": answer, "up/stream": Found(value=repository("up/Stream"))}
        github = Answering[RepositoryRecord]("github", outcomes)
        arxiv: Answering[ArxivRecord] = Answering("arxiv", {})
        fetched = await fetch(
            [paper(*mentions)],
            [],
            arxiv=arxiv,
            github=github,
            progress=Silent(),
            before=LastCatalog(seen[-1:]),
        )
        seen += fetched.papers
    return seen


def numbered(number: int, full_name: str = "Owner/Name") -> Found[RepositoryRecord]:
    """GitHub knows a repository of this id."""
    return Found(value=repository(full_name).model_copy(update={"id": number}))


@pytest.mark.anyio
async def test_a_name_that_somebody_else_has_taken_is_told_in_every_run() -> None:
    """Also where it was free in between; until the first repository is back."""
    gone = Missing(reason="404")
    papers = await runs(numbered(7), gone, numbered(8), numbered(8), numbered(7))

    codes = [[one.code for one in each.findings] for each in papers]
    assert codes == [
        [],
        ["repository-missing"],
        ["repository-replaced"],
        ["repository-replaced"],
        [],
    ]
    (finding,) = papers[2].findings
    assert (finding.severity, finding.line) == ("warning", 4)
    assert "its id is 8, and was 7" in finding.message


@pytest.mark.anyio
async def test_another_repository_is_never_taken_for_a_rename() -> None:
    """The name was taken, and who took it has moved on; a real rename keeps the id."""
    taken = await runs(numbered(7), numbered(8, "else/Where"))
    renamed = await runs(numbered(7), numbered(7, "else/Where"))

    assert [one.code for one in taken[1].findings] == ["repository-replaced"]
    assert taken[1].repositories[0].former_ids == (7,)
    assert [one.code for one in renamed[1].findings] == ["repository-renamed"]


@pytest.mark.anyio
async def test_an_older_answer_says_nothing_new() -> None:
    """GitHub could not be asked, and the last catalog stands in."""
    stale: Found[RepositoryRecord] = Found(value=numbered(7).value, stale=True, as_of=OLD)
    papers = await runs(numbered(7), stale)

    assert papers[1].findings == ()


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("links", "codes"),
    [
        ([CODE], ["repository-fork"]),
        ([CODE, "https://github.com/up/stream"], []),
    ],
)
async def test_a_fork_in_the_place_of_its_original_is_told(
    links: list[str], codes: list[str]
) -> None:
    """As information, and not where the list has both."""
    fork = repository("Owner/Name").model_copy(
        update={"fork_of": "up/Stream", "original_stars": 900}
    )
    (filled,) = await runs(Found(value=fork), links=links)

    assert [one.code for one in filled.findings] == codes
    assert {one.severity for one in filled.findings} <= {"info"}
    assert filled.repositories[0].fork_of == "up/Stream"


# --- what abstracts name ----------------------------------------------------------------------


def telling(abstract: str, comment: str | None = None) -> dict[str, Outcome[ArxivRecord]]:
    """ArXiv's answer about a paper with these texts."""
    value = record().model_copy(update={"abstract": abstract, "comment": comment})
    return {"2305.00447": Found[ArxivRecord](value=value)}


OURS = "Our code is available at https://github.com/Us/Ours."


@pytest.mark.anyio
async def test_code_of_an_abstract_is_asked_about_behind_the_rest() -> None:
    """One more batch at most; what the list has, or the paper builds on, is asked no more."""
    text = f"We build on https://github.com/other/base. {OURS} Data: https://github.com/owner/name"
    arxiv = Answering[ArxivRecord]("arxiv", telling(text))
    github = Answering[RepositoryRecord](
        "github",
        {
            "owner/name": Found[RepositoryRecord](value=repository("Owner/Name")),
            "us/ours": Found[RepositoryRecord](value=repository("Us/Ours")),
        },
    )

    fetched = await fetch([ASKED], [PROSE], arxiv=arxiv, github=github, progress=Silent())

    assert github.asked == [("owner/name", "other/list"), ("us/ours",)]
    parts = [(part.full_name, part.named_by) for part in fetched.papers[0].repositories]
    assert parts == [("Owner/Name", "list"), ("Us/Ours", "abstract")]


@pytest.mark.anyio
async def test_code_that_the_last_run_knew_of_costs_no_request_more() -> None:
    """It joins the batch of the list's; of papers that are no longer there, nothing is asked."""
    arxiv = Answering[ArxivRecord]("arxiv", telling(OURS))
    answers: dict[str, Outcome[RepositoryRecord]] = {
        name: Found[RepositoryRecord](value=repository(name)) for name in ("owner/name", "us/ours")
    }
    first = await fetch(
        [ASKED], [], arxiv=arxiv, github=Answering("github", answers), progress=Silent()
    )
    gone = replace(first.papers[0], arxiv=ArxivPart(id="2101.00002"))
    github = Answering[RepositoryRecord]("github", answers)

    again = await fetch(
        [ASKED],
        [],
        arxiv=arxiv,
        github=github,
        progress=Silent(),
        before=LastCatalog((*first.papers, gone)),
    )

    assert github.asked == [("owner/name", "us/ours")]
    assert again.papers == first.papers


@pytest.mark.anyio
async def test_code_elsewhere_is_asked_about_at_its_service() -> None:
    """Where that is asked at all."""
    text = "Our code is available at https://gitlab.com/us/ours."
    record_there = repository("us/ours").model_copy(update={"service": "gitlab"})
    gitlab = Answering[RepositoryRecord]("gitlab", {"us/ours": Found(value=record_there)})
    arxiv = Answering[ArxivRecord]("arxiv", telling(text))
    github: Answering[RepositoryRecord] = Answering("github", {})

    asked = await fetch(
        [ASKED], [], arxiv=arxiv, github=github, progress=Silent(), forges={"gitlab": gitlab}
    )
    off = await fetch([ASKED], [], arxiv=arxiv, github=github, progress=Silent())

    assert gitlab.asked == [("us/ours",)]
    assert [part.service for part in asked.papers[0].repositories] == ["github", "gitlab"]
    assert [part.service for part in off.papers[0].repositories] == ["github"]


def test_a_repository_under_two_names_is_one() -> None:
    """The list has its old name and the abstract its new one, or the other way round."""
    new = Found[RepositoryRecord](value=repository("Us/Ours"))
    listed = paper(entry(("https://github.com/us/old", "code")), arxiv="2305.00447")

    filled = apply(listed, telling(OURS), {"us/old": new, "us/ours": new})

    [part] = filled.repositories
    assert (part.full_name, part.renamed_from, part.named_by) == ("Us/Ours", "us/old", "list")


def test_code_of_an_abstract_that_is_gone_is_kept_as_gone() -> None:
    """It is no finding about a line: no list has it."""
    filled = apply(
        paper(arxiv="2305.00447"), telling("", OURS), {"us/ours": Missing(reason="no such")}
    )

    [part] = filled.repositories
    assert (part.full_name, part.status, part.named_by) == ("Us/Ours", "missing", "comment")
    assert filled.findings == ()
    assert apply(filled, telling("", OURS), {"us/ours": Missing(reason="no such")}) == filled
