"""Feeds that feedparser reads without a complaint, and that only news change."""

import json
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest

from pipeline.formats.exports.feeds import (
    FEEDS,
    MOST_ENTRIES,
    NEVER,
    Channel,
    render_atom,
    render_json_feed,
)
from pipeline.records.events import KINDS, Change, ChangeKind, Event
from pipeline.works.events import Publisher, channel_of, event_of, publisher_of
from tests.formats.telling import HOSTILE

feedparser = pytest.importorskip("feedparser")  # of the group dev

ANN = publisher_of("https://ann.github.io/papers", "ann/papers")
AT = datetime(2026, 3, 1, 12, 30, 15, 999, tzinfo=UTC)


def event(kind: ChangeKind, number: int = 1, by: Publisher = ANN, **more: Any) -> Event:
    """An event of a day in March."""
    values = {
        "key": f"arxiv:2401.{number:05}",
        "title": f"On Lists & <Trees> {number}",
        "url": f"https://arxiv.org/abs/2401.{number:05}",
        "lists": ("seeds",),
        "section": ("Papers", "Ranking"),
    } | more
    return event_of(Change(id=f"{kind}{number}", kind=kind, **values), AT, by)


EVENTS = (
    event("added", added=date(2026, 2, 14)),
    event("published", after="KDD, 2026"),
    event("repository-gone", key="github:ann/code"),
    event("link-dead", key="https://a.example/", url="https://a.example/", after="HTTP 404."),
)


def parsed(events: tuple[Event, ...], by: Publisher = ANN) -> dict[str, Any]:
    """Return the Atom feeds as feedparser reads them; it complains of nothing."""
    found = {}
    for name, text in render_atom(events, channel_of(by)).items():
        feed = feedparser.parse(text.encode())
        assert not feed.bozo, feed.get("bozo_exception")
        assert feed.version == "atom10"
        found[name.removesuffix(".xml")] = feed
    return found


def test_each_event_is_in_its_feed() -> None:
    """What happens to repositories is in none."""
    feeds = parsed(EVENTS)

    titles = {name: [entry.title for entry in feed.entries] for name, feed in feeds.items()}
    assert titles == {
        "added": ["On Lists & <Trees> 1"],
        "papers": ["On Lists & <Trees> 1: published: KDD, 2026"],
        "links": ["On Lists & <Trees> 1: died: HTTP 404"],
    }


def test_entry_of_a_new_paper() -> None:
    """Published when its line came to the list, as git knows; updated when it was told."""
    feed = parsed(EVENTS)["added"]
    (entry,) = feed.entries

    assert entry.id == "tag:ann.github.io,2026-03-01:papers/added/added1"
    assert (entry.published, entry.updated) == ("2026-02-14T00:00:00Z", "2026-03-01T12:30:15Z")
    assert entry.link == "https://arxiv.org/abs/2401.00001"
    assert entry.summary == "Added to seeds."
    assert [tag.term for tag in entry.tags] == ["seeds", "Papers", "Ranking"]
    assert feed.feed.id == "tag:ann.github.io,2026:papers/feeds/added"
    assert feed.feed.updated == entry.updated
    links = {link.rel: link.href for link in feed.feed.links}
    assert links == {
        "self": "https://ann.github.io/papers/exports/atom/added.xml",
        "alternate": "https://github.com/ann/papers",
    }


def test_only_what_is_new_changes_a_feed() -> None:
    """And nothing else of it."""
    before = render_atom(EVENTS, channel_of(ANN))
    again = render_atom(reversed(EVENTS), channel_of(ANN))
    after = render_atom((*EVENTS, event("added", 2)), channel_of(ANN))

    assert before == again
    assert {name for name in before if before[name] != after[name]} == {"added.xml"}


def test_newest_hundred() -> None:
    """Readers fetch the whole feed each time."""
    events = [event("added", number) for number in range(150)]
    events = [
        one.model_copy(update={"at": AT.replace(minute=number % 60, day=1 + number // 60)})
        for number, one in enumerate(events)
    ]

    entries = parsed(tuple(events))["added"].entries

    assert len(entries) == MOST_ENTRIES
    assert entries[0].title.endswith(" 149")
    assert entries[-1].title.endswith(" 50")


@pytest.mark.parametrize("by", [ANN, publisher_of(None, "ann/papers"), publisher_of(None, None)])
def test_feeds_without_events_or_an_address(by: Publisher) -> None:
    """They are valid; links that nobody knows are left out, and ids are there all the same."""
    for name, feed in parsed((), by).items():
        assert feed.feed.updated == f"{NEVER:%Y-%m-%dT%H:%M:%SZ}"
        assert urlsplit(feed.feed.id).scheme in ("tag", "urn")
        links = [link.href for link in feed.feed.get("links", ())]
        own = [f"{by.site}/exports/atom/{name}.xml"] if by.site else []
        assert links == [*own, *([by.page] if by.page else [])]
    ids = [entry.id for feed in parsed(EVENTS, by).values() for entry in feed.entries]
    assert len(set(ids)) == 3


@pytest.mark.parametrize("kind", sorted({kind for feed in FEEDS for kind in feed.kinds}))
def test_hostile_words_are_inert(kind: ChangeKind) -> None:
    """They are text: no markup, no control character, no address but one of the web."""
    words: dict[str, Any] = dict.fromkeys(("key", "title", "before", "after"), HOSTILE)
    one = event(kind, lists=(HOSTILE,), section=(HOSTILE,), url="javascript:alert(1)", **words)

    entries = [entry for feed in parsed((one,)).values() for entry in feed.entries]
    texts = render_json_feed((one,), channel_of(ANN)).values()
    items = [item for text in texts for item in json.loads(text)["items"]]

    assert len(entries) == len(items) == 1
    assert not entries[0].get("links")
    assert "url" not in items[0]
    for value in (entries[0].title, items[0]["title"], items[0]["content_text"]):
        assert value.isprintable()
    assert entries[0].get("content") or entries[0].get("summary")


def test_json_feed() -> None:
    """By the rules of version 1.1: what an item and a feed have to have, and nothing of null."""
    texts = render_json_feed(EVENTS, channel_of(ANN))
    feed = json.loads(texts["added.json"])

    assert feed == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Newly added papers (papers)",
        "home_page_url": "https://github.com/ann/papers",
        "feed_url": "https://ann.github.io/papers/exports/jsonfeed/added.json",
        "authors": [{"name": "papers"}],
        "items": [
            {
                "id": "tag:ann.github.io,2026-03-01:papers/added/added1",
                "url": "https://arxiv.org/abs/2401.00001",
                "title": "On Lists & <Trees> 1",
                "content_text": "Added to seeds.",
                "date_published": "2026-02-14T00:00:00Z",
                "date_modified": "2026-03-01T12:30:15Z",
                "tags": ["seeds", "Papers", "Ranking"],
            }
        ],
    }
    unknown = json.loads(render_json_feed((), channel_of(Publisher()))["links.json"])
    assert unknown.keys() == {"version", "title", "authors", "items"}


def test_every_kind_has_at_most_one_feed() -> None:
    """Nobody is told twice."""
    held = [kind for feed in FEEDS for kind in feed.kinds]

    assert len(held) == len(set(held))
    assert set(held) <= set(KINDS)


def test_channel_is_absolute() -> None:
    """Relative addresses break readers."""
    assert channel_of(ANN) == Channel(
        ids={one.name: f"tag:ann.github.io,2026:papers/feeds/{one.name}" for one in FEEDS},
        author="papers",
        site="https://ann.github.io/papers/exports",
        page="https://github.com/ann/papers",
    )
