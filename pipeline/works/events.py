"""
What has happened to papers, links and repositories, kept for good: `history/events.jsonl`. Pure.

Lines are only ever added, behind those that are there, whatever they hold: fields and kinds of
newer versions, damaged lines, what a union merge has brought together. Each event is told once.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from pipeline.formats.jsonl import parse_lines, render
from pipeline.records.events import Change, Event
from pipeline.works.changes import Told

_NAMESPACE: Final = UUID("7f1d5c0e-6f0c-5a3e-9d0b-2c8a4b7e91d6")
"""Of names of events without an authority; drawn once, and never to be changed."""
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


def event_of(change: Change, at: datetime, authority: str = "", name: str = "") -> Event:
    """
    Return a change as an event of the run that began `at`.

    `authority`: the host that whoever publishes the list has on that day (RFC 4151, section 2.1);
    `name`: of the list there. The event keeps the name that it was given, should they change.
    """
    told = f"{change.kind}/{change.id}"
    tag = f"tag:{authority},{at:%Y-%m-%d}:{f'{name}/' if name else ''}{told}"
    uri = tag if authority else f"urn:uuid:{uuid5(_NAMESPACE, told)}"
    return Event(**dict(change), at=at, uri=uri)
