"""The report for maintainers."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pyromark
import pytest

from pipeline.formats.report import (
    Report,
    environment,
    render_report,
)
from pipeline.formats.run_json import ListRun
from pipeline.records import (
    Candidate,
    Deferred,
    Entry,
    Finding,
    LinkHealth,
    Occurrence,
    Paper,
    Problem,
    RepositoryPart,
    Resolution,
    Severity,
    SourceState,
    Verdict,
)

GOLDEN = Path(__file__).parent / "golden"

AT = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
FIRST_FAILED = datetime(2026, 11, 1, 23, 59, tzinfo=UTC)


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
    reason: str = "HTTP 404",
    since: datetime | None = None,
    failures: int = 0,
    suggestion: str | None = None,
    final_url: str | None = None,
    key: str | None = None,
) -> LinkHealth:
    """A link that stands at these places."""
    return LinkHealth(
        url=url,
        verdict=verdict,
        reason_code="x",
        reason=reason,
        evidence="http",
        first_failed_at=since,
        consecutive_failures=failures,
        suggestion=suggestion,
        final_url=final_url,
        occurrences=tuple(
            Occurrence(list=name, line=line, column=1, role="paper", paper=key)
            for name, line in places
        ),
    )


def finding(code: str, severity: Severity, message: str, name: str, line: int) -> Finding:
    """A finding at a place."""
    return Finding(code=code, severity=severity, message=message, list=name, line=line)


FULL = Report(
    papers=(
        paper(
            "arxiv:2305.00447",
            "Tuning Frameworks",
            ("survey", 12),
            ("table", 4),
            findings=(
                finding("repository-archived", "info", "o/old is archived", "survey", 12),
                finding("repository-archived", "info", "o/old is archived", "table", 4),
                finding("repository-missing", "warning", "GitHub knows no o/gone", "survey", 12),
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
                finding("arxiv-id-missing", "error", "arXiv knows no 2399.00001", "table", 9),
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
                evidence=("same title, two ids",),
                candidates=(Candidate(key="arxiv:1", title="Rating", score=1.0),),
            ),
        ),
        paper(
            "title:fedcba9876543210",
            "A Data Set",
            ("table", 21),
            resolution=Resolution(status="skipped", evidence=("no identifier",)),
        ),
    ),
    links=(
        link("alive", "https://fine.example/", ("survey", 1), reason="HTTP 200"),
        link(
            "dead",
            "https://b.example/second",
            ("table", 4),
            reason="HTTP 404, asked twice.",
            key="arxiv:2305.00447",
        ),
        link(
            "dead",
            "https://a.example/first",
            ("table", 30),
            ("survey", 12),
            ("survey", 12),
            reason="no such host",
            since=FIRST_FAILED,
            failures=3,
            suggestion="https://doi.org/10.1/x",
            key="arxiv:2305.00447",
        ),
        link(
            "moved",
            "https://github.com/o/old_name",
            ("table", 4),
            reason="renamed on GitHub",
            final_url="https://github.com/o/new_name",
        ),
        link(
            "malformed",
            "((http:/x.example)",
            ("table", 5),
            reason="no scheme",
            suggestion="http://x.example",
        ),
        link("blocked", "https://dl.acm.org/doi/1", ("survey", 2), reason="HTTP 403"),
        link("failing", "https://slow.example/", ("survey", 3), reason="timeout", since=AT),
        link("skipped", "http://10.0.0.1/", ("survey", 4), reason="private address"),
        link("unknown", "https://u.example/", ("survey", 5), reason="connection lost"),
    ),
    lists=(
        ListRun(name="survey", entries=1),
        ListRun(name="table", entries=4, stale=True, reason="HTTP 500"),
    ),
    problems=(Problem(list="table", line=40, code="unread-entry", message="a link and no title"),),
    deferred=(Deferred(what="github", count=7, reason="60 requests an hour without a token"),),
    version="0.1.0",
    generated_at=AT,
)

FULL_TEXT = (GOLDEN / "report.md").read_text(encoding="utf-8")


def test_the_report_says_first_what_to_do_first() -> None:
    """Every section with its count, grouped by URL, in the order of one edit pass."""
    assert render_report(FULL) == FULL_TEXT


CLEAN_TEXT = (GOLDEN / "clean.md").read_text(encoding="utf-8")

CLEAN = Report(
    papers=(paper("arxiv:1", "Fine", ("a", 1)),), links=(link("alive", "https://x.example"),)
)


def test_a_clean_run_has_no_empty_sections() -> None:
    """Where nothing is to be done the report says so and has counts only."""
    assert render_report(CLEAN) == CLEAN_TEXT


@pytest.mark.parametrize(
    ("update", "title", "banner"),
    [
        ({"sandbox": True}, "nothing to act on", "> Sandbox run: the services were replicas"),
        ({"offline": True}, "nothing to act on", "> Off line: nothing was asked"),
        ({"network": "down"}, "not checked, no network", "> Our own network did not work"),
    ],
)
def test_a_run_out_of_the_ordinary_says_so_in_one_sentence(
    update: dict[str, object], title: str, banner: str
) -> None:
    """Sandbox, off line and no network each have a banner below the title."""
    lines = render_report(CLEAN.model_copy(update=update)).splitlines()
    assert lines[:2] == [f"# Links: {title}", ""]
    assert lines[2].startswith(banner)
    assert lines[2].endswith(".")
    assert lines[3:5] == ["", "## Counts"]


def test_only_the_footer_knows_the_time_of_the_run() -> None:
    """Two runs with the same results differ in the last line and nowhere else."""
    later = FULL.model_copy(update={"generated_at": datetime(2027, 1, 1, tzinfo=UTC)})
    first, second = render_report(FULL).splitlines(), render_report(later).splitlines()
    assert first[:-1] == second[:-1]
    assert first[-1] != second[-1]


def test_the_order_of_the_input_does_not_matter() -> None:
    """The same papers and links in another order give the same bytes."""
    turned = FULL.model_copy(
        update={
            "papers": FULL.papers[::-1],
            "links": FULL.links[::-1],
            "problems": FULL.problems[::-1],
        }
    )
    assert render_report(turned) == FULL_TEXT


def test_lists_come_in_the_order_of_the_run() -> None:
    """Places are sorted by the run's order of lists, not by name, then by line."""
    report = Report(
        papers=(),
        links=(
            link("dead", "https://one.example", ("alpha", 1)),
            link("dead", "https://two.example", ("zeta", 100), ("alpha", 5)),
            link("dead", "https://three.example", ("zeta", 20)),
        ),
        lists=(ListRun(name="zeta", entries=1), ListRun(name="alpha", entries=1)),
    )
    bullets = [line for line in render_report(report).splitlines() if line.startswith("- [ ]")]
    assert bullets == [
        "- [ ] **zeta:20**\\",
        "- [ ] **zeta:100**, alpha:5\\",
        "- [ ] **alpha:1**\\",
    ]


