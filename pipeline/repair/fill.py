"""
What the catalog knows and a list lacks, written in the list's own style. Pure.

Filled in are a missing paper link, a missing code link, and the venue of what is called a preprint
or has an empty cell for it.
A style is what the entries around have: the form of a link and its column, what stands between two,
how a venue is written. Only where one style is evident (`_SHARE`) anything is written.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, Literal, NamedTuple

from pipeline.links.ignores import is_ignored
from pipeline.markdown.entries import read_list
from pipeline.markdown.vocabulary import COLUMN_FIELDS
from pipeline.records.catalog import Paper, PublishedVersion
from pipeline.records.lists import Entry, Link, ParsedList
from pipeline.repair.proof import plan_of
from pipeline.repair.rewriting import (
    IGNORED,
    Change,
    Plan,
    Proposals,
    Source,
    as_written,
    line_starts,
    place_of,
    readable_text,
    span_of,
    with_changes,
)
from pipeline.repair.rows import cells_of, table_headers
from pipeline.repair.venues import PREPRINT, evident, short_venue, venue_style
from pipeline.works.code_links import own_code
from pipeline.works.forges import FORGE_NAMES, page_of, project
from pipeline.works.identifiers import SCHOLARLY, canonical_url, identify, of_key
from pipeline.works.repositories import repository
from pipeline.works.titles import title_key

CODE: Final = "fill"
_LONGEST_LABEL: Final = 200
_MOST_CELLS: Final = 100

Wanted = Literal["paper", "code"]


# --- what is known ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fact:
    """What the catalog knows of the work of one entry."""

    paper: str | None = None
    """Address of the paper."""
    code: str | None = None
    """Address of its repository."""
    published: PublishedVersion | None = None


Facts = Mapping[str, Mapping[int, Fact]]
"""By the key of an entry's title, then by the line where the last run saw it."""


def facts_of(papers: Iterable[Paper], name: str) -> Facts:
    """Return what is known of the entries of one list; nothing of those that are in doubt."""
    facts: dict[str, dict[int, Fact]] = defaultdict(dict)
    for paper in papers:
        doubted = {(one.list, one.line) for one in paper.findings if one.code in _DOUBTS}
        for entry in paper.mentions:
            if entry.list == name:
                doubt = (name, entry.line) in doubted or paper.resolution.status != "found"
                known = Fact() if doubt or paper.kind != "paper" else _fact(paper)
                facts[title_key(entry.title)][entry.line] = known
    return facts


def fact_about(entry: Entry, facts: Facts) -> Fact:
    """Return what is known of an entry, which may have moved to another line since."""
    known = facts.get(title_key(entry.title), {})
    alike = set(known.values())
    return known.get(entry.line) or (alike.pop() if len(alike) == 1 else Fact())


_DOUBTS: Final = frozenset({"wrong-paper", "same-title-two-ids", "same-id-two-titles"})


def _fact(paper: Paper) -> Fact:
    found = of_key(f"arxiv:{paper.arxiv.id}" if paper.arxiv is not None else paper.key)
    link = canonical_url(found) if found is not None and found.scheme in SCHOLARLY else None
    return Fact(link, code_link(paper), paper.published_as)


def code_link(paper: Paper) -> str | None:
    """
    Return the one repository that GitHub knows and an entry of the work calls its code.

    Where no entry names any, it is the one that the paper's own texts do, there or elsewhere.
    """
    alive = {
        part.key: page_of(part.service, part.full_name)
        for part in paper.repositories
        if part.status == "found" and not part.stale and not part.former_ids
    }
    foreign = {one.url for one in paper.findings if one.code == "foreign-code-link"}
    links = (link for entry in paper.mentions for link in entry.links if link.role == "code")
    linked = (repository(link.url) for link in links if link.url not in foreign)
    pages = {alive.get(found.full_name.lower()) for found in linked if found and found.is_root}
    if not pages - {None}:
        own = (link for link in own_code(paper) if link.key is not None)
        pages = {alive.get(link.key or "") if link.is_root else None for link in own}
    return pages.pop() if len(pages) == 1 else None


