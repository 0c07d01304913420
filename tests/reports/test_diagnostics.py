"""What a run has to tell: each thing once, with what the last report said of it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from pipeline.codes import meanings
from pipeline.formats.junit import render_junit
from pipeline.formats.report_json import Diagnostic, LinkReport, Location, actionable, fingerprint
from pipeline.formats.run_json import ListRun
from pipeline.records.catalog import Candidate, Finding, Paper, Resolution, Severity, SourceState
from pipeline.records.links import LinkHealth
from pipeline.records.lists import Entry, Problem
from pipeline.stages.parse import parse
from tests.formats.telling import (
    AT,
    FIRST_FAILED,
    diagnosed,
    finding,
    full,
    full_inputs,
    link,
    paper,
    told,
)

LATER = AT + timedelta(days=7)
PERMANENT = {
    "code": "permanent-redirect",
    "suggestion": "https://new.x.example/x",
    "final_url": "https://new.x.example/x",
}
RENAMED = {
    "code": "repository-renamed",
    "suggestion": "https://github.com/o/new",
    "final_url": "https://github.com/o/new",
    "evidence": "github",
}


def only(links: list[LinkHealth], papers: list[Paper] | None = None, **more: Any) -> Diagnostic:
    """Return the one thing that is told."""
    found = diagnosed(papers or [], links, now=AT, **more)
    assert len(found) == 1, [one.code for one in found]
    return found[0]


# --- links ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("health", "expected"),
    [
        (link("dead", "https://x.example/a"), ("link-dead", "error", "replace", False)),
        (
            link("dead", "https://x.example/a", suggestion="https://doi.org/10.1/x"),
            ("link-dead", "error", "replace", False),
        ),
        (
            link("moved", "https://x.example/a", **PERMANENT),
            ("link-moved", "info", "wait", False),
        ),
        (
            link("moved", "https://github.com/o/old", **RENAMED),
            ("repository-renamed", "warning", "apply", True),
        ),
        (
            link("moved", "https://github.com/o/old", **(RENAMED | {"evidence": "history"})),
            ("repository-renamed", "info", "wait", False),
        ),
        (
            link("malformed", "(http:/x", suggestion="http://x.example", code="no-url"),
            ("link-malformed", "warning", "apply", True),
        ),
        (
            link("malformed", "(http:/x", suggestion="javascript:alert(1)", code="no-url"),
            ("link-malformed", "error", "replace", False),
        ),
        (link("malformed", "(http:/x"), ("link-malformed", "error", "replace", False)),
        (
            link("failing", "https://x.example/a", code="timeout"),
            ("link-failing", "info", "wait", False),
        ),
        (
            link("failing", "https://x.example/a", code="probably-gone"),
            ("link-failing", "warning", "decide", False),
        ),
        (
            link("blocked", "https://x.example/a", code="challenge"),
            ("link-blocked", "info", "know", False),
        ),
        (
            link("skipped", "http://10.0.0.1/", code="private-address"),
            ("link-skipped", "info", "know", False),
        ),
        (
            link("alive", "https://x.example/#gone", code="fragment-missing"),
            ("fragment-missing", "info", "know", False),
        ),
    ],
)
def test_what_a_verdict_asks_for(health: LinkHealth, expected: tuple[str, str, str, bool]) -> None:
    """Only what has a proven replacement is certain; what a robot cannot know asks for nothing."""
    one = only([health])

    assert (one.code, one.severity, one.action, one.certain) == expected
    assert (one.url, one.replacement) == (health.url, health.suggestion)


@pytest.mark.parametrize(
    "health",
    [
        link("alive", "https://x.example", code="ok"),
        link("skipped", "https://x.example", code="excluded"),
        link("skipped", "https://x.example", code="ignored"),
        link("skipped", "https://x.example", code="no-time"),
        link("unknown", "https://x.example", code="network-down"),
    ],
)
def test_what_is_fine_or_unasked_is_not_told(health: LinkHealth) -> None:
    """Nothing is said of a link that is alive, left alone, or was never asked."""
    assert diagnosed([], [health]) == ()


def test_a_link_in_several_places_is_told_once() -> None:
    """Its places come in the order of one edit pass: as the run names the lists, then by line."""
    lists = [ListRun(name="zeta", entries=1), ListRun(name="alpha", entries=1)]
    one = only(
        [link("dead", "https://x.example", ("alpha", 5), ("zeta", 100), ("zeta", 20))], lists=lists
    )

    assert [(at.list, at.line, at.column) for at in one.locations] == [
        ("zeta", 20, 7),
        ("zeta", 100, 7),
        ("alpha", 5, 7),
    ]


def gone(url: str, line: int, **more: Any) -> LinkHealth:
    """A link whose host does not exist."""
    return link("dead", url, ("a", line), code="no-such-host", **more)


def test_a_dead_host_is_told_once() -> None:
    """Its links' places are together; one that has a suggestion is a matter of its own."""
    early, late = FIRST_FAILED, FIRST_FAILED + timedelta(days=1)
    links = [
        gone("https://gone.example/b", 9, first_failed_at=late, consecutive_failures=2),
        gone("https://gone.example/a", 3, first_failed_at=early, consecutive_failures=3),
        gone("https://gone.example/c", 5, suggestion="https://doi.org/10.1/c"),
    ]
    host, alone = sorted(diagnosed([], links), key=lambda one: one.url is not None)

    assert (host.url, host.title) == (None, "gone.example")
    assert host.message == "It is not there: 2 links to gone.example."
    assert [at.line for at in host.locations] == [3, 9]
    assert (host.first_seen_at, host.failures) == (early, 3)
    assert alone.replacement == "https://doi.org/10.1/c"
    # One more link to the same host, or one less, is nothing new.
    assert only(links[:1]).fingerprint == host.fingerprint


