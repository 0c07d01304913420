"""Dates in the form of others."""

import pytest

from pipeline.repair.adding.dates import dates_in, without_years
from pipeline.repair.adding.work import Day, day_of

DAY = Day(2024, 3, 5)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2021-07-19", "2024-03-05"),
        ("2021.07", "2024.03"),
        ("2021/7/9", "2024/3/5"),
        ("07/2021", "03/2024"),
        ("20210719", "20240305"),
        ("202107", "202403"),
        ("2021年7月", "2024年3月"),
        ("Jul 2021", "Mar 2024"),
        ("July, 2021", "March, 2024"),
        ("Jul. 19, 2021", "Mar. 5, 2024"),
        ("19 Jul 2021", "5 Mar 2024"),
        ("(2021)", "(2025)"),
        ("ICML'21", "ICML'25"),
        ("_ICML 2021_", "_ICML 2025_"),
        ("1999 and 2021", "1999 and 2025"),
        ("arXiv:2021.01234", "arXiv:2021.01234"),
        ("12021, v2021x", "12021, v2021x"),
    ],
)
def test_forms(text: str, wanted: str) -> None:
    """A year alone is that of the publication; other years and numbers are left alone."""
    for start, end, new in reversed(list(dates_in(text, {2021}, DAY, 2025))):
        assert new is not None
        text = text[:start] + new + text[end:]
    assert text == wanted


def test_what_is_not_known_is_none() -> None:
    """A month without a day cannot be written as a day."""
    assert [new for *_, new in dates_in("2021-07-19", {2021}, Day(2024, 3), 2024)] == [None]
    assert [new for *_, new in dates_in("2021-07", {2021}, None, 2024)] == [None]


@pytest.mark.parametrize(
    ("published", "arxiv", "day"),
    [
        ("2024-03-05T10:00:00Z", None, Day(2024, 3, 5)),
        ("2024", "2403.01234", Day(2024)),
        (None, "2403.01234", Day(2024, 3)),
        (None, "hep-th/9901001", Day(1999, 1)),
        (None, None, None),
    ],
)
def test_day_of_a_work(published: str | None, arxiv: str | None, day: Day | None) -> None:
    """A source's word first, as precise as it is; else an arXiv id has year and month."""
    assert day_of(published, arxiv) == day


def test_venue_without_its_year() -> None:
    """And without what is left at its ends."""
    assert without_years("ICML'21") == without_years("ICML, 2021") == without_years("ICML (2021)")
    assert without_years("ICML'21") == "ICML"
