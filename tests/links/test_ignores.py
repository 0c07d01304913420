"""Tests of `links.ignores`: what rules and comments leave alone, and rules that are left over."""

from collections.abc import Sequence
from datetime import date

import pytest

from pipeline.codes import codes_of
from pipeline.errors import ConfigurationError
from pipeline.links.ignores import Ignores, complaints, ignores_of, is_ignored, without_ignored
from pipeline.links.rules import AcceptRule, IgnoreRule, Rule, parse_rules
from pipeline.records.catalog import Finding, Paper, Resolution
from pipeline.records.links import LinkHealth, Occurrence, Verdict
from pipeline.records.lists import Entry, Link, ParsedList

TODAY = date(2026, 11, 22)


def rule(**fields: object) -> IgnoreRule:
    """Return a rule."""
    given = {"file": "f", "line": 1, "reason": "r", "expires": TODAY} | fields
    return IgnoreRule(**given)  # type: ignore[arg-type]


def place(line: int, name: str = "l") -> Occurrence:
    """Return a place of a link."""
    return Occurrence(list=name, line=line, column=1, role="paper", paper=None)


def finding(line: int, url: str | None = None, name: str = "l") -> Finding:
    """Return a finding."""
    return Finding(code="pdf-link", severity="info", message="m", list=name, line=line, url=url)


def parsed(*urls: str, written: str | None = None, ignored: Sequence[int] = ()) -> ParsedList:
    """Return a list with one entry and one loose link for each further URL."""
    links = [Link(url=url, line=n, column=1, written=written) for n, url in enumerate(urls, 1)]
    entry = Entry(list="l", line=1, end_line=1, title="T", links=tuple(links[:1]))
    return ParsedList(
        name="l",
        entries=(entry,),
        other_links=tuple(links[1:]),
        ignored=dict.fromkeys(ignored, "because"),
    )


# --- what is ignored --------------------------------------------------------------------------


def test_expired_rule_ignores_nothing() -> None:
    """It is reported instead."""
    rules = [rule(url="u", expires=date(2026, 1, 1)), rule(url="v")]
    ignores = ignores_of(rules, [], TODAY)

    assert ignores.reason("u", [place(1)]) is None
    assert ignores.reason("v", [place(1)]) == "r"


@pytest.mark.parametrize(
    ("lines", "reason", "shown"),
    [
        ([1], None, [1]),
        ([2], "because", [2]),
        ([1, 2], None, [1]),
        ([2, 3], "because", [2, 3]),
    ],
)
def test_link_is_asked_where_one_place_is_not_ignored(
    lines: list[int], reason: str | None, shown: list[int]
) -> None:
    """Then only that place is shown; lines 2 and 3 have the comment."""
    ignores = ignores_of([], [parsed("u", ignored=[2, 3])], TODAY)
    places = [place(line) for line in lines]

    assert ignores.reason("u", places) == reason
    assert [one.line for one in ignores.shown(places)] == shown


def test_comment_without_reason_says_so() -> None:
    """There is always something to read beside the verdict."""
    ignores = Ignores(lines={"l": {2: ""}})

    assert ignores.reason("u", [place(2)]) == "by the comment in its line"


def test_comment_counts_in_its_own_list() -> None:
    """Line 2 of another list is another line."""
    assert Ignores(lines={"l": {2: ""}}).reason("u", [place(2, "other")]) is None


@pytest.mark.parametrize(
    ("one", "covered"),
    [
        (finding(2), True),
        (finding(1), False),
        (finding(2, name="other"), False),
        (finding(1, "https://a.org/x"), True),
        (finding(1, "https://b.org/x"), False),
    ],
)
def test_findings_about_what_is_ignored_are_left_out(one: Finding, covered: bool) -> None:
    """For their line, or for their link; an untouched paper is the same object."""
    ignores = Ignores((rule(pattern="https://a.org/*"),), {"l": {2: ""}})
    entry = Entry(list="l", line=1, end_line=1, title="T")
    resolution = Resolution(status="skipped")
    paper = Paper(key="k", title="T", mentions=(entry,), resolution=resolution, findings=(one,))

    kept = without_ignored(paper, ignores)

    assert ignores.covers(one) is covered
    assert kept.findings == (() if covered else (one,))
    assert (kept is paper) is not covered


# --- left-over rules --------------------------------------------------------------------------


def test_expired_and_unused_rules_are_reported() -> None:
    """With file and line; one that is in use is not, and an expired one is told once."""
    rules = [
        rule(line=1, url="https://a.org/1"),
        rule(line=5, url="https://a.org/2"),
        rule(line=9, pattern="https://a.org/*"),
        rule(line=13, pattern="https://b.org/*", by="mw"),
        rule(line=17, url="https://gone.org", expires=date(2026, 11, 21)),
        rule(line=21, url="((https://a.org/1))"),
        AcceptRule(file="f", line=25, reason="r", expires=date(2026, 11, 21), host="c.org"),
        AcceptRule(file="f", line=29, reason="r", expires=TODAY, host="d.org"),
    ]
    lists = [parsed("https://a.org/1", "https://a.org/3", written="((https://a.org/1))")]

    told = complaints(rules, lists, TODAY, None)

    assert [(one.code, one.list, one.line) for one in told] == [
        ("ignore-unused", "f", 5),
        ("ignore-unused", "f", 13),
        ("ignore-expired", "f", 17),
        ("ignore-expired", "f", 25),
    ]
    assert told[1].message == (
        "the rule for https://b.org/* matches no link of the lists; its reason: r (mw)"
    )
    assert "2026-11-21" in told[2].message


