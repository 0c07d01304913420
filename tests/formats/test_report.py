"""The report for maintainers."""

import re
import tomllib
from datetime import timedelta
from pathlib import Path

import pyromark
import pytest

from pipeline import DOCS
from pipeline.codes import CODES, Code
from pipeline.formats.report import environment, render_report
from pipeline.formats.report_json import Diagnostic, LinkReport, Location
from pipeline.formats.run_json import ListRun, count
from pipeline.formats.sections import code_definitions
from pipeline.links.ignores import ignores_of
from pipeline.links.rules import parse_rules
from pipeline.publishing.marks import BODY_LIMIT
from pipeline.records.catalog import Candidate, Finding, Paper, Resolution
from pipeline.records.events import Change, ChangeKind
from pipeline.records.links import LinkHealth, Verdict
from pipeline.stages.parse import parse
from tests.formats.telling import AT, FIRST_FAILED, full, hostile, link, paper, told

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "golden"
LATER = AT + timedelta(days=30)
SEARCH = "https://scholar.google.com/scholar?q="


def body(text: str) -> str:
    """A report without its footer."""
    return text.rpartition("\n---\n")[0]


def test_the_report_says_first_what_to_do_first() -> None:
    """Every section with its count, grouped by URL, in the order of one edit pass."""
    assert render_report(full()) == (GOLDEN / "report.md").read_text(encoding="utf-8")


def test_a_clean_run_has_no_empty_sections() -> None:
    """Where nothing is to be done the report says so and has counts only."""
    clean = told([paper("arxiv:1", "Fine", ("a", 1))], [link("alive", "https://x.example")])

    assert render_report(clean) == (GOLDEN / "clean.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("update", "title", "banner"),
    [
        ({"sandbox": True}, "nothing to act on", "> Sandbox run: the services are replicas"),
        ({"offline": True}, "nothing to act on", "> Offline run: no request was sent"),
        (
            {"network": "down"},
            "not checked, because there was no network",
            "> This machine's network did not work",
        ),
    ],
)
def test_a_run_out_of_the_ordinary_says_so_in_one_sentence(
    update: dict[str, object], title: str, banner: str
) -> None:
    """Sandbox, off line and no network each have a banner below the title."""
    lines = render_report(told(**update)).splitlines()  # type: ignore[arg-type]

    assert lines[:2] == [f"# Links: {title}", ""]
    assert lines[2].startswith(banner)
    assert lines[2].endswith(".")
    assert lines[3:5] == ["", "## Counts"]


def test_the_report_says_which_files_its_lists_are() -> None:
    """A README is called by its folder, which nobody looks for in a list of files."""
    lists = [
        ListRun(name="mine", path="README.md", entries=1),
        ListRun(name="o|r", entries=1),
        ListRun(name="built-in", path="/usr/share/list.md", entries=1),
        *(ListRun(name=f"l{n}", path=f"docs/{n}_x_.md", entries=1) for n in range(20)),
    ]
    text = render_report(told((), [link("dead", "https://x.example", ("mine", 1))], lists=lists))

    assert "\nPlaces are `list:line`; mine is README.md, l0 is docs/0\\_x\\_.md, l1 is " in text
    assert "and 9 more in run.json.\n\n## Dead" in text
    assert "built-in is" not in text
    assert "Places are" not in render_report(told((), [], lists=lists))


def test_only_the_footer_knows_the_time_of_the_run() -> None:
    """The second and the third report of the same are the same but for the footer."""
    first = full()
    second = full(first, LATER)
    third = full(second, LATER + timedelta(days=7))

    assert body(render_report(second)) == body(render_report(third))
    assert render_report(second) != render_report(third)


def test_the_order_of_the_records_does_not_matter() -> None:
    """The same diagnostics in another order give the same bytes."""
    turned = full().model_copy(update={"diagnostics": full().diagnostics[::-1]})

    assert render_report(turned) == render_report(full())


def test_lists_come_in_the_order_of_the_run() -> None:
    """Places are sorted by the run's order of lists, not by name, then by line."""
    report = told(
        (),
        (
            link("dead", "https://one.example", ("alpha", 1)),
            link("dead", "https://two.example", ("zeta", 100), ("alpha", 5)),
            link("dead", "https://three.example", ("zeta", 20)),
        ),
        lists=(ListRun(name="zeta", entries=1), ListRun(name="alpha", entries=1)),
    )

    assert [line for line in render_report(report).splitlines() if line.startswith("- [ ]")] == [
        "- [ ] **zeta:20**\\",
        "- [ ] **zeta:100**, alpha:5\\",
        "- [ ] **alpha:1**\\",
    ]