def unidentified(key: str, line: int, why: str) -> Paper:
    """A paper of which nobody knows which one it is."""
    resolution = Resolution(status="skipped", evidence=(why,))
    return paper(f"title:{key}", f"Paper {key}", ("a", line), resolution=resolution)


def test_what_is_true_of_all_is_said_once() -> None:
    """Where every paper of a section has the same note, it stands above them."""
    report = Report(
        papers=(unidentified("b", 2, "no link"), unidentified("a", 1, "no link")), links=()
    )
    assert (
        "Nothing says which work these are; a link to it would. (No link.)\n\n"
        "- **a:1** · Paper a\n- **a:2** · Paper b\n\n</details>\n"
    ) in render_report(report)
    different = Report(
        papers=(unidentified("a", 1, "no link"), unidentified("b", 2, "x")), links=()
    )
    assert "- **a:1** · Paper a\\\n  no link\n- **a:2** · Paper b\\\n  x\n" in render_report(
        different
    )


def test_what_was_put_off_is_said_once() -> None:
    """A source's answers that were left for a later run are no failure of the source."""
    state = SourceState(status="skipped", reason="60 an hour")
    report = Report(
        papers=(paper("k", "T", ("a", 1), sources={"github": state}),),
        links=(),
        deferred=(Deferred(what="github", count=1, reason="60 an hour"),),
    )
    text = render_report(report)
    assert "- left for a later run by GitHub (60 an hour): 1" in text
    assert "What could not be asked" not in text


def test_a_link_in_very_many_places_names_the_first_twenty() -> None:
    """One link does not fill the report."""
    places = [("a", line) for line in range(1, 31)]
    text = render_report(Report(papers=(), links=(link("dead", "https://x.example", *places),)))
    assert "a:20 and 10 more places\\" in text
    assert "a:21" not in text


def many(verdict: Verdict, number: int) -> tuple[LinkHealth, ...]:
    """So many links with long reasons."""
    return tuple(
        link(
            verdict,
            f"https://{verdict}.example/{n}/" + "x" * 100,
            ("list", n),
            reason="the host says no " * 10,
        )
        for n in range(1, number + 1)
    )


