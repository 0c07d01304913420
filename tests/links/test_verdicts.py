"""What the evidence about a link means, row by row."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest

from pipeline.codes import ABSENT, NEVER_DEAD, REASONS
from pipeline.links.api_verdicts import (
    judge_arxiv,
    judge_arxiv_doi,
    judge_doi,
    judge_repository,
    registered_doi,
)
from pipeline.links.history import recovered, remember
from pipeline.links.verdicts import (
    FAILURES,
    REFUSAL_STATUS,
    Judgement,
    Patience,
    after_second_opinion,
    is_doomed,
    judge,
    judge_probe,
    remembered,
    weigh,
)
from pipeline.records.links import Hop, LinkHistory, Probe
from pipeline.records.outcomes import Blocked, Failed, FailureKind, Found, Missing, Outcome, Skipped
from pipeline.records.sources import ArxivRecord, HandleRecord, RepositoryRecord
from pipeline.works.arxiv_links import arxiv_link
from pipeline.works.repositories import repository

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PAGE = "https://lab.example/project/paper"


def probe_of(
    status: int | None = 200,
    *urls: str,
    on_the_way: int = 301,
    at: datetime = NOW,
    **fields: Any,
) -> Probe:
    """Return a probe that ended with `status` at the last of `urls`."""
    way = urls or (PAGE,)
    hops = [Hop(url=url, status=on_the_way) for url in way[:-1]]
    return Probe(
        method="GET",
        status=status,
        hops=(*hops, Hop(url=way[-1], status=status)),
        asked_at=at,
        answered_at=at,
        **fields,
    )


def lost(kind: FailureKind, *urls: str, **fields: Any) -> Probe:
    """Return a probe that got no answer from the last of `urls`."""
    return probe_of(None, *urls, failure=kind, **fields)


def said(judgement: Judgement) -> tuple[str, str]:
    """Return what the tables compare."""
    return judgement.verdict, judgement.reason_code


# --- one probe --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "verdict", "code"),
    [
        (200, "alive", "ok"),
        (203, "alive", "ok"),
        (206, "alive", "ok"),
        (226, "alive", "ok"),
        (416, "alive", "ok"),
        (202, "blocked", "challenge"),
        (204, "blocked", "challenge"),
        (205, "blocked", "challenge"),
        (300, "failing", "bad-redirect"),
        (302, "failing", "bad-redirect"),
        (400, "failing", "http-error"),
        (401, "blocked", "login-required"),
        (402, "blocked", "login-required"),
        (403, "blocked", "robots-refused"),
        (404, "failing", "not-found"),
        (405, "blocked", "robots-refused"),
        (406, "blocked", "robots-refused"),
        (407, "blocked", "login-required"),
        (408, "failing", "http-error"),
        (410, "failing", "gone"),
        (412, "failing", "http-error"),
        (414, "failing", "http-error"),
        (418, "blocked", "robots-refused"),
        (421, "failing", "http-error"),
        (423, "blocked", "robots-refused"),
        (425, "blocked", "robots-refused"),
        (429, "blocked", "throttled"),
        (451, "blocked", "withheld"),
        (500, "failing", "server-error"),
        (501, "failing", "server-error"),
        (502, "failing", "server-error"),
        (503, "failing", "server-error"),
        (504, "failing", "server-error"),
        (522, "failing", "server-error"),
        (999, "blocked", "robots-refused"),
    ],
)
def test_status_gives_the_verdict(status: int, verdict: str, code: str) -> None:
    """One status by itself: nothing is dead at first sight, refusals are not failures."""
    judgement = judge_probe(probe_of(status))

    assert said(judgement) == (verdict, code)
    assert judgement.status_code == status
    assert judgement.evidence == "http"


@pytest.mark.parametrize(
    ("status", "headers", "verdict"),
    [
        (403, {"cf-mitigated": "challenge"}, "blocked"),
        (404, {"cf-mitigated": "challenge"}, "blocked"),
        (503, {"cf-mitigated": "challenge"}, "blocked"),
        (503, {"server": "cloudflare"}, "blocked"),
        (503, {"server": "nginx"}, "failing"),
        (404, {"server": "cloudflare"}, "failing"),
        (521, {"server": "cloudflare"}, "failing"),
        (200, {"server": "cloudflare"}, "alive"),
    ],
)
def test_challenge_of_a_shield_is_blocked(
    status: int, headers: dict[str, str], verdict: str
) -> None:
    """A shield in front of a host says nothing about the page; its passed-on 404 does."""
    assert judge_probe(probe_of(status, headers=headers)).verdict == verdict


@pytest.mark.parametrize(
    ("url", "status", "verdict"),
    [
        ("https://dl.acm.org/doi/10.1145/1.2", 403, "blocked"),
        ("https://onlinelibrary.wiley.com/doi/10.1/x", 403, "blocked"),
        ("https://journals.sagepub.com/doi/10.1/x", 403, "blocked"),
        ("https://www.tandfonline.com/doi/10.1/x", 403, "blocked"),
        ("https://academic.oup.com/x", 403, "blocked"),
        ("https://www.pnas.org/doi/10.1/x", 403, "blocked"),
        ("https://www.nejm.org/doi/10.1/x", 403, "blocked"),
        ("https://www.mdpi.com/1/2", 403, "blocked"),
        ("https://www.sciencedirect.com/science/article/pii/S1", 403, "blocked"),
        ("https://www.researchgate.net/publication/1", 403, "blocked"),
        ("https://medium.com/@a/b", 403, "blocked"),
        ("https://www.reddit.com/r/a", 403, "blocked"),
        ("https://stackoverflow.com/q/1", 403, "blocked"),
        ("https://ieeexplore.ieee.org/document/1", 418, "blocked"),
        ("https://ieeexplore.ieee.org/document/1", 202, "blocked"),
        ("https://www.semanticscholar.org/paper/a", 202, "blocked"),
        ("https://www.linkedin.com/in/a", 999, "blocked"),
        ("https://www.kaggle.com/datasets/a/b", 404, "blocked"),
        ("https://crates.io/crates/a", 404, "blocked"),
        ("https://openreview.net/forum?id=abcdefgh", 403, "blocked"),
        ("https://huggingface.co/papers/2305.00447", 429, "blocked"),
        ("https://github.com/a/b/blob/main/c.md", 429, "blocked"),
        ("https://pmc.ncbi.nlm.nih.gov/articles/1", 429, "blocked"),
        ("https://www.cochranelibrary.com/a", 412, "blocked"),
        ("https://www.spiedigitallibrary.org/a", 500, "blocked"),
        ("https://codepen.io/a/pen/b", 503, "blocked"),
        ("https://notkaggle.com/a/b", 404, "failing"),
        ("https://kaggle.com.example/a/b", 404, "failing"),
        ("https://github.com/a/b/blob/main/c.md", 404, "failing"),
        ("https://huggingface.co/papers/2305.00447", 404, "failing"),
    ],
)
def test_host_that_refuses_robots_is_blocked_not_failing(
    url: str, status: int, verdict: str
) -> None:
    """What is known of a host decides what its status means; look-alikes do not profit."""
    assert judge_probe(probe_of(status, url)).verdict == verdict


@pytest.mark.parametrize(
    ("kind", "verdict", "code"),
    [
        ("timeout", "failing", "timeout"),
        ("connect", "failing", "no-connection"),
        ("reset", "failing", "connection-reset"),
        ("dns", "failing", "name-not-resolved"),
        ("tls", "failing", "tls-fault"),
        ("protocol", "failing", "not-http"),
        ("refused-address", "skipped", "private-address"),
        ("invalid-url", "malformed", "no-url"),
        ("offline", "unknown", "network-down"),
        ("proxy", "unknown", "proxy-refused"),
    ],
)
def test_failure_below_http_gives_the_verdict(kind: FailureKind, verdict: str, code: str) -> None:
    """Nobody is dead because he did not answer."""
    judgement = judge_probe(lost(kind))

    assert said(judgement) == (verdict, code)
    assert judgement.status_code is None


@pytest.mark.parametrize(
    ("probe", "verdict", "code"),
    [
        (lost("dns", no_such_host=True), "failing", "no-such-host"),
        (lost("dns", PAGE, "https://gone.example/", no_such_host=True), "failing", "no-such-host"),
        (lost("proxy", detail="502 Bad Gateway"), "failing", "proxy-error"),
        (lost("proxy", detail="403 Forbidden"), "unknown", "proxy-refused"),
        (lost("invalid-url", PAGE, "ftp://lab.example/"), "failing", "bad-redirect"),
        (lost("protocol", PAGE, PAGE, wandered=True), "failing", "redirect-loop"),
        (lost("protocol", PAGE, "https://lab.example/b"), "failing", "not-http"),
        (
            lost("refused-address", PAGE, "http://10.0.0.1/", unasked="http://10.0.0.1/"),
            "skipped",
            "private-address",
        ),
    ],
)
def test_failure_is_looked_at_closely(probe: Probe, verdict: str, code: str) -> None:
    """Where the failure stands on the way, and what was said with it, makes a difference."""
    assert said(judge_probe(probe)) == (verdict, code)


@pytest.mark.parametrize(
    ("hops", "status", "verdict", "code"),
    [
        (["https://doi.org/10.1/a"], 404, "failing", "no-such-doi"),
        (["https://doi.org/10.1/a"], 410, "failing", "no-such-doi"),
        (["https://doi.org/10.1/a"], 400, "failing", "no-such-doi"),
        (["https://dx.doi.org/10.1/a", "https://doi.org/10.1/a"], 404, "failing", "no-such-doi"),
        (["https://doi.org/10.1/a", "https://pub.example/a"], 200, "alive", "ok"),
        (["https://doi.org/10.1/a", "https://pub.example/a"], 403, "blocked", "robots-refused"),
        (["https://doi.org/10.1/a", "https://pub.example/a"], 418, "blocked", "robots-refused"),
        (["https://doi.org/10.1/a", "https://pub.example/a"], 404, "failing", "doi-page-missing"),
        (["https://doi.org/10.1/a", "https://pub.example/"], 200, "failing", "soft-404"),
        (["https://doi.org/10.1/a"], 500, "failing", "server-error"),
    ],
)
def test_doi_resolver_knows_which_dois_there_are(
    hops: list[str], status: int, verdict: str, code: str
) -> None:
    """A 404 of doi.org is about the DOI, one of the publisher only about his page."""
    judgement = judge_probe(probe_of(status, *hops, on_the_way=302))

    assert said(judgement) == (verdict, code)
    assert judgement.evidence == "doi"


# --- redirects --------------------------------------------------------------------------------


@pytest.mark.parametrize("on_the_way", [301, 308])
def test_permanent_redirect_to_another_page_is_moved(on_the_way: int) -> None:
    """The new address is what the list should have."""
    judgement = judge_probe(probe_of(200, PAGE, "https://new.example/p/7", on_the_way=on_the_way))

    assert said(judgement) == ("moved", "permanent-redirect")
    assert judgement.final_url == judgement.suggestion == "https://new.example/p/7"


@pytest.mark.parametrize("on_the_way", [302, 303, 307])
def test_temporary_redirect_is_alive(on_the_way: int) -> None:
    """The old address is still the right one, so no new one is named."""
    judgement = judge_probe(probe_of(200, PAGE, "https://new.example/p/7", on_the_way=on_the_way))

    assert said(judgement) == ("alive", "ok")
    assert judgement.final_url is None


def test_chain_with_one_temporary_redirect_is_alive() -> None:
    """Moved means that every step is permanent."""
    hops = (Hop(url=PAGE, status=301), Hop(url="https://b.example/x", status=302))
    probe = probe_of(200, "https://c.example/y")
    chain = probe.model_copy(update={"hops": (*hops, *probe.hops)})

    assert said(judge_probe(chain)) == ("alive", "ok")


@pytest.mark.parametrize(
    ("asked", "final"),
    [
        ("http://lab.example/a", "https://lab.example/a"),
        ("https://lab.example/a", "https://lab.example/a/"),
        ("https://lab.example/a/", "https://lab.example/a"),
        ("https://lab.example/a.pdf", "https://lab.example/a"),
        ("https://lab.example/a", "https://www.lab.example/a"),
        ("https://lab.example/TALLRec", "https://lab.example/tallrec"),
        ("https://lab.example/a", "https://lab.example/a/index.html"),
        ("https://lab.example/a?utm_source=x&fbclid=y", "https://lab.example/a"),
        ("https://lab.example/a?b=1&c=2", "https://lab.example/a?c=2&b=1"),
        ("http://lab.example", "https://www.lab.example/"),
        ("https://lab.example/index.html", "https://lab.example/"),
        ("https://lab.example/%7Ejo/a", "https://lab.example/~jo/a"),
    ],
)
def test_trivial_redirect_is_alive(asked: str, final: str) -> None:
    """Nobody wants to hear of http→https, a slash, www, letter case or tracking parameters."""
    assert said(judge_probe(probe_of(200, asked, final))) == ("alive", "ok")


@pytest.mark.parametrize(
    ("asked", "final"),
    [
        ("https://lab.example/a?id=1", "https://lab.example/a?id=2"),
        ("https://lab.example/a", "https://lab.example/b"),
        ("https://lab.example/a", "https://lab.example:8443/a"),
        ("https://old.example/", "https://new.example/"),
        ("https://lab.example/tallrec", "https://tallrec.example/"),
        ("https://user.github.io/my-project", "https://myproject.example/"),
    ],
)
def test_real_move_is_reported(asked: str, final: str) -> None:
    """A new name of the whole site, and a front page named like the page, are moves too."""
    assert said(judge_probe(probe_of(200, asked, final)))[0] == "moved"


@pytest.mark.parametrize("on_the_way", [301, 302])
@pytest.mark.parametrize(
    ("asked", "final", "verdict", "code"),
    [
        (PAGE, "https://lab.example/", "failing", "soft-404"),
        (PAGE, "https://lab.example/index.php", "failing", "soft-404"),
        (PAGE, "https://lab.example/en/", "failing", "soft-404"),
        (PAGE, "https://parking.example/", "failing", "soft-404"),
        ("https://lab.example/?p=17", "https://lab.example/", "failing", "soft-404"),
        (PAGE, "https://lab.example/login?next=/project", "failing", "soft-404"),
        (PAGE, "https://accounts.google.com/ServiceLogin?x=1", "failing", "soft-404"),
        (
            "https://paperswithcode.com/paper/a",
            "https://huggingface.co/papers/trending",
            "failing",
            "soft-404",
        ),
        ("https://x.com/a/status/1", "https://x.com/i/flow/login", "blocked", "login-required"),
        (
            "https://www.linkedin.com/in/a",
            "https://www.linkedin.com/authwall?a=b",
            "blocked",
            "login-required",
        ),
        (
            "https://www.youtube.com/watch?v=a",
            "https://consent.youtube.com/m?continue=b",
            "blocked",
            "robots-refused",
        ),
    ],
)
def test_redirect_to_no_page_of_its_own_is_neither_moved_nor_dead(
    asked: str, final: str, verdict: str, code: str, on_the_way: int
) -> None:
    """Front page, login, consent, trending: the thing may be lost, or behind a wall."""
    assert said(judge_probe(probe_of(200, asked, final, on_the_way=on_the_way))) == (verdict, code)


def test_front_page_that_was_asked_for_is_alive() -> None:
    """A link to a front page that ends at the front page is no soft 404."""
    assert said(judge_probe(probe_of(200, "http://lab.example/"))) == ("alive", "ok")


def test_redirect_that_ends_with_404_is_no_move() -> None:
    """A permanent redirect may lead to nothing."""
    judgement = judge_probe(probe_of(404, PAGE, "https://new.example/p/7"))

    assert said(judgement) == ("failing", "not-found")


def test_new_address_that_no_list_can_hold_is_not_suggested() -> None:
    """An endless address is followed, never proposed."""
    judgement = judge_probe(probe_of(200, PAGE, f"https://new.example/{'a' * 9000}"))

    assert said(judgement) == ("alive", "ok")
    assert judgement.suggestion is None


@pytest.mark.parametrize(
    ("target", "verdict", "code"),
    [
        ("https://arxiv.org/abs/2305.00447", "alive", "arxiv-redirect"),
        ("https://arxiv.org/list/cs.IR/recent", "skipped", "arxiv-page"),
    ],
)
def test_redirect_to_arxiv_is_not_followed(target: str, verdict: str, code: str) -> None:
    """The redirect is the evidence; the page is not asked."""
    probe = probe_of(302, "https://doi.org/10.48550/arXiv.2305.00447", unasked=target)

    assert said(judge_probe(probe)) == (verdict, code)


# --- soft 404 by the page ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "title",
    [
        "404",
        "Error 404 (Not Found)!!1",
        "Page not found · GitHub Pages",
        "Oops, that page doesn’t exist",
        "Sorry, this page does not exist",
        "页面不存在",
    ],
)
def test_title_that_says_not_found_is_a_soft_404(title: str) -> None:
    """Such a page is suspected, and never called dead for it."""
    judgement = judge_probe(probe_of(200, title=title))

    assert said(judgement) == ("failing", "soft-404")
    assert judgement.failure is not None
    assert not judgement.failure.mortal


@pytest.mark.parametrize(
    "title",
    [
        "TALLRec: an efficient tuning framework",
        "Model 4040 released",
        "A study of 14041 pages",
        "Lost and Not Found: how recommender systems forget what their users once liked to look at",
        "",
        None,
    ],
)
def test_title_of_a_real_page_is_no_soft_404(title: str | None) -> None:
    """Numbers and long titles that hold the words are no error pages."""
    assert said(judge_probe(probe_of(200, title=title))) == ("alive", "ok")


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ({"length": 100, "complete": True}, "failing"),
        ({"length": 100, "complete": False}, "alive"),
        ({"length": 600, "complete": True}, "alive"),
        ({"length": 100, "complete": True, "title": "Tiny"}, "alive"),
    ],
)
def test_page_of_next_to_nothing_is_suspected(fields: dict[str, Any], verdict: str) -> None:
    """A whole HTML page below 512 bytes without a title is no page."""
    page = probe_of(200, headers={"content-type": "text/html; charset=utf-8"}, **fields)
    file = probe_of(200, headers={"content-type": "text/plain"}, **fields)

    assert judge_probe(page).verdict == verdict
    assert judge_probe(file).verdict == "alive"


@pytest.mark.parametrize(
    ("markers", "verdict", "code"),
    [
        (("removed",), "failing", "soft-404"),
        (("robots-refused",), "blocked", "challenge"),
        (("robots-refused", "removed"), "blocked", "challenge"),
        ((), "alive", "ok"),
    ],
)
def test_sign_of_a_host_in_the_page_decides(
    markers: tuple[str, ...], verdict: str, code: str
) -> None:
    """A removed post answers 200; a captcha says nothing."""
    probe = probe_of(200, "https://mp.weixin.qq.com/s/a", markers=markers)

    assert said(judge_probe(probe)) == (verdict, code)


# --- twice, and for long ----------------------------------------------------------------------


def past_of(
    *,
    verdict: Literal["failing", "dead"] = "failing",
    code: str = "not-found",
    first: timedelta = -DAY,
    last: timedelta = -DAY,
    absent: timedelta | None = -DAY,
    lost: tuple[timedelta, int] = (-DAY, 1),
) -> LinkHistory:
    """Return a memory; times are relative to now."""
    return LinkHistory(
        url=PAGE,
        last_verdict=verdict,
        reason_code=code,
        status_code=404,
        first_failed_at=NOW + first,
        last_failed_at=NOW + last,
        consecutive_failures=1,
        absent_since=None if absent is None else NOW + absent,
        lost_since=NOW + lost[0],
        lost_runs=lost[1],
    )


TWO_LOST = past_of(code="timeout", absent=None, lost=(-8 * DAY, 2))


@pytest.mark.parametrize("probe", [probe_of(404), probe_of(410), lost("dns", no_such_host=True)])
def test_first_word_of_absence_is_failing(probe: Probe) -> None:
    """One look is never enough."""
    assert judge(probe).verdict == "failing"


@pytest.mark.parametrize("first", [404, 410])
def test_second_look_of_the_same_run_makes_it_dead(first: int) -> None:
    """Twice, a minute apart."""
    look = probe_of(first, at=NOW - timedelta(seconds=60))

    assert said(judge(probe_of(404), first_look=look)) == ("dead", "not-found")


def test_second_look_too_soon_proves_nothing() -> None:
    """Two answers of one hiccup are one answer."""
    look = probe_of(404, at=NOW - timedelta(seconds=59))

    assert judge(probe_of(404), first_look=look).verdict == "failing"


@pytest.mark.parametrize(
    ("second", "verdict"),
    [(probe_of(200), "alive"), (probe_of(403), "blocked"), (lost("timeout"), "failing")],
)
def test_second_look_that_says_otherwise_is_believed(second: Probe, verdict: str) -> None:
    """A page that was missing a minute ago and is there now is there."""
    look = probe_of(404, at=NOW - timedelta(seconds=61))

    assert judge(second, first_look=look).verdict == verdict


def test_first_look_of_another_kind_confirms_nothing() -> None:
    """A server error and a 404 are not the same thing said twice."""
    look = probe_of(500, at=NOW - timedelta(seconds=61))

    assert judge(probe_of(404), first_look=look).verdict == "failing"


@pytest.mark.parametrize(
    ("past", "verdict"),
    [
        (past_of(), "dead"),
        (past_of(absent=-timedelta(seconds=61)), "dead"),
        (past_of(absent=-timedelta(seconds=30)), "failing"),
        (past_of(code="timeout", absent=None), "failing"),
        (past_of(verdict="dead", absent=-timedelta(seconds=30)), "dead"),
    ],
)
def test_earlier_run_confirms_absence(past: LinkHistory, verdict: str) -> None:
    """What an earlier run was told counts as the first look."""
    assert judge(probe_of(404), past).verdict == verdict


@pytest.mark.parametrize(
    ("past", "verdict"),
    [
        (TWO_LOST, "dead"),
        (TWO_LOST.model_copy(update={"lost_runs": 1}), "failing"),
        (TWO_LOST.model_copy(update={"lost_since": NOW - 6 * DAY}), "failing"),
        (TWO_LOST.model_copy(update={"last_failed_at": NOW - HOUR}), "failing"),
        (TWO_LOST.model_copy(update={"last_failed_at": NOW - HOUR, "lost_runs": 3}), "dead"),
        (TWO_LOST.model_copy(update={"lost_since": None, "lost_runs": 0}), "failing"),
    ],
)
@pytest.mark.parametrize(
    "probe", [lost("timeout"), lost("reset"), lost("connect"), probe_of(503), probe_of(400)]
)
def test_failing_in_three_runs_over_a_week_is_dead(
    probe: Probe, past: LinkHistory, verdict: str
) -> None:
    """Three counted failures and seven days, nothing less."""
    judgement = judge(probe, past)

    assert judgement.verdict == verdict
    if verdict == "dead":
        assert (judgement.reason_code, judgement.evidence) == ("long-failing", "history")


@pytest.mark.parametrize(
    "probe",
    [
        lost("tls"),
        probe_of(200, title="404"),
        lost("protocol", PAGE, PAGE, wandered=True),
        lost("proxy", detail="502 Bad Gateway"),
        probe_of(404, "https://doi.org/10.1/a", "https://pub.example/a", on_the_way=302),
        lost("timeout", "https://doi.org/10.1/a", "https://pub.example/a"),
        lost("timeout", "https://www.sciencedirect.com/a"),
        lost("timeout", "https://link.springer.com/article/a"),
        lost("reset", "https://www.nytimes.com/2024/a.html"),
        probe_of(503, "https://www.jstor.org/stable/1"),
        probe_of(500, "https://github.com/a/b/wiki"),
    ],
)
def test_what_a_person_may_still_find_is_never_dead_of_old_age(probe: Probe) -> None:
    """TLS faults, soft 404s, registered DOIs and hosts that let robots hang stay failing."""
    assert judge(probe, TWO_LOST).verdict == "failing"


def test_what_is_spared_goes_to_a_person_after_a_week_of_silence() -> None:
    """Not before: three checks that failed, and seven days."""
    silent = lost("timeout", "https://www.sciencedirect.com/a")

    long: dict[str, object] = {"first_failed_at": NOW - 8 * DAY, "consecutive_failures": 2}
    past = TWO_LOST.model_copy(update=long)

    assert said(judge(silent, past)) == ("failing", "silent-to-robots")
    for known in ({"consecutive_failures": 1}, {"first_failed_at": NOW - 6 * DAY}):
        assert said(judge(silent, past.model_copy(update=known))) == ("failing", "timeout")
    gone = probe_of(404, "https://www.sciencedirect.com/a")
    assert said(judge(gone, past)) == ("failing", "not-found")  # a word, which is asked for again


def doomed(past: LinkHistory = TWO_LOST) -> Judgement:
    """Return a link that has been silent for a week."""
    judgement = judge(lost("timeout"), past)
    assert is_doomed(judgement, past)
    return judgement


def test_death_by_silence_says_that_it_was_asked_from_one_network_only() -> None:
    """Also in the runs after."""
    assert doomed().reason == (
        "Every check for a week or longer has failed: it was asked from one network only, and the"
        " host has never said that it is gone."
    )
    failure = doomed().failure
    assert failure is not None
    past = remember(TWO_LOST, PAGE, failure, NOW)
    assert remembered(past).reason == doomed().reason
    assert judge(lost("timeout"), past).reason == doomed().reason


def test_death_after_a_word_of_the_host_needs_no_second_opinion() -> None:
    """Nor does a link that is dead already."""
    spoke = TWO_LOST.model_copy(update={"absent_since": NOW - DAY})
    died = judge(lost("timeout"), spoke)

    assert said(died) == ("dead", "long-failing")
    assert not is_doomed(died, spoke)
    assert "network" not in died.reason
    dead = TWO_LOST.model_copy(update={"last_verdict": "dead", "reason_code": "long-failing"})
    assert not is_doomed(judge(lost("timeout"), dead), dead)


@pytest.mark.parametrize(
    ("second", "verdict", "code"),
    [
        (probe_of(200), "unknown", "reached-elsewhere"),
        (probe_of(200, PAGE, "https://new.example/paper"), "unknown", "reached-elsewhere"),
        (probe_of(403), "unknown", "reached-elsewhere"),
        (probe_of(429), "unknown", "reached-elsewhere"),
        (lost("timeout"), "dead", "long-failing"),
        (lost("connect"), "dead", "long-failing"),
        (lost("proxy", detail="502 from the proxy"), "dead", "long-failing"),
        (probe_of(503), "dead", "long-failing"),
        (probe_of(404), "dead", "long-failing"),
        (lost("dns", no_such_host=True), "dead", "long-failing"),
        (lost("tls"), "failing", "timeout"),
        (probe_of(200, title="404"), "failing", "timeout"),
        (lost("proxy", detail="403 from the proxy"), "failing", "timeout"),
        (lost("no-route"), "failing", "timeout"),
        (None, "failing", "timeout"),
    ],
)
def test_second_opinion_decides_what_is_doomed(
    second: Probe | None, verdict: str, code: str
) -> None:
    """Dead is what both ways find silent; what answers elsewhere is not; else it fails on."""
    past = TWO_LOST.model_copy(update={"reason_code": "timeout"})

    judgement = after_second_opinion(doomed(past), past, second)

    assert said(judgement) == (verdict, code)
    assert ("another way" in judgement.reason) == (verdict != "failing")


def test_second_opinion_in_vain_is_remembered_until_the_link_is_well() -> None:
    """So that later reports say the same."""
    failure = after_second_opinion(doomed(), TWO_LOST, lost("timeout")).failure
    assert failure is not None

    past = remember(TWO_LOST, PAGE, failure, NOW)

    assert past.seconded_at == NOW
    assert "another way to the host was in vain too" in remembered(past).reason
    assert recovered(past, NOW + DAY).seconded_at is None


@pytest.mark.parametrize("probe", [lost("timeout"), probe_of(503), lost("reset")])
def test_dead_link_stays_dead_while_it_fails(probe: Probe) -> None:
    """A dead page whose host is down today has not come back to life."""
    judgement = judge(probe, past_of(verdict="dead"))

    assert said(judgement) == ("dead", "not-found")
    assert judgement.evidence == "history"


@pytest.mark.parametrize(("status", "verdict"), [(200, "alive"), (403, "blocked")])
def test_dead_link_that_answers_is_not_dead_any_more(status: int, verdict: str) -> None:
    """Memory never overrules an answer."""
    assert judge(probe_of(status), past_of(verdict="dead")).verdict == verdict


def test_refusal_of_robots_is_never_dead_of_old_age() -> None:
    """Years of 403 prove nothing."""
    assert judge(probe_of(403), TWO_LOST).verdict == "blocked"
    assert judge(probe_of(404, "https://www.kaggle.com/a/b"), TWO_LOST).verdict == "blocked"


def test_memory_alone_gives_the_last_verdict() -> None:
    """What could not be asked keeps its verdict, marked as remembered."""
    judgement = remembered(past_of(verdict="dead", code="gone"))

    assert said(judgement) == ("dead", "gone")
    assert judgement.evidence == "history"


def test_memory_of_a_later_version_is_no_crash() -> None:
    """A reason that this version does not know is shown as not asked."""
    assert remembered(past_of(code="invented-later")).reason_code == "not-asked"


# --- arXiv ------------------------------------------------------------------------------------


def paper(version: int | None = 3, *, withdrawn: bool = False) -> ArxivRecord:
    """Return an arXiv record."""
    return ArxivRecord(
        id="2305.00447",
        version=version,
        title="A title",
        authors=("A. Author",),
        abstract=None,
        published=None,
        updated=None,
        primary_category="cs.IR",
        withdrawn=withdrawn,
    )


def of_arxiv(url: str, outcome: Outcome[ArxivRecord] | None) -> Judgement:
    """Judge an arXiv link."""
    link = arxiv_link(url)
    assert link is not None
    return judge_arxiv(link, outcome)


FOUND = Found[ArxivRecord](value=paper())
WITHDRAWN = Found[ArxivRecord](value=paper(withdrawn=True))
ABS, PDF = "https://arxiv.org/abs/2305.00447", "https://arxiv.org/pdf/2305.00447"


@pytest.mark.parametrize(
    ("url", "outcome", "verdict", "code"),
    [
        (ABS, FOUND, "alive", "arxiv-found"),
        (f"{ABS}v3", FOUND, "alive", "arxiv-found"),
        (f"{ABS}v4", FOUND, "failing", "arxiv-no-such-version"),
        (f"{ABS}v4", Found(value=paper(None)), "alive", "arxiv-found"),
        (f"{PDF}.pdf", FOUND, "alive", "arxiv-found"),
        ("https://export.arxiv.org/abs/2305.00447", FOUND, "alive", "arxiv-found"),
        ("https://arxiv.org/html/2305.00447v2", FOUND, "alive", "arxiv-found"),
        ("https://arxiv.org/html/2305.00447v2/x1.png", FOUND, "skipped", "arxiv-page"),
        (ABS, WITHDRAWN, "alive", "arxiv-withdrawn"),
        (PDF, WITHDRAWN, "failing", "arxiv-pdf-withdrawn"),
        (f"{PDF}v3", WITHDRAWN, "failing", "arxiv-pdf-withdrawn"),
        (f"{PDF}v1", WITHDRAWN, "alive", "arxiv-withdrawn"),
        (ABS, Missing(reason="x", confirmed=True), "dead", "no-such-paper"),
        (ABS, Missing(reason="x"), "failing", "no-such-paper"),
        (ABS, Blocked(reason="x"), "blocked", "withheld"),
        (ABS, Failed(kind="throttled", reason="x"), "skipped", "source-unavailable"),
        (ABS, Failed(kind="server-error", reason="x"), "skipped", "source-unavailable"),
        (ABS, Failed(kind="offline", reason="x"), "unknown", "network-down"),
        (ABS, Skipped(reason="x"), "skipped", "not-asked"),
        (ABS, None, "skipped", "not-asked"),
        ("https://arxiv.org/abs/XXXX.XXXXX", None, "malformed", "arxiv-placeholder"),
        ("https://arxiv.org/abs/", None, "malformed", "arxiv-placeholder"),
        ("https://arxiv.org/abs/2313.00447", None, "malformed", "arxiv-invalid-id"),
        ("https://arxiv.org/list/cs.IR/recent", None, "skipped", "arxiv-page"),
        ("https://info.arxiv.org/help/api", None, "skipped", "arxiv-page"),
    ],
)
def test_arxiv_link_has_its_verdict_from_the_api(
    url: str, outcome: Outcome[ArxivRecord] | None, verdict: str, code: str
) -> None:
    """The answer about the id is the evidence; what could not be asked is never dead."""
    assert said(of_arxiv(url, outcome)) == (verdict, code)


def test_glued_text_is_malformed_with_the_plain_address() -> None:
    """The id is right, and arXiv answers with an error."""
    judgement = of_arxiv("https://arxiv.org/abs/2305.00447)[[Github", FOUND)

    assert said(judgement) == ("malformed", "arxiv-trailing-text")
    assert judgement.suggestion == ABS


def test_stale_answer_is_marked_as_remembered() -> None:
    """The source could not be asked; its last answer counts, and is called what it is."""
    assert of_arxiv(ABS, Found(value=paper(), stale=True)).evidence == "history"


# --- DOIs -------------------------------------------------------------------------------------

DOI, PUBLISHER = "https://doi.org/10.1145/1.2", "https://dl.acm.org/doi/10.1145/1.2"
HANDLE = Found[HandleRecord](value=HandleRecord(doi="10.1145/1.2", url=PUBLISHER))


@pytest.mark.parametrize(
    ("url", "doi"),
    [
        (DOI, "10.1145/1.2"),
        ("http://dx.doi.org/10.1145/ABC.2", "10.1145/abc.2"),
        (PUBLISHER, "10.1145/1.2"),
        ("https://doi.org/10.48550/arXiv.2305.00447", None),
        ("https://doi.org/", None),
        ("https://lab.example/doi/10.1145/1.2", None),
        ("not a url", None),
    ],
)
def test_doi_that_the_handle_server_can_speak_for(url: str, doi: str | None) -> None:
    """Links to the resolver, and pages of publishers who turn robots away."""
    assert registered_doi(url) == doi


@pytest.mark.parametrize(
    ("url", "outcome", "said_of_it"),
    [
        (DOI, HANDLE, ("alive", "doi-registered")),
        (PUBLISHER, HANDLE, ("alive", "doi-registered")),
        (DOI, Missing(reason="x"), ("failing", "no-such-doi")),
        (DOI, Missing(reason="x", confirmed=True), ("dead", "no-such-doi")),
        (PUBLISHER, Missing(reason="x", confirmed=True), None),
        (DOI, HANDLE.model_copy(update={"stale": True}), None),
        (DOI, Found(value=HandleRecord(doi="10.1145/1.2")), None),
        (DOI, Failed(kind="throttled", reason="x"), None),
        (DOI, Skipped(reason="x"), None),
        (DOI, None, None),
        ("https://www.nature.com/articles/s41586-020-2649-2/figures/9", HANDLE, None),
        ("https://www.ijcai.org/proceedings/2019/123", HANDLE, None),
    ],
)
def test_handle_server_decides_about_dois(
    url: str, outcome: Outcome[HandleRecord] | None, said_of_it: tuple[str, str] | None
) -> None:
    """What it does not know is gone for links to the resolver; what it cannot say is asked."""
    judgement = judge_doi(url, outcome)

    assert (judgement and said(judgement)) == said_of_it


@pytest.mark.parametrize(
    ("url", "outcome", "code"),
    [
        ("https://doi.org/10.48550/arXiv.2305.00447", FOUND, "arxiv-found"),
        ("https://doi.org/10.48550/arXiv.2305.00447", Missing(reason="x"), None),
        ("https://doi.org/10.48550/arXiv.2305.00447", None, None),
        ("https://lab.example/10.48550/arXiv.2305.00447", FOUND, None),
        ("https://doi.org/10.48550/arXiv.2305.00447v2", FOUND, None),
        ("https://doi.org/10.48550/arXiv.2305.00447/pdf", FOUND, None),
    ],
)
def test_arxiv_speaks_for_its_dois(
    url: str, outcome: Outcome[ArxivRecord] | None, code: str | None
) -> None:
    """A paper that arXiv knows needs no request to the resolver."""
    judgement = judge_arxiv_doi(url, outcome)

    assert (judgement.reason_code if judgement else None) == code


# --- GitHub -----------------------------------------------------------------------------------


ROOT, FILE = "https://github.com/SAI990323/TALLRec", "https://github.com/sai990323/tallrec/blob/a/b"
SAME = Found[RepositoryRecord](value=RepositoryRecord(full_name="sai990323/TALLRec", url=ROOT))
RENAMED = Found[RepositoryRecord](
    value=RepositoryRecord(full_name="new/TALLRec", url="https://github.com/new/TALLRec")
)

REPLACED = Found[RepositoryRecord](value=RENAMED.value.model_copy(update={"former_ids": (7,)}))
"""Not the one that was linked: its new name is none of that one's."""