def test_what_is_new_is_marked_and_counted() -> None:
    """Not in the first report, where all of it would be; after that, in head and item."""
    old, new = (link("dead", f"https://{n}.example", (n, 1)) for n in ("old", "new"))
    first = told((), [old])
    second = render_report(told((), [old, new], previous=first))

    assert "new" not in body(render_report(first)).lower()
    assert "\nNew since the last report: 1, marked **new**.\n" in second
    assert "- [ ] **new:1** · **new**\\\n" in second
    assert "- [ ] **old:1**\\\n" in second


def test_what_fails_says_since_when() -> None:
    """The day of the first failure, and in how many runs."""
    once, often = (
        link("dead", "https://x.example", first_failed_at=FIRST_FAILED, consecutive_failures=n)
        for n in (1, 3)
    )

    assert "(failing since 2026-11-01)" in render_report(told((), [once]))
    assert "(failing since 2026-11-01, 3 runs)" in render_report(told((), [often]))


def unidentified(key: str, line: int, why: str) -> Paper:
    """A paper of which nobody knows which one it is."""
    resolution = Resolution(status="skipped", evidence=(why,))
    return paper(f"title:{key}", f"Paper {key}", ("a", line), resolution=resolution)


@pytest.mark.parametrize("code", [one for one in CODES if one.kind == "match"])
def test_why_a_person_is_asked_is_said_in_words_alone(code: Code) -> None:
    """The name of the reason tells nobody anything that its words do not."""
    candidate = Candidate(key="arxiv:1", title="Rating", score=0.97)
    asked = Resolution(status="review", candidates=(candidate,), reason_code=code.name)
    shown = body(render_report(told([paper("title:1", "Rated", ("table", 3), resolution=asked)])))

    assert code.meaning.rstrip(".") in shown.replace("\\", "")
    assert code.name not in shown


def test_what_is_true_of_all_is_said_once() -> None:
    """Where every paper of a section has the same note, it stands above them."""
    same = told((unidentified("b", 2, "no *link*"), unidentified("a", 1, "no *link*")))
    different = told((unidentified("a", 1, "no link"), unidentified("b", 2, "x")))

    assert (
        "Nothing identifies these works; a link to the work would. (No \\*link\\*.) Code:"
        " [no-identifier].\n\n"
        f"- **a:1** · Paper a · [search](<{SEARCH}Paper%20a>)\n"
        f"- **a:2** · Paper b · [search](<{SEARCH}Paper%20b>)\n\n"
    ) in render_report(same)
    text = render_report(different)
    assert f"- **a:1** · Paper a\\\n  no link · [search](<{SEARCH}Paper%20a>)\n" in text
    assert f"- **a:2** · Paper b\\\n  x · [search](<{SEARCH}Paper%20b>)\n" in text


def test_a_link_in_very_many_places_names_the_first_twenty() -> None:
    """One link does not fill the report."""
    places = [("a", line) for line in range(1, 31)]
    text = render_report(told((), (link("dead", "https://x.example", *places),)))

    assert "a:20 and 10 more places\\" in text
    assert "a:21" not in text


def test_what_to_write_instead_stands_behind_an_arrow() -> None:
    """A link beside its replacement, a title beside the official one; the tidying is late."""
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
        told((paper("k", "T", *(("list", n) for n in (1, 2, 3)), findings=found),))
    )

    assert "[`arxiv.org/abs/1`](<https://arxiv.org/abs/1>) → [`arxiv.org/abs/2`]" in text
    assert "  retitled → Official \\*Title\\* · [retitled]\n" in text
    assert text.index("Wrong papers (1)") < text.index("Links that could be simpler (1)")
    assert text.startswith("# Links: 1 wrong paper\n")


def test_what_a_rule_accepts_is_counted() -> None:
    """By host and reason, in a section of its own; nothing is to be done about it."""
    reason = (
        "A rule of the ignore file accepts this answer of the host: HTTP 403 of m.example, <b>."
    )
    links = [
        link("alive", f"https://m.example/{n}", reason=reason, code="accepted-answer")
        for n in range(3)
    ]

    text = render_report(told((), links))

    assert text.startswith("# Links: nothing to act on\n")
    assert "Accepted answers (3)" in text
    assert "<b>" not in text


