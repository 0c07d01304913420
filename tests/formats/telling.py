"""Small papers, links and reports, built by hand."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pipeline.formats.report_json import Diagnostic, LinkReport, edit_order
from pipeline.formats.run_json import ListRun, RunReport, count
from pipeline.records.catalog import (
    Candidate,
    Finding,
    Paper,
    RepositoryPart,
    Resolution,
    Severity,
    SourceState,
)
from pipeline.records.links import LinkHealth, Occurrence, Verdict
from pipeline.records.lists import Entry, ParsedList, Problem
from pipeline.records.outcomes import Deferred
from pipeline.reports.context import Catalog, Context
from pipeline.reports.diagnostics import diagnose
from pipeline.reports.link_report import link_report
from pipeline.reports.overview import overview_of

AT = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
FIRST_FAILED = datetime(2026, 11, 1, 23, 59, tzinfo=UTC)

HOSTILE = (
    "</details>\n\n# Owned\n::error::owned\r\n##[error]owned | @octocat #77 `x` ```"
    " [a](javascript:alert(1)) <img src=x> {0} 100% ]]> \x00\x1b[31m\u202e\ufffe\ud800"
)
"""Text of a stranger that attacks whatever shows it."""


def paper(
    key: str,
    title: str,
    *places: tuple[str, int],
    findings: tuple[Finding, ...] = (),
    sources: dict[str, SourceState] | None = None,
    resolution: Resolution | None = None,
    repositories: tuple[RepositoryPart, ...] = (),
) -> Paper:
    """A paper that stands at these places."""
    return Paper(
        key=key,
        title=title,
        mentions=tuple(Entry(list=name, line=n, end_line=n, title=title) for name, n in places),
        findings=findings,
        sources=sources or {},
        resolution=resolution or Resolution(status="found", method="link", confidence=1.0),
        repositories=repositories,
    )


def link(
    verdict: Verdict,
    url: str,
    *places: tuple[str, int],
    reason: str = "It is not there.",
    code: str = "not-found",
    key: str | None = None,
    **more: Any,
) -> LinkHealth:
    """A link that stands at these places."""
    return LinkHealth(
        url=url,
        verdict=verdict,
        reason_code=code,
        reason=reason,
        occurrences=tuple(
            Occurrence(list=name, line=line, column=7, role="paper", paper=key)
            for name, line in places
        ),
        **({"evidence": "http"} | more),
    )


def finding(code: str, severity: Severity, message: str, name: str, line: int) -> Finding:
    """A finding at a place."""
    return Finding(code=code, severity=severity, message=message, list=name, line=line)


def told(
    papers: Sequence[Paper] = (),
    links: Sequence[LinkHealth] = (),
    *,
    lists: Sequence[ListRun] = (),
    problems: Sequence[Problem] = (),
    deferred: Sequence[Deferred] = (),
    notes: Sequence[Finding] = (),
    parsed: Sequence[ParsedList] = (),
    previous: LinkReport | None = None,
    now: datetime = AT,
    complete: bool = True,
    **run: Any,
) -> LinkReport:
    """The report of a run that has come to this."""
    report = RunReport(
        version="0.1.0",
        started_at=now,
        finished_at=now,
        duration_s=0.0,
        lists=tuple(lists),
        problems=tuple(problems),
        deferred=tuple(deferred),
        counts=count(papers, links),
        exit_code=0,
        **run,
    )
    return link_report(
        overview_of(papers),
        links,
        run=report,
        complete=complete,
        notes=notes,
        parsed=parsed,
        previous=previous,
    )


def diagnosed(
    papers: Sequence[Paper],
    links: Sequence[LinkHealth],
    *,
    lists: Sequence[ListRun] = (),
    previous: LinkReport | None = None,
    now: datetime | None = None,
    **more: Any,
) -> tuple[Diagnostic, ...]:
    """What is said of papers and links."""
    context = Context(edit_order(lists), previous, now)
    return diagnose(Catalog(overview_of(papers), links, context), **more)


def full(previous: LinkReport | None = None, now: datetime = AT) -> LinkReport:
    """A report in which everything occurs."""
    return told(_PAPERS, _LINKS, previous=previous, now=now, complete=False, **_RUN)


def full_inputs() -> tuple[tuple[Paper, ...], tuple[LinkHealth, ...], dict[str, Any]]:
    """What `full` is made of."""
    return _PAPERS, _LINKS, dict(_RUN)


_PAPERS = (
    paper(
        "arxiv:2305.00447",
        "Tuning Frameworks",
        ("survey", 12),
        ("table", 4),
        findings=(
            finding("repository-archived", "info", "o/old is archived", "survey", 12),
            finding("repository-archived", "info", "o/old is archived", "table", 4),
            finding("repository-missing", "warning", "GitHub knows no o/gone", "survey", 12),
            Finding(
                code="pdf-link",
                severity="info",
                message="the abstract page serves better than the PDF",
                list="survey",
                line=12,
                url="https://arxiv.org/pdf/2305.00447",
                replacement="https://arxiv.org/abs/2305.00447",
            ),
        ),
        sources={"arxiv": SourceState(status="found", stale=True, reason="throttled.")},
        repositories=(
            RepositoryPart(full_name="o/old", url="https://github.com/o/old", status="found"),
        ),
    ),
    paper(
        "arxiv:2399.00001",
        "No Such Paper",
        ("table", 9),
        findings=(
            finding("arxiv-id-missing", "error", "arXiv knows no paper 2399.00001", "table", 9),
            finding("arxiv-withdrawn", "warning", "arXiv:2399.00001 is withdrawn", "table", 9),
            finding("duplicate-entry", "info", "same work as in line 3", "table", 9),
        ),
        sources={"github": SourceState(status="failed", reason="HTTP 503")},
    ),
    paper(
        "title:0123456789abcdef",
        "Rating Prediction",
        ("table", 20),
        resolution=Resolution(
            status="review",
            evidence=("RETITLED: arxiv:1 “Rating”",),
            candidates=(Candidate(key="arxiv:1", title="Rating", score=0.97),),
            reason_code="RETITLED",
        ),
    ),
    paper(
        "title:fedcba9876543210",
        "A Data Set",
        ("table", 21),
        resolution=Resolution(status="skipped", evidence=("no identifier",)),
    ),
)
_LINKS = (
    link("alive", "https://fine.example/", ("survey", 1), code="ok", reason="It answers."),
    link("dead", "https://b.example/second", ("table", 4), key="arxiv:2305.00447"),
    link(
        "dead",
        "https://a.example/first",
        ("table", 30),
        ("survey", 12),
        ("survey", 12),
        code="no-such-host",
        reason="The host name does not exist.",
        first_failed_at=FIRST_FAILED,
        consecutive_failures=3,
        suggestion="https://doi.org/10.1/x",
        key="arxiv:2305.00447",
    ),
    *(
        link(
            "dead",
            f"https://gone.example/{n}",
            ("table", 50 - n),
            code="no-such-host",
            reason="The host name does not exist.",
            first_failed_at=FIRST_FAILED,
            consecutive_failures=n,
        )
        for n in (1, 2)
    ),
    link(
        "moved",
        "https://github.com/o/old_name",
        ("table", 4),
        code="repository-renamed",
        reason="The repository has a new name.",
        evidence="github",
        final_url="https://github.com/o/new_name",
        suggestion="https://github.com/o/new_name",
    ),
    link(
        "moved",
        "https://old.example/page",
        ("table", 6),
        code="permanent-redirect",
        reason="It has moved for good.",
        final_url="https://new.example/page",
        suggestion="https://new.example/page",
    ),
    link(
        "malformed",
        "((http:/x.example)",
        ("table", 5),
        code="no-url",
        reason="no scheme",
        suggestion="http://x.example",
        evidence="none",
    ),
    link("malformed", "htp", ("table", 5), code="no-url", reason="no scheme", evidence="none"),
    link("blocked", "https://dl.acm.org/doi/1", ("survey", 2), code="challenge", reason="403."),
    link(
        "failing",
        "https://slow.example/",
        ("survey", 3),
        code="timeout",
        reason="timeout",
        first_failed_at=AT,
        consecutive_failures=1,
    ),
    link("skipped", "http://10.0.0.1/", ("survey", 4), code="private-address", reason="private."),
    link("unknown", "https://u.example/", ("survey", 5), code="network-down", reason="no network"),
)
_RUN: dict[str, Any] = {
    "lists": (
        ListRun(name="survey", entries=1, path="lists/my survey.md"),
        ListRun(name="table", entries=4, stale=True, reason="HTTP 500"),
    ),
    "problems": (
        Problem(list="table", line=40, code="unread-entry", message="a link and no title"),
    ),
    "deferred": (Deferred(what="github", count=7, reason="60 requests an hour without a token"),),
    "notes": (
        Finding(
            code="ignore-expired",
            severity="warning",
            message="expired on 2026-10-01",
            list="pipeline-ignore.toml",
            line=3,
        ),
    ),
}


def hostile() -> LinkReport:
    """A report in which everything that strangers can write is an attack."""
    found = (
        finding("arxiv-id-missing", "error", HOSTILE, HOSTILE, 1),
        finding("arxiv-withdrawn", "warning", HOSTILE, HOSTILE, 1),
        finding("duplicate-entry", "info", HOSTILE, HOSTILE, 1),
        finding("repository-renamed", "info", HOSTILE, HOSTILE, 1),
        *(
            finding("retitled", "info", f"{n}", HOSTILE, 1).model_copy(
                update={"url": url, "replacement": replacement}
            )
            for n, (url, replacement) in enumerate(
                ((HOSTILE, HOSTILE), (HOSTILE, f"https://x.example/{HOSTILE}"), (None, HOSTILE))
            )
        ),
    )
    verdicts: tuple[Verdict, ...] = (
        "dead",
        "moved",
        "malformed",
        "blocked",
        "failing",
        "skipped",
        "unknown",
    )
    return told(
        (
            paper(
                "k1",
                HOSTILE,
                (HOSTILE, 1),
                findings=found,
                sources={HOSTILE: SourceState(status="failed", reason=HOSTILE)},
            ),
            paper(
                "k2",
                HOSTILE,
                (HOSTILE, 2),
                resolution=Resolution(
                    status="review",
                    evidence=(HOSTILE,),
                    candidates=(Candidate(key=HOSTILE, title=HOSTILE, score=0.5),),
                    reason_code=HOSTILE,
                ),
            ),
        ),
        [
            link(
                verdict,
                url,
                (HOSTILE, 1),
                reason=HOSTILE,
                suggestion=HOSTILE,
                final_url=f"https://x.example/{HOSTILE}",
                key="k1",
                consecutive_failures=1,
                first_failed_at=AT,
            )
            for verdict in verdicts
            for url in (HOSTILE, f"https://{verdict}.example/{HOSTILE}")
        ],
        lists=(ListRun(name=HOSTILE, entries=1, stale=True, reason=HOSTILE, path=HOSTILE),),
        problems=(Problem(list=HOSTILE, line=1, code="encoding", message=HOSTILE),),
        deferred=(Deferred(what=HOSTILE, count=1, reason=HOSTILE),),
        notes=(finding("ignore-unused", "warning", HOSTILE, HOSTILE, 1),),
    )
