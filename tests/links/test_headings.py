"""Tests of `pipeline.links.headings`: GitHub's names of headings."""

import pytest

from pipeline.links.headings import Sections, Wanted, slug
from pipeline.records.lists import Outline


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Papers", "papers"),
        ("Survey & Review", "survey--review"),
        ("What's new?", "whats-new"),
        ("a_b c-d", "a_b-c-d"),
        ("C++ / C#", "c--c"),
        ("1.2 Graphs", "12-graphs"),
        ("🚀 Setup", "-setup"),
        (":rocket: Setup", "rocket-setup"),
        ("Setup 🚀", "setup-"),
        ("论文 列表", "论文-列表"),
        ("Привет, мир", "привет-мир"),
        ("Été", "été"),
        ("日本語（論文）", "日本語論文"),
        ("한국어 목록!", "한국어-목록"),
        ("", ""),
    ],
)
def test_name_of_a_heading(text: str, name: str) -> None:
    """As GitHub writes it: all scripts stay, punctuation and emoji go, every blank counts."""
    assert slug(text) == name


def has(fragment: str, *headings: str, names: tuple[str, ...] = (), strictly: bool = True) -> bool:
    """Say whether a fragment leads somewhere."""
    return Sections(Outline(headings, names)).has(fragment, strictly=strictly)


@pytest.mark.parametrize(
    ("fragment", "headings"),
    [
        ("papers", ("Papers",)),
        ("Papers", ("Papers",)),
        ("papers-1", ("Papers", "Papers")),
        ("papers-2", ("Papers", "papers", "Papers!")),
        ("papers-1-1", ("Papers", "Papers 1", "Papers")),
        ("user-content-papers", ("Papers",)),
        ("%E8%AE%BA%E6%96%87", ("论文",)),
        ("论文", ("论文",)),
        ("️-setup", ("⚙️ Setup",)),
        ("-setup", ("⚙️ Setup",)),
        ("setup", (" Setup",)),
        ("set-ext", ("Set\next",)),
        ("setext", ("Set\next",)),
        ("top", ()),
        ("L10-L20", ()),
        (":~:text=x", ()),
        ("fn-1", ()),
        ("readme", ()),
    ],
)
def test_fragment_that_leads_somewhere(fragment: str, headings: tuple[str, ...]) -> None:
    """To a heading, or to what is none; where renderers differ, both names are taken."""
    assert has(fragment, *headings)


@pytest.mark.parametrize(
    ("fragment", "headings"),
    [
        ("nowhere", ("Papers",)),
        ("papers-1", ("Papers",)),
        ("papers-2", ("Papers", "Papers")),
        ("survey-review", ("Survey & Review",)),
        ("rocket-setup", ("🚀 Setup",)),
        ("%FF", ("Papers",)),
        ("papers", ()),
    ],
)
def test_fragment_that_leads_nowhere(fragment: str, headings: tuple[str, ...]) -> None:
    """No heading has the name."""
    assert not has(fragment, *headings)


def test_names_of_html_are_names() -> None:
    """With and without GitHub's prefix, in any case."""
    assert has("Part-2", names=("part-2",))
    assert has("part-2", names=("user-content-Part-2",))


def test_other_renderers_write_punctuation_otherwise() -> None:
    """GitLab and MkDocs collapse hyphens: there only the letters count."""
    assert has("survey-review", "Survey & Review", strictly=False)
    assert not has("nowhere", "Survey & Review", strictly=False)


@pytest.mark.parametrize(
    ("fragment", "headings", "wanted"),
    [
        ("survey-review", ("Survey & Review",), Wanted("survey--review", certain=True)),
        ("rocket-setup", ("🚀 Setup",), None),
        ("setup", ("🚀 Setup",), Wanted("-setup", certain=True)),
        ("论文-列表", ("论文列表",), Wanted("论文列表", certain=True)),
        ("c%2B%2B", ("C", "C++"), Wanted("c", certain=False)),
        ("paper", ("Papers",), Wanted("papers", certain=False)),
        ("grahps-and-trees", ("Graphs and trees",), Wanted("graphs-and-trees", certain=False)),
        ("papers!", ("Papers", "Papers"), Wanted("papers", certain=False)),
        ("nowhere", ("Papers",), None),
        ("!!", ("Papers", "???"), None),
    ],
)
def test_what_is_probably_meant(
    fragment: str, headings: tuple[str, ...], wanted: Wanted | None
) -> None:
    """Certain is the one heading with the same letters; a likeness is a suggestion."""
    assert Sections(Outline(headings)).instead_of(fragment) == wanted
