"""
One flat, clean view of a paper of the catalog, which every export is made from.

Values are cleaned here once, so that no format has to; what is not known is the empty text or None.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, Literal

from pipeline.formats.escape import safe_url
from pipeline.formats.exports.names import Name, breaks_off, name_of, names_of
from pipeline.formats.exports.text import ascii_letters, clean
from pipeline.formats.exports.venues import is_journal
from pipeline.records.catalog import Finding, Paper, RepositoryPart
from pipeline.records.links import LinkHealth
from pipeline.records.lists import Entry, Role

ARXIV_DOI: Final = "10.48550/arXiv."
"""DataCite's prefix for preprints: followed by the id without version."""
_LITTLE: Final = frozenset(
    """
    a an and are as at by can do does for from how in into is it of on or the to towards via what
    when why with
    """.split()  # noqa: SIM905  one word a line would hide the table
)
"""Words of a title that no citation key is made of."""


Health = tuple[str, str]
"""Verdict of a link, and the reason in a sentence."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a link stands, and what the list takes it for there."""

    list: str
    line: int
    column: int
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkLink:
    """One link of a work, with its health and all its places."""

    url: str
    """As a browser may open it (`escape.safe_url`)."""
    verdict: str
    reason: str
    places: tuple[Place, ...]

    @property
    def role(self) -> Role:
        """What it is at its first place."""
        return self.places[0].role


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A work of the catalog, its values clean: one line each, without control characters."""

    key: str
    cite: str
    """Citation key: first author, year, first word of weight; unique within the catalog."""
    kind: str
    title: str
    authors: tuple[Name, ...]
    has_more_authors: bool
    """They are those that a list names, which breaks off (`et al.`)."""
    abstract: str
    published: date | None
    """Of the first version."""
    updated: date | None
    year: int | None
    venue: str
    """Where it was published, as a registry says, else as a list says; empty where none does."""
    is_published: bool
    """A registry knows a published version of it; a list's word alone is no proof."""
    doi: str
    """The published version's where it is known, else that of the preprint."""
    arxiv_id: str
    primary_category: str
    categories: tuple[str, ...]
    version: int | None
    comment: str
    journal_ref: str
    withdrawn: bool
    url: str
    """The page to read about it: arXiv, then DOI, then what the list links to."""
    citations: int | None
    status: str
    """Of its identification: `found`, `review`, `missing`, `failed`, `skipped`."""
    method: str
    """How it was identified: `link`, `list`, `title`; empty where it was not."""
    links: tuple[WorkLink, ...]
    repositories: tuple[RepositoryPart, ...]
    mentions: tuple[Entry, ...]
    findings: tuple[Finding, ...]
    identifiers: Mapping[str, str]

    @property
    def added(self) -> date | None:
        """The day on which the first of its mentions came to its list, as git knows."""
        return min((entry.added for entry in self.mentions if entry.added), default=None)

    @property
    def published_in(self) -> Literal["journal", "conference"] | None:
        """Where it was published, as far as a registry knows it and the venue's name tells."""
        if not (self.is_published and self.venue):
            return None
        return "journal" if is_journal(self.venue) else "conference"

    @property
    def lists(self) -> tuple[str, ...]:
        """Names of the lists that it stands in, each once."""
        return tuple(dict.fromkeys(entry.list for entry in self.mentions))


@dataclass(frozen=True, slots=True)
class Choice:
    """Which mentions are wanted: of these lists, below this heading (any case); empty: all."""

    lists: Collection[str] = ()
    section: str = ""

    def has(self, entry: Entry) -> bool:
        """Say whether a mention is wanted."""
        return self.has_any((entry.list,), entry.section)

    def has_any(self, lists: Iterable[str], section: Iterable[str]) -> bool:
        """Say whether what stands in one of these lists, below these headings, is wanted."""
        if self.lists and not any(name in self.lists for name in lists):
            return False
        wanted = clean(self.section).casefold()
        return not wanted or any(clean(one).casefold() == wanted for one in section)


EVERYTHING: Final = Choice()


def works_of(
    papers: Iterable[Paper], links: Iterable[LinkHealth] = (), choice: Choice = EVERYTHING
) -> Iterator[Work]:
    """
    Yield the works of papers, which come in the order of their keys, that have a wanted mention.

    Citation keys are given before anything is left out: a part names works as the whole does.
    Works of one author, year and word are told apart by letters in the order of their keys; the
    first has none, so that a newer work does not rename it.
    """
    health = {link.url: (link.verdict, clean(link.reason)) for link in links}
    taken: Counter[str] = Counter()
    for paper in papers:
        authors, more = _authors(paper)
        base = _citation_key(paper, authors)
        cite = base + _letters(taken[base])
        taken[base] += 1
        mentions = tuple(_clean_entry(entry) for entry in paper.mentions if choice.has(entry))
        if mentions:
            work = _work(paper, authors, mentions, cite, health)
            yield replace(work, has_more_authors=True) if more else work


