"""The made-up web of the link benchmark: its truth, its oracle, its bound and its score."""

import pytest

from benchmarks.link_world import (
    BIG,
    BURST,
    LIMITED,
    MIX,
    REFUSING,
    SECOND,
    SPECIAL,
    Link,
    Pace,
    Place,
    Truth,
    Word,
    World,
    bound,
    make,
    markdown,
    score,
    url,
)
from benchmarks.link_world_server import Web

PORT = 4000


def one(kind: str) -> tuple[World, Link]:
    """Return the world of faults and a link of one kind."""
    world = make("faults", 3000)
    return world, next(link for link in world.links if link.kind == kind)


def test_world_is_the_same_for_the_same_seed() -> None:
    """Two calls agree; another seed gives another world."""
    assert make("faults", 300) == make("faults", 300)
    assert make("faults", 300) != make("faults", 300, seed=2)


@pytest.mark.parametrize("mentions", [300, 3000])
def test_shares_of_hosts_and_kinds_are_kept(mentions: int) -> None:
    """40 % lie on one host, 20 % on another; every kind of fault is there; 5 % come twice."""
    world = make("faults", mentions)
    count = len(world.links)
    hosts = [link.place.host for link in world.links]

    assert count == mentions * 95 // 100
    assert len(world.mentions) == mentions
    assert abs(hosts.count(BIG) - 0.4 * count) <= 1
    assert abs(hosts.count(SECOND) - 0.2 * count) <= 1
    assert {link.kind for link in world.links} == set(MIX["faults"]) | set(SPECIAL)


@pytest.mark.parametrize(
    ("kind", "truth", "asks"),
    [
        ("page", "alive", 1),
        ("flaky-503", "alive", 2),
        ("throttled", "alive", 2),
        ("head-405", "alive", 1),
        ("chain", "alive", 4),
        ("moved", "moved", 2),
        ("moved-twice", "moved", 3),
        ("challenge", "blocked", 1),
        ("loop", "failing", 2),
        ("broken", "failing", 2),
        ("hanging", "failing", 0),
        ("soft-home", "suspect", 2),
        ("not-found", "dead", 2),
        ("moved-to-nothing", "dead", 4),
    ],
)
def test_oracle_asks_for_the_evidence_that_is_due(kind: str, truth: Truth, asks: int) -> None:
    """Hops, confirmations and due retries are counted; silent hosts are counted once for all."""
    _, link = one(kind)

    assert (link.truth, len(link.asks)) == (truth, asks)


def test_oracle_tries_silent_hosts_twice_and_counts_what_a_server_sees() -> None:
    """A refusing address costs two tries, however many links it has, and no server counts them."""
    world = make("faults", 3000)

    assert [world.oracle[host] for host in REFUSING] == [2, 2, 2]
    assert world.oracle_requests == sum(world.oracle.values()) - 6


@pytest.mark.parametrize(
    ("requests", "seconds"), [(0, 0.0), (1, 0.0), (2, 0.4), (3, 0.6), (4, 0.7), (24, 2.7)]
)
def test_pace_quickens_from_the_first_to_the_shortest_interval(
    requests: int, seconds: float
) -> None:
    """The first start is free; every further one waits for its interval."""
    pace = Pace(first=0.4, shortest=0.1, quicker=0.5)

    assert pace.seconds(requests) == pytest.approx(seconds)


def test_bound_adds_what_the_busiest_host_asks_for() -> None:
    """The queue of the big host, its Retry-After, and a minute where there is something gone."""
    world, pace = make("faults", 3000), Pace()
    least = bound(world, pace)

    assert least.pace == pytest.approx(pace.seconds(world.oracle[BIG]))
    assert least.parked > 0
    assert least.confirmation == 60
    assert least.total == least.pace + least.parked + 60


@pytest.mark.parametrize(
    ("kind", "word", "fault"),
    [
        ("page", "broken", "false_dead"),
        ("challenge", "broken", "false_dead"),
        ("moved", "broken", "false_dead"),
        ("broken", "broken", "hasty"),
        ("soft-title", "broken", "hasty"),
        ("soft-title", "ok", "false_alive"),
        ("gone", "ok", "false_alive"),
        ("page", "other", "unsure"),
        ("gone", "other", "unsure"),
        ("challenge", "ok", None),
        ("challenge", "other", None),
        ("gone", "broken", None),
        ("hanging", "other", None),
    ],
)
def test_score_tells_how_a_word_is_wrong(kind: str, word: Word, fault: str | None) -> None:
    """Only what is gone may be called broken, only what is there or closed to robots fit."""
    _, link = one(kind)
    alone = World("faults", (link,), (0,), {})
    found = score(alone, PORT, {url(link.place, PORT): word})
    counts = {name: getattr(found, name) for name in ("false_dead", "hasty", "false_alive")}

    assert counts | {"unsure": found.unsure} == {
        name: int(name == fault) for name in ("false_dead", "hasty", "false_alive", "unsure")
    }


def test_list_has_every_link() -> None:
    """Every distinct link stands in the Markdown list, repeated ones twice."""
    world = make("clean", 300)
    text = markdown(world, PORT)

    assert all(f"({url(link.place, PORT)})" in text for link in world.links)
    assert text.count("](http://") == 300


@pytest.mark.parametrize(
    ("kind", "statuses"),
    [
        ("page", [200, 200]),
        ("flaky-503", [503, 200]),
        ("flaky-reset", [None, 200]),
        ("throttled", [429, 200]),
        ("gone", [410, 410]),
        ("moved", [301, 301]),
        ("challenge", [403, 403]),
    ],
)
def test_server_answers_as_the_kind_says(kind: str, statuses: list[int | None]) -> None:
    """What is flaky heals at the second try, and nothing else changes."""
    world, link = one(kind)
    web = Web(world)

    assert [
        web.reply(link.place, "GET", {"port": "1"}, float(now)).status for now in range(2)
    ] == statuses


def test_limited_host_answers_so_many_a_second() -> None:
    """Beyond its limit it says 429, and recovers; a pace below the limit is never refused."""
    world, link = one("limited")
    hasty, patient = Web(world), Web(world)
    at_once = [hasty.reply(link.place, "GET", {}, 100.0).status for _ in range(5)]
    in_turn = [patient.reply(link.place, "GET", {}, 100 + n / 4).status for n in range(20)]

    assert link.place.host == LIMITED
    assert at_once == [200] * int(BURST) + [429] * (5 - int(BURST))
    assert hasty.reply(link.place, "GET", {}, 101.0).status == 200
    assert set(in_turn) == {200}


def test_head_is_refused_only_where_the_kind_says_so() -> None:
    """HEAD gets the refusal, GET the page; the log tells them apart."""
    world, link = one("head-404")
    web = Web(world)
    statuses = [web.reply(link.place, method, {}, 0.0).status for method in ("HEAD", "GET")]

    assert statuses[0] == 404
    assert statuses[1] == 200
    assert web.log.requests[Place(*link.place), "HEAD", "404"] == 1
