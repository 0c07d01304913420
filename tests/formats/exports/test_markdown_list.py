"""The lists, enriched."""

from dataclasses import replace

import pytest

from pipeline.errors import ConfigurationError
from pipeline.formats.exports import markdown_list
from pipeline.formats.exports.markdown_list import render_markdown
from pipeline.formats.exports.works import works_of
from tests.formats.exports.works_by_hand import ATTACK, DATASET, LINKS, PAPERS, entry, works


def test_a_list_with_its_headings_in_order() -> None:
    """What is known stands behind each title."""
    text = render_markdown(works_of((PAPERS[0], PAPERS[2]), LINKS))["seeds.md"]

    assert text == (
        "# Papers\n\n## Ranking\n\n"
        "- [Attention Is All You Need](<https://arxiv.org/abs/1706.03762>), Ashish Vaswani et"
        r" al., 2017 · [code](<https://github.com/tensorflow/tensor2tensor>) ★ 15000 (archived)"
        "\n"
        "- [MovieLens](<https://grouplens.org/datasets/movielens/>) · dead links: 1\n"
    )


def test_a_file_for_each_list() -> None:
    """A work of two lists stands in both."""
    files = render_markdown(works())

    assert sorted(files) == ["other.md", "seeds.md"]
    assert files["other.md"].startswith("- [Attention Is All You Need]")


def test_hostile_text_stays_text() -> None:
    """No heading, HTML, link or mention comes of it."""
    text = render_markdown(works_of((ATTACK,)))["seeds.md"]

    assert "<img" not in text
    assert r"\[a\](javascript" in text
    assert "\n# Owned" not in text
    assert "@octocat" not in text


def test_headings_are_written_once_and_anew_where_the_path_changes() -> None:
    """As deep as they are."""
    sections = [("A", "B"), ("A", "B"), ("A", "C"), ("D",)]
    mentions = [entry(f"T{n}", n + 1, section=section) for n, section in enumerate(sections)]
    papers = [
        replace(DATASET, key=f"title:{n}", title=f"T{n}", mentions=(mention,))
        for n, mention in enumerate(mentions)
    ]
    lines = render_markdown(works_of(papers))["seeds.md"].split("\n")

    assert [line for line in lines if line] == [
        "# A", "## B", "- T0", "- T1", "## C", "- T2", "# D", "- T3",
    ]  # fmt: skip


def test_a_long_list_is_split(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts within the limit, with a table of contents, and nothing lost."""
    monkeypatch.setattr(markdown_list, "PAGE_LIMIT", 2_000)
    papers = [
        replace(DATASET, key=f"title:{n:04}", title=f"T{n}", mentions=(entry(f"T{n}", n),))
        for n in range(1, 901)
    ]
    files = render_markdown(works_of(papers))

    assert files["seeds.md"].startswith("# seeds\n\n- [Ranking](seeds-1.md)\n")
    parts = [files[f"seeds-{number}.md"] for number in range(1, len(files))]
    assert sum(part.count("- T") for part in parts) == 900
    assert len(parts) > 1


def test_a_template_of_ones_own() -> None:
    """It is given the headings and the items; what it puts out is escaped."""
    files = render_markdown(
        works_of(PAPERS[:1]), "{% for item in items %}* {{ item.work.cite }} *x* {% endfor %}"
    )

    assert files["other.md"] == "* vaswani2017attention *x* "


@pytest.mark.parametrize(
    "template",
    [
        "{% for %}",
        "{{ nothing_such }}",
        "{{ items.__class__.__mro__ }}",
        "{{ items[0].work.key.format.__globals__ }}",
        "{{ 1 // 0 }}",
        "{{ items.append(1) }}",
    ],
)
def test_a_template_that_cannot_be_used(template: str) -> None:
    """It is refused with a sentence: also what reaches for Python's insides."""
    with pytest.raises(ConfigurationError, match=r"^template"):
        render_markdown(works_of(PAPERS[:1]), template)
