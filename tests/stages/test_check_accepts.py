"""Answers that a rule accepts for one host, in runs: what is asked, remembered and reported."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from pipeline.links.accepts import Accepts
from pipeline.links.rules import AcceptRule
from pipeline.stages.check import CheckRules
from tests.stages.test_check import World, of, said

MEMBERS, OTHER = "https://members.example/a", "https://other.example/a"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A web on a simulated clock."""
    return World(tmp_path)


def rules(*statuses: int, redirects: tuple[str, ...] = ()) -> CheckRules:
    """Return rules of the stage that accept this of members.example."""
    rule = AcceptRule(
        file="pipeline-ignore.toml",
        line=1,
        reason="open to members",
        expires=date(2099, 1, 1),
        host="members.example",
        statuses=frozenset(statuses),
        redirects=redirects,
    )
    return CheckRules(accepts=Accepts((rule,)))


@pytest.mark.anyio
@pytest.mark.parametrize("status", [403, 404, 410, 503])
async def test_what_a_rule_accepts_is_alive_in_every_run(world: World, status: int) -> None:
    """It is asked no second time, and nothing is remembered of it."""
    world.pages = {MEMBERS: status, OTHER: 404}

    for _ in range(2):
        checked = await world.check(MEMBERS, OTHER, rules=rules(status))
        assert said(of(checked, MEMBERS)) == ("alive", "accepted-answer")
        assert "open to members" in of(checked, MEMBERS).reason
        assert list(checked.history) == [OTHER]
        await world.pass_time(timedelta(days=8))

    assert said(of(checked, OTHER)) == ("dead", "not-found")


@pytest.mark.anyio
async def test_a_rule_for_403_does_not_hide_what_is_gone(world: World) -> None:
    """404 of the host is dead as ever, and so is its name that does not exist."""
    world.pages = {MEMBERS: 404}

    checked = await world.check(MEMBERS, rules=rules(403))

    assert said(of(checked, MEMBERS)) == ("dead", "not-found")


@pytest.mark.anyio
async def test_many_links_may_end_at_an_accepted_login(world: World) -> None:
    """Without the rule it would be nobody's own page."""
    urls = [f"https://members.example/{name}" for name in "abcd"]
    world.pages = dict.fromkeys(urls, "https://members.example/login?next=x")

    without = await world.check(*urls)
    accepted = await world.check(*urls, rules=rules(redirects=("https://members.example/login*",)))

    assert {of(without, url).verdict for url in urls} == {"failing"}
    assert {said(of(accepted, url)) for url in urls} == {("alive", "accepted-answer")}


@pytest.mark.anyio
async def test_the_rule_judges_what_was_answered_before_it_was_written(world: World) -> None:
    """A stored answer is judged by the rules of today, and by those only while they hold."""
    world.pages = {MEMBERS: 403}

    first = await world.check(MEMBERS)
    second = await world.check(MEMBERS, rules=rules(403))
    third = await world.check(MEMBERS)

    assert said(of(first, MEMBERS)) == said(of(third, MEMBERS)) == ("blocked", "robots-refused")
    assert said(of(second, MEMBERS)) == ("alive", "accepted-answer")
    assert world.asked == []


@pytest.mark.anyio
async def test_hosts_of_redirects_are_noted(world: World) -> None:
    """A rule may be about a host that no list names."""
    world.pages = {MEMBERS: OTHER, OTHER: 403}
    accepting = rules(403)

    await world.check(MEMBERS, rules=accepting)

    assert accepting.accepts.met >= {"members.example", "other.example"}
