"""Where links stand, and which requests they stand for."""

import pytest

from pipeline.links.ignores import Ignores
from pipeline.records.catalog import Paper, Resolution
from pipeline.records.lists import Entry, Link, ParsedList
from pipeline.stages.check.places import CheckRules, collected
from pipeline.storage.spool import Keep, Spool, held


def paper(key: str, *urls: str, line: int) -> Paper:
    """Return a paper with one entry at a line, which has these links."""
    links = tuple(
        Link(url=url, role="paper", line=line, column=column) for column, url in enumerate(urls)
    )
    entry = Entry(list="l", line=line, end_line=line, title="T", links=links)
    return Paper(key=key, title="T", mentions=(entry,), resolution=Resolution(status="found"))


PAPERS = (
    paper("k:1", "https://z.example/", "https://a.example/#one", line=1),
    paper("k:2", "https://a.example/#two", "https://left.example/", line=2),
    paper("k:3", "https://z.example/", line=3),
)
PROSE = Link(url="https://b.example/", role="other", line=9, column=1)
LISTS = (ParsedList(name="l", entries=(), other_links=(PROSE,)),)
RULES = CheckRules(exclude=("*left*",))


@pytest.mark.parametrize("keep", [Spool, held])
def test_targets_are_sorted_and_requests_are_in_the_order_of_the_lists(keep: Keep) -> None:
    """Each once; what is left out is not asked."""
    targets, keys = collected(keep(Paper, PAPERS), LISTS, RULES, Ignores(), keep)

    assert [(one.url, [place.line for place in one.places]) for one in targets] == [
        ("https://a.example/#one", [1]),
        ("https://a.example/#two", [2]),
        ("https://b.example/", [9]),
        ("https://left.example/", [2]),
        ("https://z.example/", [1, 3]),
    ]
    assert keys == ["https://z.example/", "https://a.example/", "https://b.example/"]


@pytest.mark.parametrize("keep", [Spool, held])
def test_each_paper_is_told_of_once(keep: Keep) -> None:
    """With its number, also where it has no link."""
    seen: list[tuple[int, str]] = []
    papers = keep(Paper, [*PAPERS, paper("k:4", line=4)])
    collected(papers, (), RULES, Ignores(), note=lambda number, one: seen.append((number, one.key)))

    assert seen == [(0, "k:1"), (1, "k:2"), (2, "k:3"), (3, "k:4")]
