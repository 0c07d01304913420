"""Tests of `pipeline.reports.explain`."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

from pipeline.codes import REASONS
from pipeline.errors import ConfigurationError
from pipeline.formats.report_json import Diagnostic, Location
from pipeline.records.catalog import (
    Candidate,
    Finding,
    Paper,
    RepositoryPart,
    Resolution,
    SourceState,
)
from pipeline.records.links import LinkHealth, LinkHistory, Occurrence, Verdict
from pipeline.records.lists import Entry, Link
from pipeline.reports.evidence import Known, change_of_verdict, work_of, work_url
from pipeline.reports.explain import explain
from pipeline.works.decisions import NONE, reject

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
PACKAGE = Path(__file__).parents[2] / "pipeline"
GONE = "https://gone.example/page"


def entry(line: int = 123, title: str = "A Long Title of a Paper", **fields: Any) -> Entry:
    """Build an entry of the list `mine`."""
    link = Link(url=GONE, role="paper", line=line, column=5)
    values: dict[str, Any] = {"list": "mine", "end_line": line, "links": (link,)}
    return Entry(line=line, title=title, **values | fields)


def paper(**fields: Any) -> Paper:
    """Build a work in review."""
    resolution = Resolution(
        status="review",
        method="title",
        evidence=("RETITLED: arxiv:2401.00001 “A Title”: title 80.0 % similar",),
        candidates=(Candidate(key="arxiv:2401.00001", title="A Title", score=0.8),),
        reason_code="RETITLED",
    )
    values: dict[str, Any] = {
        "key": "title:0123456789ab",
        "title": "A Long Title of a Paper",
        "mentions": (entry(),),
        "resolution": resolution,
    }
    return Paper(**values | fields)


def link(**fields: Any) -> LinkHealth:
    """Build a link that has failed once."""
    place = Occurrence(list="mine", line=123, column=5, role="paper", paper="title:0123456789ab")
    values: dict[str, Any] = {
        "url": GONE,
        "verdict": "failing",
        "reason_code": "not-found",
        "reason": REASONS["not-found"],
        "status_code": 404,
        "evidence": "http",
        "checked_at": NOW,
        "occurrences": (place,),
    }
    return LinkHealth(**values | fields)


def text(target: str, known: Known) -> str:
    """Explain a target as one text."""
    return "\n".join(explain(target, known, NOW))


# --- codes ----------------------------------------------------------------------------------


def test_code_is_told_with_its_places() -> None:
    """How often it stands in the last run, and where, in the order of the list."""
    places = [
        Finding(code="retitled", severity="info", message=f"no. {line}", list="mine", line=line)
        for line in (200, 9)
    ]
    shown = text("retitled", Known([paper(findings=tuple(places))]))

    assert "What to do: " in shown
    assert "In the last run: 2\n  mine:9: no. 9\n  mine:200: no. 200" in shown


def test_many_places_are_counted_and_some_are_shown() -> None:
    """A terminal is no file."""
    links = [link(url=f"https://gone.example/{n}") for n in range(1000)]
    shown = text("not-found", Known(links=links))

    assert "In the last run: 1,000" in shown
    assert "and 980 more" in shown
    assert len(shown.splitlines()) < 30


# --- works ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "key"),
    [
        ("arxiv:2305.00447", "arxiv:2305.00447"),
        ("arXiv:2305.00447v2", "arxiv:2305.00447"),
        ("https://arxiv.org/pdf/2305.00447", "arxiv:2305.00447"),
        ("doi:10.48550/arXiv.2305.00447", "arxiv:2305.00447"),
        ("doi:10.1145/ABC.1", "doi:10.1145/abc.1"),
        ("github:Owner/Name", "github:owner/name"),
        ("arxiv:nonsense", None),
        ("title:0123456789ab", None),
        ("arxiv:", None),
        ("", None),
    ],
)
def test_work_of_a_key_or_an_address(target: str, key: str | None) -> None:
    """Every spelling of a key gives the catalog's."""
    found = work_of(target)

    assert (found.key if found else None) == key


