"""From blocks to entries: every unit is a unit, and all are judged at the end."""

import re
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

import pyromark

from pipeline.codes import codes_of
from pipeline.markdown.accounting import (
    BARE_LABEL,
    BARE_LINE,
    EXTRA_CELL,
    LINKED_TITLE,
    bare_labels,
    lost_lines,
)
from pipeline.markdown.comments import ignored_lines
from pipeline.markdown.decode import repair
from pipeline.markdown.families import Votes, settle
from pipeline.markdown.fields import read_month, read_text
from pipeline.markdown.judge import (
    evidence_of_piece,
    evidence_of_row,
    is_aside,
    is_lost,
    is_unread,
    verdict,
)
from pipeline.markdown.links import (
    HEADING,
    PLACEHOLDER,
    RELATIVE_FILE,
    Lines,
    image_kind,
    is_web,
    target_of,
    target_offset,
    unchecked_kind,
    with_line_feeds,
    without_front_matter,
)
from pipeline.markdown.marks import (
    LINK,
    LINK_END,
    MARKS,
    Anchor,
    Piece,
    plain,
    unstyled,
    without_forged_marks,
)
from pipeline.markdown.phrases import is_venue, without_checks, year_in
from pipeline.markdown.reader import read_blocks
from pipeline.markdown.reading import Reading, Unit
from pipeline.markdown.roles import (
    badge_venue,
    host_is_paper,
    is_label,
    label_of,
    role,
    role_of_label,
    roles_of_leads,
)
from pipeline.markdown.sections import data_kind, is_soft
from pipeline.markdown.siblings import Shares, is_linked_title
from pipeline.markdown.tables import Columns
from pipeline.markdown.units import Units
from pipeline.records.lists import Entry, Kind, Link, ParsedList, Problem, Role
from pipeline.records.memory import collector_paused
from pipeline.works.named import identifiers_in
from pipeline.works.placeholders import is_placeholder

_REFERENCE = re.compile(rf"\[([^\[\]()\n\r{MARKS}]{{1,40}})\]\[([\w.:/-]{{1,60}})\]")
_NAMING = ("10.", "rxiv", "abs/", "pm")
_MAY_NAME = re.compile(r"10\.\d{4}|rxiv|abs/\d|pmc?i?d|pmc\d")
_LINK_TEXT = re.compile(rf"{LINK}[^{LINK_END}]*+{LINK_END}")
_MAX_UNDEFINED = 20
_UNSURE = frozenset({"linkless", "cited", "soft"})
_AS_AT_GITHUB = "https://github.com/-/-/blob/HEAD/"
"""What makes an address of a relative file, which tells its role."""
_LOST = "This line stands among entries, and has addresses of mail for links."
_UNREAD = "This line links to a paper, but no title could be read in it."


def read_list(text: str, name: str) -> ParsedList:
    """Read a whole list."""
    with collector_paused():
        reader = ListReader(text, name)
        reader.read()
        return reader.result()


