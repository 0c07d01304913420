"""
The rules of the ignore file: what a maintainer leaves alone, and which answers are right. Pure.

Every rule is a TOML table with a `reason`, the day on which it `expires` (a rule without an end
outlives its reason), and `by` whom. `[[ignore]]` has a `url` or a `pattern`, and perhaps a `code`;
`[[accept]]` has a `host`, and the `statuses` or `redirects` that are right for it.
"""

import fnmatch
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Final

from pipeline.codes import meanings
from pipeline.errors import ConfigurationError
from pipeline.urls import ascii_host

MAX_URL: Final = 2_000
"""Characters; no pattern is tried on a longer URL, for a regular expression may take long on it."""


@cache
def url_pattern(text: str) -> re.Pattern[str]:
    """Compile a shell pattern over a whole URL, or an expression (`re:…`); may raise `re.error`."""
    if text.startswith("re:"):
        return re.compile(text[3:])
    return re.compile(r"\A" + fnmatch.translate(text))


def _fits(pattern: str, url: str) -> bool:
    return len(url) <= MAX_URL and url_pattern(pattern).search(url) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What every rule has."""

    file: str
    line: int
    """Of the header of its table."""
    reason: str
    expires: date
    """The last day on which it holds."""
    by: str | None = None

    @property
    def subject(self) -> str:
        """What it is about, for a sentence about it."""
        return ""

    @property
    def words(self) -> str:
        """The reason, and who gives it."""
        return f"{self.reason} ({self.by})" if self.by else self.reason

    def holds(self, today: date) -> bool:
        """Say whether it has not expired."""
        return today <= self.expires


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreRule(Rule):
    """A link, or something about it, that is left alone: either `url` or `pattern` is set."""

    url: str | None = None
    pattern: str | None = None
    code: str | None = None
    """What alone is ignored about the link; None where the link is."""

    def __post_init__(self) -> None:
        if self.pattern is not None:
            url_pattern(self.pattern)

    @property
    def subject(self) -> str:
        """See `Rule.subject`."""
        return self.url or self.pattern or ""

    def matches(self, url: str) -> bool:
        """Say whether a rule is about a URL as written, expired or not."""
        return url == self.url if self.pattern is None else _fits(self.pattern, url)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptRule(Rule):
    """Answers that are right for one host, which is no other's and no subdomain's."""

    host: str
    """In ASCII."""
    statuses: frozenset[int] = frozenset()
    redirects: tuple[str, ...] = ()
    """Patterns of the addresses to which links of the host may be redirected."""

    def __post_init__(self) -> None:
        for pattern in self.redirects:
            url_pattern(pattern)

    @property
    def subject(self) -> str:
        """See `Rule.subject`."""
        return self.host

    def leads_right(self, target: str) -> bool:
        """Say whether links of the host may end at an address."""
        return any(_fits(pattern, target) for pattern in self.redirects)


def parse_rules(text: str, name: str) -> tuple[Rule, ...]:
    """Read an ignore file; `ConfigurationError` names it and the line of the wrong table."""
    text = text.removeprefix("\ufeff")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{name}: {error}") from error
    for kind in data:
        if kind not in _KINDS:
            raise ConfigurationError(
                f"{name}: there is nothing but [[ignore]] and [[accept]], and no {kind!r}"
            )
    found = [rule for kind in data for rule in _rules(kind, data[kind], text, name)]
    return tuple(sorted(found, key=lambda rule: rule.line))


def _rules(kind: str, tables: Any, text: str, name: str) -> Iterator[Rule]:
    header = re.compile(rf"[ \t]*\[\[[ \t]*(?:{kind}|\"{kind}\"|'{kind}')[ \t]*\]\]")
    lines = [number for number, line in enumerate(text.split("\n"), 1) if header.match(line)]
    if not isinstance(tables, list) or len(lines) != len(tables):
        raise ConfigurationError(f"{name}: every rule is a table of its own, below [[{kind}]]")
    for table, line in zip(tables, lines, strict=True):
        yield _rule(kind, table, name, line)


def _rule(kind: str, table: Mapping[str, Any], name: str, line: int) -> Rule:
    keys, fault_of, rule_of = _KINDS[kind]
    fault = _fault(table, keys) or fault_of(table) or _fault_of_end(table)
    if fault is not None:
        raise ConfigurationError(f"{name}:{line}: {fault}")
    try:
        reason = " ".join(table["reason"].split())
        return rule_of(**{**table, "file": name, "line": line, "reason": reason})
    except (re.error, RecursionError, OverflowError) as error:
        patterns = table.get("pattern") or ", ".join(table.get("redirects", ()))
        raise ConfigurationError(
            f"{name}:{line}: {patterns!r} is not a valid pattern ({error})"
        ) from error


def _fault(table: Mapping[str, Any], keys: frozenset[str]) -> str | None:
    """Return what is wrong with a rule of either kind; None where nothing is."""
    for key, value in table.items():
        if key not in keys:
            return f"a rule has no {key!r}"
        if key not in _NO_TEXT and (not isinstance(value, str) or not value.strip()):
            return f"{key} should be text in quotes"
    return None


def _fault_of_end(table: Mapping[str, Any]) -> str | None:
    expires = table.get("expires")
    if not isinstance(expires, date) or isinstance(expires, datetime):
        return "a rule needs the day on which it expires, without quotes: expires = 2027-06-30"
    return None


def _fault_of_ignore(table: Mapping[str, Any]) -> str | None:
    if ("url" in table) == ("pattern" in table) or "reason" not in table:
        return "a rule has a reason, and either a url or a pattern"
    if not meanings(table.get("code", "ok")):
        return f"no code is called {table['code']!r}"
    return None


def _fault_of_accept(table: Mapping[str, Any]) -> str | None:
    statuses, redirects = table.get("statuses", []), table.get("redirects", [])
    if "host" not in table or "reason" not in table or not (statuses or redirects):
        return "a rule has a reason, a host, and the statuses or redirects that are right for it"
    if ascii_host(table["host"]) is None:
        return f"host should be the name of one host, not {table['host']!r}"
    if not isinstance(statuses, list) or not all(map(_is_status, statuses)):
        return "statuses should be numbers from 201 to 599, as in statuses = [403]"
    if not isinstance(redirects, list) or not all(map(_is_text, redirects)):
        return 'redirects should be patterns, as in redirects = ["https://example.org/login*"]'
    return None


def _is_status(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 201 <= value <= 599


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _accept_rule(
    host: str, statuses: tuple[int, ...] = (), redirects: tuple[str, ...] = (), **rest: Any
) -> Rule:
    return AcceptRule(
        host=(ascii_host(host) or "").rstrip("."),
        statuses=frozenset(statuses),
        redirects=tuple(redirects),
        **rest,
    )


_COMMON: Final = frozenset({"reason", "expires", "by"})
_NO_TEXT: Final = frozenset({"expires", "statuses", "redirects"})
_KINDS: Final[
    Mapping[
        str,
        tuple[frozenset[str], Callable[[Mapping[str, Any]], str | None], Callable[..., Rule]],
    ]
] = {
    "ignore": (_COMMON | {"url", "pattern", "code"}, _fault_of_ignore, IgnoreRule),
    "accept": (_COMMON | {"host", "statuses", "redirects"}, _fault_of_accept, _accept_rule),
}
"""By the name of its table: the keys of a rule, what may be wrong with it, and what makes it."""
