"""Tables: which column holds what, and the reading of one row."""

import re
from dataclasses import dataclass, field

from pipeline.markdown.blocks import Row
from pipeline.markdown.decode import repair
from pipeline.markdown.fields import read_text
from pipeline.markdown.marks import HARD, LINK, LINK_END, Piece, plain
from pipeline.markdown.phrases import (
    count_words,
    date_year,
    has_known_venue,
    is_authors,
    is_venue,
    trimmed,
    without_checks,
    year_in,
)
from pipeline.markdown.reading import Reading
from pipeline.markdown.roles import is_label, role_of_label
from pipeline.markdown.sections import MAX_HEADING
from pipeline.markdown.vocabulary import COLUMN_FIELDS, RELATED_COLUMNS
from pipeline.records.lists import Role

_EMPTY = frozenset(
    {"", "n/a", "na", "none", "null", "-", "--", "—", "–", "/", "\\", "tbd", "\\-", "⚠️", "❌", "x"}
)
_LINKED = re.compile(rf"[\[(]{{0,4}}{LINK}([^{LINK_END}]*){LINK_END}[\])]{{0,4}}")
_HEADER_JUNK = re.compile(r"[^\w\s/&().'\u0080-\uffff]+|[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f]")


@dataclass(slots=True)
class Columns:
    """What the columns of one table hold: field names by index, and the header texts."""

    headers: list[str]
    fields: list[str | None]
    roles: list[Role | None]
    related: bool


@dataclass(slots=True)
class RowReading:
    """One row, read: its work, and which column each of its links stands in."""

    reading: Reading
    columns: dict[str, str] = field(default_factory=dict)
    link_columns: list[int] = field(default_factory=list)
    named_only: bool = False
    """True where the row has the name of a data set and no title."""
    titled: bool = False
    """True where the title stands in a column for titles of papers."""


def read_columns(rows: list[Row]) -> Columns:
    """Read what the columns of a table hold."""
    table = rows[0].table
    headers = [plain(repair(cell.text))[:MAX_HEADING] for cell in table.header]
    words = [" ".join(_HEADER_JUNK.sub(" ", header).lower().split()) for header in headers]
    fields = [COLUMN_FIELDS.get(word) for word in words]
    roles = [role_of_label(header) for header in headers]
    return Columns(headers, fields, roles, any(word in RELATED_COLUMNS for word in words))


def read_row(row: Row, columns: Columns) -> RowReading:
    """Read one body row."""
    cells = row.cells
    texts = [_cell_text(cell) for cell in cells]
    fields = list(columns.fields[: len(cells)]) + [None] * max(0, len(cells) - len(columns.fields))
    title_column = _title_column(cells, texts, fields)
    link_columns = [i for i, cell in enumerate(cells) for _ in cell.anchors]
    if title_column is None:
        return RowReading(Reading(), link_columns=link_columns)
    reading = read_text(_styled(cells[title_column]))
    _place_title_anchor(reading, cells, title_column)
    result = RowReading(reading, link_columns=link_columns)
    result.named_only = fields[title_column] == "dataset"
    result.titled = fields[title_column] in {"title", "paper"}
    if result.named_only:
        reading.title = reading.name = without_checks(texts[title_column]) or reading.title
    for index, text in enumerate(texts):
        if index != title_column:
            _read_cell(result, columns, index, cells[index], text)
    return result


def _styled(cell: Piece) -> str:
    """Return a cell's text on one line, unless authors stand below the title."""
    head, broken, rest = cell.text.strip().partition(HARD)
    if broken and any(c.isalpha() for c in plain(head)):
        below = plain(rest.partition(HARD)[0])
        if is_authors(below) and not is_authors(plain(head)):
            return f"{head}{HARD}{rest}".strip()
    return cell.text.replace(HARD, " ").strip()


def _cell_text(cell: Piece) -> str:
    return plain(repair(cell.text))


