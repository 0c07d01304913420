"""
The catalog as tables: papers, authors, links, repositories, mentions, findings.

One place decides on the columns; CSV, SQLite and Parquet write them. A cell is text, a whole
number, true or false, or empty (None). Many-to-one relations have tables of their own, so that no
cell holds a list.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pipeline.formats.exports.works import Work

Cell = str | int | bool | None
Type = Literal["string", "integer", "boolean", "date"]
"""As Frictionless Table Schema 2.0 names them."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, type and meaning; `key` columns together name a row."""

    name: str
    type: Type
    description: str
    key: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table: how one work becomes rows. Every table but `papers` points to it by `paper`."""

    name: str
    description: str
    columns: tuple[Column, ...]
    rows: Callable[[Work], Iterable[Sequence[Cell]]]


def _papers(work: Work) -> Iterator[Sequence[Cell]]:
    first = work.authors[0].whole if work.authors else None
    yield (
        work.key, work.cite, work.kind, work.title, first, work.year, _text(work.venue),
        work.published.isoformat() if work.published else None,
        work.updated.isoformat() if work.updated else None,
        _text(work.arxiv_id), _text(work.primary_category), _text(work.doi), _text(work.url),
        work.status, work.withdrawn, work.citations, _text(work.comment), _text(work.journal_ref),
        _text(work.abstract),
    )  # fmt: skip


def _authors(work: Work) -> Iterator[Sequence[Cell]]:
    for position, name in enumerate(work.authors, start=1):
        given = name.given or None
        yield work.key, position, name.whole, name.family if given else None, given


def _categories(work: Work) -> Iterator[Sequence[Cell]]:
    for category in dict.fromkeys(work.categories):
        yield work.key, category


def _links(work: Work) -> Iterator[Sequence[Cell]]:
    for link in work.links:
        for place in link.places:
            yield (
                work.key, place.list, place.line, place.column, link.url, place.role, link.verdict,
                _text(link.reason),
            )  # fmt: skip


def _repositories(work: Work) -> Iterator[Sequence[Cell]]:
    for repository in work.repositories:
        yield (
            work.key, repository.full_name, repository.url, repository.status, repository.stars,
            repository.forks, repository.license, repository.language, repository.archived,
            repository.created_at, repository.pushed_at, repository.description,
        )  # fmt: skip


def _mentions(work: Work) -> Iterator[Sequence[Cell]]:
    for number, entry in enumerate(work.mentions, start=1):
        section = " / ".join(entry.section)
        yield (
            work.key, number, entry.list, entry.line, section or None, entry.title,
            entry.name, entry.venue, entry.year, entry.added.isoformat() if entry.added else None,
        )  # fmt: skip


def _findings(work: Work) -> Iterator[Sequence[Cell]]:
    for number, finding in enumerate(work.findings, start=1):
        yield (
            work.key, number, finding.code, finding.severity, finding.message, finding.list,
            finding.line, finding.url, finding.replacement,
        )  # fmt: skip


def _text(text: str | None) -> str | None:
    return text or None


_PAPER: Final = Column("paper", "string", "Key of the work in the table papers.", key=True)
_NUMBER: Final = Column("position", "integer", "Counted from 1 within the work.", key=True)

TABLES: Final = (
    Table(
        "papers",
        "Works that the lists name, each once.",
        (
            Column("key", "string", "Name of the work, such as arxiv:2401.01234.", key=True),
            Column("cite", "string", "Citation key, as in the BibTeX export."),
            Column("kind", "string", "paper, dataset, benchmark, tool or other."),
            Column("title", "string", "The registry's title; the list's where none is known."),
            Column("first_author", "string", "Whole name of the first author."),
            Column("year", "integer", "Of the publication, else of the first version."),
            Column("venue", "string", "As a registry says, else as a list says."),
            Column("published", "date", "Day of the first version."),
            Column("updated", "date", "Day of the last version."),
            Column("arxiv", "string", "arXiv identifier without version."),
            Column("category", "string", "Primary category at arXiv."),
            Column("doi", "string", "Of the published version, else of the preprint."),
            Column("url", "string", "Page to read about it."),
            Column("status", "string", "Found, review, missing, failed or skipped."),
            Column("withdrawn", "boolean", "The authors have withdrawn it at arXiv."),
            Column("citations", "integer", "Where a source of citations is switched on."),
            Column("comment", "string", "The authors' comment at arXiv."),
            Column("journal_ref", "string", "Journal reference at arXiv."),
            Column("abstract", "string", "The abstract, on one line."),
        ),
        _papers,
    ),
    Table(
        "authors",
        "Authors of the works, in order.",
        (
            _PAPER,
            _NUMBER,
            Column("name", "string", "Whole name."),
            Column("family", "string", "Family name, where the name could be split."),
            Column("given", "string", "Given names, where the name could be split."),
        ),
        _authors,
    ),
    Table(
        "categories",
        "arXiv's categories of the works.",
        (_PAPER, Column("category", "string", "Such as cs.IR.", key=True)),
        _categories,
    ),
    Table(
        "links",
        "Links of the entries at each of their places, with their health.",
        (
            _PAPER,
            Column("list", "string", "Name of the list.", key=True),
            Column("line", "integer", "Counted from 1.", key=True),
            Column("position", "integer", "Column of the line, counted from 1.", key=True),
            Column("url", "string", "The link, percent-encoded."),
            Column("role", "string", "paper, code, project, data, video, slides, blog or other."),
            Column("verdict", "string", "Its health: alive, moved, dead and so on."),
            Column("reason", "string", "Why, in one sentence."),
        ),
        _links,
    ),
    Table(
        "repositories",
        "Repositories of the works, at GitHub, GitLab, Codeberg and Bitbucket.",
        (
            _PAPER,
            Column("full_name", "string", "owner/name, or group/subgroup/name at GitLab."),
            Column("url", "string", "Its page.", key=True),
            Column("status", "string", "found, missing, blocked, failed or skipped."),
            Column("stars", "integer", "Stars."),
            Column("forks", "integer", "Forks."),
            Column("license", "string", "SPDX identifier."),
            Column("language", "string", "Main programming language."),
            Column("archived", "boolean", "Its owner has archived it."),
            Column("created_at", "string", "ISO 8601."),
            Column("pushed_at", "string", "ISO 8601, of the last push."),
            Column("description", "string", "Its owner's words."),
        ),
        _repositories,
    ),
    Table(
        "mentions",
        "Places of the lists that name a work.",
        (
            _PAPER,
            _NUMBER,
            Column("list", "string", "Name of the list."),
            Column("line", "integer", "Counted from 1."),
            Column("section", "string", "Headings above it, the outermost first."),
            Column("title", "string", "As the list writes it."),
            Column("name", "string", "Short name that the list gives it."),
            Column("venue", "string", "As the list says."),
            Column("year", "integer", "As the list says."),
            Column("added", "date", "When it came to the list, as git knows."),
        ),
        _mentions,
    ),
    Table(
        "findings",
        "What a keeper of the list should know about an entry.",
        (
            _PAPER,
            _NUMBER,
            Column("code", "string", "A word that stays: wrong-paper, published, …."),
            Column("severity", "string", "error, warning or info."),
            Column("message", "string", "One sentence."),
            Column("list", "string", "Name of the list."),
            Column("line", "integer", "Counted from 1."),
            Column("url", "string", "The link that it is about."),
            Column("replacement", "string", "What to write instead, where that is safe."),
        ),
        _findings,
    ),
)  # fmt: skip
