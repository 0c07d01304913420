"""
What has happened to papers, links and repositories, kept for good: `history/events.jsonl`. Pure.

Lines are only ever added, behind those that are there, whatever they hold: fields and kinds of
newer versions, damaged lines, what a union merge has brought together. Each event is told once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlsplit
from uuid import UUID, uuid5

from pipeline.formats.exports.feeds import FEEDS, Channel
from pipeline.formats.exports.text import clean
from pipeline.formats.files import EXPORTS
from pipeline.formats.jsonl import parse_lines, render
from pipeline.records.events import Change, Event
from pipeline.works.changes import Told

_NAMESPACE: Final = UUID("7f1d5c0e-6f0c-5a3e-9d0b-2c8a4b7e91d6")
"""Of names of events without an authority; drawn once, and never to be changed."""
_TAG_SIGNS: Final = "/-._~!$&'()*+,;=:@"
"""What the specific part of a tag may hold (RFC 4151, section 2.1: `pchar` and `/`)."""
_OF_LINKS: Final = ("link-dead", "link-back")


def parse_events(text: str) -> tuple[list[Event], list[str]]:
    """Return the events of a file in its order, each once, and a sentence for each damaged line."""
    events, damaged = parse_lines(Event, text, keep_unknown=True)
    once: dict[str, Event] = {}
    for event in events:
        known = once.get(event.id)
        if known is None or event.at < known.at:  # two branches have told the same
            once[event.id] = event
    return list(once.values()), [
        f"line {one.line} is damaged ({one.reason}); it is kept" for one in damaged
    ]


def appended(text: str, new: Iterable[Event]) -> str:
    """Return `text`, the file now, with the events that it does not have."""
    known = {event.id for event in parse_events(text)[0]}
    lines = render(event for event in new if event.id not in known)
    torn = text and not text.endswith("\n")  # by a run that was killed, or an editor
    return "".join((text, "\n" if torn else "", lines)) if lines else text


def told_by(events: Iterable[Event]) -> Told:
    """Return what events have told."""
    ordered = sorted(events, key=lambda event: event.at)
    last: dict[str, Change] = {one.key: one for one in ordered if one.kind in _OF_LINKS}
    return Told(frozenset(event.id for event in ordered), last)


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes what has happened to a list."""

    authority: str = ""
    """The host that they have (RFC 4151, section 2.1); empty where none is known."""
    name: str = ""
    """Of the list, in the names of its events."""
    site: str = ""
    """Address at which the folder of the results is published; empty where none is known."""
    page: str = ""
    """Address of a page to read about the list."""


NOBODY: Final = Publisher()


def publisher_of(site: str | None, repository: str | None, lists: Iterable[str] = ()) -> Publisher:
    """
    Return the publisher of what is at `site`, else of a repository (`owner/name`) at GitHub.

    Where neither is known, the names of the lists tell theirs from what nobodies publish elsewhere.

    Who has `github.com/owner` has the host `owner.github.io`, published or not (GitHub Pages).
    """
    page = f"https://github.com/{repository}" if repository else ""
    if site:
        parts = urlsplit(site)
        path = parts.path.strip("/")
        return Publisher((parts.hostname or "").lower(), path, site.rstrip("/"), page or site)
    if not repository:
        return Publisher(name="+".join(sorted(lists)))
    owner, _, name = repository.partition("/")
    return Publisher(f"{owner.lower()}.github.io", name, "", page)


def channel_of(publisher: Publisher) -> Channel:
    """
    Return where feeds are published.

    Their own names begin with the year in which this scheme did, which is not to change.
    """
    names = {feed.name: uri_of(f"feeds/{feed.name}", "2026", publisher) for feed in FEEDS}
    site = f"{publisher.site}/{EXPORTS}" if publisher.site else ""
    return Channel(
        ids=names,
        author=clean(publisher.name) or publisher.authority or "paper list",
        site=site,
        page=publisher.page,
    )


def event_of(change: Change, at: datetime, publisher: Publisher = NOBODY) -> Event:
    """
    Return a change as an event of the run that began `at`.

    It is named by its publisher on that day, and keeps that name whoever publishes it later.
    """
    told = f"{change.kind}/{change.id}"
    return Event(**dict(change), at=at, uri=uri_of(told, f"{at:%Y-%m-%d}", publisher))


def uri_of(name: str, day: str, publisher: Publisher) -> str:
    """Return the name of something in this publisher's space: a tag, else a UUID."""
    path = "/".join(filter(None, (publisher.name, name)))
    if not publisher.authority:
        return f"urn:uuid:{uuid5(_NAMESPACE, path)}"
    return f"tag:{publisher.authority},{day}:{quote(path, safe=_TAG_SIGNS)}"