def of_github(url: str, outcome: Outcome[RepositoryRecord] | None) -> Judgement | None:
    """Judge a GitHub link."""
    found = repository(url)
    assert found is not None
    return judge_repository(found, outcome)


@pytest.mark.parametrize(
    ("outcome", "verdict", "code"),
    [
        (SAME, "alive", "repository-found"),
        (RENAMED, "moved", "repository-renamed"),
        (REPLACED, "alive", "repository-found"),
        (Missing(reason="x", confirmed=True), "dead", "no-such-repository"),
        (Missing(reason="x"), "failing", "no-such-repository"),
        (Blocked(reason="x"), "blocked", "withheld"),
        (Failed(kind="throttled", reason="x"), "skipped", "source-unavailable"),
        (Failed(kind="offline", reason="x"), "unknown", "network-down"),
        (Skipped(reason="x"), "skipped", "not-asked"),
        (None, "skipped", "not-asked"),
    ],
)
def test_repository_has_its_verdict_from_the_api(
    outcome: Outcome[RepositoryRecord] | None, verdict: str, code: str
) -> None:
    """A repository's page is never asked."""
    judgement = of_github(ROOT, outcome)

    assert judgement is not None
    assert said(judgement) == (verdict, code)


def test_renamed_repository_comes_with_its_new_address() -> None:
    """The new address is what the list should have."""
    judgement = of_github(ROOT, RENAMED)

    assert judgement is not None
    assert judgement.final_url == judgement.suggestion == "https://github.com/new/TALLRec"


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [
        (Missing(reason="x", confirmed=True), "dead"),
        (Missing(reason="x"), "failing"),
        (Blocked(reason="x"), "blocked"),
    ],
)
def test_file_in_a_lost_repository_needs_no_request(
    outcome: Outcome[RepositoryRecord], verdict: str
) -> None:
    """It is where its repository is."""
    judgement = of_github(FILE, outcome)

    assert judgement is not None
    assert judgement.verdict == verdict