def test_address_of_a_key() -> None:
    """A title has none."""
    assert work_url("arxiv:2305.00447") == "https://arxiv.org/abs/2305.00447"
    assert work_url("title:0123456789ab") is None


@pytest.mark.parametrize(
    "target",
    [
        "title:0123456789ab",
        "mine:123",
        "a long *title* of a paper",
        "doi:10.1145/old",
    ],
)
def test_work_is_found_by_key_place_title_and_former_key(target: str) -> None:
    """All of them tell why it is in review, what might be meant and what would change it."""
    shown = text(target, Known([paper(former_keys=("doi:10.1145/old",))], [link()]))

    assert "A person must decide." in shown
    assert "RETITLED: The title is similar, but not similar enough to be certain." in shown
    assert "candidate: 0.80 arxiv:2401.00001 “A Title” https://arxiv.org/abs/2401.00001" in shown
    assert f"paper: {GONE}: failing (not-found)" in shown
    assert "pipeline review" in shown


def test_sources_have_their_ages_and_repositories_their_states() -> None:
    """What is stale says since when."""
    work = paper(
        key="arxiv:2305.00447",
        resolution=Resolution(status="found", method="link", confidence=1.0, reason_code="LINK_ID"),
        sources={
            "arxiv": SourceState(
                status="found",
                stale=True,
                as_of=NOW - timedelta(days=12),
                reason="time-out",
                fields=("title",),
            )
        },
        repositories=(
            RepositoryPart(
                full_name="o/new", url="", status="found", renamed_from="o/old", stars=1234
            ),
        ),
    )
    shown = text("arxiv:2305.00447", Known([work]))

    assert "arxiv: found; gives title; as of 2026-03-03, 12 days old; time-out" in shown
    assert "o/new: found, 1,234 stars, renamed from o/old" in shown
    assert "Identified by an identifier of its own, confidence 1." in shown


def test_place_of_several_works_tells_all() -> None:
    """Two entries in one line, and a link of prose beside them."""
    prose = Occurrence(list="mine", line=123, column=90, role="other", paper=None)
    known = Known(
        [paper(), paper(key="arxiv:2305.00447", title="Another")],
        [link(url="https://prose.example/", occurrences=(prose,))],
    )
    shown = text("mine:123", known)

    assert "arxiv:2305.00447: Another" in shown
    assert "\n\nhttps://prose.example/\n" in shown


def test_decisions_of_people_are_told() -> None:
    """With the place of the entry."""
    work = paper()
    known = Known([work], decisions=reject(NONE, work.mentions[0], "arxiv:2401.00001"))

    assert "mine:123: arxiv:2401.00001 is not meant" in text("mine:123", known)


# --- links ------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", [GONE, "HTTPS://GONE.example:443/page#part"])
def test_link_is_found_as_written_and_as_asked(target: str) -> None:
    """Verdict, reason, answer, places and what would change it."""
    shown = text(target, Known([paper()], [link()]))

    assert "failing: The server reports that the page does not exist (404). (not-found)" in shown
    assert "evidence: from the page itself on 2026-03-15 12:00; status 404" in shown
    assert "mine:123:5: paper link of title:0123456789ab" in shown
    assert "dead if a second check, 60 seconds later or in another run, agrees" in shown


def test_link_tells_what_is_remembered() -> None:
    """The line of the history, as sentences."""
    past = LinkHistory(
        url=GONE,
        last_verdict="failing",
        reason_code="timeout",
        first_failed_at=NOW - timedelta(days=3),
        last_failed_at=NOW,
        consecutive_failures=2,
        lost_since=NOW - timedelta(days=3),
        lost_runs=2,
    )
    known = Known(links=[link(reason_code="timeout")], history={GONE: past})
    shown = text(GONE, known)

    assert "first failed 2026-03-12 12:00, 3 days ago" in shown
    assert "failed in 3 runs over 7 days (so far in 2 since 2026-03-12)" in shown