# --- the footer -------------------------------------------------------------------------------


def test_the_footer_has_the_lines_to_paste_into_the_ignore_file() -> None:
    """They are read as they stand, and name a link that is perhaps right."""
    links = [link("dead", "https://d.example"), link("blocked", "https://b.example/x?y=1&z")]
    text = render_report(told((), links))
    block = text.partition("```toml\n")[2].partition("```")[0]
    (rule,) = parse_rules(block, "ignore")

    assert (rule.subject, rule.expires) == (
        "https://b.example/x?y=1&z",
        (AT + timedelta(90)).date(),
    )
    assert "<!-- pipeline:ignore -->" in text


def test_no_address_ends_the_quotes_of_the_example() -> None:
    """What is no plain address is no example."""
    links = [
        link("blocked", 'https://b.example/"\nurl = "x'),
        link("blocked", "https://b.example/`"),
    ]
    block = render_report(told((), links)).partition("```toml\n")[2].partition("```")[0]

    assert tomllib.loads(block)["ignore"][0]["url"] == "https://example.org/page"


def test_the_footer_counts_and_dates() -> None:
    """What was checked and what was not, and when a run could last ask everything."""
    first = told((), [link("dead", "https://x.example")])
    report = told(
        (),
        [
            link("dead", "https://x.example"),
            link("skipped", "https://y.example", code="excluded"),
            link("unknown", "https://z.example", code="network-down"),
        ],
        previous=first,
        complete=False,
        now=LATER,
        cache={"hits": 5},
    )

    assert render_report(report).splitlines()[-1] == (
        "Links: 1 checked, 1 skipped, 1 unreachable. Stored answers used: 5."
        " Last complete run: 2026-11-22 01:30 UTC."
        " Written by paper-list-pipeline 0.1.0, 2026-12-22 01:30 UTC."
    )


# --- beside a finding -------------------------------------------------------------------------


def test_a_first_failure_of_today_needs_no_date() -> None:
    """It says nothing; one of another day, or that was seen again, does."""

    def shown(runs: int, days: int) -> str:
        since = AT - timedelta(days=days)
        one = link("dead", "https://x.example", first_failed_at=since, consecutive_failures=runs)
        return render_report(told((), [one]))

    assert "since" not in body(shown(1, 0))
    assert "(failing since 2026-11-21)" in shown(1, 1)
    assert "(failing since 2026-11-22, 2 runs)" in shown(2, 0)


def test_the_challenges_of_a_host_are_one_row() -> None:
    """Seven pages of one publisher say one thing; other hosts and other reasons are apart."""
    links = [
        *(link("blocked", f"https://dl.acm.org/{n}", ("a", n), code="challenge") for n in (3, 1)),
        link("blocked", "https://dl.acm.org/9", ("a", 2), code="throttled", reason="Too many."),
        link("blocked", "https://other.example/", ("a", 4), code="challenge"),
    ]
    text = render_report(told((), links))

    assert "Blocked or rate-limited (4)" in text
    assert "- **a:1**, a:3 · dl.acm.org, 2 links\\\n  It is not there · [challenge]\n" in text
    assert "- **a:2**\\\n  [`dl.acm.org/9`](<https://dl.acm.org/9>): Too many" in text
    assert "- **a:4**\\\n  [`other.example`]" in text


def test_codes_lead_to_their_explanation() -> None:
    """Each once defined; what is no code of ours is text."""
    links = [link("dead", f"https://{n}.example", ("a", 1), code=n) for n in ("gone", "[x](y)")]
    text = render_report(told((), links))

    assert " · [gone]\n" in text
    assert text.count(f"\n[gone]: <{DOCS}/codes.md#gone>\n") == 1
    assert "\\[x\\](y)" in text
    html = pyromark.html(text)
    assert f'<a href="{DOCS}/codes.md#gone">gone</a>' in html
    assert 'href="y"' not in html


def test_every_code_has_a_heading_to_lead_to() -> None:
    """Of findings and of links."""
    headings = re.findall(r"^### (\S+)$", (ROOT / "docs/codes.md").read_text("utf-8"), re.MULTILINE)
    report = full()

    assert {definition.split("#")[1][:-1] for definition in code_definitions(report)} <= {
        heading.lower() for heading in headings
    }