@pytest.mark.parametrize("outcome", [SAME, RENAMED, Failed(kind="throttled", reason="x"), None])
def test_file_in_a_living_repository_has_to_be_asked(
    outcome: Outcome[RepositoryRecord] | None,
) -> None:
    """The repository says nothing about a file in it."""
    assert of_github(FILE, outcome) is None


def test_absence_of_a_repository_is_confirmed_by_a_later_answer_only() -> None:
    """The same cached answer read again an hour later is not a second answer."""
    once = of_github(ROOT, Missing(reason="x"))
    assert once is not None
    patience = Patience(second_look_after=DAY)

    assert weigh(once, past_of(absent=-HOUR), NOW, patience=patience).verdict == "failing"
    assert weigh(once, past_of(absent=-25 * HOUR), NOW, patience=patience).verdict == "dead"


# --- the vocabulary ---------------------------------------------------------------------------


def test_every_reason_is_one_sentence() -> None:
    """Reports show the sentence as it stands."""
    for code, sentence in REASONS.items():
        assert code == code.lower().replace(" ", "-")
        assert sentence[0].isupper() or sentence.startswith("arXiv")
        assert sentence.endswith(".")
        assert "\n" not in sentence


def test_every_code_that_the_tables_give_has_a_sentence() -> None:
    """The vocabulary is closed."""
    codes = {code for _, code in FAILURES.values()} | set(REFUSAL_STATUS.values())

    assert codes | ABSENT | NEVER_DEAD <= REASONS.keys()


