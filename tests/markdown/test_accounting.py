"""How well a list was read, by where its links to papers ended up."""

import pytest

from pipeline.markdown.accounting import badly_read, is_paper_link, lost_links
from pipeline.records.lists import Entry, Link, ParsedList


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://arxiv.org/abs/1706.03762", True),
        ("https://doi.org/10.1145/3292500.3330701", True),
        ("https://openreview.net/forum?id=H1eA7AEtvS", True),
        ("https://aclanthology.org/2020.acl-main.1/", True),
        ("https://papers.nips.cc/paper/7181-attention-is-all-you-need.pdf", True),
        ("https://proceedings.mlr.press/v80/a/a.pdf", True),
        ("https://unknown.example/slides.pdf", False),
        ("https://github.com/a/b", False),
        ("https://papers.nips.cc/", False),
        ("https://example.org/", False),
    ],
)
def test_paper_is_known_by_its_address(url: str, wanted: bool) -> None:
    """By an identifier, or as a PDF of a host of papers; a PDF elsewhere may be anything."""
    assert is_paper_link(url) is wanted


def link(line: int, number: int = 0) -> Link:
    """Return a link to a paper of its own, or to paper `number`."""
    return Link(url=f"https://arxiv.org/abs/1706.{number or line:05}", line=line, column=3)


def parsed(entries: int, others: list[Link]) -> ParsedList:
    """Return a list with so many entries from line 100 on, and links that are in none."""
    made = (
        Entry(list="l", line=n, end_line=n, title="T", links=(link(n),))
        for n in range(100, 100 + entries)
    )
    return ParsedList(name="l", entries=tuple(made), other_links=tuple(others))


@pytest.mark.parametrize(
    ("entries", "lost", "wanted"),
    [
        (9, [2], None),
        (90, [*range(2, 12)], None),
        (8, [2], None),
        (8, [2, 2], "2 of 10 links to papers (20%) are in no entry (line 2)."),
        (17, [4, 2], "2 of 19 links to papers (11%) are in no entry (lines 2, 4)."),
        (
            5,
            [9, 7, 5, 3],
            "4 of 9 links to papers (44%) are in no entry (the first are in lines 3, 5, 7).",
        ),
        (0, [2, 3], None),
    ],
)
def test_more_than_a_tenth_is_told(entries: int, lost: list[int], wanted: str | None) -> None:
    """With the share and the first places; a list without any entry has a sentence of its own."""
    others = [link(line, number) for number, line in enumerate(lost, 1)]
    problem = badly_read(parsed(entries, others))

    assert (problem and problem.message) == (wanted and f"This list was read badly: {wanted}")
    assert problem is None or (problem.line, problem.code) == (min(lost), "badly-read")


def test_paper_that_an_entry_has_is_not_lost() -> None:
    """News and acknowledgements name papers of the list once more."""
    others = [link(2, 100), link(3), link(3), Link(url="https://a.example/", line=4, column=1)]

    assert lost_links(parsed(1, others)) == [link(3)]
