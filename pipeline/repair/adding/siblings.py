"""The entries of a list as models: where each stands, and what they have in common. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from pipeline.records.lists import Entry, ParsedList
from pipeline.repair.adding.dates import without_years
from pipeline.repair.adding.names import AuthorStyle, author_style
from pipeline.repair.rows import cells_of, table_headers
from pipeline.repair.venues import PREPRINT
from pipeline.works.identifiers import SCHOLARLY, Identifier, identify


@dataclass(frozen=True, slots=True)
class Sibling:
    """One entry that stands alone on its lines."""

    entry: Entry
    start: int
    """Of its first line, in characters."""
    end: int
    """Behind its last character, before the line's end."""
    text: str
    header: tuple[str, ...] = ()
    """Of the table that it is a row of; empty for others."""
    cells: tuple[tuple[int, int], ...] = ()
    """Of a row, in `text`."""

    @property
    def family(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What siblings have in common: section and table."""
        return self.entry.section, self.header

    @property
    def authors(self) -> str | None:
        """The authors; a reader may take `Author et al., ICML 2020` for a venue."""
        told = _AUTHORS_FIRST.match(self.entry.venue or "")
        return self.entry.authors or (told["authors"] if told else None)

    @property
    def venue(self) -> str | None:
        """The venue without authors before it."""
        told = None if self.entry.authors else _AUTHORS_FIRST.match(self.entry.venue or "")
        return told["venue"] if told else self.entry.venue

    @property
    def is_preprint(self) -> bool:
        """Whether the entry says that its work is not published yet."""
        return PREPRINT.match(self.venue or "") is not None

    @property
    def last_line(self) -> int:
        """The line of its end."""
        return self.entry.line + len(re.findall(r"\r\n|\r|\n", self.text))


_AUTHORS_FIRST: Final = re.compile(r"(?P<authors>.{2,60}? et\.? ?al\.?)[,;.:]? *(?P<venue>.*)")


def siblings_of(text: str, starts: Sequence[int], parsed: ParsedList) -> list[Sibling]:
    """Return the entries that have their lines for themselves, in the order of the text."""
    headers = table_headers(text, starts)
    entries = sorted(parsed.entries, key=lambda one: (one.line, one.end_line))
    lines = Counter(line for one in entries for line in {one.line, *_inner(one)})
    found: list[Sibling] = []
    for entry in entries:
        own = range(entry.line, min(entry.end_line, entry.line + _MOST_LINES) + 1)
        if any(lines[line] > 1 for line in own) or entry.stale:
            continue
        header = headers.get(entry.line, ())
        last = entry.line if header else own[-1]
        end = starts[last] if last < len(starts) else len(text)
        start = starts[entry.line - 1]
        chunk = text[start:end].rstrip("\r\n \t") if not header else text[start:end].rstrip("\r\n")
        if chunk.lstrip().startswith("<") and not header:
            chunk = text[start : _closed(text, start, start + len(chunk))]
        cells = tuple(cells_of(chunk, 0, len(chunk))) if header else ()
        found.append(Sibling(entry, start, start + len(chunk), chunk, header, cells))
    return found


_MOST_LINES: Final = 60
_TAG: Final = re.compile(
    r"<(?P<end>/?)(?P<name>li|p|tr|td|dt|dd|div|details)\b[^<>]*>", re.IGNORECASE
)
_MOST_TAGS: Final = 200
_CLOSER: Final = re.compile(r"\s*</(?P<name>[a-z]+)\s*>", re.IGNORECASE)
_NOTHING_ELSE: Final = re.compile(r"(?:[ \t]*</[a-z]+>)*[ \t]*(?:[\r\n]|\Z)", re.IGNORECASE)


def _closed(text: str, start: int, end: int) -> int:
    """Return the end of an entry in HTML, with the tags behind it that close what it opens."""
    opened: list[str] = []
    for tag in islice(_TAG.finditer(text, start, end), _MOST_TAGS):
        name = tag["name"].lower()
        if not tag["end"]:
            opened.append(name)
        elif name in opened:
            del opened[_last(opened, name) :]
    while opened and (closer := _CLOSER.match(text, end)) is not None:
        name = closer["name"].lower()
        if name not in opened or not _NOTHING_ELSE.match(text, closer.end()):
            break
        del opened[_last(opened, name) :]
        end = closer.end()
    return end


def _last(names: Sequence[str], name: str) -> int:
    return len(names) - 1 - list(reversed(names)).index(name)


def _inner(entry: Entry) -> Iterator[int]:
    yield from range(entry.line + 1, min(entry.end_line, entry.line + _MOST_LINES) + 1)


# --- what they have in common -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Habits:
    """How a list writes what many of its entries have."""

    addresses: Mapping[str, str] = field(default_factory=dict)
    """By scheme: the address of a paper, with `{}` for its identifier."""
    authors: AuthorStyle | None = None
    venues: Mapping[str, str] = field(default_factory=dict)
    """The list's spelling of each venue, by the same in lower case."""
    preprint: str = "arXiv"
    """What it writes for a venue where there is none yet."""


def habits_of(near: Sequence[Sibling], everything: Iterable[Sibling]) -> Habits:
    """Return the habits of a list; those of a section, `near`, count where it shows any."""
    kin = list(everything)
    addresses = {**_addresses(kin), **_addresses(near)}
    style = author_style(one.authors or "" for one in near)
    names = Counter(name for one in kin if (name := without_years(one.venue or "")))
    spelt: dict[str, str] = {}
    for name, _ in names.most_common():
        spelt.setdefault(name.lower(), name)
    preprints = Counter(without_years(one.venue or "") for one in kin if one.is_preprint)
    preprints.pop("", None)
    return Habits(
        addresses=addresses,
        authors=style or author_style(one.authors or "" for one in kin),
        venues=spelt,
        preprint=preprints.most_common(1)[0][0] if preprints else "arXiv",
    )


def _addresses(siblings: Iterable[Sibling]) -> dict[str, str]:
    """Return the commonest form of a paper's address, by scheme."""
    counts: dict[str, Counter[str]] = {}
    links = (link for one in siblings for link in one.entry.links)
    for link in (link for link in links if link.role == "paper"):
        found = identify(link.url)
        form = address_form(link.url, found) if found is not None else None
        if found is not None and form is not None:
            counts.setdefault(found.scheme, Counter())[form] += 1
    return {scheme: count.most_common(1)[0][0] for scheme, count in counts.items()}


_END: Final = re.compile(r"(?:v\d{1,2})?(?P<rest>(?:\.pdf)?/?)\Z", re.ASCII)


def address_form(url: str, found: Identifier) -> str | None:
    """
    Return an address with `{}` for the identifier at its end; None where it names more than that.

    A version is left out: it is that of one work.
    """
    place = url.lower().rfind(found.value.lower())
    rest = _END.fullmatch(url, place + len(found.value)) if place > 0 else None
    if found.scheme not in SCHOLARLY or rest is None or "{" in url or "}" in url:
        return None
    before = url[:place]
    if any(char.isdigit() for char in before.partition("://")[2]) and found.scheme == "arxiv":
        return None if "10.48550" not in before else f"{before}{{}}"
    return f"{before}{{}}{rest['rest']}"