def test_every_status_has_a_verdict_with_a_sentence() -> None:
    """Whatever a host answers, there is a reason to show, and no page is dead at first sight."""
    for status in range(100, 1000):
        judgement = judge(probe_of(status))

        assert judgement.reason
        assert judgement.verdict in ("alive", "failing", "blocked")


def test_detail_goes_into_the_sentence() -> None:
    """The sentence stays one sentence."""
    judgement = Judgement("malformed", "no-url", "none", detail="the address has two schemes")

    assert judgement.reason == "Not a valid URL: the address has two schemes."


# --- what only looks alive --------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://arxiv.org/ftp/arxiv/papers/2305/2305.00447.pdf",
        "https://arxiv.org/ftp/hep-th/papers/9901/001.pdf",
    ],
)
@pytest.mark.parametrize("outcome", [FOUND, None, Failed(kind="offline", reason="x")])
def test_address_that_arxiv_has_given_up_is_never_alive(
    url: str, outcome: Outcome[ArxivRecord] | None
) -> None:
    """That there is such a paper says nothing of this address."""
    judgement = of_arxiv(url, outcome)

    assert said(judgement) == ("failing", "arxiv-not-served")
    assert judgement.absent
    assert (judgement.suggestion is not None) == isinstance(outcome, Found)


