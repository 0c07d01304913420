"""Titles that lines without a link have, by what stands beside them and in other sections."""

import pytest

from pipeline.stages.parse import parse

SECTIONS = ("Rivers", "Lakes", "Ponds", "Seas")


def titles(source: str) -> list[str]:
    """Return the titles of the entries of a small list."""
    return [entry.title for entry in parse(source, name="list").entries]


@pytest.mark.parametrize(
    "told", ["(1998) - Ann Otterman, Bo Beaver", "\n\n  *Ann Otterman, Bo Beaver*\n", ", KDD 2019"]
)
def test_a_title_a_section_is_read_where_all_tell_of_persons_or_venue(told: str) -> None:
    """One line without a link in each section: together they show how the list presents papers."""
    source = "".join(f"## {name}\n- Where the otters of {name} sleep{told}\n" for name in SECTIONS)
    assert titles(source) == [f"Where the otters of {name} sleep" for name in SECTIONS]


def test_remarks_in_sections_are_no_titles() -> None:
    """Lines that tell of nobody stay text, also where one of them names a person."""
    source = "".join(f"## {name}\n- Where to look for otters first\n" for name in SECTIONS)
    assert titles(f"{source}## More\n- Where otters sleep, Ann Otterman, Bo Beaver\n") == []


def test_what_a_paragraph_is_of_is_no_title() -> None:
    """Bold words with a colon before a paragraph present nothing, also in a list of papers."""
    papers = "".join(
        f"- [Otters of the River {n}](https://arxiv.org/abs/2101.0000{n})\n" for n in range(10)
    )
    remark = "**How We Chose These Papers:** every one of them was read by two of us before."
    assert len(titles(f"## Papers\n{papers}\n## Notes\n- {remark}\n")) == 10
