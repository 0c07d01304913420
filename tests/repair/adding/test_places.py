"""Where a new entry stands among others, and its number."""

import pytest

from pipeline.markdown.entries import read_list
from pipeline.repair.adding.places import UNORDERED, Order, number_of, step_of
from pipeline.repair.adding.siblings import Sibling, siblings_of
from pipeline.repair.adding.work import Day, NewWork
from pipeline.repair.rewriting import line_starts

WORK = NewWork("Mending of Lists by Hand", {"arxiv": "2306.01234"}, day=Day(2023, 6), year=2023)


def siblings(*lines: str) -> list[Sibling]:
    """Return entries of one section."""
    text = "\n".join(["# Papers", "", *lines, ""])
    return siblings_of(text, line_starts(text), read_list(text, "mine"))


def dated(*months: str) -> list[Sibling]:
    """Return works of these months, whose titles are in no order."""
    names = ("Pears", "Apples", "Figs", "Limes", "Dates", "Kiwis", "Berries")
    return siblings(
        *(
            f"- [Growing {name} in Rain](https://arxiv.org/abs/{month}.0{n}234)"
            for n, (name, month) in enumerate(zip(names, months, strict=False))
        )
    )


@pytest.mark.parametrize(
    ("months", "index"),
    [
        (("2201", "2305", "2306", "2307", "2401"), 2),
        (("2401", "2307", "2306", "2305", "2201"), 3),
        (("2201", "2202", "2203", "2204"), 4),
        (("2404", "2403", "2402", "2401"), 4),
        (("2401", "2402", "2403", "2404"), 0),
    ],
)
def test_place_by_date(months: tuple[str, ...], index: int) -> None:
    """By the number of the identifier, which grows within a month; at both ends."""
    assert Order(dated(*months)).place(WORK).index == index


def test_place_among_equals() -> None:
    """Behind those of the same year in a list that grows, before them in one that falls."""
    grows = Order(dated("2204", "2201", "2309", "2302", "2404", "2401")).place(WORK)
    assert (grows.index, grows.span, grows.order) == (4, (2, 4), "the newest last")
    falls = Order(dated("2401", "2404", "2302", "2309", "2201", "2204")).place(WORK)
    assert (falls.index, falls.span, falls.order) == (2, (2, 4), "the newest first")


@pytest.mark.parametrize(
    "months",
    [
        ("2201", "2401", "2202", "2402", "2203"),  # to and fro
        ("2201", "2202", "2203"),  # three may stand so by chance
        ("2301", "2301", "2301", "2301"),  # all alike
    ],
)
def test_no_order_without_evidence(months: tuple[str, ...]) -> None:
    """Then the end is as good as any place."""
    entries = dated(*months)
    place = Order(entries).place(WORK)
    assert (place.index, place.order) in (
        (len(entries), UNORDERED),
        (len(entries), "the newest last"),
    )


def test_one_slip_in_ten_is_no_disorder() -> None:
    """Lists have mistakes."""
    months = [f"22{month:02}" for month in range(1, 13)]
    months[5], months[6] = months[6], months[5]
    lines = (
        f"- [Growing {name} in Rain](https://arxiv.org/abs/{month}.01234)"
        for name, month in zip("MBQXAZCYDWEV", months, strict=True)
    )
    place = Order(siblings(*lines)).place(WORK)
    assert (place.index, place.order) == (12, "the newest last")


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("1. [A Title of a Paper](https://arxiv.org/abs/2201.01234)", 1),
        ("12) [A Title of a Paper](https://arxiv.org/abs/2201.01234)", 12),
        ("[7] [A Title of a Paper](https://arxiv.org/abs/2201.01234)", 7),
        ("- [2024] [A Title of a Paper](https://arxiv.org/abs/2201.01234)", None),
        ("- [A Title of a Paper](https://arxiv.org/abs/2201.01234)", None),
    ],
)
def test_number_of_an_entry(line: str, number: int | None) -> None:
    """In the marks that lists use; a year is none."""
    (one,) = siblings(line)
    found = number_of(one)
    assert (found[0] if found else None) == number


@pytest.mark.parametrize(
    ("numbers", "step"),
    [((1, 2, 3), 1), ((3, 2, 1), -1), ((1, 1, 1), 0), ((1, 5, 2), None), ((1,), 1), ((4,), None)],
)
def test_step_of_numbers(numbers: tuple[int, ...], step: int | None) -> None:
    """Upwards, downwards, all alike, in disorder."""
    lines = (
        f"[{number}] [Growing Fruit {n} in Rain](https://arxiv.org/abs/2201.0{n}234)<br>\n"
        for n, number in enumerate(numbers)
    )
    assert step_of(siblings(*lines)) == step