def _work(
    paper: Paper,
    authors: tuple[Name, ...],
    mentions: tuple[Entry, ...],
    cite: str,
    health: Mapping[str, Health],
) -> Work:
    arxiv, version = paper.arxiv, paper.published_as
    arxiv_id = arxiv.id if arxiv else ""
    published_doi = (version.doi if version else None) or (arxiv.doi if arxiv else None)
    doi = clean(published_doi or paper.doi) or (f"{ARXIV_DOI}{arxiv_id}" if arxiv_id else "")
    return Work(
        key=paper.key,
        cite=cite,
        kind=paper.kind,
        title=clean(paper.title),
        authors=authors,
        has_more_authors=False,
        abstract=clean(paper.abstract),
        published=_day(paper.published),
        updated=_day(paper.updated),
        year=paper.year,
        venue=clean(paper.venue),
        is_published=bool(
            (version and version.venue) or published_doi or _has_official_venue(paper)
        ),
        doi=doi,
        arxiv_id=arxiv_id,
        primary_category=clean(arxiv.primary_category) if arxiv else "",
        categories=tuple(map(clean, arxiv.categories)) if arxiv else (),
        version=arxiv.version if arxiv else None,
        comment=clean(arxiv.comment) if arxiv else "",
        journal_ref=clean(arxiv.journal_ref) if arxiv else "",
        withdrawn=bool(arxiv and arxiv.withdrawn),
        url=clean(paper.url),
        citations=paper.citations,
        status=paper.resolution.status,
        method=paper.resolution.method or "",
        links=_links(mentions, health),
        repositories=tuple(
            one.model_copy(update={"description": clean(one.description) or None})
            for one in paper.repositories
        ),
        mentions=mentions,
        findings=tuple(map(_clean_finding, paper.findings)),
        identifiers=paper.identifiers,
    )


def _has_official_venue(paper: Paper) -> bool:
    return any("venue" in state.fields for state in paper.sources.values())


def _clean_entry(entry: Entry) -> Entry:
    return replace(
        entry,
        list=clean(entry.list),
        title=clean(entry.title),
        name=clean(entry.name) or None,
        section=tuple(map(clean, entry.section)),
        authors=clean(entry.authors) or None,
        venue=clean(entry.venue) or None,
        columns={clean(name): clean(text) for name, text in entry.columns.items()},
    )


def _clean_finding(finding: Finding) -> Finding:
    texts = ("message", "list", "url", "replacement")
    return finding.model_copy(
        update={name: clean(getattr(finding, name)) or None for name in texts}
    )


def _authors(paper: Paper) -> tuple[tuple[Name, ...], bool]:
    """Return the registry's authors, else those that a list names; and whether there are more."""
    if paper.authors:
        return tuple(name_of(name) for text in paper.authors if (name := clean(text))), False
    for entry in paper.mentions:
        text = clean(entry.authors)
        if names := names_of(text):
            return names, breaks_off(text)
    return (), False


def _links(mentions: Iterable[Entry], health: Mapping[str, Health]) -> tuple[WorkLink, ...]:
    """Return the links that a browser may open, each once, in the order of their first places."""
    found: dict[str, WorkLink] = {}
    for entry in mentions:
        for link in entry.links:
            url = safe_url(link.url)
            if url is None:
                continue
            place = Place(entry.list, link.line, link.column, link.role)
            if url in found:
                found[url] = replace(found[url], places=(*found[url].places, place))
                continue
            verdict, reason = health.get(link.url, ("unknown", ""))
            found[url] = WorkLink(url=url, verdict=verdict, reason=reason, places=(place,))
    return tuple(found.values())


def moment(text: str | None) -> datetime | None:
    """Read an ISO 8601 time; what is none is not known."""
    try:
        return datetime.fromisoformat(text or "")
    except ValueError:
        return None


def _day(text: str | None) -> date | None:
    """Read the day of an ISO 8601 date or time; what is none is not known."""
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def _citation_key(paper: Paper, authors: Sequence[Name]) -> str:
    """Return first author, year and first word of weight: `vaswani2017attention`."""
    author = ascii_letters(authors[0].family.split()[-1]) if authors else ""
    words = map(ascii_letters, paper.title.replace("-", " ").split())
    word = next((one for one in words if one.strip("0123456789") and one not in _LITTLE), "")
    return f"{author or 'anonymous'}{paper.year or ''}{word}"


def _letters(count: int) -> str:
    """Return the suffix of a key that `count` others have: none, `b` to `z`, `aa`, and so on."""
    text, number = "", count + 1 if count else 0
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("a") + rest) + text
    return text