def test_a_repository_that_is_gone_is_told_once_with_its_files() -> None:
    """Whatever the case of its name."""
    one = only(
        [
            link("dead", "https://github.com/O/Gone", ("a", 1), code="no-such-repository"),
            link("dead", "https://github.com/o/gone/blob/x", ("a", 2), code="repository-gone"),
        ]
    )

    assert one.title == "github.com/o/gone"
    assert [at.line for at in one.locations] == [1, 2]


def redirect(checked_at: datetime | None, **more: Any) -> LinkHealth:
    """Return a permanent redirect that was asked then."""
    facts = PERMANENT | {"checked_at": checked_at} | more
    return link("moved", "https://x.example/a", ("a", 1), **facts)


def test_a_redirect_is_certain_when_it_was_there_before() -> None:
    """The first report waits, the second one offers it; another target waits again."""
    first = told((), [redirect(AT)])
    second = told((), [redirect(LATER)], previous=first, now=LATER)
    stored = told((), [redirect(LATER)], previous=second, now=LATER + timedelta(days=1))
    other = redirect(LATER + timedelta(days=9), suggestion="https://y.x.example")
    last = told((), [other], previous=stored)

    assert [
        (one.action, one.certain)
        for report in (first, second, stored, last)
        for one in report.diagnostics
    ] == [("wait", False), ("apply", True), ("apply", True), ("wait", False)]


@pytest.mark.parametrize("checked_at", [AT - timedelta(minutes=1), AT, None])
def test_a_redirect_that_was_not_asked_again_is_not_certain(checked_at: datetime | None) -> None:
    """A second run that trusts the stored answer of the first has seen nothing twice."""
    first = told((), [redirect(AT)])
    second = told((), [redirect(checked_at)], previous=first, now=LATER)

    assert [(one.action, one.certain) for one in second.diagnostics] == [("wait", False)]


