"""
The pictures of the whole catalog for readers without JavaScript, each with its figures.

`pictures.js` draws them of what search and filters leave; here every one is of bars, the series of
each behind one another.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median_high
from typing import Any, Final

from pipeline.formats.exports.page.data import Catalog

SERIES_LIMIT: Final = 6
YEARS_LIMIT: Final = 30
WIDTH: Final = 640
HEIGHT: Final = 20
"""Of a bar, with the space below it."""
LEFT: Final = 200
"""Where bars begin: before them are their names."""
RIGHT: Final = 60


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, its sum, and where each part of it begins, how wide it is, and which."""

    name: str
    total: int
    end: float
    parts: tuple[tuple[float, float, int], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: the names of its series, and a row of numbers for each bar."""

    title: str
    series: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]

    @property
    def bars(self) -> Iterator[Bar]:
        """Yield the bars, the longest as long as there is room."""
        most = max((sum(values) for _, values in self.rows), default=0) or 1
        scale = (WIDTH - LEFT - RIGHT) / most
        for name, values in self.rows:
            at, parts = float(LEFT), []
            for number, value in enumerate(values):
                if value:
                    parts.append((at, value * scale, number))
                at += value * scale
            yield Bar(name, sum(values), at, tuple(parts))


def pictures(catalog: Catalog, hosts: Iterable[tuple[str, Mapping[str, int]]]) -> list[Picture]:
    """Return the pictures of a catalog, and of its links by `hosts`; without those of nothing."""
    column = catalog.columns
    rows = range(len(column.get("title", ())))
    words = {name: list(one.numbers) for name, one in catalog.words.items()}

    def section(row: int) -> str:
        found = column["section"][row]
        return words["section"][found[0]].rpartition(" / ")[2] if found else "(no section)"

    def year(name: str) -> Callable[[int], str]:
        return lambda row: str(column[name][row] or "")[:4]

    starred = [row for row in rows if column["stars"][row] >= 0 and column["published"][row]]
    stars: dict[str, list[int]] = defaultdict(list)
    for row in starred:
        stars[year("published")(row)].append(column["stars"][row])
    identified = Counter(words["found"][number] for number in column.get("found", ()))
    pushed = Counter(map(year("pushed"), rows))
    made = (
        _of_series(
            "Papers over time, by section",
            _years(map(year("year"), rows)),
            Counter((year("year")(row), section(row)) for row in rows),
        ),
        _of_one(
            "Stars of the code, by year of publication (median)",
            {name: median_high(stars[name]) for name in _years(list(stars)) if stars[name]},
        ),
        _of_series(
            "Links by host",
            [host for host, _ in hosts],
            Counter({(host, one): many for host, found in hosts for one, many in found.items()}),
        ),
        _of_one("Last push of the code", {name: pushed[name] for name in _years(pushed)}),
        _of_one("How entries were identified", dict(identified.most_common())),
    )
    return [one for one in made if one.rows]


def _of_one(title: str, numbers: Mapping[str, int]) -> Picture:
    return Picture(title, ("",), tuple((name, (many,)) for name, many in numbers.items()))


def _of_series(title: str, names: Sequence[str], numbers: Counter[tuple[str, str]]) -> Picture:
    """Return a picture of the series with the most, the others as one."""
    sums: Counter[str] = Counter()
    for (name, series), many in numbers.items():
        if name in names:
            sums[series] += many
    order = [series for series, _ in sums.most_common()]
    kept, others = order, order[len(order) :]
    if len(order) > SERIES_LIMIT:
        kept, others = order[: SERIES_LIMIT - 1], order[SERIES_LIMIT - 1 :]
    rows = []
    for name in names:
        values = [numbers[name, series] for series in kept]
        rest = [sum(numbers[name, series] for series in others)] if others else []
        rows.append((name, (*values, *rest)))
    more = (f"{len(others)} others",) if others else ()
    return Picture(title, (*kept, *more), tuple(rows))


def _years(found: Iterable[Any]) -> list[str]:
    """Return every year from the first to the last, of the newest `YEARS_LIMIT`."""
    years = [int(year) for year in found if year and year.isdigit()]
    if not years:
        return []
    last = max(years)
    return [str(year) for year in range(max(min(years), last - YEARS_LIMIT + 1), last + 1)]