def _is_empty(text: str) -> bool:
    return len(text) < 8 and without_checks(text).strip(" .*").lower() in _EMPTY


def _without_links(cell: Piece) -> str:
    """Return what a cell says outside labels that only say what a link is."""
    if not cell.anchors:
        return trimmed(plain(cell.text))
    kept = _LINKED.sub(_kept_text, cell.text)
    return trimmed(plain(kept))


def _kept_text(link: re.Match[str]) -> str:
    return "" if is_label(plain(link[1])) else f" {link[1]} "


def _title_column(cells: list[Piece], texts: list[str], fields: list[str | None]) -> int | None:
    """Choose the column of the title: by its header, else by what the cells hold."""
    for wanted in ("title", "paper", "dataset", "name"):
        for index, name in enumerate(fields):
            if name == wanted and _is_title(cells[index], texts[index], wanted):
                return index
    if any(name in {"title", "paper", "name", "dataset"} for name in fields):
        return None
    best, best_score = None, 0
    for index, text in enumerate(texts):
        if fields[index] is None and count_words(text) >= 3:
            score = _title_score(cells[index])
            if score > best_score:
                best, best_score = index, score
    return best


def _is_title(cell: Piece, text: str, wanted: str) -> bool:
    if _is_empty(text):
        return False
    told = _without_links(cell)
    if not any(c.isalpha() for c in told):
        return False
    return wanted != "paper" or count_words(told) >= 2 or len(cell.anchors) == 1


def _title_score(cell: Piece) -> int:
    told = _without_links(cell)
    words = count_words(told)
    if words < 3 or is_authors(told) or is_venue(told):
        return 0
    linked = any(not is_label(plain(part)) for part in _link_texts(cell))
    return min(words, 20) + (20 if linked else 0)


def _link_texts(cell: Piece) -> list[str]:
    return [link[1] for link in _LINKED.finditer(cell.text)]


def _place_title_anchor(reading: Reading, cells: list[Piece], column: int) -> None:
    """Count the title's anchor among those of the whole row."""
    if reading.title_anchor >= 0:
        reading.title_anchor += sum(len(cell.anchors) for cell in cells[:column])


def _read_cell(result: RowReading, columns: Columns, index: int, cell: Piece, text: str) -> None:
    """Take one cell beside the title into the fields, or keep it as a column."""
    reading = result.reading
    name = columns.fields[index] if index < len(columns.fields) else None
    header = columns.headers[index] if index < len(columns.headers) else ""
    told = text if name == "authors" else repair(_without_links(cell))
    if _is_empty(text):
        return
    if name in {"name", "dataset"} and not reading.name:
        reading.name = without_checks(told) or None
    elif name == "venue" and told:
        reading.venue = told
        reading.year = year_in(told) or reading.year
    elif name == "authors":
        reading.authors = text
    elif name == "date":
        _read_date(result, header, text)
    elif not header and reading.venue is None and has_known_venue(told) and is_venue(told):
        reading.venue = told
        reading.year = year_in(told) or reading.year
    elif header and told and not _only_links(cell, columns, index):
        result.columns[header] = text


def _only_links(cell: Piece, columns: Columns, index: int) -> bool:
    """Say whether a cell holds links and nothing beside them, in a column of links."""
    if not cell.anchors or index >= len(columns.roles) or columns.roles[index] is None:
        return False
    return not any(c.isalnum() for c in plain(_LINKED.sub("", cell.text)))


def _read_date(result: RowReading, header: str, text: str) -> None:
    """Take the year of a date cell; a venue in it is a venue; a full date stays as a column."""
    reading = result.reading
    bare = text.strip("* ")
    year = date_year(bare) or year_in(bare)
    if reading.venue is None and date_year(bare) is None and is_venue(bare):
        reading.venue = bare
    if not (reading.venue and year_in(reading.venue)):
        reading.year = year if year is not None else reading.year
    if header and bare not in {str(reading.year), reading.venue}:
        result.columns[header] = bare