@pytest.mark.parametrize(
    ("url", "more", "action"),
    [
        (
            "https://arxiv.org/abs/2401.00001",
            {"suggestion": "https://arxiv.org/abs/2402.00002"},
            "decide",
        ),
        ("https://tool.example/", {"suggestion": "https://casino.example/"}, "decide"),
        ("https://github.com/o/old", RENAMED | {"evidence": "history"}, "wait"),
    ],
)
def test_what_fix_would_not_write_is_never_ready_to_apply(
    url: str, more: dict[str, Any], action: str
) -> None:
    """A redirect to another work or site, or a new name that is remembered only."""
    facts = PERMANENT | more
    first = told((), [link("moved", url, **facts, checked_at=AT)])
    again = link("moved", url, **facts, checked_at=LATER)
    second = told((), [again], previous=first, now=LATER)

    assert [(one.action, one.certain) for one in second.diagnostics] == [(action, False)]


def test_a_dead_link_whose_lasting_address_is_known_is_ready_to_apply() -> None:
    """`pipeline fix` writes the DOI that its registry knows, so the report says so."""
    doi = "10.1145/3000000.3000001"
    dead = link(
        "dead",
        f"https://dl.acm.org/doi/{doi}",
        ("a", 1),
        key=f"doi:{doi}",
        suggestion=f"https://doi.org/{doi}",
    )
    state = SourceState(status="found", fields=("title",))
    other = replace(paper("doi:10.1/x", "Other", ("a", 1)), sources={"crossref": state})
    known = replace(paper(f"doi:{doi}", "A Title", ("a", 1)), doi=doi, sources={"crossref": state})

    assert [
        (one.severity, one.action, one.certain) for one in (only([dead], [known]), only([dead]))
    ] == [("error", "apply", True), ("error", "replace", False)]
    assert only([dead], [other]).action == "replace"


def test_the_title_is_that_of_the_place() -> None:
    """A link names the work as the list does where it stands first; prose has none."""
    entries = (
        Entry(list="a", line=8, end_line=9, title="Later"),
        Entry(list="a", line=2, end_line=3, title="As the List Has It"),
    )
    work = replace(paper("k", "Official"), mentions=entries)

    assert only([link("dead", "https://x.example", ("a", 8), ("a", 3), key="k")], [work]).title == (
        "As the List Has It"
    )
    assert only([link("dead", "https://x.example", ("a", 5))]).title is None


# --- what is new ------------------------------------------------------------------------------


def test_what_the_last_report_had_is_not_new() -> None:
    """Lines may move and failures be counted on: it is the same thing, known since then."""
    first = told((), [link("blocked", "https://x.example", ("a", 1))])
    moved = link("blocked", "https://x.example", ("a", 99), reason="Now 429.")
    second = told((), [moved, link("blocked", "https://y.example")], previous=first, now=LATER)
    known = {one.url: (one.is_new, one.first_seen_at) for one in second.diagnostics}

    assert all(one.is_new for one in first.diagnostics)
    assert known == {"https://x.example": (False, AT), "https://y.example": (True, LATER)}


def test_a_link_that_fails_is_known_since_its_first_failure() -> None:
    """Not since the first report of it."""
    one = only([link("dead", "https://x.example", first_failed_at=FIRST_FAILED)])

    assert one.first_seen_at == FIRST_FAILED


@pytest.mark.parametrize(
    ("later", "certain"),
    [
        (timedelta(minutes=1), False),
        (timedelta(hours=11, minutes=59), False),
        (timedelta(hours=12), True),
    ],
)
def test_a_move_is_certain_when_two_checks_are_half_a_day_apart(
    later: timedelta, certain: bool
) -> None:
    """However often it is asked in between, under `--refresh` too: hosts fail in the same way."""
    url = "https://x.example/project"
    first = told((), [link("moved", url, **PERMANENT, checked_at=AT)])
    again = link("moved", url, **PERMANENT, checked_at=AT + later)
    second = told((), [again], previous=first, now=AT + later)

    assert [one.certain for one in second.diagnostics] == [certain]


