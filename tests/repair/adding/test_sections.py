"""Which section a new work belongs to."""

import pytest

from pipeline.records.lists import Entry
from pipeline.repair.adding.sections import Section, likely_section, named_section, sections_of
from pipeline.repair.adding.work import NewWork


def entries(**sections: tuple[str, ...]) -> list[Entry]:
    """Return papers, by the last heading above them."""
    return [
        Entry(list="mine", line=n, end_line=n, title=title, section=("Papers", name))
        for name, titles in sections.items()
        for n, title in enumerate(titles)
    ]


GARDEN = entries(
    Watering=("Watering Pears at Night", "Water for Figs", "Rain and Pears"),
    Pruning=("Pruning Apple Trees", "When to Prune Plums", "Cutting Old Trees"),
)


def work(title: str, year: int = 2024) -> NewWork:
    """Return a work of this title."""
    return NewWork(title, {"arxiv": "2401.01234"}, year=year)


@pytest.mark.parametrize(
    ("title", "section"),
    [
        ("Pruning Cherry Trees in Winter", "Pruning"),
        ("Water for Cherries at Night", "Watering"),
        ("An Essay on Something Else", None),
    ],
)
def test_likeliest_by_words(title: str, section: str | None) -> None:
    """Of heading and works; with the words that decided, or none."""
    choice = likely_section(sections_of(GARDEN), work(title))
    assert choice.section == (None if section is None else ("Papers", section))
    assert choice.why
    if section is None:
        assert set(choice.known) == {("Papers", "Watering"), ("Papers", "Pruning")}


def test_section_of_the_year() -> None:
    """Where every section is one year's."""
    years = entries(**{"2023": ("A B C D",), "Of 2024": ("E F G H",)})
    assert likely_section(sections_of(years), work("E F G H I", 2023)).section == ("Papers", "2023")
    assert likely_section(sections_of(years), work("X Y", 2019)).section is None


def test_only_section_needs_no_likeness() -> None:
    """There is nothing to choose."""
    one = entries(Watering=("Water for Figs",))
    assert likely_section(sections_of(one), work("Else")).section == ("Papers", "Watering")


def test_data_sets_make_no_section() -> None:
    """Their sections are for data."""
    data = Entry(
        list="mine", line=1, end_line=1, title="D", section=("Papers", "Data"), kind="dataset"
    )
    assert ("Papers", "Data") not in sections_of([*GARDEN, data])


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ("watering", ("Watering",)),
        ("Papers > Pruning", ("Pruning",)),
        ("papers>pruning", ("Pruning",)),
        ("prun", ("Pruning",)),
        ("ing", ()),
        ("Papers", ()),
        ("", ()),
    ],
)
def test_named_section(named: str, found: tuple[str, ...]) -> None:
    """Its heading, its path, a part that one alone has."""
    choice = named_section(sections_of(GARDEN), named)
    wanted: Section | None = ("Papers", *found) if found else None
    assert choice.section == wanted
    assert bool(choice.known) == (wanted is None)