def test_what_is_gone_has_its_copies_and_a_search_beside_it() -> None:
    """Not where something better is known, nor where there never was a page."""
    work = paper("arxiv:1", "C++ & “Rust”", ("a", 1))
    url = "https://gone.example/x?y=1"
    dead = link("dead", url, ("a", 1), key="arxiv:1")
    better = link("dead", url, ("a", 1), key="arxiv:1", suggestion="https://doi.org/10.1/x")
    doi = link("dead", "https://doi.org/10.1/x", ("a", 1), code="no-such-doi")
    text = render_report(told([work], [dead]))

    assert f"[archived copies](<https://web.archive.org/web/*/{url}>)" in text
    assert f"[search](<{SEARCH}C%2B%2B%20%26%20%E2%80%9CRust%E2%80%9D>)" in text
    for one in (better, doi):
        assert "archive" not in render_report(told([work], [one]))
    assert "[search]" not in render_report(told([], [doi]))


def test_a_comment_is_ready_for_every_kind_of_finding() -> None:
    """With the code, so that the link is checked all the same; it does what it says."""
    dead = link("dead", "https://x.example", ("a", 1))
    text = render_report(told((), [dead]))
    [comment] = re.findall(r"`(<!-- pipeline:ignore .*? -->)`\n", text)
    parsed = parse(f"- [A Title](https://x.example) {comment}\n", name="a")
    ignores = ignores_of((), [parsed], AT.date())

    assert list(ignores.visible([dead])) == []
    assert ignores.reason("https://x.example", dead.occurrences) is None


def test_what_happened_to_papers_is_a_section_of_its_own() -> None:
    """What matters most first, with what to do; links and repositories are told elsewhere."""
    kinds: tuple[ChangeKind, ...] = ("new-version", "accepted", "withdrawn", "link-dead")
    changes = tuple(
        Change(id=kind, kind=kind, key=f"arxiv:{kind}", title=f"On {kind}", after="2")
        for kind in kinds
    )
    text = render_report(full().model_copy(update={"changes": changes, "flags": " --sandbox"}))

    section = text.partition("## What happened to papers (3)")[2].partition("<details>")[0]
    lines = [line for line in section.splitlines() if line.startswith("- ")]
    assert [line.split(":")[0] for line in lines] == [
        "- On withdrawn",
        "- On accepted",
        "- On new-version",
    ]
    assert "Mark or remove the entries" in section
    assert "`pipeline fix --sandbox --only fill`" in section
    assert "<summary>What changed (1)</summary>" in text


def test_what_is_meant_instead_can_be_opened() -> None:
    """The code that an abstract names, the work that takes the place of another."""
    finding = Finding(
        code="code-suggested",
        severity="info",
        message="its abstract names its code",
        list="a",
        line=3,
        replacement="https://github.com/us/ours",
    )
    text = render_report(told([paper("arxiv:1", "On Lists", ("a", 3), findings=(finding,))], []))

    assert re.search(r"its abstract names its code · .*https://github\.com/us/ours", text)


def test_new_versions_alone_are_folded_away() -> None:
    """Nothing in the list has to change."""
    change = Change(id="1", kind="new-version", key="arxiv:1", title="On Lists", after="2")
    text = render_report(full().model_copy(update={"changes": (change,)}))

    assert "<summary>What happened to papers (1)</summary>" in text
    assert "<summary>What changed" not in text


def test_what_was_mended_is_listed() -> None:
    """Of lists that were read, in a run that could ask everything, by the same version."""
    gone, stays = (link("dead", f"https://{n}.example", ("a", 1)) for n in ("gone", "stays"))
    lists = (ListRun(name="a", entries=1),)
    first = told((), [gone, stays], lists=lists)
    others = first.model_copy(update={"version": "0.0.1"})

    text = render_report(told((), [stays], lists=lists, previous=first))
    assert "<summary>Mended since the last report (1)</summary>" in text
    assert "- It is not there. Link: https:&#8203;//gone.example\n" in text
    for report in (
        told((), [gone, stays], lists=lists, previous=first),
        told((), [stays], lists=lists, previous=first, complete=False),
        told((), [stays], lists=(ListRun(name="b", entries=1),), previous=first),
        told((), [stays], lists=lists, previous=others),
    ):
        assert report.mended == ()


# --- limits -----------------------------------------------------------------------------------