def test_link_shows_the_findings_about_it() -> None:
    """What is wrong with the target is not in the verdict."""
    about = Finding(
        code="wrong-paper",
        severity="error",
        message="the link leads to another paper",
        list="mine",
        line=123,
        url=GONE,
        replacement="https://arxiv.org/abs/2401.00001",
    )
    shown = text(GONE, Known([paper(findings=(about,))], [link()]))

    assert "(wrong-paper); write: https://arxiv.org/abs/2401.00001" in shown


def test_address_of_a_work_that_no_list_links_to_tells_the_work() -> None:
    """Another spelling of its page is not in the lists."""
    shown = text("https://arxiv.org/pdf/2305.00447", Known([paper(key="arxiv:2305.00447")]))

    assert shown.startswith("arxiv:2305.00447: ")


@pytest.mark.parametrize("verdict", get_args(Verdict))
def test_every_verdict_says_what_would_change_it(verdict: Verdict) -> None:
    """In one sentence."""
    assert change_of_verdict(link(verdict=verdict)).endswith(".")


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("not-found", "second check"),
        ("soft-404", "never dead automatically"),
        ("timeout", "3 runs over 7 days"),
    ],
)
def test_failing_link_says_when_it_is_dead(reason: str, words: str) -> None:
    """By the rule that holds for its reason."""
    assert words in change_of_verdict(link(reason_code=reason))


# --- every form of a name ---------------------------------------------------------------------


def works() -> Known:
    """Two works with an identifier of each kind, and a link below them."""
    first = paper(
        key="arxiv:2401.15884",
        doi="10.1145/3604915.3608857",
        mentions=(
            entry(
                name="CRAG",
                links=(
                    Link(url="https://arxiv.org/abs/2401.15884", line=123, column=20),
                    Link(url="https://openreview.net/forum?id=JnWJbrnaUE", line=123, column=60),
                    Link(url="https://github.com/HuskyInSalt/CRAG", line=123, column=90),
                ),
            ),
        ),
    )
    second = paper(
        key="acl:2020.acl-main.1",
        title="Another Title of Some Other Paper",
        mentions=(entry(130, "Another Title of Some Other Paper", links=()),),
    )
    health = link(
        url="https://example.org/a.pdf",
        occurrences=(
            Occurrence(list="mine", line=123, column=40, role="paper", paper="arxiv:2401.15884"),
        ),
    )
    return Known([first, second], [health], files={"README.md": "mine", "docs/a.md": "other"})


@pytest.mark.parametrize(
    "target",
    [
        "2401.15884",
        "2401.15884v2",
        "arXiv:2401.15884",
        "arxiv: 2401.15884v1 [cs.CL]",
        "arXiv 2401.15884",
        "ARXIV:2401.15884",
        "[2401.15884]",
        "arxiv.org/abs/2401.15884",
        "https://arxiv.org/pdf/2401.15884v3.pdf",
        "10.48550/arXiv.2401.15884",
        "10.1145/3604915.3608857",
        "doi:10.1145/3604915.3608857",
        "DOI: 10.1145/3604915.3608857.",
        "doi.org/10.1145/3604915.3608857",
        "https://doi.org/10.1145/3604915.3608857",
        "JnWJbrnaUE",
        "openreview:JnWJbrnaUE",
        "HuskyInSalt/CRAG",
        "github.com/HuskyInSalt/CRAG",
        "CRAG",
        "crag",
        "mine:123",
        "README.md:123",
        "./README.md:123",
        "docs/../README.md:123:",
        "README.md:123:1",
        "a long title of a PAPER",
    ],
)
def test_work_by_any_of_its_names(target: str) -> None:
    """What people copy from a page, a list, an editor or a report."""
    assert text(target, works()).startswith("arxiv:2401.15884: ")


@pytest.mark.parametrize(
    "target", ["2020.acl-main.1", "acl:2020.acl-main.1", "another title of some", "mine:130"]
)
def test_the_other_work(target: str) -> None:
    """And not the first one."""
    assert text(target, works()).startswith("acl:2020.acl-main.1: ")


