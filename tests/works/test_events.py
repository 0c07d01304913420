"""The log of events: only ever added to, each event once."""

import json
from datetime import UTC, datetime

import pytest

from pipeline.formats.jsonl import render
from pipeline.records.events import Change, Event
from pipeline.works.events import (
    NOBODY,
    Publisher,
    appended,
    event_of,
    parse_events,
    publisher_of,
    told_by,
)

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADDED = Change(id="a1", kind="added", key="arxiv:2401.00001", title="On Lists")
MOVED = Change(id="b2", kind="link-moved", key="https://a.example/", after="https://b.example/")


def event(change: Change, day: int = 1) -> Event:
    """An event of a day in March."""
    return event_of(change, AT.replace(day=day), Publisher("ann.github.io", "papers"))


def test_event_is_named_for_good() -> None:
    """By the authority of its day; without one by a digest."""
    assert event(ADDED).uri == "tag:ann.github.io,2026-03-01:papers/added/a1"
    nobodys = event_of(ADDED, AT).uri
    assert nobodys == event_of(ADDED, AT.replace(day=9)).uri
    assert nobodys.startswith("urn:uuid:")


def test_log_is_only_added_to() -> None:
    """What is there stays, byte for byte."""
    first = appended("", [event(ADDED)])
    second = appended(first, [event(ADDED, day=9), event(MOVED)])

    assert second.startswith(first)
    assert [one.id for one in parse_events(second)[0]] == ["a1", "b2"]
    assert appended(second, [event(ADDED), event(MOVED)]) == second
    assert appended("", []) == ""


@pytest.mark.parametrize(
    "strange",
    [
        "<<<<<<< HEAD\n",
        '{"id": "c3", "kind": "of-a-newer-version", "at": "2026-03-01T12:00:00Z"}\n',
        '{"id": "c3"',  # torn off
        "\x00\x1b[31m\n",
    ],
)
def test_what_is_not_understood_is_kept_and_told(strange: str) -> None:
    """The next line is a line of its own."""
    text = appended(strange, [event(ADDED)])

    assert text.startswith(strange)
    events, warnings = parse_events(text)
    assert [one.id for one in events] == ["a1"]
    assert len(warnings) == 1
    assert warnings[0].startswith("line 1 is damaged")


def test_fields_of_a_newer_version_are_kept() -> None:
    """As it has written them."""
    values = json.loads(render([event(ADDED)])) | {"mood": "glad"}
    text = json.dumps(values) + "\n"

    events, warnings = parse_events(text)

    assert (events[0].model_extra, warnings) == ({"mood": "glad"}, [])
    assert appended(text, [event(ADDED)]) == text


def test_two_branches_have_told_the_same() -> None:
    """The first of them counts, wherever a merge has put it."""
    text = render([event(ADDED, day=9), event(MOVED), event(ADDED, day=2)])

    events, _ = parse_events(text)

    assert [(one.id, one.at.day) for one in events] == [("a1", 2), ("b2", 1)]


def test_last_thing_that_happened_to_a_link() -> None:
    """By time, not by place in the file."""
    died = Change(id="d", kind="link-dead", key="https://a.example/")
    back = Change(id="e", kind="link-back", key="https://a.example/")

    past = told_by([event(back, day=5), event(died, day=3), event(MOVED, day=7)])

    assert past.links["https://a.example/"].id == "e"
    assert past.ids == {"d", "e", "b2"}


@pytest.mark.parametrize(
    ("site", "repository", "expected"),
    [
        (None, None, NOBODY),
        (
            None,
            "Ann/papers",
            Publisher("ann.github.io", "papers", "", "https://github.com/Ann/papers"),
        ),
        (
            "https://Lists.example/a b/",
            "Ann/papers",
            Publisher(
                "lists.example",
                "a b",
                "https://Lists.example/a b",
                "https://github.com/Ann/papers",
            ),
        ),
        (
            "https://lists.example",
            None,
            Publisher("lists.example", "", "https://lists.example", "https://lists.example"),
        ),
    ],
)
def test_publisher(site: str | None, repository: str | None, expected: Publisher) -> None:
    """Of the site that is set, else of the repository; nobody else is guessed."""
    assert publisher_of(site, repository) == expected


def test_name_of_a_list_is_no_end_of_a_tag() -> None:
    """What a tag may not hold is encoded (RFC 4151)."""
    uri = event_of(ADDED, AT, Publisher("a.example", "a b#ü")).uri

    assert uri == "tag:a.example,2026-03-01:a%20b%23%C3%BC/added/a1"
