"""Tests of `links.rules`: the ignore file, what is wrong with it, what a rule matches."""

from datetime import date

import pytest

from pipeline.errors import ConfigurationError
from pipeline.links.rules import MAX_URL, AcceptRule, IgnoreRule, parse_rules

TODAY = date(2026, 11, 22)
GOOD = """\
# what we know about

[[ignore]]
url = "https://example.org/a"
reason = "up again in spring"
expires = 2027-03-31
by = "mw"

[[ignore]]
pattern = "https://*.example.net/*"
reason = "robots are refused"
expires = 2027-01-01
"""


def rule(**fields: object) -> IgnoreRule:
    """Return a rule."""
    given = {"file": "f", "line": 1, "reason": "r", "expires": TODAY} | fields
    return IgnoreRule(**given)  # type: ignore[arg-type]


# --- the file ---------------------------------------------------------------------------------


def test_rules_are_read_with_their_lines() -> None:
    """Every field, in the order of the file."""
    one, two = parse_rules(GOOD, "pipeline-ignore.toml")

    assert (one.file, one.line, one.subject) == ("pipeline-ignore.toml", 3, "https://example.org/a")
    assert (one.reason, one.expires, one.by) == ("up again in spring", date(2027, 3, 31), "mw")
    assert (two.line, two.subject, two.by) == (9, "https://*.example.net/*", None)
    assert one.words == "up again in spring (mw)"


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "\ufeff"])
def test_empty_file_has_no_rules(text: str) -> None:
    """A file may wait for its first rule."""
    assert parse_rules(text, "f") == ()


def test_windows_file_is_read() -> None:
    """With a byte order mark and CRLF."""
    assert [one.line for one in parse_rules("\ufeff" + GOOD.replace("\n", "\r\n"), "f")] == [3, 9]


_HEAD = "[[ignore]]\nurl = 'https://a.org'\nreason = 'r'\nexpires = 2027-01-01\n\n"


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        ("url = 'u'\nexpires = 2027-01-01", "a rule has a reason"),
        ("url = 'u'\nreason = '  '\nexpires = 2027-01-01", "reason should be text"),
        ("url = 'u'\nreason = 'r'", "needs the day"),
        ("url = 'u'\nreason = 'r'\nexpires = 'never'", "needs the day"),
        ("url = 'u'\nreason = 'r'\nexpires = 2027", "needs the day"),
        ("url = 'u'\nreason = 'r'\nexpires = 2027-01-01T10:00:00", "needs the day"),
        ("reason = 'r'\nexpires = 2027-01-01", "either a url or a pattern"),
        ("url = 'u'\npattern = 'p'\nreason = 'r'\nexpires = 2027-01-01", "either a url"),
        ("url = ['u']\nreason = 'r'\nexpires = 2027-01-01", "url should be text"),
        ("urls = 'u'\nreason = 'r'\nexpires = 2027-01-01", "no 'urls'"),
        ("pattern = 're:('\nreason = 'r'\nexpires = 2027-01-01", "'re:(' is not a valid pattern"),
        ("url = 'u'\nreason = 'r'\nexpires = 2027-01-01\nby = 3", "by should be text"),
    ],
)
def test_bad_rule_names_file_and_line(rest: str, words: str) -> None:
    """The line is that of the rule's `[[ignore]]`."""
    with pytest.raises(ConfigurationError, match=r"^my\.toml:6: ") as caught:
        parse_rules(f"{_HEAD}[[ignore]]\n{rest}\n", "my.toml")

    assert words in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["[[ignore]\n", "[[ignores]]\nurl = 'u'\n", "ignore = 3\n", "ignore = [{url = 'u'}]\n"],
)
def test_bad_file_is_named(text: str) -> None:
    """What is no TOML, or has something else than rules."""
    with pytest.raises(ConfigurationError, match=r"^my\.toml: "):
        parse_rules(text, "my.toml")


# --- what is accepted of a host -----------------------------------------------------------------

ACCEPT = """\
[[accept]]
host = "Docs.Example.org"
statuses = [403, 503]
reason = "open to members"
expires = 2027-03-31
by = "mw"

[[ignore]]
url = "https://example.org/a"
reason = "up again in spring"
expires = 2027-03-31

[[accept]]
host = "faß.example"
redirects = ["https://faß.example/login*", "re:^https://sso[.]example/"]
reason = "asks for a login"
expires = 2027-01-01
"""