@pytest.mark.parametrize(
    ("target", "first"),
    [
        ("README.md:123:40", "https://example.org/a.pdf"),
        ("README.md:123:64", "https://example.org/a.pdf"),
        ("README.md:123:65", "arxiv:2401.15884"),
        ("https://example.org/a.pdf", "https://example.org/a.pdf"),
        ("example.org/a.pdf", "https://example.org/a.pdf"),
    ],
)
def test_column_means_the_link_there(target: str, first: str) -> None:
    """As reports and editors name a place; the entry follows."""
    shown = text(target, works())

    assert shown.startswith(first)
    assert "arxiv:2401.15884" in shown


def test_line_without_an_entry_names_the_nearest() -> None:
    """Of the file that was meant."""
    with pytest.raises(ConfigurationError) as raised:
        explain("README.md:50", works(), NOW)

    assert "neither an entry nor a link of the last run is in this line" in str(raised.value)
    assert "close to it: mine:123, mine:130" in str(raised.value)


@pytest.mark.parametrize("target", ["2401.15885", "10.1145/1", "An", "9:9", ":5", "a:b:c"])
def test_what_names_no_work_is_refused(target: str) -> None:
    """A near id is another paper, and two letters are no beginning of a title."""
    with pytest.raises(ConfigurationError):
        explain(target, works(), NOW)


@pytest.mark.parametrize(
    ("title", "start"),
    [
        ("NodeFormer: A Scalable Transformer", "NodeFormer"),
        ("Attention Is All You Need", "attention is"),
        ("图神经网络综述", "图神经"),
    ],
)
def test_a_beginning_that_one_title_has_is_enough(title: str, start: str) -> None:
    """However short, and in any script."""
    known = Known([paper(title=title, mentions=(entry(title=title),))])

    assert text(start, known).startswith(f"title:0123456789ab: {title}\n")


def test_a_beginning_of_several_titles_names_them() -> None:
    """Nobody has to guess which."""
    titles = ("Graph Attention Networks", "Graph Isomorphism")
    known = Known([paper(title=one, mentions=(entry(title=one),)) for one in titles])

    with pytest.raises(ConfigurationError, match=f"2 works begin with it: {'; '.join(titles)}"):
        explain("graph", known, NOW)


def test_a_candidate_leads_to_the_work_that_waits() -> None:
    """A check names the candidate by its id alone."""
    assert text("2401.00001", Known([paper()])).startswith("title:0123456789ab: ")


# --- what was reported of a place ---------------------------------------------------------------


def reported(**fields: Any) -> Diagnostic:
    """Build what a report says of a file that is not there, in lines 3 and 9."""
    values: dict[str, Any] = {
        "code": "file-missing",
        "severity": "error",
        "action": "replace",
        "fingerprint": "0123456789abcdef",
        "message": "There is no file “a.md”.",
        "locations": (Location(list="mine", line=3, column=11), Location(list="mine", line=9)),
        "url": "a.md",
    }
    return Diagnostic(**values | fields)


FILES: dict[str, Any] = {"files": {"README.md": "mine"}, "paths": {"mine": "README.md"}}


@pytest.mark.parametrize(
    ("target", "place"),
    [
        ("README.md:3", "README.md:3:11"),
        ("README.md:3:1", "README.md:3:11"),
        ("README.md:3:14", "README.md:3:11"),
        ("mine:3", "README.md:3:11"),
        ("README.md:9:5", "README.md:9:1"),
    ],
)
def test_a_place_that_was_reported_is_explained(target: str, place: str) -> None:
    """A file, a heading, damaged text: what is neither an entry nor a link of the catalog."""
    shown = text(target, Known(told=[reported()], **FILES))

    said = f"  {place}: error: There is no file “a.md”. (file-missing)\n    a.md"
    assert shown == f"Reported by the last run\n{said}"


@pytest.mark.parametrize("target", ["README.md:4", "README.md:3:10", "README.md:3:15"])
def test_another_place_is_not(target: str) -> None:
    """Neither the next line nor the next column."""
    with pytest.raises(ConfigurationError, match="in this line"):
        explain(target, Known(told=[reported()], **FILES), NOW)


