"""How well a list was read: where its links ended up, and what has none."""

from collections import Counter
from pathlib import Path

import pytest

from pipeline.markdown.accounting import badly_read, is_paper_link, lost_links
from pipeline.records.lists import Entry, Link, ParsedList
from pipeline.stages.parse import decode, parse
from tests.markdown.visible import kinds, lost


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


# --- nothing lost ---------------------------------------------------------------------------------

PAPERS = """
- [Attention Is All You Need](https://arxiv.org/abs/1706.03762)
- [Deep Residual Learning for Images](https://arxiv.org/abs/1512.03385)
- [Language Models are Few-Shot Learners](https://arxiv.org/abs/2005.14165)
"""
SHOWN = [
    ("bare", "- A Model of Much Data, https://a.example/b_c_d.\n", {"bare": 1}),
    ("bare in prose", "See (https://a.example/b) and www.a.example/c, please.\n", {"bare": 2}),
    ("in brackets", "Ask <https://a.example/b> or <me@a.example>.\n", {"link": 2}),
    (
        "reference",
        (
            "A [list][1], [this] and [that][].\n\n[1]: https://a.example/1\n"
            "[this]: <https://a.example/2> 'x'\n[that]: papers/b.pdf\n"
        ),
        {"reference": 3},
    ),
    ("HTML", "<p><a\nhref='https://a.example/1'>x</a> <a href=b.html>y</a></p>\n", {"link": 2}),
    ("HTML in a line", 'Text <a href="https://a.example/1?a=b&amp;c">x</a>.\n', {"link": 1}),
    ("image", "![x](a.png) <img src='https://a.example/b.svg'> <img alt=x>\n", {"image": 3}),
    (
        "badge",
        "[![x](https://img.shields.io/badge/a-b-red)](https://a.example/1)\n",
        {"link": 1, "image": 1},
    ),
    (
        "footnote",
        "Some[^1] words.\n\n[^1]: By [us](https://a.example/1), https://a.example/2\n",
        {"link": 1, "bare": 1},
    ),
    ("defined footnote", "Some[^1] words.\n\n[^1]: https://a.example/1\n", {"reference": 1}),
    (
        "table",
        (
            "| [P](https://a.example/h) | Code |\n|---|---|\n"
            "| [A Model](https://a.example/1) | https://a.example/2 |\n| x | [c](#x) [d](TODO) |\n"
        ),
        {"link": 4, "bare": 1},
    ),
    (
        "HTML table",
        (
            "<table><tr><th><a href='https://a.example/1'>T</a></th></tr>\n"
            "<tr><td><a href='https://a.example/2'>A</a><br><img src=x.png></td></tr></table>\n"
        ),
        {"link": 2, "image": 1},
    ),
    (
        "details",
        (
            "<details><summary><a href='https://a.example/1'>S</a></summary>\n\n"
            "[x](https://a.example/2)\n\n</details>\n"
        ),
        {"link": 2},
    ),
    ("heading", "## [x](https://a.example/1) #\n\n### <a href='#y'>y</a>\n", {"link": 2}),
    ("quote", "> [x](https://a.example/1)\n> > - https://a.example/2\n", {"link": 1, "bare": 1}),
    (
        "nested",
        "- a\n  - b\n    - [c](https://a.example/1)\n\n      [d](https://a.example/2)\n",
        {"link": 2},
    ),
    (
        "other schemes",
        "[a](mailto:a@b.example) [b](ftp://a.example/x) [c](git@a.example:x.git)\n",
        {"link": 3},
    ),
    ("no address", "[top](#) [soon]() [paper](TODO) [x](<>)\n", {"link": 4}),
    ("relative", "[a](papers/a.pdf) [b](/b.md#c) [c](#papers)\n", {"link": 3}),
    (
        "entry without addresses",
        "- A Model of Much Data and Words [pdf](TODO) [code](#)\n",
        {"link": 2},
    ),
    ("blanks", "[a](<https://a.example/b c>)\n", {"link": 1}),
    (
        "twice",
        "[a](https://a.example/1) [b](https://a.example/1)\n\n[c](https://a.example/1)\n",
        {"link": 3},
    ),
]


@pytest.mark.parametrize(("text", "shown"), [one[1:] for one in SHOWN], ids=[s[0] for s in SHOWN])
@pytest.mark.parametrize("before", ["", "# L\n\n## Papers\n" + PAPERS], ids=["alone", "below"])
def test_no_link_of_any_kind_vanishes(text: str, shown: dict[str, int], before: str) -> None:
    """What a page shows as a link or image is in an entry, beside them, or counted."""
    whole = f"{before}\n{text}"
    known = Counter({"link": 3}) if before else Counter[str]()

    assert kinds(whole) == known + Counter(shown)
    assert lost(whole, parse(whole, name="l")) == []
    assert len(lost(whole, ParsedList(name="l", entries=()))) == sum(shown.values()) + known.total()