def test_both_kinds_of_rules_stand_in_one_file() -> None:
    """In the order of the file; a host is read as browsers read it."""
    first, between, last = parse_rules(ACCEPT, "f")

    assert [first.line, between.line, last.line] == [1, 8, 13]
    assert isinstance(first, AcceptRule)
    assert (first.host, first.statuses, first.words) == (
        "docs.example.org",
        frozenset({403, 503}),
        "open to members (mw)",
    )
    assert isinstance(last, AcceptRule)
    assert last.subject == "xn--fa-hia.example"
    assert last.leads_right("https://sso.example/?for=it")
    assert not last.leads_right("https://docs.example.org/")


_END = "reason = 'r'\nexpires = 2027-01-01"


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        (f"statuses = [403]\n{_END}", "a rule has a reason, a host"),
        (f"host = 'a.org'\n{_END}", "the statuses or redirects that are right"),
        ("host = 'a.org'\nstatuses = [403]\nexpires = 2027-01-01", "a rule has a reason"),
        ("host = 'a.org'\nstatuses = [403]\nreason = 'r'", "needs the day"),
        (f"host = '*.a.org'\nstatuses = [403]\n{_END}", "host should be the name of one host"),
        (f"host = 'https://a.org'\nstatuses = [403]\n{_END}", "host should be the name"),
        (f"host = 'a.org'\nstatuses = 403\n{_END}", "statuses should be numbers"),
        (f"host = 'a.org'\nstatuses = ['403']\n{_END}", "statuses should be numbers"),
        (f"host = 'a.org'\nstatuses = [200]\n{_END}", "statuses should be numbers"),
        (f"host = 'a.org'\nstatuses = [true]\n{_END}", "statuses should be numbers"),
        (f"host = 'a.org'\nredirects = 'x'\n{_END}", "redirects should be patterns"),
        (f"host = 'a.org'\nredirects = ['']\n{_END}", "redirects should be patterns"),
        (f"host = 'a.org'\nredirects = ['re:(']\n{_END}", "'re:(' is not a valid pattern"),
        (f"host = 'a.org'\nurl = 'u'\n{_END}", "no 'url'"),
    ],
)
def test_bad_accept_names_file_and_line(rest: str, words: str) -> None:
    """What accepts everything, or nothing, is no rule."""
    with pytest.raises(ConfigurationError, match=r"^my\.toml:2: ") as caught:
        parse_rules(f"\n[[accept]]\n{rest}\n", "my.toml")

    assert words in str(caught.value)


# --- matching ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "url", "matches"),
    [
        ({"url": "https://a.org/x"}, "https://a.org/x", True),
        ({"url": "https://a.org/x"}, "https://a.org/x/", False),
        ({"url": "https://a.org/*"}, "https://a.org/x", False),
        ({"pattern": "https://a.org/*"}, "https://a.org/x/y", True),
        ({"pattern": "a.org"}, "https://a.org/", False),
        ({"pattern": "*a.org*"}, "https://a.org/", True),
        ({"pattern": r"re:^https://(www\.)?a\.org/"}, "https://www.a.org/x", True),
        ({"pattern": r"re:a\.org"}, "https://b.org/", False),
        ({"pattern": "*"}, "x" * MAX_URL, True),
        ({"pattern": "*"}, "x" * (MAX_URL + 1), False),
        ({"url": "x" * (MAX_URL + 1)}, "x" * (MAX_URL + 1), True),
    ],
)
def test_rule_matches(fields: dict[str, str], url: str, matches: bool) -> None:
    """A URL is compared whole; a pattern is that of `exclude`, and not tried on endless URLs."""
    assert rule(**fields).matches(url) is matches


@pytest.mark.parametrize(
    ("expires", "holds"),
    [(date(2026, 11, 21), False), (TODAY, True), (date(2026, 11, 23), True)],
)
def test_rule_holds_until_its_day_is_over(expires: date, holds: bool) -> None:
    """The day itself counts."""
    assert rule(url="u", expires=expires).holds(TODAY) is holds
