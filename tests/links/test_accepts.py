"""Tests of `links.accepts`: what a rule makes of an answer, and what it leaves alone."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from pipeline.links.accepts import Accepts, accepts_of
from pipeline.links.rules import AcceptRule, IgnoreRule
from tests.links.test_verdicts import probe_of

TODAY = date(2026, 11, 22)
HERE, THERE = "https://docs.example/a", "https://www.docs.example/b/c"
LOGIN = "https://docs.example/login?next=/a"


def rule(
    host: str = "docs.example",
    *statuses: int,
    redirects: Sequence[str] = (),
    expires: date = TODAY,
) -> AcceptRule:
    """Return a rule."""
    return AcceptRule(
        file="f",
        line=1,
        reason="for members.",
        expires=expires,
        by=None,
        host=host,
        statuses=frozenset(statuses),
        redirects=tuple(redirects),
    )


@pytest.mark.parametrize("status", [403, 404, 410, 429, 503, 999, 202])
def test_a_status_is_right_where_a_rule_names_it(status: int) -> None:
    """Whatever it means elsewhere; the reason says which status, and why."""
    judged = Accepts((rule("docs.example", status),)).judge(probe_of(status, HERE))

    assert judged is not None
    assert (judged.verdict, judged.reason_code, judged.status_code) == (
        "alive",
        "accepted-answer",
        status,
    )
    assert judged.reason == (
        "A rule of the ignore file accepts this answer of the host:"
        f" HTTP {status} of docs.example, for members."
    )


@pytest.mark.parametrize(
    ("status", "urls"),
    [
        (404, (HERE,)),  # another status of the host
        (403, ("https://www.docs.example/a",)),  # a subdomain
        (403, ("https://example/a",)),
        (403, (HERE, "https://other.example/a")),  # another host has sent it
        (403, (HERE, LOGIN)),  # the way leads to a page that nobody has accepted
        (403, (HERE, "https://docs.example/")),
    ],
)
def test_a_status_is_right_nowhere_else(status: int, urls: tuple[str, ...]) -> None:
    """The check of everything else is not blinded."""
    assert Accepts((rule("docs.example", 403),)).judge(probe_of(status, *urls)) is None


def test_a_status_counts_for_the_host_that_sent_it() -> None:
    """A DOI leads to a publisher that turns robots away."""
    accepts = Accepts((rule("docs.example", 403),))

    judged = accepts.judge(probe_of(403, "https://doi.org/10.1234/5", HERE))

    assert judged is not None
    assert judged.verdict == "alive"


REDIRECTS = "https://docs.example/login*", "re:^https://www[.]docs[.]example/"


@pytest.mark.parametrize("target", [LOGIN, THERE])
def test_a_redirect_is_right_where_a_rule_names_its_end(target: str) -> None:
    """A login is no soft 404, and a permanent redirect no move."""
    accepts = Accepts((rule(redirects=REDIRECTS),))

    judged = accepts.judge(probe_of(200, HERE, target))

    assert judged is not None
    assert (judged.verdict, judged.final_url) == ("alive", None)
    assert judged.detail == "the redirect of docs.example, for members"


@pytest.mark.parametrize(
    ("status", "urls", "fields"),
    [
        (200, (HERE, "https://docs.example/"), {}),  # the front page
        (200, ("https://other.example/a", LOGIN), {}),  # another host's link
        (404, (HERE, LOGIN), {}),  # the status is not accepted with it
        (200, (HERE, LOGIN), {"title": "404 Not Found"}),
        (200, (HERE, LOGIN), {"markers": ("parked",)}),
    ],
)
def test_a_redirect_is_right_nowhere_else(
    status: int, urls: tuple[str, ...], fields: dict[str, Any]
) -> None:
    """What the page says of itself counts all the same."""
    accepts = Accepts((rule(redirects=REDIRECTS),))

    assert accepts.judge(probe_of(status, *urls, **fields)) is None


def test_status_and_redirect_may_both_be_right() -> None:
    """A login that answers 401."""
    accepts = Accepts((rule("docs.example", 401, redirects=REDIRECTS),))

    assert accepts.judge(probe_of(401, HERE, LOGIN)) is not None


def test_what_is_alive_anyway_needs_no_rule() -> None:
    """It is not said to be accepted."""
    accepts = Accepts((rule("docs.example", 403, redirects=("*",)),))

    assert accepts.judge(probe_of(200, HERE, THERE, on_the_way=302)) is None


def test_nothing_is_accepted_of_a_host_that_does_not_answer() -> None:
    """A rule is about answers."""
    accepts = Accepts((rule("docs.example", 403),))

    assert accepts.judge(probe_of(None, HERE, failure="timeout")) is None


def test_an_expired_rule_accepts_nothing() -> None:
    """It holds on its last day; ignore rules are none of these."""
    late = rule("old.example", 403, expires=TODAY - timedelta(1))
    other = IgnoreRule(file="f", line=1, reason="r", expires=TODAY, url="u")

    assert accepts_of([late, other, rule()], TODAY).rules == (rule(),)
