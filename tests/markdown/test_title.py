"""Titles that italic type sets apart behind a name or the persons."""

import pytest

from pipeline.records.lists import Entry
from pipeline.stages.parse import parse

DOI = "https://doi.org/10.1000/otter."


def read(line: str) -> Entry:
    """Return the one entry of a line."""
    (entry,) = parse(f"## Papers\n- {line}\n", name="list").entries
    return entry


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (f"**OTR**; *Tracking Otters along Winter Rivers* (KDD 2019) [paper]({DOI}1)", "OTR"),
        (
            f"**River set**: *Tracking Otters along Winter Rivers*, KDD 2019 [paper]({DOI}1)",
            "River set",
        ),
        (f"[x] **OTR** - *Tracking Otters along Winter Rivers* (KDD 2019) [paper]({DOI}1)", "OTR"),
        (
            "[OTR set](https://github.com/a/otr), *Tracking Otters along Winter Rivers*, KDD, 2019",
            "OTR set",
        ),
    ],
)
def test_italic_type_behind_a_name_is_the_title(line: str, name: str) -> None:
    """A name in bold type or linked, a sign, and the title in italics: the sign sets them apart."""
    entry = read(line)
    assert (entry.title, entry.name) == ("Tracking Otters along Winter Rivers", name)
    assert entry.year == 2019


@pytest.mark.parametrize(
    ("persons", "authors"),
    [
        ("Otterman et al. (1998)", "Otterman et al"),
        ("Otterman, B. (1998)", "Otterman, B"),
        ("Otterman, B., & Beaver, C. (1998)", "Otterman, B., & Beaver, C"),
    ],
)
def test_linked_persons_are_no_title(persons: str, authors: str) -> None:
    """Persons with a year carry the link of a citation whose title stands in italics."""
    entry = read(f"[{persons}]({DOI}1) - *How otters find rivers.* River Letters, 12(3), 4-9.")
    assert (entry.title, entry.authors, entry.year) == ("How otters find rivers", authors, 1998)
    assert entry.venue == "River Letters"


@pytest.mark.parametrize(
    "line",
    [
        f"**Otters in Winter Rivers** *Ann Otterman Bo Beaver Cy Lynx* [paper]({DOI}1)",
        f"**Otters in Winter Rivers**, *Ann Otterman, Bo Beaver, Cy Lynx* [paper]({DOI}1)",
        f"**Otters in Winter Rivers**. *Proceedings of the River Conference* 2019 [paper]({DOI}1)",
        f"**Otters in Winter Rivers**: *we look for otters in the snow* [paper]({DOI}1)",
    ],
)
def test_other_italics_behind_a_title_are_none(line: str) -> None:
    """Persons, venues and remarks stand in italics, too."""
    assert read(line).title == "Otters in Winter Rivers"