@pytest.mark.parametrize("code", ["network-down", "no-time", "source-unavailable"])
def test_what_could_not_be_asked_stays_told(code: str) -> None:
    """A run without a network closes no case, and the next one finds nothing new."""
    links = [link("moved", "https://x.example", ("a", 1), **PERMANENT)]
    first = told((), links)
    verdict: Any = "unknown" if code == "network-down" else "skipped"
    second = told((), [link(verdict, "https://x.example", ("a", 4), code=code)], previous=first)
    third = told((), links, previous=second)

    assert [one.code for one in second.diagnostics] == ["link-moved"]
    assert second.diagnostics[0].locations == (Location(list="a", line=4, column=7),)
    assert [one.is_new for one in third.diagnostics] == [False]


def test_what_is_excluded_now_is_no_longer_told() -> None:
    """A rule that leaves a link alone ends the case."""
    first = told((), [link("dead", "https://x.example")])
    second = told((), [link("skipped", "https://x.example", code="ignored")], previous=first)

    assert second.diagnostics == ()


def test_what_turns_from_failing_to_dead_is_new() -> None:
    """`--strict new` stops on it."""
    first = told((), [link("failing", "https://x.example", code="timeout")])
    second = told((), [link("dead", "https://x.example", code="long-failing")], previous=first)

    assert not actionable(first)
    assert actionable(second, new_only=True)
    assert not actionable(
        told((), [link("dead", "https://x.example")], previous=second), new_only=True
    )


@pytest.mark.parametrize(
    "written",
    [
        "[A study of foxes] (https://arxiv.org/abs/2401.00001)",
        "[A study of foxes](https://arxiv.org/abs/2401.00001",
    ],
)
def test_what_the_list_itself_says_is_not_repeated_for_its_link(written: str) -> None:
    """A link that is not asked has its state repeated, and no fault of the list doubles by that."""
    parsed = parse(f"# L\n\n- {written}\n", name="a")
    links = [link("skipped", "https://arxiv.org/abs/2401.00001", ("a", 3), code="not-asked")]
    run = told((), links, parsed=[parsed])
    for _ in range(2):
        run = told((), links, parsed=[parsed], previous=run)
        assert [(one.code, one.is_new) for one in run.diagnostics] == [("link-malformed", False)]
        assert run.headline == "Links: 1 to replace"

    mended = parse("# L\n\n- [A study of foxes](https://arxiv.org/abs/2401.00001)\n", name="a")
    assert told((), links, parsed=[mended], previous=run).diagnostics == ()


def test_finding_of_a_paper_is_not_repeated_for_its_link() -> None:
    """GitHub's answer is stored, and the link of the renamed repository is not asked."""
    url = "https://github.com/o/old"
    renamed = finding("repository-renamed", "warning", "O/Old is now called O/New", "a", 3)
    renamed = renamed.model_copy(update={"url": url, "replacement": "https://github.com/o/new"})
    papers = [paper("arxiv:1", "A Title", ("a", 3), findings=(renamed,))]
    links = [link("skipped", url, ("a", 3), code="no-time", key="arxiv:1")]
    run = told(papers, links)
    for _ in range(2):
        run = told(papers, links, previous=run)
        assert [one.code for one in run.diagnostics] == ["repository-renamed"]


def test_host_that_is_partly_asked_again_is_told_once() -> None:
    """One link of a dead host was asked, another was not: one thing, with both places."""
    first = told((), [gone("https://gone.example/a", 1)])
    again = [
        link("skipped", "https://gone.example/a", ("a", 1), code="no-time"),
        gone("https://gone.example/b", 2),
    ]
    second = told((), again, previous=first)

    assert [one.code for one in second.diagnostics] == ["link-dead"]
    assert [at.line for at in second.diagnostics[0].locations] == [1, 2]


# --- findings ---------------------------------------------------------------------------------


