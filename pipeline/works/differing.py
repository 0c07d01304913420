"""Two results → what of them can have news: all that differs, and what is told with it. Pure."""

import re
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple, TypeVar

from pipeline.formats import jsonl
from pipeline.records.base import adapter
from pipeline.records.catalog import Paper
from pipeline.records.links import LinkHealth
from pipeline.storage.spool import as_json
from pipeline.works.changes import Result

T = TypeVar("T")

Papers = Sequence[Paper]
Links = Sequence[LinkHealth]
Visible = Callable[[Iterable[LinkHealth]], Iterable[LinkHealth]]

# In a string a quotation mark has a backslash before it, so nothing but the field looks so.
_CHECKED_AT: Final = re.compile(rb',"checked_at":(?:null|"[^"]*")')


class Unlike(NamedTuple):
    """Which records of two results are not in the other one too, by their numbers."""

    before: Sequence[int]
    after: Sequence[int]


@dataclass(frozen=True)
class Difference:
    """
    What is not the same in two results.

    Only digests are held, and what lies on disk is not read for them. That a link was checked
    again, with what came of it the same, is no difference; nor is the order.
    """

    before: tuple[Papers, Links]
    after: tuple[Papers, Links]

    @cached_property
    def papers(self) -> Unlike:
        """The papers that differ."""
        return _unlike(_digests(Paper, self.before[0]), _digests(Paper, self.after[0]))

    @cached_property
    def links(self) -> Unlike:
        """The links that differ."""
        return _unlike(_digests(LinkHealth, self.before[1]), _digests(LinkHealth, self.after[1]))

    def __bool__(self) -> bool:
        """Say whether catalog or links say something else than before."""
        lengths = zip(self.before, self.after, strict=True)
        return any(len(old) != len(new) for old, new in lengths) or any((*self.papers, *self.links))

    def told(
        self, links_told: Collection[str] = (), visible: Visible = iter
    ) -> tuple[Result, Result]:
        """
        Return both results without the papers and links of which there is nothing to tell.

        Of what is the same those papers stay that have a link which comes out otherwise, or a
        repository of a paper that differs, and the links of `links_told`. `visible` leaves out the
        links that are not to be reported.
        """
        past, links = self._links(links_told, visible)
        of_links = {place.paper for link in links for place in link.occurrences}
        sides = (
            (self.before[0], frozenset(self.papers.before)),
            (self.after[0], frozenset(self.papers.after)),
        )
        names = {name for side in sides for paper in _at(*side) for name in _names(paper)}

        def wanted(papers: Papers, unlike: frozenset[int]) -> Iterable[Paper]:
            if not (of_links or names):
                return _at(papers, unlike)
            return (
                paper
                for number, paper in enumerate(papers)
                if number in unlike or paper.key in of_links or not names.isdisjoint(_names(paper))
            )

        before, after = (list(wanted(*side)) for side in sides)
        return Result(before, past), Result(after, links)

    def _links(self, told: Collection[str], visible: Visible) -> tuple[Links, Links]:
        """Return the links of both results that come out otherwise than before, or are `told`."""

        def wanted(links: Links, unlike: Iterable[int]) -> Iterable[LinkHealth]:
            same = (one for one in links if one.url in told) if told else ()
            return {one.url: one for one in (*same, *_at(links, unlike))}.values()

        past = {one.url: one for one in wanted(self.before[1], self.links.before)}
        links = [
            one
            for one in visible(wanted(self.after[1], self.links.after))
            if one.url in past and (one.url in told or _state(one) != _state(past[one.url]))
        ]
        return [past[one.url] for one in links], links


def _at(records: Sequence[T], numbers: Iterable[int]) -> Iterator[T]:
    return map(records.__getitem__, sorted(numbers))


def _unlike(before: Sequence[int], after: Sequence[int]) -> Unlike:
    return Unlike(_not_in(after, before), _not_in(before, after))


def _not_in(others: Iterable[int], these: Iterable[int]) -> list[int]:
    """Return the places of `these` that are not among the others."""
    known = frozenset(others)
    return [number for number, one in enumerate(these) if one not in known]


def _digests(kind: type[T], records: Iterable[T]) -> "array[int]":
    lines = (_line(kind, one) for one in as_json(kind, records))
    return array("q", map(hash, lines))


def _line(kind: type[T], written: bytes | T) -> bytes:
    """Return what counts of a record; what JSON cannot hold, as it is when a file is read again."""
    if isinstance(written, bytes):
        return _CHECKED_AT.sub(b"", written) if b'"checked_at"' in written else written
    wanted: Any = kind
    again = adapter(wanted).validate_json(jsonl.to_line(written))
    return b"".join(_line(kind, line) for line in as_json(kind, [again]))


def _state(link: LinkHealth) -> tuple[str, str, str | None]:
    return link.url, link.verdict, link.final_url


def _names(paper: Paper) -> Iterable[str]:
    for part in paper.repositories:
        yield part.full_name.lower()
        if part.renamed_from:
            yield part.renamed_from.lower()
