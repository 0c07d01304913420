"""What arXiv and the services of repositories are to be asked about papers and prose. Pure."""

from collections.abc import Iterable, Sequence
from typing import Final

from pipeline.records.catalog import Paper, RepositoryPart
from pipeline.records.lists import Link, ParsedList
from pipeline.works.forges import FORGES
from pipeline.works.identifiers import Identifier, identify

ASKED_SCHEMES: Final = frozenset({"arxiv", "github", *FORGES})


class Needs:
    """What is to be asked about papers: arXiv ids, and repositories (`RepositoryPart.key`)."""

    def __init__(self) -> None:
        self.shares: list[tuple[Sequence[str], Sequence[str]]] = []
        """Of each share of the papers."""
        self.linked: dict[str, dict[str, None]] = {}
        """The repositories that each list links."""
        self._ids: dict[str, None] = {}
        self._names: dict[str, None] = {}
        self._linked_ids: dict[str, None] = {}  # go behind those that the papers are known by
        self._linked_names: dict[str, None] = {}

    def new(self) -> "Needs":
        """See `Notes`."""
        return Needs()

    def note(self, number: int, paper: Paper) -> None:  # noqa: ARG002
        """See `Notes`."""
        if paper.arxiv is not None:
            self._ids[paper.arxiv.id] = None
        self._names |= dict.fromkeys(part.key for part in listed(paper))
        for entry in paper.mentions:
            for link in entry.links:
                if (key := self._note(link)) is not None:
                    self.linked.setdefault(entry.list, {})[key] = None

    def _note(self, link: Link) -> str | None:
        """Take note of a link; return the repository that it leads to."""
        subject = identify(link.url)
        if subject is None or subject.scheme not in ASKED_SCHEMES:
            return None
        if subject.scheme == "arxiv":
            self._linked_ids[subject.value] = None
            return None
        self._linked_names[key_of(subject)] = None
        return key_of(subject)

    def add(self, share: "Needs") -> None:
        """See `Notes`."""
        self.shares.append((tuple(share._all_ids()), tuple(share._all_names())))
        self._ids |= share._ids
        self._names |= share._names
        self._linked_ids |= share._linked_ids
        self._linked_names |= share._linked_names
        for name, keys in share.linked.items():
            self.linked.setdefault(name, {}).update(keys)

    def with_prose(self, lists: Iterable[ParsedList]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """
        Return all ids and repositories, each once, as first seen; those of prose come last.

        Of the papers only `shares` and `linked` are known afterwards: little is held while others
        are asked.
        """
        for parsed in lists:
            for link in parsed.other_links:
                self._note(link)
        found = tuple(self._all_ids()), tuple(self._all_names())
        for noted in (self._ids, self._names, self._linked_ids, self._linked_names):
            noted.clear()
        return found

    def _all_ids(self) -> dict[str, None]:
        return self._ids | self._linked_ids

    def _all_names(self) -> dict[str, None]:
        return self._names | self._linked_names


def key_of(subject: Identifier) -> str:
    """Return the key of a repository (`RepositoryPart.key`)."""
    return subject.value if subject.scheme == "github" else subject.key


def listed(paper: Paper) -> list[RepositoryPart]:
    """Return the repositories that lists call a paper's."""
    return [part for part in paper.repositories if part.named_by == "list"]