def test_what_is_said_of_several_places_of_a_paper_is_told_once() -> None:
    """Each finding of a paper keeps all its places."""
    found = (
        finding("repository-archived", "info", "o/a is archived", "a", 9),
        finding("repository-archived", "info", "o/a is archived", "a", 2),
        finding("repository-archived", "info", "o/b is archived", "a", 2),
    )
    diagnostics = diagnosed([paper("k", "T", ("a", 2), ("a", 9), findings=found)], [])

    assert sorted((one.message, [at.line for at in one.locations]) for one in diagnostics) == [
        ("o/a is archived.", [2, 9]),
        ("o/b is archived.", [2]),
    ]
    assert {one.code for one in diagnostics} == {"repository-archived"}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("same work as in line 3", "same work as in line 12"),
        ("o/n is the code of “T” (other:47)", "o/n is the code of “T” (other:48)"),
    ],
)
def test_lines_in_a_message_make_no_difference(first: str, second: str) -> None:
    """A finding is the same when the lines that it names have moved."""
    one, other = (
        diagnosed([paper("k", "T", findings=(finding("x", "info", words, "a", 1),))], [])[0]
        for words in (first, second)
    )

    assert one.fingerprint == other.fingerprint


def test_a_number_that_is_no_line_makes_a_difference() -> None:
    """Two ids that are missing are two things."""
    found = tuple(
        finding("arxiv-id-missing", "error", f"arXiv knows no paper 2399.0000{n}", "a", n)
        for n in (1, 2)
    )

    assert len(diagnosed([paper("k", "T", findings=found)], [])) == 2


@pytest.mark.parametrize(
    ("code", "severity", "replacement", "expected"),
    [
        ("wrong-paper", "error", "https://arxiv.org/abs/1", ("correct", False)),
        ("retracted", "warning", None, ("decide", False)),
        ("retitled", "info", "Official Title", ("know", False)),
        ("pdf-link", "info", "https://arxiv.org/abs/2", ("tidy", True)),
        ("version-pinned", "info", "https://arxiv.org/abs/2", ("tidy", True)),
        ("version-pinned", "info", None, ("tidy", False)),
    ],
)
def test_what_a_finding_asks_for(
    code: str, severity: Severity, replacement: str | None, expected: tuple[str, bool]
) -> None:
    """An error is to be corrected, a warning to be decided on; tidying is certain and no duty."""
    found = Finding(
        code=code,
        severity=severity,
        message="m",
        list="a",
        line=2,
        url="https://x.example",
        replacement=replacement,
    )
    one = only([link("alive", "https://x.example", ("a", 2))], [paper("k", "T", findings=(found,))])

    assert (one.action, one.certain) == expected
    assert (one.message, one.replacement) == ("m.", replacement)
    assert one.locations == (Location(list="a", line=2, column=7),)


def test_a_renamed_repository_is_told_once() -> None:
    """Neither as a moved link beside the finding, nor the other way about."""
    found = (
        finding("repository-renamed", "info", "O/Old is now o/new", "a", 1),
        finding("repository-renamed", "info", "o/file is now o/other", "a", 1),
    )
    moved = link("moved", "https://github.com/o/old", ("a", 1), key="k", **RENAMED)
    told_of = diagnosed([paper("k", "T", ("a", 1), findings=found)], [moved])

    assert [(one.code, one.action, one.url) for one in told_of] == [
        ("repository-renamed", "apply", "https://github.com/o/old"),
        ("repository-renamed", "know", None),
    ]
    assert told_of[1].message == "o/file is now o/other."


def missing_id(severity: Severity = "error") -> Paper:
    """A paper that arXiv does not know."""
    found = finding("arxiv-id-missing", severity, "arXiv knows no paper 2301.00001", "a", 1)
    return paper("arxiv:2301.00001", "T", ("a", 1), findings=(found,))


