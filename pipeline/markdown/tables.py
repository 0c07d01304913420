"""Tables: which column holds what, and the reading of one row."""

import re
from dataclasses import dataclass
from typing import Final

from pipeline.markdown.blocks import Row
from pipeline.markdown.candidates import reading_of, titles_of
from pipeline.markdown.decode import repair
from pipeline.markdown.fields import read_text
from pipeline.markdown.marks import HARD, LABELLED, Piece, plain
from pipeline.markdown.phrases import (
    are_full_names,
    count_words,
    date_year,
    has_known_venue,
    is_authors,
    is_told,
    is_venue,
    trimmed,
    without_checks,
    year_in,
)
from pipeline.markdown.reading import Reading, Unit
from pipeline.markdown.roles import is_label, is_paper, role_of_label
from pipeline.markdown.sections import MAX_HEADING
from pipeline.markdown.splits import outside_labels
from pipeline.markdown.trailing import without_groups
from pipeline.markdown.vocabulary import COLUMN_FIELDS, DETAIL_LEADS, RELATED_COLUMNS
from pipeline.records.lists import Role

_EMPTY = frozenset(
    {"", "n/a", "na", "none", "null", "-", "--", "—", "–", "/", "\\", "tbd", "\\-", "⚠️", "❌", "x"}
)
_HEADER_JUNK = re.compile(r"[^\w\s/&().'\u0080-\uffff]+|[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f]")
_HEADER_SCORES = {
    "title": 4.0,
    "paper": 1.0,
    "dataset": 0.9,
    "name": 0.4,
    "venue": -1.0,
    "date": -3.0,
    "authors": -3.0,
}
"""How much a known header speaks for a column of titles, or against it."""
_SAMPLE = 60
"""Rows of a table that are looked at to learn what its columns hold."""
_REPEATED = 0.6
_MOST = 0.5
_SOME = 3


@dataclass(slots=True)
class Columns:
    """What the columns of one table hold: field names by index, and the header texts."""

    headers: list[str]
    fields: list[str | None]
    roles: list[Role | None]
    related: bool
    title: int | None = None
    """The column of the titles, by its header and by what all its cells hold."""
    names: tuple[int, ...] = ()
    """The columns that may have the title where that one is empty."""


def read_columns(rows: list[Row]) -> Columns:
    """Read what the columns of a table hold: its header says it, or the cells of all rows."""
    headers = [plain(repair(cell.text))[:MAX_HEADING] for cell in rows[0].table.header]
    words = [" ".join(_HEADER_JUNK.sub(" ", header).lower().split()) for header in headers]
    fields = [COLUMN_FIELDS.get(word) for word in words]
    roles = [role_of_label(header) for header in headers]
    columns = Columns(headers, fields, roles, any(word in RELATED_COLUMNS for word in words))
    width = max(len(row.cells) for row in rows)
    fields += [None] * (width - len(fields))
    words += [""] * (width - len(words))
    sample = _Sample(rows[:_SAMPLE])
    columns.title = title = _title_of(fields, words, sample)
    if title is not None and fields[title] is None and "paper" in words[title]:
        fields[title] = "paper"
    for index, name in enumerate(fields):
        if name is None and index != columns.title:
            fields[index] = _told_field(sample.texts(index))
    columns.names = tuple(
        i for i, name in enumerate(fields) if name in {"name", "dataset", "paper"}
    )
    return columns


class _Sample:
    """The cells of some rows, and what they say; looked at where it is asked for."""

    def __init__(self, rows: list[Row]) -> None:
        self._rows = rows
        self._texts: dict[int, list[str]] = {}

    def cells(self, index: int) -> list[Piece]:
        """Return the cells of a column."""
        return [row.cells[index] for row in self._rows if index < len(row.cells)]

    def texts(self, index: int) -> list[str]:
        """Return what the cells of a column say beside the labels of links, where they do."""
        if index not in self._texts:
            said = map(_without_links, self.cells(index))
            self._texts[index] = [text for text in said if not _is_empty(text)]
        return self._texts[index]


def _title_of(fields: list[str | None], words: list[str], sample: _Sample) -> int | None:
    """Return the column of titles; cells are read where they may outweigh the best header."""
    named = [(_header_score(name, words[index]), -index) for index, name in enumerate(fields)]
    best = (0.0, -len(named))
    for score, place in sorted(named, reverse=True):
        if score + _MOST_SHARE >= best[0]:
            share = _title_share(sample.cells(-place), sample.texts(-place))
            best = max(best, (score + share, place))
    return -best[1] if best[0] > 0 else None


def _told_field(told: list[str]) -> str | None:
    """Say what most cells of a column without a known header hold: venues, dates or names."""
    shares = {
        "venue": sum(is_venue(text) and not is_authors(text) for text in told),
        "date": sum(date_year(text) is not None for text in told),
        "authors": sum(are_full_names(text) and not year_in(text) for text in told),
    }
    name = max(shares, key=lambda one: shares[one])
    return name if shares[name] >= max(_SOME, _MOST * len(told)) else None


def _header_score(name: str | None, header: str) -> float:
    """Say how much a header speaks for a column of titles."""
    if name is not None:
        return _HEADER_SCORES[name]
    if DETAIL_LEADS.get(header) == "note":
        return _REMARKS
    if "title" in header:
        return 2.0
    return 0.5 if "paper" in header or "publication" in header else 0.0


_MOST_SHARE: Final = 3.0
_REMARKS: Final = -3.0