def many(verdict: Verdict, number: int) -> tuple[LinkHealth, ...]:
    """So many links with long reasons."""
    return tuple(
        link(
            verdict,
            f"https://{verdict}-{n}.example/" + "x" * 100,
            ("list", n),
            reason="the host says nö " * 10,
            suggestion="https://good.example" if verdict == "malformed" else None,
        )
        for n in range(1, number + 1)
    )


@pytest.mark.parametrize("limit", [BODY_LIMIT, 20_000, 4_000])
def test_a_long_report_keeps_its_head_and_its_counts(limit: int) -> None:
    """It fits, says how many there are of everything, and where the rest is."""
    links = (*many("dead", 1600), *many("malformed", 1600), *many("blocked", 900))
    text = render_report(told((), links), limit)

    assert limit * 0.9 < len(text.encode()) <= limit
    assert text.startswith("# Links: 1600 to fix, 1600 to replace\n")
    assert "## Dead (1600)" in text
    assert "## Ready to apply (1600)" in text
    assert "<summary>Blocked or rate-limited (900)</summary>" in text
    assert "| Links blocked | 900 |" in text
    hidden = [int(number) for number in re.findall(r"… and (\d+) more in report.json", text)]
    shown = len(re.findall(r"^- (?:\[ \] )?\*\*list:", text, re.MULTILINE))
    assert len(hidden) == 3
    assert sum(hidden) + shown == 4100
    assert text.endswith(" UTC.\n")
    assert text.count("<details>") == text.count("</details>") == 1


def test_what_is_least_important_is_cut_first() -> None:
    """Collapsed sections before those to act on, and of these the first one last."""
    links = (*many("dead", 60), *many("malformed", 60), *many("blocked", 600))
    text = render_report(told((), links), BODY_LIMIT)
    ready, dead = text.index("## Ready to apply (60)"), text.index("## Dead (60)")

    assert text[ready:dead].count("- [ ]") == 60
    assert 0 < text[dead:].count("- [ ]") <= 60
    assert text.count("- **list:") < 200


def test_a_summary_of_a_job_fits() -> None:
    """With thousands of dead links as well, at the limit that `action.yml` gives."""
    text = render_report(told((), many("dead", 3_000)), 900_000)

    assert len(text.encode()) <= 900_000
    assert "## Dead (3000)" in text


# --- hostile text -----------------------------------------------------------------------------


def test_nothing_hostile_gets_through_anywhere() -> None:
    """Titles, names, reasons, URLs: no tag, link, heading, mention or escape of theirs is left."""
    text = render_report(hostile())
    html = pyromark.html(text, options=pyromark.Options.ENABLE_TABLES)

    assert html.count("<h1>") == 1
    assert "<img" not in html
    assert html.count("<details>") == html.count("</details>") == text.count("<summary>")
    assert text.count("```") == 2
    assert 'href="javascript' not in html
    assert not any(char in text for char in "\x1b\u202e\x00")
    assert "##[" not in text
    assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]
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


def test_rows_with_one_sentence_keep_their_replacements() -> None:
    """What is the same for all is said once; what to write is not the same."""
    found = tuple(
        Diagnostic(
            code="retitled",
            severity="info",
            action="know",
            fingerprint=f"{n}",
            message="The official title differs.",
            locations=(Location(list="mine", line=n),),
            title=f"Old {n}",
            replacement=f"New {n}",
        )
        for n in (1, 2)
    )
    page = render_report(LinkReport(headline="h", counts=count([], []), diagnostics=found))

    assert page.count("The official title differs") == 1
    assert all(f"→ New {n}\n" in page for n in (1, 2))


@pytest.mark.parametrize("replacement", [None, "https://b.example/new"])
def test_what_is_probably_gone_is_open_with_a_way_out(replacement: str | None) -> None:
    """A task of its own: with a replacement, else with the address of archived copies."""
    one = Diagnostic(
        code="link-failing",
        severity="warning",
        action="decide",
        fingerprint="f",
        message="For a week it has shown only a login.",
        locations=(Location(list="mine", line=7),),
        url="https://a.example/old",
        reason_code="probably-gone",
        replacement=replacement,
    )
    page = render_report(LinkReport(headline="h", counts=count([], []), diagnostics=(one,)))
    row = page.partition("## Probably gone (1)\n")[2].partition("## Counts")[0]

    assert "- [ ] **mine:7**" in row
    assert ("<https://b.example/new>" in row) is (replacement is not None)
    assert ("<https://web.archive.org/web/*/https://a.example/old>" in row) is (replacement is None)
