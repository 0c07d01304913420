"""What a list says: links, entries, problems."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Self

from pydantic import Field

from pipeline.records.base import Record, light

MAX_REASON = 200
"""Characters of a reason that a list gives for a line to be left alone."""


Role = Literal["paper", "code", "project", "data", "video", "slides", "blog", "other"]
Kind = Literal["paper", "dataset", "benchmark", "tool", "other"]


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """
    One link at one place of a list: http(s), or a file or heading of the list's own repository.

    `url` is the target as written, with HTML entities decoded and nothing else changed. Where the
    list wrote something that is no URL but plainly means one (`((http://…))`), `url` is the
    repaired target and `written` is what stood there; so it is with a file (`papers/codd.pdf`) of a
    list from GitHub, whose `url` is its address at the commit that was read.
    """

    url: str
    role: Role = "other"
    line: int
    """Counted from 1."""
    column: int
    """Of the target's first character, counted from 1 in characters of the line as decoded."""
    written: str | None = None


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A paper, data set, benchmark or tool that a list presents: one mention of a work."""

    list: str
    line: int
    end_line: int
    title: str
    name: str | None = None
    section: tuple[str, ...] = ()
    authors: str | None = None
    venue: str | None = None
    year: int | None = None
    links: tuple[Link, ...] = ()
    columns: dict[str, str] = field(default_factory=dict)
    """What a table says beside the known columns: header to cell text."""
    kind: Kind = "paper"
    stale: bool = False
    """True where the list could not be read in this run and the last known entry is kept."""
    named: tuple[str, ...] = ()
    """Keys of the identifiers that the entry's words name: `doi:10.1145/…`, `pmid:123`."""
    added: date | None = None
    """When its line came to the list, as git knows; None where git cannot tell."""


class Problem(Record):
    """A line that looks like an entry and could not be read, or a fault of the list's text."""

    list: str
    line: int
    code: Literal["unread-entry", "no-item", "encoding", "no-entries", "badly-read"]
    message: str


@dataclass(frozen=True, slots=True)
class Outline:
    """What fragments can point at in a Markdown file."""

    headings: tuple[str, ...]
    """The text of each, as a reader sees it, in order."""
    names: tuple[str, ...] = ()
    """The `id`s and `name`s of its HTML."""


class Lacking(Record):
    """A file or heading that a link of the list names and that its repository does not have."""

    code: Literal["file-missing", "heading-missing"]
    message: str
    line: int
    column: int
    url: str
    """As written."""
    replacement: str | None = None
    """The target that is probably meant, as it would be written."""
    certain: bool = False
    """Whether nothing else can be meant, so that a machine may write it."""


class Torn(Record):
    """A web link of the list that Markdown shows as text, or takes for more than it is."""

    message: str
    """Which bracket is missing, in a sentence."""
    line: int
    column: int
    url: str
    """As written."""


class ParsedList(Record):
    """One list, parsed: its entries, its links that belong to no entry, and what was unclear."""

    name: str
    entries: tuple[Entry, ...]
    other_links: tuple[Link, ...] = ()
    """Links of prose, tables of contents, related lists: checked, but of no entry."""
    local: tuple[Link, ...] = ()
    """Files and headings of the list's own repository that are linked outside of entries."""
    lacking: tuple[Lacking, ...] = ()
    """Which of those, and of the files that entries link, are not there; see `stages.local`."""
    found: dict[str, int] = Field(default_factory=dict)
    """How many of them are there, by kind: `relative file`, `heading`."""
    missing: dict[str, int] = Field(default_factory=dict)
    """How many are not."""
    broken: tuple[Link, ...] = ()
    """
    What stands in an entry for a link and is none: `[paper](TODO)`, `[paper][nowhere]`. Not asked.

    `url` is the target, empty where there is none; `written` the Markdown where that is at fault.
    """
    torn: tuple[Torn, ...] = ()
    """Links that lack a bracket; they are among the links too, and are asked."""
    problems: tuple[Problem, ...] = ()
    unchecked: dict[str, int] = Field(default_factory=dict)
    """How many targets are not checked, by kind: `image`, `mail address`, `relative file`, …"""
    unread: dict[str, tuple[int, ...]] = Field(default_factory=dict)
    """
    The lines, once for each case, of what stands among entries and led to nothing, by kind.

    `line without a link`, `title without an entry`, `label without a link`,
    `cell beyond the header`.
    """
    ignored: dict[int, str] = Field(default_factory=dict)
    """Lines with the comment `<!-- pipeline:ignore -->`, with the reason that it gives, or none."""

    def with_problems(self, *more: Problem) -> Self:
        """Return the same list with further problems, in front where they are about its bytes."""
        first = [one for one in more if one.code == "encoding"]
        last = [one for one in more if one.code != "encoding"]
        problems = (*first, *self.problems, *last)
        return self.model_copy(update={"problems": problems}) if more else self

    def all_links(self) -> Iterator[Link]:
        """Yield the links of the entries, then those of no entry, files and headings last."""
        for entry in self.entries:
            yield from entry.links
        yield from self.other_links
        yield from self.local