def _title_share(cells: list[Piece], told: list[str]) -> float:
    """Say how much the cells of a column, and their texts, speak for titles: from -5.5 to 3."""
    if not told:
        return -3.0
    titles = sum(1 for text in told if _is_title_like(text)) / len(told)
    linked = sum(1 for cell in cells if is_linked_title(cell)) / len(cells)
    repeated = 1 - len(set(told)) / len(told)
    venues = sum(1 for text in told if is_told(text)) / len(told)
    worded = sum(1 for text in told if any(map(str.isalpha, text))) / len(told)
    return 2 * titles - venues + linked - (1.5 if repeated > _REPEATED else 0) - 3 * (1 - worded)


def _is_title_like(text: str) -> bool:
    words = count_words(text)
    return words >= 3 and not is_authors(text) and not is_venue(text) and date_year(text) is None


def is_linked_title(cell: Piece) -> bool:
    """Say whether a cell holds the linked title of a paper."""
    return any(
        is_paper(anchor)
        and count_words(anchor.text) >= 3
        and not (is_label(anchor.text) or is_told(anchor.text))
        for anchor in cell.anchors
    )


def read_row(unit: Unit, cells: list[Piece], columns: Columns) -> None:
    """Read one body row into its unit: the work, and the role that each link's column names."""
    texts = [plain(cell.text) for cell in cells]
    fields = columns.fields
    title_column = _title_column(cells, texts, columns)
    roles = [*columns.roles, *([None] * len(cells))]
    unit.link_roles = [roles[i] for i, cell in enumerate(cells) for _ in cell.anchors]
    if title_column is None:
        return
    cell = cells[title_column]
    text = _styled(cell)
    reading = read_text(text)
    if _has_other_title(cell, reading.title):
        best = max(titles_of(text, cell.anchors, reading), key=lambda title: title.score)
        reading = reading_of(best, text, reading)
    if reading.refused or not any(map(str.isalpha, reading.title)):
        reading = Reading(trimmed(_without_links(cells[title_column])))
    if reading.title_anchor >= 0:
        reading.title_anchor += sum(len(cell.anchors) for cell in cells[:title_column])
    unit.reading = reading
    unit.named_only = fields[title_column] == "dataset"
    unit.titled = fields[title_column] in {"title", "paper"}
    if unit.named_only:
        reading.title = reading.name = without_checks(texts[title_column]) or reading.title
    for index, text in enumerate(texts):
        if index != title_column:
            _read_cell(unit, columns, index, cells[index], text)


def _has_other_title(cell: Piece, title: str) -> bool:
    """Say whether a paper's linked title stands behind what was read: `Lamport: [Time, …](…)`."""
    head = title[:20].lower()
    for one in cell.anchors if title else ():
        if head not in one.text.lower() and is_linked_title(Piece(anchors=[one])):
            return True
    return False


def _styled(cell: Piece) -> str:
    """Return a cell's text on one line, unless authors stand below the title."""
    head, broken, rest = cell.text.strip().partition(HARD)
    if broken and any(map(str.isalpha, plain(head))):
        below = plain(rest.partition(HARD)[0])
        if is_authors(below) and not is_authors(plain(head)):
            return f"{head}{HARD}{rest}".strip()
    return cell.text.replace(HARD, " ").strip()


def _is_empty(text: str) -> bool:
    return len(text) < 8 and without_checks(text).strip(" .*").lower() in _EMPTY


def _without_links(cell: Piece) -> str:
    """Return what a cell says outside labels that only say what a link is."""
    return trimmed(outside_labels(cell.text) if cell.anchors else plain(cell.text))


def _title_column(cells: list[Piece], texts: list[str], columns: Columns) -> int | None:
    """Choose the column of a row's title: the table's, or where that is empty the name's."""
    for index in (columns.title, *columns.names):
        if index is None or index >= len(cells) or _is_empty(texts[index]):
            continue
        if any(map(str.isalpha, _without_links(cells[index]))):
            return index
        if index == columns.title and columns.fields[index] == "title":
            return None
    return None


def _read_cell(unit: Unit, columns: Columns, index: int, cell: Piece, text: str) -> None:
    """Take one cell beside the title into the fields, or keep it as a column."""
    reading = unit.reading
    name = columns.fields[index] if index < len(columns.fields) else None
    header = columns.headers[index] if index < len(columns.headers) else ""
    if _is_empty(text):
        return
    told = text if name == "authors" else _without_links(cell)
    if name in {"name", "dataset"} and not reading.name:
        reading.name = without_groups(reading, without_checks(told)) or None
    elif name == "authors":
        reading.authors = text
    elif name == "date":
        _read_date(unit, header, text)
    elif name == "venue" and date_year(told) is not None:
        reading.year = date_year(told)
    elif told and (name == "venue" or (not header and not reading.venue and _is_known(told))):
        reading.venue = told
        reading.year = year_in(told) or reading.year
    elif header and told and not _only_links(cell, columns, index):
        unit.columns[header] = text


def _is_known(venue: str) -> bool:
    return has_known_venue(venue) and is_venue(venue)


def _only_links(cell: Piece, columns: Columns, index: int) -> bool:
    """Say whether a cell holds links and nothing beside them, in a column of links."""
    if not cell.anchors or index >= len(columns.roles) or columns.roles[index] is None:
        return False
    return not any(c.isalnum() for c in plain(LABELLED.sub("", cell.text)))


def _read_date(unit: Unit, header: str, text: str) -> None:
    """Take the year of a date cell; a venue in it is a venue; a full date stays as a column."""
    reading = unit.reading
    bare = text.strip("* ")
    year = date_year(bare) or year_in(bare)
    if reading.venue is None and date_year(bare) is None and is_venue(bare):
        reading.venue = bare
    if not (reading.venue and year_in(reading.venue)):
        reading.year = year if year is not None else reading.year
    if header and bare not in {str(reading.year), reading.venue}:
        unit.columns[header] = bare
