"""Why a line was read as it was."""

from pipeline.markdown.why import why

ARXIV = "https://arxiv.org/abs/"
SOURCE = (
    "# Rivers\n\n"
    + "".join(
        f"- [otter{number}](https://github.com/a/o{number}): "
        f"[Tracking Otters along River {number}]({ARXIV}2101.0000{number}), ICML 2021\n"
        for number in range(5)
    )
    + "- A remark with [a page](https://a.org/).\n\n```\ncode\n```\n"
)


def test_unit_pieces_family_votes_and_decision_are_told() -> None:
    """What a contributor needs to see why the second link, and not the first, is the title."""
    told = list(why(SOURCE, 4))
    assert told[0] == "unit: item, lines 4 to 4, below Rivers"
    assert "  piece: link “otter1”" in told
    assert "family: 6 units of this shape in this place" in told
    assert any(line.startswith("  vote: +") and line.endswith("link:1") for line in told)
    assert any(line.startswith("  candidate: ") and "link:0 “otter1”" in line for line in told)
    assert "title: Tracking Otters along River 1 (set apart by: chosen)" in told
    assert "  name: otter1" in told
    assert "  venue: ICML 2021" in told
    assert f"  link: paper {ARXIV}2101.00001" in told
    assert told[-1] == "decision: paper"


def test_what_is_no_entry_is_told_with_its_links() -> None:
    """A refused unit says so and why; its link is among the others."""
    told = list(why(SOURCE, 8))
    assert "decision: no entry, its links are other links" in told
    assert any(line.startswith("evidence: ") for line in told)
    assert any(line.startswith("other link: ") and line.endswith("a.org/") for line in told)


def test_a_row_is_told_of_as_well() -> None:
    """A row's title comes from its column, so there are no candidates."""
    source = (
        f"| Title | Paper |\n|-|-|\n| Tracking Otters along Rivers | [pdf]({ARXIV}2101.00001) |\n"
    )
    told = list(why(source, 3))
    assert told[0] == "unit: row, lines 3 to 3, below no heading"
    assert not any("candidate:" in line for line in told)
    assert told[-1] == "decision: paper"


def test_a_line_without_unit_says_so() -> None:
    """Code, headings and lines past the end are no units."""
    for line in (1, 11, 999):
        assert next(why(SOURCE, line)).startswith(f"line {line}: no unit is here")