def test_an_entry_comes_with_what_was_reported_of_its_line() -> None:
    """But for what its own findings or its link's verdict say."""
    own = Finding(code="retitled", severity="info", message="new title", list="mine", line=123)
    here = (Location(list="mine", line=123, column=5),)
    verdict = {"code": "link-failing", "reason_code": "not-found", "url": GONE}
    told = [
        reported(locations=here, code="retitled"),
        reported(locations=here, **verdict),
        reported(locations=here, message="The brackets are separated.", code="link-malformed"),
    ]
    shown = text("README.md:123:5", Known([paper(findings=(own,))], [link()], told=told, **FILES))

    assert shown.count("Reported by the last run") == 1
    assert "README.md:123:5: error: The brackets are separated. (link-malformed)" in shown
    assert "(link-failing)" not in shown
    assert shown.count("(retitled)") == 1


def test_places_are_named_by_the_file() -> None:
    """In findings, evidence, mentions and links, whatever the list is called."""
    own = Finding(
        code="title-mismatch", severity="info", message="same as mine:4", list="mine", line=123
    )
    work = paper(findings=(own,))
    shown = text(work.key, Known([work], [link()], **FILES))

    assert "README.md:123: info: same as README.md:4 (title-mismatch)" in shown
    assert "mine:" not in shown + text(GONE, Known([work], [link()], **FILES))


# --- what is not known, what is hostile -------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "near"),
    [
        ("exact_tite", "EXACT_TITLE"),
        ("arxiv:2305.00448", "arxiv:2305.00447"),
        ("link-ded", "link-dead"),
        ("mine:120", "mine:123"),
        ("mien:123", "mine:123"),
        ("https://gone.example/pag", GONE),
        ("A Long Title of the Papers", "A Long Title of a Paper"),
    ],
)
def test_unknown_target_names_the_closest(target: str, near: str) -> None:
    """One sentence, of the kind that the target looks like."""
    known = Known([paper(key="arxiv:2305.00447")], [link()])

    with pytest.raises(ConfigurationError) as raised:
        explain(target, known, NOW)
    assert "\n" not in str(raised.value)
    assert f"close to it: {near}" in str(raised.value)


@pytest.mark.parametrize("target", ["", "  ", "zzzzqqqq", "mine:" + "9" * 5000, "x" * 100_000])
def test_target_that_is_nothing_is_one_sentence(target: str) -> None:
    """However long it is."""
    with pytest.raises(ConfigurationError) as raised:
        explain(target, Known([paper()], [link()]), NOW)
    assert len(str(raised.value)) < 1000


def test_text_of_lists_cannot_speak_to_the_terminal() -> None:
    """Escapes and direction marks are gone from every line."""
    bad = "\x1b[31mred\u202e\x07"
    work = paper(
        title=bad,
        authors=(bad,),
        former_keys=(f"doi:{bad}",),
        mentions=(
            entry(
                title=bad,
                name=f"{bad} name",
                authors=bad,
                venue=bad,
                section=(bad,),
                links=(Link(url=f"https://x.example/{bad}", line=1, column=1),),
            ),
        ),
        resolution=Resolution(
            status="review",
            evidence=(bad,),
            candidates=(Candidate(key=f"doi:10.1/{bad}", title=bad, score=0.5),),
            reason_code=bad,
        ),
        findings=(
            Finding(
                code="retitled", severity="info", message=bad, list="mine", line=1, replacement=bad
            ),
        ),
        sources={bad: SourceState(status="failed", reason=bad)},
        repositories=(
            RepositoryPart(full_name=bad, url=bad, status="failed", reason=bad, license=bad),
        ),
    )
    health = link(url=f"https://x.example/{bad}", reason=bad, final_url=bad, suggestion=bad)
    known = Known([work], [health])
    shown = "\n".join(text(target, known) for target in ("mine:123", health.url, "retitled"))

    assert "red" in shown
    assert all(char == "\n" or char.isprintable() for char in shown)
