"""
What has happened, for feed readers: Atom (RFC 4287) and JSON Feed 1.1 (jsonfeed.org/version/1.1).

Feeds are made from the events alone, which never change. So an entry keeps its id and its time, and
a feed whose events are the same is the same, byte for byte; its own time is that of its newest.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from xml.etree import ElementTree

from pipeline.formats.changes import sentence
from pipeline.formats.escape import safe_url
from pipeline.formats.exports.text import clean
from pipeline.formats.jsonl import safe_json
from pipeline.records.events import OF_PAPERS, ChangeKind, Event

MOST_ENTRIES: Final = 100
ATOM: Final = "http://www.w3.org/2005/Atom"
JSON_FEED: Final = "https://jsonfeed.org/version/1.1"
NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed without entries was last updated."""


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed: which events it has."""

    name: str
    title: str
    kinds: frozenset[ChangeKind]


FEEDS: Final = (
    Feed("added", "Newly added papers", frozenset({"added"})),
    Feed(
        "papers",
        "What happened to papers",
        frozenset(OF_PAPERS),
    ),
    Feed("links", "Links that died", frozenset({"link-dead"})),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Where feeds are published."""

    ids: Mapping[str, str]
    """Name of a feed to its permanent id, a URI."""
    author: str
    site: str = ""
    """Address of the folder that holds the feeds' folder; empty where none is known."""
    page: str = ""
    """Address of a page to read about the list; empty where none is known."""


NOWHERE: Final = Channel(ids={}, author="")
"""For forms that are no feeds."""


def render_atom(events: Iterable[Event], channel: Channel) -> dict[str, str]:
    """Return the feeds as Atom, by the name of their file."""
    held = list(events)
    return {
        f"{feed.name}.xml": _atom(feed, _entries(feed, held), channel, f"atom/{feed.name}.xml")
        for feed in FEEDS
    }


def render_json_feed(events: Iterable[Event], channel: Channel) -> dict[str, str]:
    """Return the feeds as JSON Feed, by the name of their file."""
    held = list(events)
    return {
        f"{feed.name}.json": _json(
            feed, _entries(feed, held), channel, f"jsonfeed/{feed.name}.json"
        )
        for feed in FEEDS
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """An event with clean values."""

    uri: str
    title: str
    summary: str
    url: str | None
    tags: tuple[str, ...]
    published: datetime
    updated: datetime


def _entries(feed: Feed, events: Iterable[Event]) -> list[_Entry]:
    """Return the newest entries of a feed, the newest first."""
    held = [event for event in events if event.kind in feed.kinds]
    held.sort(key=lambda event: event.uri)
    held.sort(key=lambda event: event.at, reverse=True)
    return [_entry(event) for event in held[:MOST_ENTRIES]]


def _entry(event: Event) -> _Entry:
    title = clean(event.title) or clean(event.key)
    updated = event.at.astimezone(UTC).replace(microsecond=0)
    came = event.added if event.kind == "added" else None
    published = datetime(came.year, came.month, came.day, tzinfo=UTC) if came else updated
    what = clean(sentence(event, clean)).rstrip(".")
    about = f"The link {clean(event.key)} {what}" if event.kind == "link-dead" else what
    tags = dict.fromkeys(filter(None, map(clean, (*event.lists, *event.section))))
    return _Entry(
        uri=event.uri,
        title=title if event.kind == "added" else f"{title}: {what}",
        summary=f"{about[:1].upper()}{about[1:]}.",
        url=safe_url(event.url or ""),
        tags=tuple(tags),
        published=min(published, updated),
        updated=updated,
    )


def _atom(feed: Feed, entries: list[_Entry], channel: Channel, path: str) -> str:
    root = ElementTree.Element("feed", {"xmlns": ATOM})
    _add(root, "id", channel.ids[feed.name])
    _add(root, "title", _title(feed, channel))
    _add(root, "updated", _time(entries[0].updated if entries else NEVER))
    _add(_add(root, "author"), "name", channel.author)
    if channel.site:
        _add(root, "link", rel="self", type="application/atom+xml", href=f"{channel.site}/{path}")
    if channel.page:
        _add(root, "link", rel="alternate", type="text/html", href=channel.page)
    for entry in entries:
        node = _add(root, "entry")
        _add(node, "id", entry.uri)
        _add(node, "title", entry.title)
        _add(node, "updated", _time(entry.updated))
        _add(node, "published", _time(entry.published))
        if entry.url:
            _add(node, "link", rel="alternate", href=entry.url)
        # Without a link of its own an entry has to have content (RFC 4287, section 4.1.2).
        _add(node, "summary" if entry.url else "content", entry.summary, type="text")
        for tag in entry.tags:
            _add(node, "category", term=tag)
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def _add(
    parent: ElementTree.Element, name: str, text: str | None = None, **attributes: str
) -> ElementTree.Element:
    node = ElementTree.SubElement(parent, name, attributes)
    node.text = text
    return node


def _json(feed: Feed, entries: list[_Entry], channel: Channel, path: str) -> str:
    whole: dict[str, object] = {"version": JSON_FEED, "title": _title(feed, channel)}
    if channel.page:
        whole["home_page_url"] = channel.page
    if channel.site:
        whole["feed_url"] = f"{channel.site}/{path}"
    whole["authors"] = [{"name": channel.author}]
    whole["items"] = [_item(entry) for entry in entries]
    return safe_json(whole, indent=2) + "\n"


def _item(entry: _Entry) -> dict[str, object]:
    item: dict[str, object] = {"id": entry.uri}
    if entry.url:
        item["url"] = entry.url
    return item | {
        "title": entry.title,
        "content_text": entry.summary,
        "date_published": _time(entry.published),
        "date_modified": _time(entry.updated),
        "tags": list(entry.tags),
    }


def _title(feed: Feed, channel: Channel) -> str:
    return f"{feed.title} ({channel.author})"


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
