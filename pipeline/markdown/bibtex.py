"""
BibTeX to entries: a whole `.bib` file, and blocks of it within a Markdown list. Pure.

The format is read by bibtexparser, LaTeX in titles and names by pylatexenc. A damaged record costs
only itself. A block under words like "please cite us" is the list's own citation and no entry of
it; so were the blocks of all 23 lists in which some were met.
"""

import logging
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from pipeline.markdown.links import with_line_feeds
from pipeline.markdown.roles import role_of_host, split_host
from pipeline.records.lists import Entry, Kind, Link, ParsedList, Problem, Role
from pipeline.works.identifiers import url_of_name
from pipeline.works.titles import title_key

if TYPE_CHECKING:
    from bibtexparser.model import Block as Record
    from bibtexparser.model import Entry as BibEntry
    from bibtexparser.model import Field

_SIGN: Final = re.compile(r"@[A-Za-z]+[ \t]*[{(]")
_RECORD: Final = re.compile(r"^[ \t]*@[A-Za-z]+[ \t]*[{(]", re.MULTILINE)
_WHOLE: Final = re.compile(r"\ufeff?(?:[ \t]*(?:%[^\n]*)?\n)*[ \t]*@[A-Za-z]+[ \t]*[{(]")
_FENCE: Final = re.compile(r" {0,3}(?P<marks>`{3,}|~{3,})")
_HEADING: Final = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)[ \t#]*$")
_CITE_US: Final = re.compile(
    r"\b(?:cite|citing|cited|citations?)\b|\brefer to (?:this|our)\b|引用", re.IGNORECASE
)
_LINES_BEFORE: Final = 5
_NO_WORKS: Final = frozenset({"proceedings", "collection", "periodical", "set", "xdata"})
_KINDS: Final[Mapping[str, Kind]] = {"software": "tool", "dataset": "dataset", "data": "dataset"}
_VENUES: Final = ("booktitle", "journal", "journaltitle", "eventtitle", "series")
_ROLES: Final[Mapping[str, Role]] = {"url": "paper", "pdf": "paper", "code": "code"}
_PROSE: Final = frozenset({"abstract", "keywords", "file", "author", "editor", "title"})
_URL: Final = re.compile(r"https?://(?:\\[%&#_~]|[^\s{}\"<>\\])+", re.IGNORECASE)
_PREPRINT: Final = re.compile(r"\barxiv[:\s]+(?P<id>\d{4}\.\d{4,5}|[a-z-]+/\d{7})", re.IGNORECASE)
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_LONGEST: Final = 20_000
_AROUND_VALUE: Final = 400
"""Characters between the line of a field and its value; a value may be defined elsewhere."""
_DAMAGED: Final = "This BibTeX record is damaged and was not read; the others were."
_UNTITLED: Final = "This BibTeX record has no title."


def is_bibtex(text: str) -> bool:
    """Say whether a whole text is BibTeX: it begins with a record, but for comments."""
    return _WHOLE.match(with_line_feeds(text)) is not None


def read_bibtex(text: str, name: str) -> ParsedList:
    """Read a text that is BibTeX throughout; lines and columns count from 1."""
    text = with_line_feeds(text)
    reader = _Reader(text, name)
    reader.read(_Block(0, len(text.split("\n")), ()))
    return reader.result(ParsedList(name=name, entries=()))


def with_blocks(parsed: ParsedList, text: str) -> ParsedList:
    """Return a Markdown list with the entries of its BibTeX blocks, which it has not otherwise."""
    if _SIGN.search(text) is None or _RECORD.search(text) is None:
        return parsed
    text = with_line_feeds(text)
    reader = _Reader(text, parsed.name)
    for block in _blocks(text.split("\n")):
        reader.read(block)
        if not block.fenced:  # what Markdown makes of it is no entry
            parsed = _without_lines(parsed, range(block.first + 1, block.last + 1))
    return reader.result(parsed)


def only_blocks(text: str, name: str) -> ParsedList:
    """Return what the BibTeX blocks of a Markdown list hold, and nothing else of it."""
    return with_blocks(ParsedList(name=name, entries=()), text)


def _without_lines(parsed: ParsedList, lines: range) -> ParsedList:
    return parsed.model_copy(
        update={
            "entries": tuple(one for one in parsed.entries if one.line not in lines),
            "other_links": tuple(one for one in parsed.other_links if one.line not in lines),
            "problems": tuple(one for one in parsed.problems if one.line not in lines),
        }
    )


# --- where blocks are -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines `first` to before `last`, counted from 0, that are BibTeX."""

    first: int
    last: int
    section: tuple[str, ...]
    fenced: bool = False


def _blocks(lines: Sequence[str]) -> Iterator[_Block]:
    """Yield the blocks of a Markdown text that present works; not those that ask to be cited."""
    headings: list[tuple[int, str]] = []
    number = 0
    cites = False
    """Whether the words before, or the block before with nothing in between, ask to be cited."""
    last = 0
    while number < len(lines):
        line = lines[number]
        fence = _FENCE.match(line)
        heading = None if fence else _HEADING.match(line)
        if heading:
            level = len(heading[1])
            headings = [one for one in headings if one[0] < level]
            headings.append((level, heading[2]))
            cites = False
        start = number + 1 if fence else number
        end = _end_of_fence(lines, start, fence["marks"]) if fence else number
        if not fence and _RECORD.match(line):
            end = _end_of_records(lines, number)
        if end > start and any(_RECORD.match(one) for one in lines[start:end]):
            words = [one for one in lines[last:number] if one.strip()][-_LINES_BEFORE:]
            about = [*words, headings[-1][1] if headings else ""]
            cites = any(map(_CITE_US.search, about)) or (cites and not words)
            if not cites:
                titles = tuple(title.strip() for _, title in headings)
                yield _Block(start, end, titles, fenced=fence is not None)
        number = max(end + bool(fence), number + 1)
        if end > start:
            last = number


def _end_of_fence(lines: Sequence[str], start: int, marks: str) -> int:
    """Return where a fence that has begun is closed (CommonMark 4.5)."""
    for number in range(start, len(lines)):
        text = lines[number].strip()
        if len(text) >= len(marks) and not text.strip(marks[0]):
            return number
    return len(lines)


def _end_of_records(lines: Sequence[str], start: int) -> int:
    """Return where records without a fence end: where every brace is closed, or at a heading."""
    depth, seen = 0, False
    for number in range(start, len(lines)):
        line = lines[number]
        closed = seen and depth <= 0
        if closed and line.strip() and not _RECORD.match(line):
            return number
        if number > start and _HEADING.match(line):
            return number
        depth += line.count("{") - line.count("}")
        seen = seen or "{" in line
    return len(lines)


# --- records ----------------------------------------------------------------------------------


class _Reader:
    """Reads the records of one text, and accounts for their links."""

    def __init__(self, text: str, name: str) -> None:
        self.text, self.name = text, name
        self.starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
        self.entries: list[Entry] = []
        self.other: list[Link] = []
        self.problems: list[Problem] = []

    def result(self, parsed: ParsedList) -> ParsedList:
        """Return a list with what was read, but for works that it presents in Markdown already."""
        urls = {link.url for link in parsed.all_links()}
        titles = {title_key(entry.title) for entry in parsed.entries}
        new = [
            entry
            for entry in self.entries
            if title_key(entry.title) not in titles
            and not any(link.role == "paper" and link.url in urls for link in entry.links)
        ]
        kept = set(map(id, new))
        repeated = (one for one in self.entries if id(one) not in kept)
        others = [*self.other, *(link for entry in repeated for link in entry.links)]
        return parsed.model_copy(
            update={
                "entries": tuple(sorted((*parsed.entries, *new), key=lambda one: one.line)),
                "other_links": tuple(
                    sorted((*parsed.other_links, *others), key=lambda one: (one.line, one.column))
                ),
                "problems": (*parsed.problems, *self.problems),
            }
        )

    def read(self, block: _Block) -> None:
        """Read the records of a block."""
        from bibtexparser.model import Entry as BibEntry  # noqa: PLC0415  most lists have none
        from bibtexparser.model import ImplicitComment, ParsingFailedBlock  # noqa: PLC0415

        source = self.text[self.starts[block.first] : self.starts[block.last]]
        records = _records(source)
        found = {one.key: one for one in records if isinstance(one, BibEntry)}
        end = block.last
        for record in reversed(records):  # the rest of a damaged record reads as a comment
            line = block.first + (record.start_line or 0)
            if isinstance(record, ImplicitComment):
                continue
            repeated = getattr(record, "ignore_error_block", None)
            one = repeated if isinstance(repeated, BibEntry) else record
            if isinstance(one, BibEntry):
                self._read_record(one, block, line, found)
            elif isinstance(record, ParsingFailedBlock):
                self._leave(range(line, end), _DAMAGED)
            end = line
        self.problems.sort(key=lambda one: one.line)

    def _read_record(
        self, record: "BibEntry", block: _Block, line: int, found: Mapping[str, "BibEntry"]
    ) -> None:
        fields: dict[str, Field] = {}
        for field in record.fields:
            fields.setdefault(field.key.lower(), field)
        links = tuple(self._links(fields, block.first))
        title = _text(fields, "title")
        if record.entry_type.lower() in _NO_WORKS:
            self.other += links
            return
        if not title:
            self._leave(range(line, line + 1 + (record.raw or "").count("\n")), _UNTITLED)
            return
        parent = found.get(_text(fields, "crossref") or "")
        around = {field.key.lower(): field for field in parent.fields} if parent else {}
        self.entries.append(
            Entry(
                list=self.name,
                line=line + 1,
                end_line=line + 1 + (record.raw or "").rstrip().count("\n"),
                title=title,
                section=block.section,
                authors=_authors(_raw(fields, "author") or _raw(fields, "editor")),
                venue=_venue(fields, around),
                year=_year(fields) or _year(around),
                links=links,
                kind=_KINDS.get(record.entry_type.lower(), "paper"),
            )
        )

    def _leave(self, lines: range, message: str) -> None:
        """Tell of a record that is no entry; its links are checked all the same."""
        problem = Problem(
            list=self.name, line=lines.start + 1, code="unread-entry", message=message
        )
        self.problems.append(problem)
        start, end = (
            self.starts[min(one, len(self.starts) - 1)] for one in (lines.start, lines.stop)
        )
        for match in _URL.finditer(self.text, start, end):
            self.other.append(self._link(_plain_url(match[0]), match.start(), "other"))

    # --- links --------------------------------------------------------------------------------

    def _links(self, fields: Mapping[str, "Field"], first: int) -> Iterator[Link]:
        """Yield the links of a record, each address once: written out, as DOI, as eprint."""
        seen: set[str] = set()
        for link in self._every_link(fields, first):
            if link.url not in seen:
                seen.add(link.url)
                yield link

    def _every_link(self, fields: Mapping[str, "Field"], first: int) -> Iterator[Link]:
        for name, field in fields.items():
            start = self.starts[min(first + (field.start_line or 0), len(self.starts) - 1)]
            value = str(field.value)[:_LONGEST]
            if name in _PROSE:
                continue
            place = self.text.find(value, start, start + len(value) + _AROUND_VALUE)
            place = start if place < 0 else place
            written = list(_URL.finditer(value))
            for match in written:
                url = _plain_url(match[0])
                yield self._link(url, place + match.start(), _role(name, url))
            named = None if written else _named(name, value, fields)
            if named is not None:
                yield self._link(named, place, "paper")

    def _link(self, url: str, place: int, role: Role) -> Link:
        line = bisect_right(self.starts, place) - 1
        return Link(url=url, role=role, line=line + 1, column=place - self.starts[line] + 1)


def _records(source: str) -> "Sequence[Record]":
    """Split a text into records; one that the parser cannot read is a record of its own kind."""
    from bibtexparser.entrypoint import parse_string  # noqa: PLC0415
    from bibtexparser.middlewares import (  # noqa: PLC0415
        RemoveEnclosingMiddleware,
        ResolveStringReferencesMiddleware,
    )

    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # it is told as a problem
    stack = [ResolveStringReferencesMiddleware(), RemoveEnclosingMiddleware()]
    return parse_string(source, parse_stack=stack).blocks


def _plain_url(written: str) -> str:
    return re.sub(r"\\([%&#_~])", r"\1", written).rstrip(".,;")


def _role(field: str, url: str) -> Role:
    by_host = role_of_host(*split_host(url))
    if field == "url":
        return by_host or "paper"
    return _ROLES.get(field) or by_host or "other"


def _named(field: str, value: str, fields: Mapping[str, "Field"]) -> str | None:
    """Return the address of an identifier that a field holds: a DOI, or an id of arXiv."""
    value = value.strip()
    if field == "doi":
        return url_of_name(value)
    if field == "eprint":
        archive = _raw(fields, "archiveprefix") or _raw(fields, "eprinttype") or "arxiv"
        bare = re.sub(r"^arxiv:\s*", "", value, flags=re.IGNORECASE)
        return url_of_name(f"arXiv:{bare}") if archive.strip().lower() == "arxiv" else None
    if field in {"journal", "note", "howpublished", "volume"} and "eprint" not in fields:
        preprint = _PREPRINT.search(value)
        return url_of_name(f"arXiv:{preprint['id']}") if preprint else None
    return None


# --- values -----------------------------------------------------------------------------------


def _raw(fields: Mapping[str, "Field"], name: str) -> str:
    return str(fields[name].value)[:_LONGEST] if name in fields else ""


def _text(fields: Mapping[str, "Field"], name: str) -> str:
    return plain_text(_raw(fields, name))


def _venue(fields: Mapping[str, "Field"], around: Mapping[str, "Field"]) -> str | None:
    venues = (_text(fields, name) for name in _VENUES)
    venue = next((one for one in venues if one and not _PREPRINT.search(one)), "")
    return venue or _text(around, "booktitle") or _text(around, "title") or None


def _year(fields: Mapping[str, "Field"]) -> int | None:
    found = _YEAR.search(f"{_raw(fields, 'year')} {_raw(fields, 'date')}")
    return int(found[0]) if found else None


def _authors(raw: str) -> str | None:
    """Return names as a list has them: "Ann Author, Bob Builder, et al."."""
    names = [_name(part) for part in re.split(r"\s+and\s+", raw) if part.strip()]
    return ", ".join(name for name in names if name) or None


def _name(raw: str) -> str:
    """Turn `Last, First` and `Last, Jr, First` round; what stands in braces is one name."""
    text = raw.strip()
    if text.lower() == "others":
        return "et al."
    parts = [plain_text(part) for part in re.split(r",(?![^{]*\})", text)]
    return " ".join(part for part in (parts[-1], *parts[:-1]) if part)


def plain_text(latex: str) -> str:
    """Return what LaTeX shows, on one line; what cannot be read loses its braces only."""
    if "\\" not in latex and "$" not in latex:
        return " ".join(_LIGATURE.sub(lambda found: _LIGATURES[found[0]], latex).split())
    escaped = re.sub(r"(?<!\\)([%&#])", r"\\\1", latex)
    try:
        text = _decoder()(escaped)
    except (RecursionError, ValueError, IndexError, TypeError):  # braces thousands deep
        text = re.sub(r"[{}]", "", latex)
    return " ".join(text.split())


_LIGATURES: Final[Mapping[str, str]] = {
    "{": "",
    "}": "",
    "~": " ",
    "---": "—",
    "--": "–",
    "``": "“",
    "''": "”",
}
_LIGATURE: Final = re.compile("---?|``|''|[{}~]")


@lru_cache(maxsize=1)
def _decoder() -> Callable[[str], str]:
    from pylatexenc.latex2text import LatexNodes2Text  # noqa: PLC0415  as above
    from pylatexenc.latexwalker import get_default_latex_context_db  # noqa: PLC0415

    logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)
    shown = LatexNodes2Text(math_mode="text", keep_comments=True)
    # The table of commands is made anew for every text where it is not handed over.
    return partial(shown.latex_to_text, latex_context=get_default_latex_context_db())
