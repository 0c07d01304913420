"""The same work under another id, and what only looks like it."""

from typing import Any

import pytest

from pipeline.records.catalog import ArxivPart, Paper, PublishedVersion, Resolution
from pipeline.records.lists import Entry
from pipeline.reports.same_work import Works

FOUND = Resolution(status="found")
TITLE = "A Bi-Step Grounding Paradigm for Language Models"


def entry(line: int, title: str = TITLE, **fields: Any) -> Entry:
    """Return an entry of one list."""
    return Entry(**{"list": "list", "line": line, "end_line": line, "title": title, **fields})


def paper(key: str, *mentions: Entry, title: str = TITLE, **fields: Any) -> Paper:
    """Return a work."""
    scheme, _, value = key.partition(":")
    if scheme == "arxiv" and "arxiv" not in fields:
        fields["arxiv"] = ArxivPart(id=value)
    if scheme == "doi":
        fields["doi"] = value
    return Paper(key=key, title=title, mentions=mentions, resolution=FOUND, **fields)


OLD, NEW = entry(3, "BIGRec"), entry(9)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            paper("doi:10.1145/1", OLD, title="BIGRec"),
            paper("arxiv:2308.08434", NEW, arxiv=ArxivPart(id="2308.08434", doi="10.1145/1")),
        ),
        (
            paper("doi:10.1145/1", OLD, title="BIGRec"),
            paper(
                "arxiv:2308.08434",
                NEW,
                published_as=PublishedVersion(venue="KDD", doi="10.1145/1", source="crossref"),
            ),
        ),
        (
            paper("arxiv:2308.08434", OLD, title="BIGRec"),
            paper("doi:10.1145/1", NEW, identifiers={"arxiv": "2308.08434"}),
        ),
    ],
    ids=["arXiv names the DOI", "a registry names it", "a registry names the arXiv id"],
)
def test_ids_that_a_source_joins(old: Paper, new: Paper) -> None:
    """Whatever the list calls it."""
    (same,) = Works([old, new]).same(NEW, new)

    assert same.entry == OLD
    assert not same.by_title


def test_official_title_of_an_old_entry_comes_from_the_last_run() -> None:
    """The list has a nickname; the catalog knows what it stands for."""
    old, new = paper("openreview:abc", OLD, title="BIGRec"), paper("arxiv:2308.08434", NEW)
    before = paper("openreview:abc", OLD)

    assert list(Works([old, new]).same(NEW, new)) == []
    (same,) = Works([old, new], [before]).same(NEW, new)
    assert same.by_title


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (paper("arxiv:1", entry(3)), paper("arxiv:2", NEW)),
        (
            paper("openreview:a", entry(3, authors="Jane Doe")),
            paper("arxiv:2", NEW, authors=("A B",)),
        ),
        (
            paper("openreview:a", entry(3, "Preface"), title="Preface"),
            paper("arxiv:2", entry(9, "Preface"), title="Preface"),
        ),
        (paper("openreview:a", entry(3, kind="dataset")), paper("arxiv:2", NEW)),
        (paper("arxiv:2", entry(3, list="other")), paper("arxiv:2", NEW)),
    ],
    ids=["other id of one scheme", "other authors", "common title", "data set", "other list"],
)
def test_what_only_looks_the_same(old: Paper, new: Paper) -> None:
    """An equal title is not enough."""
    assert list(Works([old, new]).same(new.mentions[0], new)) == []


def test_a_doubted_link_says_nothing() -> None:
    """It leads to another work, which the list has; the title is that of a third one."""
    old, other = entry(3, "Attention Is All You Need"), entry(5)
    works = [
        paper("arxiv:1", old, NEW, title="Attention Is All You Need"),
        paper("arxiv:2", other),
    ]

    found = list(Works(works).same(NEW, works[0], doubted=True))

    assert [one.entry for one in found] == []  # two ids of arXiv: another finding tells it
    assert [one.entry for one in Works(works).same(NEW, works[0])] == [old]