@pytest.mark.parametrize(
    ("host", "met", "unused"),
    [
        ("a.org", set(), False),
        ("xn--bcher-kva.example", set(), False),  # as it is asked, however it is written
        ("b.org", set(), True),
        ("sub.a.org", set(), True),  # a rule is about one host and no other
        ("b.org", {"b.org"}, False),  # a redirect has led there
        ("b.org", None, False),  # where redirects lead is not known
    ],
)
def test_rule_about_a_host_to_which_nothing_leads_is_reported(
    host: str, met: set[str] | None, unused: bool
) -> None:
    """Of the links, or of the redirects that they have met."""
    rule = AcceptRule(file="f", line=3, reason="r", expires=TODAY, host=host)
    lists = [parsed("https://A.org/1", "https://bücher.example/x")]

    told = complaints([rule], lists, TODAY, met)

    assert [(one.code, one.line) for one in told] == [("ignore-unused", 3)] * unused
    if unused:
        assert f"the rule for {host} is about a host to which no link" in told[0].message


def test_no_rules_no_complaints() -> None:
    """Nothing is said where there is no file."""
    assert complaints([], [parsed("https://a.org")], TODAY, set()) == ()


def read_rule(text: str) -> tuple[Rule, ...]:
    """Read one rule."""
    return parse_rules(f"[[ignore]]\n{text}\nreason = 'r'\nexpires = 2099-01-01\n", "my.toml")


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("wrong-paper", {"wrong-paper"}),
        ("wrong-paper: the list means it so", {"wrong-paper"}),
        ("link-dead, retitled", {"link-dead", "retitled"}),
        ("", set()),
        ("members only", set()),
        ("wrong-paper is what it says", set()),
        ("known bug: wrong-paper", set()),
        ("Wrong-Paper: capitals", {"wrong-paper"}),
        ("wrong-papr: misspelt", {"wrong-papr"}),
        ("link-ded, soft-404", {"link-ded", "soft-404"}),
        ("members-only: a word with a hyphen", set()),
        ("wrong-paper: one\nsoft-404: and one for the block", {"wrong-paper", "soft-404"}),
        ("wrong-paper: one\nand a block without a code", set()),
    ],
)
def test_a_comment_of_codes_ignores_these_alone(words: str, codes: set[str]) -> None:
    """Anything else is a reason, and ignores the line."""
    assert codes_of(words) == codes


def test_a_misspelt_code_blinds_nothing() -> None:
    """Whoever names a code wants the rest of the line to be checked and reported."""
    parsed = ParsedList(name="a", entries=(), ignored={3: "link-ded: comes back", 4: "malformed"})
    ignores = ignores_of((), [parsed], date(2026, 1, 1))
    place = Occurrence(list="a", line=3, column=1, role="paper", paper=None)

    assert ignores.reason("https://x.example/", [place]) is None
    assert not is_ignored(parsed, 3, "link-dead")
    assert is_ignored(parsed, 4, "link-malformed")
    assert not is_ignored(parsed, 4, "placeholder-link")


def test_a_code_is_ignored_and_the_link_is_checked() -> None:
    """By the comment of a line, or by a rule for a URL; other codes and places are reported."""
    parsed = ParsedList(name="a", entries=(), ignored={3: "soft-404", 4: "members only"})
    rules = read_rule("url = 'https://x.example/'\ncode = 'link-dead'")
    ignores = ignores_of(rules, [parsed], date(2026, 1, 1))
    places = tuple(
        Occurrence(list="a", line=line, column=1, role="paper", paper=None) for line in (3, 5)
    )

    def health(code: str, *where: Occurrence, url: str = "https://y.example/") -> LinkHealth:
        verdict: Verdict = "dead" if code == "gone" else "failing"
        return LinkHealth(
            url=url,
            verdict=verdict,
            reason_code=code,
            reason="r.",
            evidence="http",
            occurrences=where,
        )

    assert ignores.reason("https://x.example/") is None
    assert ignores.reason("https://y.example/", places[:1]) is None
    assert list(ignores.visible([health("soft-404", places[0])])) == []
    assert list(ignores.visible([health("soft-404", *places)])) == [health("soft-404", places[1])]
    assert list(ignores.visible([health("gone", *places)])) == [health("gone", *places)]
    assert list(ignores.visible([health("gone", *places, url="https://x.example/")])) == []


def test_a_finding_is_ignored_by_its_code() -> None:
    """The other findings of its line stay."""
    parsed = ParsedList(name="a", entries=(), ignored={3: "wrong-paper: it is meant so"})
    ignores = ignores_of((), [parsed], date(2026, 1, 1))

    def covered(code: str, line: int) -> bool:
        one = Finding(code=code, severity="error", message="m", list="a", line=line)
        return ignores.covers(one)

    assert covered("wrong-paper", 3)
    assert not covered("retitled", 3)
    assert not covered("wrong-paper", 4)
    assert is_ignored(parsed, 3, "wrong-paper")
    assert not is_ignored(parsed, 3, "link-moved")


def test_a_rule_names_a_code_that_there_is() -> None:
    """A misspelt one would ignore nothing for ever."""
    with pytest.raises(ConfigurationError, match=r"my\.toml:1: no code is called 'link-ded'"):
        read_rule("url = 'u'\ncode = 'link-ded'")