class ListReader:
    """Reads the units of one list, judges them, and accounts for every link."""

    def __init__(self, text: str, name: str) -> None:
        self.text = without_front_matter(with_line_feeds(without_forged_marks(text)))
        self.name = name
        self.source = self.text.encode()
        self.lines = Lines(self.source)
        self.units: list[Unit] = []
        self.other: list[Link] = []
        self.broken: list[Link] = []
        self.empty: list[Link] = []
        """Links without an address, of entries or not: none can be meant."""
        self.unchecked: dict[int, str] = {}
        """Offsets of targets that no request can check, and what they are."""
        self.images: list[str] = []
        self.local: dict[int, Link] = {}
        """Files and headings of the list's own repository, by the offset of their target."""
        self.extra: dict[int, int] = {}
        """How many cells stand beyond the head of their table, by the offset of their row."""
        self.problems: list[Problem] = []
        self.votes: dict[Hashable, Votes] = {}
        """How the families voted on the place of their titles; for whoever asks why."""

    def read(self) -> None:
        """Read the units of the list, and what speaks for each; how it came so is in `votes`."""
        definitions: dict[str, Any] = {}
        if "]:" in self.text:
            definitions = pyromark.reference_definitions(self.text)
        units = Units(self.source)
        self.units = units.read(read_blocks(self.text, definitions, self.images))
        for unit in self.units:
            if unit.shape != "row":
                unit.reading = read_text(unit.text)
        self.votes = settle(self.units)
        for unit in self.units:
            unit.titles, unit.reading.slots = (), []  # its family has voted
            self._judge(unit, units.columns.get(unit.place))
        self.other += self._links(units.loose)
        self.extra = units.extra
        if definitions:
            self._read_definitions(definitions)

    def result(self) -> ParsedList:
        """Make the units entries that present works; each is let go then, for they are large."""
        ignored = ignored_lines(self.text, self.source, self.lines.line)
        whole = {line for line, words in ignored.items() if not codes_of(words)}
        kinds = self._kinds()
        unread = self._unread(kinds, whole)
        entries = tuple(self._entries(kinds))
        told = {(link.line, link.column) for link in self.broken}
        self.broken += (one for one in self.empty if (one.line, one.column) not in told)
        self.other.sort(key=lambda link: (link.line, link.column))
        return ParsedList(
            name=self.name,
            entries=entries,
            other_links=tuple(self.other),
            broken=tuple(one for one in self.broken if one.line not in whole),
            problems=tuple(
                one
                for one in self.problems
                if one.line not in whole and one.code not in codes_of(ignored.get(one.line, ""))
            ),
            ignored=ignored,
            local=tuple(link for _, link in sorted(self.local.items())),
            unchecked=dict(sorted(self._unchecked().items())),
            unread=unread,
        )

    def _unchecked(self) -> Counter[str]:
        """Count what no request checks, by kind; what an entry has in place of a link is broken."""
        told = {(link.line, link.column) for link in self.broken}
        kinds = [
            kind
            for place, kind in self.unchecked.items()
            if kind != PLACEHOLDER or self.lines.place(place) not in told
        ]
        return Counter([*kinds, *map(image_kind, self.images)])

    def _unread(
        self, kinds: Sequence[Kind | None], ignored: set[int]
    ) -> dict[str, tuple[int, ...]]:
        """Return the lines of what stands among entries and led to nothing, by kind."""
        entries = [unit for unit, kind in zip(self.units, kinds, strict=True) if kind]
        lost = lost_lines(self.units, set(map(id, entries)))
        found = [(BARE_LINE, unit.start) for unit in lost if not unit.anchors]
        titled = (unit for unit in lost if is_linked_title(unit) and not is_soft(unit.section))
        found += [(LINKED_TITLE, unit.start) for unit in titled]
        for unit, label in bare_labels(entries):
            place = self.source.find(f"[{label}]".encode(), unit.start, unit.end)
            found.append((BARE_LABEL, unit.start if place < 0 else place))
        found += [(EXTRA_CELL, place) for place, count in self.extra.items() for _ in range(count)]
        lines: dict[str, list[int]] = {}
        for kind, place in sorted(found):
            if (line := self.lines.line(place)) not in ignored:
                lines.setdefault(kind, []).append(line)
        return {kind: tuple(places) for kind, places in lines.items()}

    def _read_definitions(self, definitions: dict[str, Any]) -> None:
        """Keep the targets of reference definitions that no text uses."""
        links = [link for unit in self.units for link in unit.links]
        used = {(link.line, link.url) for link in [*self.other, *links]}
        spans = [
            (one["dest"], one["span"]["start"], one["span"]["end"]) for one in definitions.values()
        ]
        kept = self._links([Anchor(*span) for span in spans])
        self.other += (link for link in kept if (link.line, link.url) not in used)

    # --- units ------------------------------------------------------------------------------

    def _judge(self, unit: Unit, columns: Columns | None) -> None:
        """Find the links of a unit, and what speaks for it."""
        reading, anchors = unit.reading, unit.anchors
        if columns is None:
            data, leads = data_kind(unit.section) is not None, roles_of_leads(unit.text)
            unit.links = self._links(anchors, reading.title_anchor, leads, data=data)
            if not unit.links and not reading.title:
                return
            unit.evidence, unit.paper_marked = evidence_of_piece(unit)
            if unit.nested and (unit.evidence in _UNSURE or is_aside(unit)):
                unit.evidence = "none"
            unit.broken = [*self._broken(anchors), *self._undefined(unit)]
            _read_badge_venue(reading, anchors)
            return
        _read_badge_venue(reading, anchors)
        data = unit.named_only
        unit.links = self._links(anchors, reading.title_anchor, unit.link_roles, data=data)
        unit.link_roles = ()
        unit.evidence, unit.paper_marked = evidence_of_row(unit, columns)
        unit.broken = self._broken(anchors)
        if data:
            header = " ".join(columns.headers).lower()
            benchmark = "benchmark" in header or data_kind(unit.section) == "benchmark"
            unit.kind = "benchmark" if benchmark else "dataset"

    def _links(
        self,
        anchors: list[Anchor],
        title: int = -1,
        columns: Sequence[Role | None] = (),
        *,
        data: bool = False,
    ) -> list[Link]:
        """Return the web links of anchors; `title` is the place of the one that is the title."""
        found: list[Link] = []
        for index, anchor in enumerate(anchors):
            url = target_of(anchor)
            kind = unchecked_kind(url)
            if kind is None and not is_web(url):
                self.unchecked[target_offset(anchor, self.source)] = PLACEHOLDER
                if not url.strip():
                    self.empty.append(self._broken_link(anchor, None))
                continue
            address = f"{_AS_AT_GITHUB}{url.partition('#')[0]}" if kind else url
            column = columns[index] if columns else None
            named = role(anchor, address, column=column, title=index == title, data=data)
            if kind:
                self._keep_unasked(anchor, url, kind, named)
            else:
                found.append(self._link(anchor, url, named))
        return found

    def _keep_unasked(self, anchor: Anchor, url: str, kind: str, named: Role) -> None:
        """Keep a target that no request can check; a file or heading with its place."""
        place = target_offset(anchor, self.source)
        self.unchecked[place] = kind
        if kind in {HEADING, RELATIVE_FILE}:
            self.local.setdefault(place, self._link(anchor, url, named))

    def _link(self, anchor: Anchor, url: str, link_role: Role) -> Link:
        line, column = self.lines.place(target_offset(anchor, self.source))
        written = anchor.written or (anchor.url if url != anchor.url else None)
        # Blanks are allowed in `<…>` (CommonMark 6.3), and `www.…` is a link (GFM 6.9).
        if written and written in (url.replace("%20", " "), url.removeprefix("http://")):
            written = None
        return Link(url=url, role=link_role, line=line, column=column, written=written)

    def _broken(self, anchors: list[Anchor]) -> list[Link]:
        """Return what is no link: placeholders, mail for a paper, torn Markdown."""
        found: list[Link] = []
        for anchor in anchors:
            mail = anchor.url[:7].lower() == "mailto:"
            labelled = mail and role_of_label(label_of(anchor)) in {"paper", "code", "data"}
            kept_free = not is_web(anchor.url) and is_placeholder(anchor.url)
            if anchor.torn or labelled or kept_free:
                found.append(self._broken_link(anchor, anchor.torn or None))
        return found

    def _undefined(self, piece: Piece) -> Iterator[Link]:
        """Yield references that the list does not define: Markdown leaves them as text."""
        if "][" not in piece.text:
            return
        start = piece.start
        for match in islice(_REFERENCE.finditer(piece.text), _MAX_UNDEFINED):
            label, name = match.groups()
            written = match[0].encode()
            place = self.source.find(written, start, piece.end)
            if place < 0 or role_of_label(label) is None or is_label(name) or is_venue(name):
                continue
            start = place + len(written)
            yield self._broken_link(Anchor("", place, start, exact=True), match[0])

    def _broken_link(self, anchor: Anchor, written: str | None) -> Link:
        line, column = self.lines.place(target_offset(anchor, self.source))
        url = target_of(anchor)
        return Link(url=url, line=line, column=column, written=written)

    # --- the end ----------------------------------------------------------------------------

    def _kinds(self) -> list[Kind | None]:
        """Decide what each unit is; the links of one that presents no work are other links."""
        shares = Shares(self.units)
        kinds = [verdict(unit, shares) for unit in self.units]
        for unit, kind in zip(self.units, kinds, strict=True):
            if kind is not None:
                self.broken.extend(unit.broken)
                continue
            self.other.extend(unit.links)
            lost = is_lost(unit, shares)
            if lost or is_unread(unit):
                message = _LOST if lost else _UNREAD
                line = self._line_of_links(unit)
                self.problems.append(
                    Problem(list=self.name, line=line, code="unread-entry", message=message)
                )
        return kinds

    def _entries(self, kinds: list[Kind | None]) -> Iterator[Entry]:
        """Yield the entries, and let the units go."""
        self.units.reverse()
        for kind in kinds:
            unit = self.units.pop()
            if kind is not None:
                yield self._entry(unit, kind)

    def _line_of_links(self, unit: Unit) -> int:
        """Return where a candidate's first link stands; one by reference stands elsewhere."""
        first, last = self.lines.line(unit.start), self.lines.line(unit.end)
        lines = (link.line for link in unit.links if first <= link.line <= last)
        return min(lines, default=first)

    def _entry(self, unit: Unit, kind: Kind) -> Entry:
        reading = unit.reading
        read_month(reading, (link.url for link in unit.links))
        links = [*unit.links, *self._files_of(unit)]
        return Entry(
            list=self.name,
            line=self.lines.line(unit.start),
            end_line=self.lines.line(max(unit.start, unit.end - 1)),
            title=repair(reading.title),
            name=_optional(reading.name),
            section=unit.section,
            authors=_optional(reading.authors),
            venue=_optional(reading.venue),
            year=reading.year,
            links=_distinct(links if kind == "paper" else _as_resource(links)),
            columns=unit.columns,
            kind=kind,
            named=_named(unit.text),
        )

    def _files_of(self, unit: Unit) -> list[Link]:
        """Take out the files of the repository that an entry links; headings are of no entry."""
        found: dict[str, Link] = {}
        for anchor in unit.anchors if self.local else ():
            url = target_of(anchor)
            if unchecked_kind(url) == RELATIVE_FILE and url not in found:
                link = self.local.pop(target_offset(anchor, self.source), None)
                if link is not None:
                    found[url] = link
        return list(found.values())