def test_an_id_that_arxiv_does_not_know_is_told_once() -> None:
    """As the wrong id that it is, with the link's own history."""
    url = "https://arxiv.org/abs/2301.00001"
    more: dict[str, Any] = {"first_failed_at": FIRST_FAILED, "consecutive_failures": 2}
    dead = link("dead", url, ("a", 1), code="no-such-paper", key="arxiv:2301.00001", **more)
    one = only([dead], [missing_id()])

    assert (one.code, one.action, one.url) == ("arxiv-id-missing", "correct", url)
    assert (one.first_seen_at, one.failures) == (FIRST_FAILED, 2)
    # In prose as well, or where the finding is only a warning, the link stands for itself.
    prose = link("dead", url, ("a", 7), code="no-such-paper")
    assert {one.code for one in diagnosed([missing_id()], [prose])} == {
        "arxiv-id-missing",
        "link-dead",
    }
    assert len(diagnosed([missing_id("warning")], [dead])) == 2


def test_findings_that_links_tell_already_are_left_out() -> None:
    """A missing repository and a placeholder are there as links."""
    found = (
        finding("repository-missing", "warning", "GitHub knows no o/x", "a", 1),
        finding("placeholder-link", "warning", "placeholder", "a", 1),
    )

    assert diagnosed([paper("k", "T", findings=found)], []) == ()


def test_a_link_that_is_to_be_replaced_is_not_to_be_tidied() -> None:
    """Two edits of one target would be one too many."""
    url = "https://arxiv.org/pdf/2301.00001v1xx"
    tidy = Finding(
        code="pdf-link",
        severity="info",
        message="m",
        list="a",
        line=1,
        url=url,
        replacement="https://arxiv.org/abs/2301.00001",
    )
    glued = link("malformed", url, ("a", 1), suggestion="https://arxiv.org/abs/2301.00001")

    assert only([glued], [paper("k", "T", findings=(tidy,))]).code == "link-malformed"


# --- works, lists, rules ----------------------------------------------------------------------


def test_a_review_names_its_candidates() -> None:
    """The best three with their scores, and why a machine does not decide."""
    resolution = Resolution(
        status="review",
        evidence=("TIE: …",),
        candidates=tuple(Candidate(key=f"arxiv:{n}", title="T", score=0.9) for n in range(5)),
        reason_code="TIE",
    )
    one = only([], [paper("title:1", "T", ("a", 1), resolution=resolution)])

    assert (one.code, one.action, one.reason_code) == ("needs-review", "decide", "TIE")
    assert one.message == (
        "Possible: arxiv:0 “T” (90%); arxiv:1 “T” (90%); arxiv:2 “T” (90%) and 2 more."
        " Two or more works fit equally well."
    )


def test_a_work_without_an_identifier_is_told() -> None:
    """With the reason where there is one, else with the evidence."""
    why, words = (
        only([], [paper("title:1", "T", ("a", 1), resolution=resolution)]).message
        for resolution in (
            Resolution(status="missing", reason_code="NO_CANDIDATE", evidence=("x",)),
            Resolution(status="skipped", evidence=("no link.", "no title")),
        )
    )

    assert why == "No source has a work with this title, or one close enough to it."
    assert words == "no link; no title."


def test_lines_of_one_fault_are_told_together() -> None:
    """A list with many unread lines is one thing; a list without entries is to be decided on."""
    unread = [Problem(list="a", line=n, code="unread-entry", message="No title.") for n in (9, 4)]
    empty = Problem(list="b", line=1, code="no-entries", message="No entries")
    first, second = diagnosed([], [], problems=[*unread, empty])

    assert (first.code, first.action, first.message) == ("no-entries", "decide", "No entries.")
    assert (second.code, [at.line for at in second.locations]) == ("unread-entry", [4, 9])


def test_a_rule_that_has_expired_is_told_with_its_file() -> None:
    """Its place is in the ignore file."""
    note = finding("ignore-expired", "warning", "expired on 2026-01-01", "pipeline-ignore.toml", 3)
    one = only([], notes=[note])

    assert (one.code, one.severity, one.action) == ("ignore-expired", "warning", "know")
    assert one.locations == (Location(list="pipeline-ignore.toml", line=3),)


