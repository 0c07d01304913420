"""Works that a list may be missing, and what speaks for them."""

from pipeline.records.base import Record


class Place(Record):
    """One entry of a list that speaks for a work."""

    list: str
    line: int
    title: str


class Suggestion(Record):
    """A work that a list does not have. Nobody inserts it but a person."""

    list: str
    """The list that lacks it."""
    key: str
    """`arxiv:…`, `doi:…`, another key of the catalog, or `openalex:W…` where it has no other."""
    title: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    url: str | None = None
    citations: int | None = None
    """How often it is cited by anybody, where that is known."""
    cited_by: tuple[Place, ...] = ()
    """Entries of the list whose papers cite it."""
    in_lists: tuple[Place, ...] = ()
    """Entries of the run's other lists that are it."""
