"""Dates in the words of entries: found, and written in the same form for another day. Pure."""

import re
from collections.abc import Callable, Collection, Iterator
from typing import Final

from pipeline.repair.adding.work import Day

_MONTHS: Final = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_NAMES: Final = "|".join(f"{name[:3]}(?:{name[3:]})?" if name[3:] else name for name in _MONTHS)
_YEAR: Final = r"(?:19|20)\d\d"
_DATE: Final = re.compile(
    rf"(?<![\d./-])(?P<iso>(?P<iy>{_YEAR})(?P<is>[-/.])(?P<im>\d\d?)(?:(?P=is)(?P<id>\d\d?))?)(?!\d|[/-]\d)"
    rf"|(?<![\d./-])(?P<ry_m>\d\d?)(?P<rs>[/.-])(?P<ry>{_YEAR})(?!\d|[/-]\d)"
    rf"|(?<!\d)(?P<py>{_YEAR})(?P<pm>0[1-9]|1[0-2])(?P<pd>[0-3]\d)?(?!\d)"
    rf"|(?P<cy>{_YEAR})年(?P<cm>\d\d?)月(?:(?P<cd>\d\d?)日)?"
    rf"|(?:(?P<bd>\d\d?) )?\b(?P<word>{_NAMES}|Sept)(?P<dot>\.?)(?P<gap>[ ,]{{1,2}})"
    rf"(?:(?P<wd>\d\d?)(?P<wgap>[ ,]{{1,2}}))?(?P<wy>{_YEAR})(?!\d)"
    rf"|(?<![A-Za-z\d./-])(?P<y>{_YEAR})(?![A-Za-z\d/-]|\.\d)|(?P<mark>['’])(?P<yy>\d\d)(?!\d)",
    re.ASCII,
)


class _UnknownError(Exception):
    """A date asks for a month or a day that is not known."""


Found = tuple[int, int, str | None]
"""Where a date stands, and what is written in its place; None where that is not known."""


def dates_in(
    text: str, years: Collection[int], day: Day | None, year: int | None
) -> Iterator[Found]:
    """Yield the dates of `years` in a text, written for `day`; for `year` where it stands alone."""
    for match in _DATE.finditer(text):
        of = _year_of(match)
        if of not in years:
            continue
        try:
            new = _written(match, day, year)
        except _UnknownError:
            new = None
        yield match.start(), match.end(), new


def without_years(text: str) -> str:
    """Return a text without its dates and what is left at its ends."""
    return " ".join(_DATE.sub("", text).split()).strip(" ,.:;'’()[]-/")


def _year_of(match: re.Match[str]) -> int:
    if match["yy"]:
        short = int(match["yy"])
        return 2000 + short if short < 70 else 1900 + short
    return int(
        match["iy"] or match["ry"] or match["cy"] or match["wy"] or match["py"] or match["y"]
    )


def _written(match: re.Match[str], day: Day | None, year: int | None) -> str:
    if match["y"] or match["yy"]:
        if year is None:
            raise _UnknownError
        return str(year) if match["y"] else f"{match['mark']}{year % 100:02}"
    if day is None or day.month is None:
        raise _UnknownError
    return _form_of(match)(match, day)


def _form_of(match: re.Match[str]) -> Callable[[re.Match[str], Day], str]:
    if match["iso"]:
        return _numbers
    if match["ry"]:
        return lambda one, day: f"{_as(one['ry_m'], day.month)}{one['rs']}{day.year}"
    if match["py"]:
        return _packed
    return _chinese if match["cy"] else _words


def _as(model: str, number: int | None) -> str:
    """Return a number with as many digits as the model's; more where it needs them."""
    if number is None:
        raise _UnknownError
    return f"{number:02}" if len(model) == 2 else str(number)


def _as_word(model: str, number: int | None) -> str:
    """Return a day beside a month's name: with a zero before it only where the model has one."""
    return _as(model if model.startswith("0") else "", number)


def _numbers(match: re.Match[str], day: Day) -> str:
    text = f"{day.year}{match['is']}{_as(match['im'], day.month)}"
    return f"{text}{match['is']}{_as(match['id'], day.day)}" if match["id"] else text


def _packed(match: re.Match[str], day: Day) -> str:
    text = f"{day.year}{_as(match['pm'], day.month)}"
    return f"{text}{_as(match['pd'], day.day)}" if match["pd"] else text


def _chinese(match: re.Match[str], day: Day) -> str:
    text = f"{day.year}年{_as(match['cm'], day.month)}月"
    return f"{text}{_as(match['cd'], day.day)}日" if match["cd"] else text


def _words(match: re.Match[str], day: Day) -> str:
    full = _MONTHS[(day.month or 1) - 1]
    is_whole = match["word"] in _MONTHS and match["word"] != "May"
    word = full if is_whole or (match["word"] == "May" and not match["dot"]) else full[:3]
    before = f"{_as_word(match['bd'], day.day)} " if match["bd"] else ""
    inside = f"{_as_word(match['wd'], day.day)}{match['wgap']}" if match["wd"] else ""
    return f"{before}{word}{match['dot']}{match['gap']}{inside}{day.year}"
