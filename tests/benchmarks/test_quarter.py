"""A quarter of weekly runs: what goes wrong makes nothing living dead, and nothing gone alive."""

import random
from pathlib import Path

import pytest

from benchmarks.quarter import (
    BLIND,
    FAULTY_ON_END,
    HOST_DEATHS,
    HOST_FAULTS,
    PAGE_DEATHS,
    PAGE_FAULTS,
    RUNS,
    WEEKS,
    Page,
    Score,
    World,
    make,
    pass_week,
    quarter,
)
from pipeline.records.links import Evidence, LinkHealth, Verdict

URL = "https://www.host1.example/papers/0.html"
EVERY_KIND = (
    *("fine", "no network", "fine", "portal", "cache lost", "fine", "interrupted"),
    *("proxy refuses", "2030", "fine", "killed", "no names", "fine"),
)
OFTEN_BLIND = (
    *("fine", "fine", "breaks off", "no resolver", "fine", "killed", "killed", "fine"),
    *("cache lost", "interrupted", "fine", "2030", "fine"),
)


@pytest.mark.parametrize(
    ("seed", "runs"), [(1, EVERY_KIND), (2, OFTEN_BLIND), (3, ("fine",) * WEEKS)]
)
def test_no_living_link_is_called_dead_and_no_gone_one_alive_for_long(
    tmp_path: Path, seed: int, runs: tuple[str, ...]
) -> None:
    """Thirteen runs of the whole program over one list, with all its files in between."""
    score = quarter(tmp_path, 24, seed, runs)

    assert score.false_dead == []
    assert score.false_alive == []
    assert score.verdicts["dead"] > 0
    assert score.verdicts["alive"] > 24


def health(verdict: Verdict, evidence: Evidence = "http") -> list[LinkHealth]:
    """Return what a run says of the page."""
    return [LinkHealth(url=URL, verdict=verdict, reason_code="x", reason="x", evidence=evidence)]


@pytest.mark.parametrize(
    ("week", "said", "false_dead", "false_alive"),
    [
        (4, health("dead"), 1, 0),
        (4, health("failing"), 0, 0),
        (5, health("dead"), 0, 0),
        (6, health("alive"), 0, 0),
        (7, health("alive"), 0, 1),
        (7, health("moved"), 0, 1),
        (7, health("alive", "history"), 0, 0),
        (7, health("failing"), 0, 0),
    ],
)
def test_what_counts_as_wrong(
    week: int, said: list[LinkHealth], false_dead: int, false_alive: int
) -> None:
    """A page that died before the run of week 5 may be called alive then and a week later."""
    world = World({URL: Page(URL, "www.host1.example", dies_in=5, death="404")}, week=week)
    score = Score()

    score.learn(world, said)

    assert (len(score.false_dead), len(score.false_alive)) == (false_dead, false_alive)


def test_every_kind_of_fault_and_death_is_there() -> None:
    """In a large enough web, over enough weeks."""
    chance = random.Random(1)  # noqa: S311 - not for secrets
    world = make(400, chance)
    seen = set()
    for week in range(WEEKS):
        pass_week(world, week, "fine", chance)
        seen |= {id(fault) for fault in world.faults.values()}

    assert {page.death for page in world.pages.values() if page.dies_in is not None} == {
        *HOST_DEATHS,
        *PAGE_DEATHS,
    }
    assert seen == {id(fault) for fault in (*HOST_FAULTS.values(), *PAGE_FAULTS.values())}
    assert set(RUNS) == {"fine", *EVERY_KIND, *OFTEN_BLIND}


def test_no_living_page_fails_for_longer_than_the_rules_allow() -> None:
    """Three runs on end without a good answer are what the program calls dead."""
    chance = random.Random(2)  # noqa: S311 - not for secrets
    world = make(60, chance)
    on_end = dict.fromkeys(world.pages, 0)
    for week in range(200):
        run = chance.choice(RUNS)
        pass_week(world, week, run, chance)
        for url in world.pages:
            if url in world.faults or (url in world.fleeting and run in BLIND):
                on_end[url] += 1
            elif run not in BLIND:
                on_end[url] = 0
        assert max(on_end.values()) <= FAULTY_ON_END