# --- the style of a list ----------------------------------------------------------------------


class Form(NamedTuple):
    """What stands around the address of a link: `[[code]](` and `)`."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Snippet:
    """A link as it is written, from `start` to `end` of the text, with its brackets."""

    role: str
    start: int
    end: int
    form: Form


@dataclass(frozen=True, slots=True)
class Spot:
    """Where one entry stands, and what its line holds."""

    entry: Entry
    start: int
    end: int
    snippets: tuple[Snippet, ...]
    header: tuple[str, ...] = ()
    """Of the table that it is a row of; empty for an item."""
    cells: tuple[tuple[int, int], ...] = ()

    def cell_of(self, snippet: Snippet) -> int:
        """Return the number of the cell that a link stands in; -1 outside of tables."""
        inside = (n for n, (a, b) in enumerate(self.cells) if a <= snippet.start < b)
        return next(inside, -1)


@dataclass(slots=True)
class Style:
    """How the entries of one kind write their links; each with how often."""

    forms: dict[str, Counter[tuple[int, Form]]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    """By role: the number of the cell (-1 outside of tables), and the form."""
    joins: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """First role, what stands between, second role."""


def styles_of(text: str, spots: Iterable[Spot]) -> dict[tuple[str, ...], Style]:
    """Return the style of each kind of table, by its header, and of all items (no header)."""
    styles: dict[tuple[str, ...], Style] = defaultdict(Style)
    for spot in spots:
        style = styles[spot.header]
        for snippet in spot.snippets:
            style.forms[snippet.role][spot.cell_of(snippet), snippet.form] += 1
        for one, other in pairwise(spot.snippets):
            between = text[one.end : other.start]
            told = {one.role, other.role} == {"paper", "code"}
            if told and spot.cell_of(one) == spot.cell_of(other) and _is_separator(between):
                style.joins[one.role, between, other.role] += 1
    return styles


def _is_separator(text: str) -> bool:
    return len(text) <= 12 and not re.search(r"\w|\n|\r", re.sub(r"<br\s?/?>", "", text))


def spots_of(text: str, parsed: ParsedList) -> list[Spot]:
    """Return where the entries of one line each stand."""
    starts = line_starts(text)
    headers = table_headers(text, starts)
    spots: list[Spot] = []
    for entry in parsed.entries:
        if entry.line != entry.end_line and entry.line + 1 != entry.end_line:
            continue
        begin = starts[entry.line - 1]
        end = starts[entry.line] if entry.line < len(starts) else len(text)
        if any(link.line != entry.line for link in entry.links):
            continue
        header = headers.get(entry.line, ())
        cells = tuple(cells_of(text, begin, end)) if header else ()
        if len(cells) > _MOST_CELLS:
            continue
        found = (_snippet(text, starts, link, begin, end) for link in entry.links)
        snippets = sorted(filter(None, found), key=lambda one: one.start)
        spots.append(Spot(entry, begin, end, tuple(snippets), header, cells))
    return spots


_PAIRS: Final[Mapping[str, str]] = {"[": "]", "(": ")", "【": "】", "*": "*", "_": "_", "`": "`"}


def _snippet(text: str, starts: Sequence[int], link: Link, begin: int, end: int) -> Snippet | None:
    """Return a Markdown link with its label and the brackets around; None for another kind."""
    span = span_of(text, starts, link)
    if span is None or place_of(text, *span) not in ("inline", "angle"):
        return None
    close = text.find(")", span[1], min(end, span[1] + 2))
    label = _label_start(text, text.rfind("](", begin, span[0]), begin)
    if close < 0 or label is None:
        return None
    first, last = label, close + 1
    while first > begin and last < end and _PAIRS.get(text[first - 1]) == text[last]:
        first, last = first - 1, last + 1
    return Snippet(link.role, first, last, Form(text[first : span[0]], text[span[1] : last]))


def _label_start(text: str, close: int, begin: int) -> int | None:
    """Return where the `[` of a label stands whose `]` is at `close`."""
    depth = 0
    for position in range(close, max(begin, close - _LONGEST_LABEL) - 1, -1):
        depth += (text[position] == "]") - (text[position] == "[")
        if depth == 0 and close >= 0:
            return position
    return None


# --- links ------------------------------------------------------------------------------------

_NOTHING: Final = frozenset({"", "-", "--", "—", "–", "/", "n/a", "none", "tbd", "x", "❌"})


def _link_change(text: str, spot: Spot, style: Style, role: Wanted, url: str) -> Change | str:
    form = evident(style.forms[role]) if role in style.forms else None
    address = as_written(url, "inline", "")
    if form is None or address is None:
        return f"no one form of {role} links is evident around it"
    cell, (before, after) = form
    new = f"{before}{address}{after}"
    other = "code" if role == "paper" else "paper"
    beside = [one for one in spot.snippets if one.role == other and spot.cell_of(one) == cell]
    found = _beside(spot, style, role, beside, new) if beside else _in_cell(text, spot, cell, new)
    if isinstance(found, str):
        return found
    (start, end), put = found
    return Change(start, end, put, CODE, spot.entry.line, "", url)


Put = tuple[tuple[int, int], str]
"""Which characters of the text become which others."""


def _in_cell(text: str, spot: Spot, cell: int, new: str) -> Put | str:
    """Put a link into an empty cell, whose width stays where it is wide enough."""
    if cell < 0 or cell >= len(spot.cells):
        return "the line has no link to put it next to"
    start, end = spot.cells[cell]
    held = text[start:end].strip()
    if held.lower() not in _NOTHING:
        return "its cell already has other content"
    padded = text[start:end].replace(held, new, 1) if held else f" {new} ".ljust(end - start)
    return (start, end), padded


def _beside(
    spot: Spot, style: Style, role: Wanted, beside: Sequence[Snippet], new: str
) -> Put | str:
    """Return where a link is put beside another, and with what between; or why it is not."""
    join = evident(style.joins)
    if join is None and spot.cells and not style.joins:
        join = _NEUTRAL  # a cell takes two links, and no row shows how they are set apart
    if join is None:
        return "no one way to write two links side by side is evident"
    first, between, _ = join
    if first == role:
        return (beside[0].start, beside[0].start), new + between
    return (beside[-1].end, beside[-1].end), between + new


_NEUTRAL: Final = ("paper", " ", "code")


def _lacking(entry: Entry, fact: Fact) -> Iterator[tuple[Wanted, str]]:
    roles = {link.role for link in entry.links}
    named = [found for link in entry.links if (found := identify(link.url)) is not None]
    schemes = {found.scheme for found in named}
    if entry.kind != "paper":
        return
    if fact.paper and "paper" not in roles and schemes.isdisjoint(SCHOLARLY):
        yield "paper", fact.paper
    if fact.code and "code" not in roles and schemes.isdisjoint(FORGE_NAMES):
        yield "code", fact.code


# --- venues -----------------------------------------------------------------------------------


NO_VENUE: Final = "—"
"""Stands for the venue of an entry that has none."""


def _lacks_venue(text: str, spot: Spot) -> bool:
    """Say whether an entry calls its paper a preprint, or its row leaves the venue empty."""
    venue = (spot.entry.venue or "").strip()
    cell = _venue_cell(spot)
    empty = cell is not None and text[slice(*cell)].strip().lower() in _NOTHING
    return bool(PREPRINT.fullmatch(venue)) or (not venue and empty)


def _venue_cell(spot: Spot) -> tuple[int, int] | None:
    """Return where the row of a table has its venue; None where no one column is called so."""
    columns = [n for n, head in enumerate(spot.header) if COLUMN_FIELDS.get(head) == "venue"]
    return spot.cells[columns[0]] if len(columns) == 1 and columns[0] < len(spot.cells) else None


def _venue_change(
    text: str, spot: Spot, version: PublishedVersion, style: str | None, names: Mapping[str, str]
) -> Change | str:
    if style is None:
        return "no one way to write a venue is evident"
    short = short_venue(version.venue or "")
    if short is None or version.year is None:
        return f"the catalog has no short name and year of {version.venue or version.doi}"
    year = str(version.year)
    name = names.get(short.lower(), short)
    new = style.format(name=name, year=year, short=year[-2:])
    old = spot.entry.venue or ""
    if not old and (cell := _venue_cell(spot)) is not None:
        put = _in_cell(text, spot, spot.cells.index(cell), new)
        if isinstance(put, str):
            return put
        (start, end), padded = put
        return Change(start, end, padded, CODE, spot.entry.line, NO_VENUE, new)
    found = [match.start() for match in re.finditer(re.escape(old), text[spot.start : spot.end])]
    if len(found) != 1:
        return "the venue is not written there word for word, or more than once"
    start = spot.start + found[0]
    return Change(start, start + len(old), new, CODE, spot.entry.line, old, new)


# --- all of it --------------------------------------------------------------------------------


def filled(data: bytes, name: str, papers: Iterable[Paper]) -> Plan:
    """
    Return what is added and what is left out; `ConfigurationError` for bytes without text.

    `papers`: those of the last run.
    """
    facts = facts_of(papers, name)
    if not facts:
        return Plan()

    return plan_of(
        data, name, lambda source, parsed: fill_proposals(source.shown, parsed, facts), adds_only
    )


def fill_proposals(text: str, parsed: ParsedList, facts: Facts) -> Proposals:
    """Return what is to be added to a list, each entry's first lack before the others."""
    spots = spots_of(text, parsed)
    styles = styles_of(text, spots)
    venues = venue_style(parsed.entries)
    found: list[tuple[str, int, str, Change | str]] = []
    for spot in spots:
        fact, line = fact_about(spot.entry, facts), spot.entry.line
        for what, change in _changes(text, spot, styles[spot.header], fact, venues):
            ignored = isinstance(change, Change) and is_ignored(parsed, line, CODE)
            found.append((CODE, line, what, IGNORED if ignored else change))
    return Proposals.of(found)


