"""Where each link stands, which are no URLs, what is left out, and what is to be asked. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from typing import NamedTuple

from pipeline.errors import ConfigurationError
from pipeline.links.accepts import Accepts
from pipeline.links.ignores import Ignores
from pipeline.links.local import is_local
from pipeline.links.rules import url_pattern
from pipeline.links.verdicts import Patience
from pipeline.records.catalog import Paper
from pipeline.records.links import Occurrence
from pipeline.records.lists import Link, ParsedList
from pipeline.storage.papers import Note
from pipeline.storage.spool import Grouped, Keep, held
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


def collected(
    papers: Iterable[Paper],
    lists: Iterable[ParsedList],
    rules: CheckRules,
    ignores: Ignores,
    keep: Keep = held,
    *,
    note: Note | None = None,
) -> tuple[Sequence[Target], list[str]]:
    """
    Return the targets of the papers' mentions and of the lists' other links, sorted.

    With them the requests that they stand for, each once, in the order of the lists. `note` is told
    of each paper, which may lie on disk, while it is at hand.
    """
    faults: dict[str, Fault] = {}
    asked: list[tuple[int, str]] = []
    found = Grouped(
        Occurrence,
        (
            place
            for link, list_name, paper in _all_links(papers, lists, note)
            for place in _places_of(link, list_name, paper, faults)
        ),
    )

    def target(url: str, first: int, occurrences: list[Occurrence]) -> Target:
        fault = faults.get(url)
        one = len(occurrences) == 1
        places = tuple(occurrences if one else sorted(set(occurrences), key=_position))
        left = _left_out(url, places, fault, rules, ignores)
        if left is not None:
            return Target(url, places, left=left, fault=fault)
        if fault is not None:
            return Target(url, ignores.shown(places), fault=fault)
        key = request_key(url)
        asked.append((first, key))
        return Target(url, ignores.shown(places), key=key)

    targets = keep(Target, (target(*group) for group in found.groups()))
    asked.sort()
    return targets, list(dict.fromkeys(key for _, key in asked))


def _places_of(
    link: Link, list_name: str, paper: str | None, faults: dict[str, Fault]
) -> Iterator[tuple[str, Occurrence]]:
    """Yield the targets that a link stands for, and note what is at fault with them."""
    place = Occurrence(
        list=list_name, line=link.line, column=link.column, role=link.role, paper=paper
    )
    yield link.url, place
    if link.written is not None and link.written != link.url:
        words = url_fault(link.written) or "the parentheses contain more than an address"
        faults[link.written] = Fault(words, link.url)
        yield link.written, place
    if (words_of_url := url_fault(link.url)) is not None:
        repaired = repaired_url(link.url)
        faults[link.url] = Fault(words_of_url, repaired)
        if repaired is not None:
            yield repaired, place


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


def _all_links(
    papers: Iterable[Paper], lists: Iterable[ParsedList], note: Note | None
) -> Iterator[tuple[Link, str, str | None]]:
    """Yield every link with its list and the key of the paper whose entry holds it."""
    for number, paper in enumerate(papers):
        if note is not None:
            note(number, paper)
        for entry in paper.mentions:
            for link in entry.links:
                if not is_local(link):  # it was looked for when the list was read
                    yield link, entry.list, paper.key
    for parsed in lists:
        for link in parsed.other_links:
            yield link, parsed.name, None


def _position(place: Occurrence) -> tuple[str, int, int, str, str]:
    return (place.list, place.line, place.column, place.role, place.paper or "")
