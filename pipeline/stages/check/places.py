"""Where each link stands, which are no URLs, what is left out, and what is to be asked. Pure."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
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


@dataclass
class Places:
    """The distinct targets of all lists."""

    of: dict[str, tuple[Occurrence, ...]] = field(default_factory=dict)
    """Target as written to every place where it stands, in the order of the lists."""
    malformed: dict[str, Fault] = field(default_factory=dict)
    """A target that is none has a line of its own, and so has what it plainly means."""
    left: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Targets that are not to be asked, with the reason code and the words of why."""
    key_of: dict[str, str] = field(default_factory=dict)
    """Target to the request that it stands for; only of those that are to be asked."""


def collected(
    papers: Iterable[Paper], lists: Iterable[ParsedList], rules: CheckRules, ignores: Ignores
) -> Places:
    """Return the targets of the papers' mentions and of the lists' other links."""
    found: dict[str, list[Occurrence]] = defaultdict(list)
    malformed: dict[str, Fault] = {}
    for link, list_name, paper in _all_links(papers, lists):
        place = Occurrence(
            list=list_name, line=link.line, column=link.column, role=link.role, paper=paper
        )
        found[link.url].append(place)
        if link.written is not None and link.written != link.url:
            words = url_fault(link.written) or "the parentheses contain more than an address"
            malformed[link.written] = Fault(words, link.url)
            found[link.written].append(place)
        if (words_of_url := url_fault(link.url)) is not None:
            repaired = repaired_url(link.url)
            malformed[link.url] = Fault(words_of_url, repaired)
            if repaired is not None:
                found[repaired].append(place)
    # Most targets stand in one place only.
    of = {
        url: tuple(one if len(one) == 1 else sorted(set(one), key=_position))
        for url, one in found.items()
    }
    places = Places(of, malformed)
    _leave_out(places, ignores, rules)
    places.key_of = {
        url: url if (key := request_key(url)) == url else key
        for url in of
        if url not in malformed and url not in places.left
    }
    return places


def _all_links(
    papers: Iterable[Paper], lists: Iterable[ParsedList]
) -> Iterator[tuple[Link, str, str | None]]:
    """Yield every link with its list and the key of the paper whose entry holds it."""
    for paper in papers:
        for entry in paper.mentions:
            for link in entry.links:
                if not is_local(link):  # it was looked for when the list was read
                    yield link, entry.list, paper.key
    for parsed in lists:
        for link in parsed.other_links:
            yield link, parsed.name, None


def _position(place: Occurrence) -> tuple[str, int, int, str, str]:
    return (place.list, place.line, place.column, place.role, place.paper or "")


def _leave_out(places: Places, ignores: Ignores, rules: CheckRules) -> None:
    """Mark what the maintainer has ignored, and what the settings exclude."""
    for url, found in places.of.items():
        words = ignores.reason(url, found)
        if words is not None:
            places.left[url] = "ignored", words
        elif rules.excludes(url):
            places.left[url] = "excluded", ""
        elif rules.outside is not None and url not in places.malformed and rules.outside(url):
            places.left[url] = "not-in-sandbox", ""
        else:
            places.of[url] = ignores.shown(found)
