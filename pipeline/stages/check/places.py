"""Where each link stands, which are no URLs, what is left out, and what is to be asked. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from itertools import count
from typing import Final, NamedTuple

from pipeline.errors import ConfigurationError
from pipeline.links.accepts import Accepts
from pipeline.links.ignores import Ignores
from pipeline.links.local import is_local
from pipeline.links.rules import url_pattern
from pipeline.links.verdicts import Patience
from pipeline.records.catalog import Paper
from pipeline.records.links import Occurrence
from pipeline.records.lists import Link, ParsedList
from pipeline.storage.numbers import Distinct
from pipeline.storage.spool import Grouped, Keep, as_json, held
from pipeline.urls import repaired_url, request_key, url_fault


@dataclass(frozen=True)
class CheckRules:
    """
    Settings of the stage; a bad pattern in `exclude` raises `ConfigurationError`.

    An API's answer is a new one only after `api_age`, for which the cache keeps a "no such thing".
    """

    exclude: tuple[str, ...] = ()
    accepts: Accepts = field(default=Accepts())
    """What is right for single hosts though it looks wrong."""
    patience: Patience = field(default=Patience())
    api_age: timedelta = timedelta(days=1)
    quick: bool = False
    """Leave the second look at what seems to be gone to the next run."""
    outside: Callable[[str], bool] | None = None
    """Says which links are not in the sandbox; None in the real world."""

    @cached_property
    def api_patience(self) -> Patience:
        """How much it takes to call a link dead by the answers of APIs."""
        return replace(self.patience, second_look_after=self.api_age)

    def __post_init__(self) -> None:
        for text in self.exclude:
            try:
                url_pattern(text)
            except re.error as error:
                words = f"exclude: {text!r} is not a valid pattern ({error})"
                raise ConfigurationError(words) from error

    def excludes(self, url: str) -> bool:
        """Say whether the settings leave a link out."""
        return any(url_pattern(text).search(url) for text in self.exclude)


class Fault(NamedTuple):
    """Why a target is no URL, and what it plainly means."""

    words: str
    repaired: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a target stands, and what it is by itself."""

    at: Occurrence
    key: str | None = None
    """The request that it stands for, where that is another than the target as written."""
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """One distinct target of the lists, as written, before anybody is asked about it."""

    url: str
    places: tuple[Occurrence, ...]
    """Where it stands, in the order of the lists."""
    key: str | None = None
    """The request that it stands for; None where it is not to be asked."""
    left: tuple[str, str] | None = None
    """Why it is left out: the reason code, and its words."""
    fault: Fault | None = None
    """A target that is no URL has a line of its own, and so has what it plainly means."""


LINKS: Final = 1 << 24
"""Places have numbers by their paper and in it; it has fewer of them (a list is far shorter)."""


class Places:
    """Notes of papers (`storage.papers.Notes`): where their links stand, on disk by target."""

    def __init__(self) -> None:
        self._rows: list[tuple[int, str, bytes | Place]] = []
        """Of a share, before they are added to those of all papers."""

    @cached_property
    def _found(self) -> Grouped[Place]:
        return Grouped(Place)

    def new(self) -> "Places":
        """See `Notes`."""
        return Places()

    def note(self, number: int, paper: Paper) -> None:
        """See `Notes`."""
        self._rows += _numbered(number, _of_paper(paper))

    def add(self, share: "Places") -> None:
        """See `Notes`."""
        self._found.put(share._rows)

    def change(self, number: int, paper: Paper) -> None:
        """Note a paper that has taken the place of another."""
        self._found.drop(range(number * LINKS, (number + 1) * LINKS))
        self._found.put(_numbered(number, _of_paper(paper)))

    def with_lists(self, number: int, lists: Iterable[ParsedList]) -> Grouped[Place]:
        """Return all places, those of the lists' other links too, as if of a paper `number`."""
        prose = (
            place
            for parsed in lists
            for link in parsed.other_links
            for place in _places_of(link, parsed.name, None)
        )
        self._found.put(_numbered(number, prose))
        return self._found


def _numbered(
    number: int, places: Iterable[tuple[str, Place]]
) -> Iterator[tuple[int, str, bytes | Place]]:
    named = list(places)
    written = as_json(Place, [place for _, place in named])
    for (url, _), row, place in zip(named, count(number * LINKS), written, strict=False):
        yield row, url, place


def _of_paper(paper: Paper) -> Iterator[tuple[str, Place]]:
    return (
        place
        for entry in paper.mentions
        for link in entry.links
        if not is_local(link)  # it was looked for when the list was read
        for place in _places_of(link, entry.list, paper.key)
    )


def collected(
    found: Grouped[Place], rules: CheckRules, ignores: Ignores, keep: Keep = held
) -> tuple[Sequence[Target], Distinct]:
    """
    Return the targets that stand at all these places, sorted.

    With them the requests that they stand for, each once, in the order of the lists.
    """
    asked = Distinct()

    def target(url: str, first: int, found: list[Place]) -> Target:
        at = [one.at for one in found]
        places = tuple(at if len(at) == 1 else sorted(set(at), key=_position))
        fault = next((one.fault for one in reversed(found) if one.fault is not None), None)
        left = _left_out(url, places, fault, rules, ignores)
        if left is not None:
            return Target(url, places, left=left, fault=fault)
        if fault is not None:
            return Target(url, ignores.shown(places), fault=fault)
        key = found[0].key or url
        asked.add(key, first)
        return Target(url, ignores.shown(places), key=key)

    targets = keep(Target, (target(*group) for group in found.groups()))
    asked.end()
    return targets, asked


def _places_of(link: Link, list_name: str, paper: str | None) -> Iterator[tuple[str, Place]]:
    """Yield the targets that a link stands for, each with what is at fault with it."""
    at = Occurrence(list=list_name, line=link.line, column=link.column, role=link.role, paper=paper)
    words = url_fault(link.url)
    if words is None:
        yield link.url, _sound(link.url, at)
    else:
        repaired = repaired_url(link.url)
        yield link.url, Place(at, fault=Fault(words, repaired))
        if repaired is not None:
            yield repaired, _sound(repaired, at)
    if link.written is not None and link.written != link.url:
        words = url_fault(link.written) or "the parentheses contain more than an address"
        yield link.written, Place(at, fault=Fault(words, link.url))


def _sound(url: str, at: Occurrence) -> Place:
    key = request_key(url)
    return Place(at, key=None if key == url else key)


def _left_out(
    url: str, places: Sequence[Occurrence], fault: Fault | None, rules: CheckRules, ignores: Ignores
) -> tuple[str, str] | None:
    """Say of what the maintainer has ignored, and what the settings exclude, why it is left out."""
    words = ignores.reason(url, places)
    if words is not None:
        return "ignored", words
    if rules.excludes(url):
        return "excluded", ""
    if rules.outside is not None and fault is None and rules.outside(url):
        return "not-in-sandbox", ""
    return None


def _position(place: Occurrence) -> tuple[str, int, int, str, str]:
    return (place.list, place.line, place.column, place.role, place.paper or "")