@pytest.mark.parametrize("age", [{"as_of": NOW}, {"as_of": NOW, "stale": True}])
def test_stored_record_denies_no_version(age: dict[str, Any]) -> None:
    """The version may have come since; what the record has, it confirms."""
    stored = Found[ArxivRecord](value=paper(), **age)
    newest = paper().version
    assert newest is not None

    assert of_arxiv(f"{ABS}v{newest + 1}", stored).verdict == "skipped"
    assert of_arxiv(f"{ABS}v{newest}", stored).verdict == "alive"
    assert said(of_arxiv(f"{ABS}v{newest + 1}", FOUND)) == ("failing", "arxiv-no-such-version")


@pytest.mark.parametrize(
    ("asked", "final", "said_of_it"),
    [
        ("https://github.com/o/r/wiki", "https://github.com/o/r", ("failing", "soft-404")),
        (
            "https://github.com/o/r/wiki/Page",
            "https://github.com/o/r/wiki",
            ("failing", "soft-404"),
        ),
        ("https://github.com/o/r/wiki", "https://github.com/o/new", ("failing", "soft-404")),
        ("https://gitlab.com/o/r/-/wikis/a", "https://gitlab.com/o/r", ("failing", "soft-404")),
        ("https://gitlab.com/o/r/s/-/blob/a", "https://gitlab.com/o/new", ("moved", None)),
        ("https://gitlab.com/g/o/r/-/blob/a", "https://gitlab.com/g/o/r", ("failing", "soft-404")),
        (
            "https://git.lab.example/o/r/src/a",
            "https://git.lab.example/o/r",
            ("failing", "soft-404"),
        ),
        ("https://lab.example/o/r/page", "https://lab.example/o/r", ("moved", None)),
        ("https://wiki.example/wiki/Page", "https://wiki.example/wiki", ("failing", "soft-404")),
        ("https://github.com/o/r/issues/1", "https://github.com/o/r/pull/1", ("moved", None)),
        ("https://lab.example/a/b", "https://lab.example/a", ("moved", None)),
        ("https://lab.example/a", "https://lab.example/en-us/a", ("alive", "ok")),
        ("https://lab.example/a", "https://lab.example/de/a", ("alive", "ok")),
        ("https://lab.example/a", "https://de.lab.example/a", ("alive", "ok")),
        ("https://lab.example/a", "https://lab.example/a?cookieSet=1", ("alive", "ok")),
        ("https://lab.example/a", "https://lab.example/a;jsessionid=0F", ("alive", "ok")),
        ("https://lab.example/a", "https://lab.example/b?sid=1", ("alive", "ok")),
        ("https://lab.example/a", "https://lab.example/b", ("moved", None)),
    ],
)
def test_where_a_permanent_redirect_leads(
    asked: str, final: str, said_of_it: tuple[str, str | None]
) -> None:
    """A root in the place of what lies below is not it; an address of one visit is no new one."""
    verdict, code = said(judge_probe(probe_of(200, asked, final)))

    assert (verdict, code if said_of_it[1] else None) == said_of_it


