"""What has changed between two results, and the events that are kept of it."""

from datetime import date
from typing import Literal, get_args

from pydantic import AwareDatetime, ConfigDict

from pipeline.records.base import Record

ChangeKind = Literal[
    "added",
    "removed",
    "identified",
    "retitled",
    "accepted",
    "published",
    "withdrawn",
    "retracted",
    "new-version",
    "link-dead",
    "link-moved",
    "link-back",
    "repository-renamed",
    "repository-archived",
    "repository-gone",
    "repository-replaced",
    "stars-jumped",
]
KINDS: tuple[ChangeKind, ...] = get_args(ChangeKind)
"""In the order in which they are told."""
OF_PAPERS: tuple[ChangeKind, ...] = (
    "retracted",
    "withdrawn",
    "retitled",
    "published",
    "accepted",
    "new-version",
    "identified",
)
"""What happens to papers, what matters most first."""


class Change(Record):
    """One thing that one result says and the one before it did not."""

    id: str
    """The same whenever the same is found again: a digest of kind, key and what is new."""
    kind: ChangeKind
    key: str
    """Of the work; of a link its address, of a repository `github:owner/name`."""
    title: str = ""
    """Of the work that it is about, or of the first that has the link or repository."""
    url: str | None = None
    """Page of the work; the link; page of the repository."""
    lists: tuple[str, ...] = ()
    """Names of the lists that it stands in."""
    section: tuple[str, ...] = ()
    """Headings above its first place, the outermost first."""
    before: str | None = None
    after: str | None = None
    """What it was and is: titles, versions, addresses, names, stars; of a withdrawal the reason."""
    successor: str | None = None
    """Page of the work that takes the place of one that was withdrawn, where a notice names it."""
    added: date | None = None
    """When its entry came to the list, as git knows."""


class Event(Change):
    """A change that a run has told: a line of `history/events.jsonl`, never changed again."""

    model_config = ConfigDict(extra="allow")

    at: AwareDatetime
    """When the run that told it began."""
    uri: str
    """Its name for feeds: `tag:…` (RFC 4151) where an authority is known, else `urn:uuid:…`."""