def _read_badge_venue(reading: Reading, anchors: list[Anchor]) -> None:
    """Take the venue from a badge that names it: "Conference | NeurIPS'23"."""
    if reading.venue is not None:
        return
    for anchor in anchors:
        if venue := badge_venue(anchor.image):
            reading.venue, reading.year = venue, year_in(venue)
            return


def _named(text: str) -> tuple[str, ...]:
    """Return the identifiers that an entry names in words, not in the text of its links."""
    lowered = text.lower()
    if not any(map(lowered.__contains__, _NAMING)):
        return ()
    text = _LINK_TEXT.sub(",", text)
    if _MAY_NAME.search(text.lower()) is None:
        return ()
    return tuple(one.key for one in identifiers_in(unstyled(text)))


def _optional(text: str | None) -> str | None:
    return (without_checks(repair(plain(text))) or None) if text else None


def _as_resource(links: list[Link]) -> list[Link]:
    """Take back the role `paper` that the title's link of software got for want of a better."""
    return [
        replace(link, role="project")
        if link.role == "paper" and not host_is_paper(link.url)
        else link
        for link in links
    ]


def _distinct(links: list[Link]) -> tuple[Link, ...]:
    """Return links without those whose URL came before."""
    found: dict[str, Link] = {}
    for link in links:
        found.setdefault(link.url, link)
    return tuple(found.values())