@pytest.mark.parametrize("limit", [60_000, 20_000, 4_000])
def test_a_long_report_keeps_its_head_and_its_counts(limit: int) -> None:
    """It fits, says how many there are of everything, and where the rest is."""
    links = (*many("dead", 600), *many("moved", 600), *many("blocked", 900))
    text = render_report(Report(papers=(), links=links, version="0.1.0"), limit)
    assert len(text.encode()) <= limit
    assert text.startswith("# Links: 1200 to act on (600 dead, 600 moved)\n")
    assert "## Dead (600)" in text
    assert "<summary>Blocked (900)</summary>" in text
    assert "| Links blocked | 900 |" in text
    shown = text.count("- [ ]")
    assert text.count("more in links.jsonl") == 3
    assert f"- … and {600 - shown // 2} more in links.jsonl" in text
    assert text.endswith("paper-list-pipeline 0.1.0.\n")
    assert text.count("<details>") == text.count("</details>") == 1


def test_dead_links_are_the_last_to_be_cut() -> None:
    """With room for some, the sections to act on keep more than the collapsed ones."""
    links = (*many("dead", 90), *many("blocked", 600))
    text = render_report(Report(papers=(), links=links), 60_000)
    assert text.count("- [ ]") == 90
    assert text.count("- **list:") == 25


HOSTILE = (
    "</details>\n\n# Owned\n\n| @octocat #77 `x` [a](javascript:alert(1)) <img src=x>"
    " \x1b[31m\u202e"
)


def test_what_to_write_instead_stands_behind_an_arrow() -> None:
    """A link beside its replacement, a title beside the official one; the tidying is last."""
    wrong, pinned, right = (f"https://arxiv.org/abs/{id_}" for id_ in ("1", "2v1", "2"))
    found = tuple(
        Finding(
            code=code,
            severity=severity,
            message=code,
            list="list",
            line=line,
            url=url,
            replacement=replacement,
        )
        for code, severity, line, url, replacement in (
            ("wrong-paper", "error", 1, wrong, right),
            ("version-pinned", "info", 2, pinned, right),
            ("retitled", "info", 3, right, "Official *Title*"),
        )
    )
    text = render_report(
        Report(
            papers=(paper("k", "T", *(("list", n) for n in (1, 2, 3)), findings=found),), links=()
        )
    )

    assert "[`arxiv.org/abs/1`](<https://arxiv.org/abs/1>) → [`arxiv.org/abs/2`]" in text
    assert "retitled → Official \\*Title\\*\n" in text
    assert text.index("Also noticed (1)") < text.index("Links that could be simpler (1)")
    assert text.startswith("# Links: 1 to act on (1 wrong or missing id)")


def hostile_report() -> Report:
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
    state = SourceState(status="failed", reason=HOSTILE)
    return Report(
        papers=(
            paper("k1", HOSTILE, (HOSTILE, 1), findings=found, sources={HOSTILE: state}),
            paper(
                "k2",
                HOSTILE,
                (HOSTILE, 2),
                resolution=Resolution(
                    status="review",
                    evidence=(HOSTILE,),
                    candidates=(Candidate(key=HOSTILE, title=HOSTILE, score=0.5),),
                ),
            ),
        ),
        links=tuple(
            link(
                verdict,
                url,
                (HOSTILE, 1),
                reason=HOSTILE,
                suggestion=HOSTILE,
                final_url=f"https://x.example/{HOSTILE}",
                key="k1",
            )
            for verdict in verdicts
            for url in (HOSTILE, f"https://x.example/{HOSTILE}")
        ),
        lists=(ListRun(name=HOSTILE, entries=1, stale=True, reason=HOSTILE),),
        problems=(Problem(list=HOSTILE, line=1, code="encoding", message=HOSTILE),),
        deferred=(Deferred(what=HOSTILE, count=1, reason=HOSTILE),),
        version="0.1.0",
        generated_at=AT,
    )


def test_nothing_hostile_gets_through_anywhere() -> None:
    """Titles, names, reasons, URLs: no tag, link, heading, mention or escape of theirs is left."""
    text = render_report(hostile_report())
    html = pyromark.html(text, options=pyromark.Options.ENABLE_TABLES)
    assert html.count("<h1>") == 1
    assert "<img" not in html
    assert html.count("<details>") == html.count("</details>") == text.count("<summary>")
    assert 'href="javascript' not in html
    assert not any(char in text for char in "\x1b\u202e")
    outside_of_links = re.sub(r"\[`[^`]*`\]\(<[^>]*>\)", "", text)
    assert "@octocat" not in outside_of_links
    assert "#77" not in outside_of_links


def test_a_value_is_escaped_also_where_the_template_forgets() -> None:
    """Every expression of a template is Markdown-escaped, filtered or not."""
    template = (
        "{{ a }} {{ a | upper }} {{ a ~ a }} {{ [a] | join }} {{ a | safe }} {{ none }}|{{ 3 }}"
    )
    made = environment().from_string(template)
    assert made.render(a="<b>", none=None) == (
        "&lt;b&gt; &lt;B&gt; &lt;b&gt;&lt;b&gt; &lt;b&gt; &lt;b&gt; |3"
    )