def _changes(
    text: str, spot: Spot, style: Style, fact: Fact, venues: tuple[str | None, Mapping[str, str]]
) -> Iterator[tuple[str, Change | str]]:
    for role, url in _lacking(spot.entry, fact):
        yield f"{role} {url}", _link_change(text, spot, style, role, url)
    version = fact.published
    if version is not None and version.venue and _lacks_venue(text, spot):
        yield f"venue {version.venue}", _venue_change(text, spot, version, *venues)


def adds_only(source: Source, parsed: ParsedList, groups: Sequence[tuple[Change, ...]]) -> bool:
    """Say whether, read again, the entries have what was added and are otherwise what they were."""
    added: dict[int, list[Change]] = defaultdict(list)
    for group in groups:
        added[group[0].line] += group
    changed = with_changes(source.text, [change for group in groups for change in group])
    after = read_list(readable_text(changed), parsed.name)
    return (
        len(after.entries) == len(parsed.entries)
        and {link.url for link in after.other_links} == {link.url for link in parsed.other_links}
        and len(after.problems) <= len(parsed.problems)
        and all(
            old == new or _is_filled(old, new, added[old.line])
            for old, new in zip(parsed.entries, after.entries, strict=True)
        )
    )


def _is_filled(old: Entry, new: Entry, changes: Sequence[Change]) -> bool:
    urls = {change.after for change in changes if not change.before}
    venue = next((change.after for change in changes if change.before), old.venue)
    links = {(link.url, link.role) for link in old.links}
    gained = {(link.url, link.role) for link in new.links} - links
    return (
        (old.line, old.title, old.name, old.section, old.kind, old.authors, old.columns)
        == (new.line, new.title, new.name, new.section, new.kind, new.authors, new.columns)
        and venue == new.venue
        and len(new.links) == len(old.links) + len(urls)
        and {url for url, _ in gained} == urls
        and all(
            role == ("code" if repository(url) or project(url) else "paper") for url, role in gained
        )
    )