# --- all of it --------------------------------------------------------------------------------


def test_every_code_is_explained() -> None:
    """`pipeline explain` knows whatever is told."""
    codes = {one.code for one in full().diagnostics}
    codes |= {"link-unknown", "repository-renamed", "no-entries", "badly-read", "fragment-missing"}

    assert {"link-dead", "link-moved", "needs-review", "ignore-expired"} <= codes
    assert all(meanings(code) for code in codes)


def test_fingerprints_are_distinct() -> None:
    """No two things of a report are taken for one another."""
    prints = [one.fingerprint for one in full().diagnostics]

    assert len(set(prints)) == len(prints)
    assert fingerprint("a", "b", None) != fingerprint("a", None, "b")


def test_the_order_of_the_input_does_not_matter() -> None:
    """The same in another order is the same report."""
    papers, links, run = full_inputs()
    turned = run | {"problems": run["problems"][::-1]}

    assert told(papers[::-1], links[::-1], complete=False, **turned) == full()


@pytest.mark.parametrize(
    ("papers", "links", "text", "fails"),
    [
        ([], [link("dead", "https://x.example")], "", True),
        ([], [link("malformed", "x", code="no-url")], "", True),
        ([], [link("malformed", "(http:/x", suggestion="http://x.org", code="no-url")], "", False),
        ([missing_id()], [], "", True),
        ([], [], "- [A study of foxes] (https://arxiv.org/abs/2401.00001)", True),
        ([], [], "- [A study of foxes(https://arxiv.org/abs/2401.00001)", True),
        ([], [], "- [A study of foxes](https://arxiv.org/abs/2401.00001) [code](TODO)", True),
        ([missing_id("warning")], [], "", False),
        ([], [link("failing", "https://x.example")], "", False),
        ([], [link("failing", "https://x.example", code="probably-gone")], "", False),
        ([], [link("blocked", "https://x.example")], "", False),
        ([], [link("moved", "https://x.example", **PERMANENT)], "", False),
        ([], [link("moved", "https://github.com/o/old", **RENAMED)], "", False),
    ],
)
def test_strict_run_fails_for_what_leads_nowhere_or_is_wrong(
    papers: list[Paper], links: list[LinkHealth], text: str, fails: bool
) -> None:
    """Moved links and open decisions fail no job; what does is an error in every form."""
    report = told(papers, links, parsed=[parse(f"# L\n\n{text}\n", name="a")])
    failures = render_junit(report).count("<failure ")

    assert actionable(report) is actionable(report, new_only=True) is fails
    assert failures == int(fails)


def test_time_grows_with_the_number_of_links(growth: Any) -> None:
    """A list of thirty thousand links takes no longer for each."""

    def make(number: int) -> tuple[list[LinkHealth], LinkReport]:
        links = [gone(f"https://gone.example/{n}", n) for n in range(number)]
        links += [link("unknown", f"https://{n}.example", code="no-time") for n in range(number)]
        return links, told((), [link("blocked", f"https://{n}.example") for n in range(number)])

    ratio = growth(make, lambda given: diagnosed([], given[0], previous=given[1]), small=100)

    assert ratio < 24


def test_a_question_keeps_its_mark() -> None:
    """And gets no full stop behind it."""
    problem = Problem(code="no-entries", list="a", line=1, message="Is it the right file?")

    assert [one.message for one in diagnosed((), (), problems=[problem], now=AT)] == [
        "Is it the right file?"
    ]


def test_two_addresses_are_to_be_decided() -> None:
    """What drops one of them is not even shown."""
    glued = "https://arxiv.org/abs/2006.11239https://github.com/a/b"

    one = only([link("malformed", glued, suggestion="https://arxiv.org/abs/2006.11239")])

    assert (one.action, one.replacement, one.certain) == ("decide", None, False)
    assert one.message.startswith("Two addresses")
