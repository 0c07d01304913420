"""What one look over the papers of a run gathers."""

from dataclasses import replace
from typing import Any

import pytest

from pipeline.records.catalog import Paper, RepositoryPart, Resolution, SourceState
from pipeline.records.lists import Entry, Link, ParsedList
from pipeline.records.outcomes import Deferred
from pipeline.reports.overview import Overview, overview_of
from pipeline.storage.spool import Keep, Spool, held


def entry(line: int, name: str = "mine") -> Entry:
    """Return an entry at a line."""
    link = Link(url="https://a.example/", role="paper", line=line, column=3)
    return Entry(list=name, line=line, end_line=line, title=f"Title {line}", links=(link,))


def paper(*mentions: Entry, **fields: Any) -> Paper:
    """Return a paper of these mentions."""
    return Paper(
        key=f"title:{mentions[0].line}",
        title=mentions[0].title,
        mentions=mentions,
        **{"resolution": Resolution(status="skipped"), **fields},
    )


def test_stale_or_failed_source_makes_a_run_incomplete() -> None:
    """What could not be asked is not known."""
    good = paper(entry(1), sources={"arxiv": SourceState(status="found")})
    stale = paper(entry(1), sources={"arxiv": SourceState(status="found", stale=True)})
    failed = paper(entry(1), sources={"github": SourceState(status="failed")})

    assert [overview_of([one]).is_incomplete for one in (good, stale, failed)] == [
        False,
        True,
        True,
    ]


def test_deferred_repositories_are_counted_by_reason() -> None:
    """One line for each reason, however many repositories it holds back."""
    parts = tuple(
        RepositoryPart(
            full_name=f"o/{n}", url="https://github.com/o", status="skipped", reason="limit"
        )
        for n in range(3)
    )

    assert overview_of([paper(entry(n), repositories=parts) for n in (1, 2)]).deferred() == (
        Deferred(what="github", count=3, reason="limit"),
    )


@pytest.mark.parametrize("keep", [Spool, held])
def test_sources_are_counted_by_how_they_have_answered(keep: Keep) -> None:
    """Those of the services that host code are told of by their repositories."""
    late = SourceState(status="skipped", reason="limit")
    papers = [
        paper(entry(1), sources={"arxiv": late, "github": late}),
        paper(entry(2), sources={"arxiv": late}),
        paper(entry(3), sources={"arxiv": SourceState(status="missing", reason="none")}),
    ]
    overview = overview_of(keep(Paper, papers))
    assert overview.states == {
        ("arxiv", "skipped", False, "limit"): 2,
        ("github", "skipped", False, "limit"): 1,
        ("arxiv", "missing", False, "none"): 1,
    }
    assert overview.deferred() == (Deferred(what="arxiv", count=2, reason="limit"),)


def test_papers_that_nobody_is_sure_of_are_known_by_their_numbers() -> None:
    """With the reason why they could not be searched."""
    failed = Resolution(status="failed", evidence=("SOURCE_FAILED: arxiv: HTTP 503",))
    papers = [
        paper(entry(1), resolution=Resolution(status="found")),
        paper(entry(2), resolution=failed),
        paper(entry(3), resolution=Resolution(status="review")),
    ]
    overview = overview_of(papers)
    assert (overview.unsure, overview.is_incomplete) == ([1, 2], True)
    assert overview.unsearched == {("SOURCE_FAILED: arxiv: HTTP 503",): 1}


def leading_to(*urls: str, line: int, name: str = "mine") -> Entry:
    """Return an entry with these links."""
    links = (Link(url=url, role="paper", line=line, column=3) for url in urls)
    return replace(entry(line, name), links=tuple(links))


def test_entries_with_links_of_templates_are_found_again() -> None:
    """In their lists, whichever share they were in; what has changed is as it is now."""
    found, template = "https://arxiv.org/abs/1512.03385", "https://github.com/username/repo"
    one, two, three = (
        leading_to(found, template, line=1),
        leading_to(template, line=2, name="other"),
        leading_to(template, line=3),
    )
    plain = [leading_to(found, line=line) for line in (4, 5)]
    gone, come = paper(leading_to(template, line=4)), paper(plain[1])
    overview, share = Overview(), Overview()
    overview.note(0, paper(one, plain[0], two))
    share.note(1, gone)
    share.note(2, come)
    overview.add(share)
    overview.change(1, gone, replace(gone, mentions=(plain[0],)))
    overview.change(2, come, replace(come, mentions=(three,)))
    lists = [ParsedList(name=name, entries=()) for name in ("mine", "other", "none")]

    assert [(parsed.name, parsed.entries) for parsed in overview.with_examples(lists)] == [
        ("mine", (one, three)),
        ("other", (two,)),
        ("none", ()),
    ]