def test_no_link_of_any_list_vanishes(shared: Path) -> None:
    """Neither of public lists, nor of labelled and made-up ones."""
    folders = ("data/reading", "data/lists", "seeds")
    paths = [path for folder in folders for path in sorted((shared / folder).rglob("*.md"))]
    assert len(paths) > 250
    for path in paths:
        text, _ = decode(path.read_bytes(), name=path.name)
        assert lost(text, parse(text, name=path.stem)) == [], path.name


def test_placeholder_is_counted_once() -> None:
    """In an entry it is broken; elsewhere it is counted as not checked."""
    found = parse(f"[top](#) [soon](TODO)\n{PAPERS[:-1]} [code](TODO)\n", name="l")

    assert found.unchecked == {"placeholder": 2}
    assert [(link.line, link.column) for link in found.broken] == [(5, 84)]


SHORT = "[BERT](https://arxiv.org/abs/1810.04805)"
LONG = "[Language Models are Few-Shot Learners](https://arxiv.org/abs/2005.14165)"

# --- what has no link -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f"{PAPERS}- all of these are from elsewhere\n", {"line without a link": (5,)}),
        (f"{PAPERS}- see above\n- ask us\n", {"line without a link": (5, 6)}),
        (f"{PAPERS}  - a note on the paper above\n", {}),
        (f"{PAPERS}- 2020\n", {}),
        (f"{PAPERS}- ---\n", {}),
        (f"{PAPERS}- all of these <!-- pipeline:ignore -->\n", {}),
        ("- a note\n- another note\n- and one more\n", {}),
        (f"{PAPERS}\n## Notes\n\n- all of these are from elsewhere\n", {}),
        (PAPERS.replace(")\n- [L", ") [code]\n- [L"), {}),
        (f"{PAPERS}- early works\n  - {SHORT}\n  - {SHORT}\n", {}),
        (f"{PAPERS}- early works\n  - of sorts\n    - {LONG}\n", {}),
        (f"{PAPERS}- early works\n  - of sorts\n    - {LONG}\n  - of others\n    - {SHORT}\n", {}),
        (f"{PAPERS}- early works\n  1. {SHORT}\n", {}),
        (f"{PAPERS}- early works\n  - ask us\n  - or them\n", {"line without a link": (5,)}),
    ],
)
def test_lines_without_links_among_entries_are_told(
    text: str, wanted: dict[str, tuple[int, ...]]
) -> None:
    """They may be papers; what tells of a paper above it is none, nor is the heading of others."""
    assert parse(text, name="l").unread == wanted


@pytest.mark.parametrize("label", ["code", "epdf", "s", "Web page", "代码"])
@pytest.mark.parametrize("form", ["[{}]", "[[{}]]", "**[{}]**"])
def test_labels_without_links_are_told_where_their_like_have_some(label: str, form: str) -> None:
    """Whatever word the list uses; a reference that is nowhere defined is broken instead."""
    titles = [
        "A Model of Much Data",
        "A Model of Few Words",
        "A Model of No Thing",
        "Models of All",
    ]
    lines = [
        f"- [{title}](https://arxiv.org/abs/2401.0000{n}) [[{label}]](https://github.com/a/{n})"
        for n, title in enumerate(titles)
    ]
    bare = f"- [A Model of Nobody](https://arxiv.org/abs/2401.00009) {form.format(label)}"

    assert parse("\n".join([*lines, bare]), name="l").unread == {"label without a link": (5,)}
    assert parse("\n".join([lines[0], bare]), name="l").unread == {}


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        ("| [A Model](https://arxiv.org/abs/2401.00001) | ICML |", 0),
        ("| [A Model](https://arxiv.org/abs/2401.00001) | ICML | [c](https://a.example/) |", 1),
        ("[A Model](https://arxiv.org/abs/2401.00001) | a | b | c", 2),
        ("| [A Model](https://arxiv.org/abs/2401.00001) | a \\| b |", 0),
        ("| [A Model](https://arxiv.org/abs/2401.00001) | ICML | | |", 0),
        ("| [A Model](https://arxiv.org/abs/2401.00001) |", 0),
    ],
)
def test_cells_beyond_the_header_are_told(row: str, wanted: int) -> None:
    """Nobody sees them on the page (GFM 4.10); empty ones are none."""
    text = f"| Paper | Venue |\n|---|---|\n{row}\n"
    assert parse(text, name="l").unread == (
        {"cell beyond the header": (3,) * wanted} if wanted else {}
    )


def test_linked_titles_among_entries_that_are_none_count_as_read_badly() -> None:
    """A line of a family of entries whose host says nothing is told, not lost without a word."""
    known = "\n".join(f"- [Tool {n}](https://github.com/a/{n})" for n in "123")
    text = (
        f"# Tools\n\n{known}\n- [Many Good Things in One Place](https://c.com)\n"
        "- [More Good Things Elsewhere](https://d.com)\n"
    )

    found = parse(text, name="l")

    message = "2 of 5 links to papers and linked titles (40%) are in no entry (lines 6, 7)."
    assert found.unread == {"title without an entry": (6, 7)}
    assert [one.message for one in found.problems] == [f"This list was read badly: {message}"]
