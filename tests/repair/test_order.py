"""New entries that stand out of order, and the lines with them at their place."""

from collections.abc import Callable

import pytest

from pipeline.markdown.entries import read_list
from pipeline.records.lists import ParsedList
from pipeline.records.reviews import Mend
from pipeline.repair.order import LEAST, MOST_MOVED, misplaced, moved

WORDS = (
    "Adaptive",
    "Bayesian",
    "Causal",
    "Deep",
    "Efficient",
    "Federated",
    "Graph",
    "Hierarchical",
)


def line(word: str, month: str = "1706") -> str:
    """Return an entry whose title begins with a word."""
    return f"- [{word} Models for Ranking of Documents](https://arxiv.org/abs/{month}.03762)"


ALPHABETICAL = [line(word, f"170{1 + n * 5 % 9}") for n, word in enumerate(WORDS)]
NEWEST_FIRST = [line(word, f"{25 - n}06") for n, word in enumerate(reversed(WORDS))]
NEWEST_FIRST[0], NEWEST_FIRST[1] = line("Zonal", "2506"), line("Adaptive", "2406")


def at(lines: list[str], place: int, new: str) -> tuple[str, int]:
    """Return a text with a new line at a place among others, and its index."""
    return "\n".join(["# Papers", "", *lines[:place], new, *lines[place:], ""]), place


def judged(lines: list[str], place: int, new: str) -> str | None:
    """Return what is said of a new line at a place; None for nothing."""
    text, number = at(lines, place, new)
    found = misplaced(text, read_list(text, "list"), [number]).get(number)
    return found.message if found else None


@pytest.mark.parametrize(
    ("lines", "new", "place", "where"),
    [
        (ALPHABETICAL, line("Discrete", "1709"), 8, "after line 6"),
        (ALPHABETICAL, line("Discrete", "1709"), 0, "after line 7"),
        (ALPHABETICAL, line("Abstract", "1709"), 8, "before all others"),
        (ALPHABETICAL, line("Zonal", "1701"), 2, "after line 11"),
        (NEWEST_FIRST, line("Discrete", "2609"), 8, "before all others"),
        (NEWEST_FIRST, line("Discrete", "1501"), 0, "after line 11"),
    ],
)
def test_out_of_order(lines: list[str], new: str, place: int, where: str) -> None:
    """The message names the line that it belongs behind."""
    assert (judged(lines, place, new) or "").endswith(f"belongs {where}.")


@pytest.mark.parametrize(
    ("lines", "new", "place"),
    [
        (ALPHABETICAL, line("Discrete", "1709"), 4),
        (ALPHABETICAL, line("Zonal", "1701"), 8),
        (NEWEST_FIRST, line("Discrete", "2609"), 0),
        (ALPHABETICAL[: LEAST - 1], line("Abstract", "1709"), 5),
        ([*ALPHABETICAL[4:], *ALPHABETICAL[:4]], line("Abstract", "1709"), 5),
    ],
    ids=["at its place", "at the end", "on top", "few", "no order"],
)
def test_nothing_is_said_of_what_is_well_or_unsure(lines: list[str], new: str, place: int) -> None:
    """Only where the section evidently has an order."""
    assert judged(lines, place, new) is None


def move(lines: list[str], place: int, new: str, mend: Mend | None = None) -> Mend | None:
    """Return the lines with a new one at its place."""
    text, number = at(lines, place, new)
    parsed = read_list(text, "list")
    to = misplaced(text, parsed, [number])[number]
    return moved(text, "list", parsed.entries[number], mend, to)


def test_the_lines_with_the_entry_at_its_place() -> None:
    """Upwards and downwards, from the first line that changes to the last."""
    new = line("Discrete", "1709")

    assert move(ALPHABETICAL, 8, new) == Mend(7, 11, (new, *ALPHABETICAL[4:]))
    assert move(ALPHABETICAL, 0, new) == Mend(3, 7, (*ALPHABETICAL[:4], new))


def test_the_entry_is_mended_on_the_way() -> None:
    """One suggestion for all of it."""
    new = line("Discrete", "1709")
    better = new.replace("Ranking", "the Ranking")

    found = move(ALPHABETICAL, 8, new, Mend(11, 11, (better,)))

    assert found is not None
    assert found.lines[0] == better
    assert move(ALPHABETICAL, 8, new, Mend(11, 11, (better, "more"))) is None


def test_numbered_and_far_lines_are_not_moved() -> None:
    """Others would need new numbers; and nobody reads a page of lines that have not changed."""
    numbered = [f"{n}. {one.removeprefix('- ')}" for n, one in enumerate(ALPHABETICAL, start=1)]
    many = [line(f"{word}{chr(97 + n)}") for word in WORDS for n in range(MOST_MOVED)]

    assert move(numbered, 8, "9. " + line("Abstract", "1709").removeprefix("- ")) is None
    assert move(many, len(many), line("Abstract", "1709")) is None


def test_many_new_entries_of_a_long_section_take_linear_time(growth: Callable[..., float]) -> None:
    """The order is found once for all of them: half of a list may be new."""

    def half_new(entries: int) -> tuple[str, ParsedList, range]:
        text = "# Papers\n\n" + "\n".join(line(f"A{n:06}") for n in range(entries))
        return text, read_list(text, "list"), range(0, entries, 10)

    assert growth(half_new, lambda three: misplaced(*three), small=100) < 24