def soft(past: LinkHistory | None, at: datetime, code: str = "soft-404") -> Judgement:
    """Judge a soft 404 seen at a time."""
    return weigh(Judgement("failing", code, "http", 200), past, at)


def test_page_that_seems_gone_for_a_week_is_probably_gone() -> None:
    """Three sightings over seven days, and nothing better between them."""
    past, said_each_day = None, []
    for day in range(10):
        at = NOW + timedelta(days=day)
        judgement = soft(past, at, "parked-domain" if day % 2 else "soft-404")
        assert judgement.failure is not None
        past = remember(past, PAGE, judgement.failure, at)
        said_each_day.append(judgement.reason_code == "probably-gone")
        assert judgement.verdict == "failing"

    assert said_each_day == [False] * 7 + [True] * 3


def test_two_sightings_are_not_enough() -> None:
    """However far apart, and however often on one day."""
    first = soft(None, NOW)
    assert first.failure is not None
    past = remember(None, PAGE, first.failure, NOW)

    assert soft(past, NOW + timedelta(days=30)).reason_code == "soft-404"
    for hour in range(12):
        past = remember(past, PAGE, first.failure, NOW + timedelta(hours=hour))
    assert soft(past, NOW + timedelta(days=30)).reason_code == "soft-404"


def test_other_failure_between_sightings_is_no_sighting() -> None:
    """A week of time-outs is judged by its own rule."""
    failure = Judgement("failing", "timeout", "http").failure
    assert failure is not None
    past = None
    for day in range(9):
        past = remember(past, PAGE, failure, NOW + timedelta(days=day))

    assert soft(past, NOW + timedelta(days=9)).reason_code == "soft-404"
