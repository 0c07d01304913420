"""Headings: paths and what they open."""

import pytest

from pipeline.markdown.blocks import Heading
from pipeline.markdown.reader import read_blocks
from pipeline.markdown.sections import (
    SectionPath,
    data_kind,
    heading_text,
    holds_no_entries,
    is_soft,
)
from pipeline.stages.parse import parse


def test_path_closes_sections_of_the_same_level() -> None:
    """A heading closes those of its level and below, and nothing above."""
    path = SectionPath()
    for level, title in ((1, "A"), (2, "B"), (4, "C"), (2, "D"), (3, "E")):
        path.open(level, title)
    assert path.path == ("A", "D", "E")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("## **Bold** *title* <a name='x'></a>", "Bold title"),
        ("## 📖Topics ([back](#list))", "📖Topics"),
        ("# Awesome X [![Awesome](https://a.org/b.svg)](https://awesome.re)", "Awesome X"),
        ("## [Linked](https://a.org)", "Linked"),
        ("## A & B &amp; C", "A & B & C"),
    ],
)
def test_heading_text_is_bare(source: str, text: str) -> None:
    """Markup, badges and links back to the top are no part of a heading's text."""
    (heading,) = read_blocks(source)
    assert isinstance(heading, Heading)
    assert heading_text(heading) == text


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        ("📢 News", True),
        ("Latest Updates", True),
        ("How to contribute", True),
        ("Star History", True),
        ("Related Repositories", True),
        ("Other Awesome Lists", True),
        ("更新日志", True),
        ("Fake News Detection", False),
        ("Related Work", False),
        ("Community Detection", False),
        ("Citation Recommendation", False),
        ("News Recommendation", False),
        ("References", False),
    ],
)
def test_sections_without_entries(title: str, wanted: bool) -> None:
    """Only whole headings count: a topic that holds such a word presents papers."""
    assert holds_no_entries(("Top", title)) is wanted


def test_kinds_of_sections() -> None:
    """Sections of data, benchmarks and talks are known by their nearest headings."""
    assert data_kind(("A", "3.1 Datasets")) == "dataset"
    assert data_kind(("Datasets & Benchmarks", "3.2 Benchmarks")) == "benchmark"
    assert data_kind(("A", "B")) is None
    assert is_soft(("A", "Talks"))
    assert not is_soft(("A", "Survey Papers and Talks"))


@pytest.mark.parametrize(("title", "soft"), [("Articles", True), ("Particles", False)])
def test_a_part_of_a_heading_begins_a_word(title: str, soft: bool) -> None:
    """`Particles` presents no articles."""
    assert is_soft(("Physics", title)) is soft


def test_bold_summaries_are_headings_and_plain_ones_are_not() -> None:
    """A summary in bold type opens a section until its details end."""
    entry = "- [Attention Is All You Need](https://arxiv.org/abs/1706.03762)"
    source = (
        f"## A\n\n<details>\n<summary><b>2017</b></summary>\n\n{entry}\n\n</details>\n\n{entry}\n\n"
        f"<details>\n<summary>Older</summary>\n\n{entry}\n\n</details>\n"
    )
    assert [e.section for e in parse(source, name="list").entries] == [
        ("A", "2017"),
        ("A",),
        ("A",),
    ]


@pytest.mark.parametrize(
    ("path", "soft"),
    [
        (("Rivers", "Articles", "Howtos"), True),
        (("Rivers", "Useful related lists", "Dams"), True),
        (("Rivers", "Video Generation", "Dams"), False),
        (("Rivers", "Articles", "Papers"), False),
    ],
)
def test_a_heading_above_says_what_a_section_presents(path: tuple[str, ...], soft: bool) -> None:
    """One word alone does, or that other lists follow; a topic that begins so does not."""
    assert is_soft(path) is soft
