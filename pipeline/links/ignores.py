"""
What a maintainer has asked to leave alone: rules of a file, and lines of a list with a comment.

A TOML table `[[ignore]]` has a `url` or a `pattern`, a `reason`, the day on which it `expires` (a
rule without an end outlives its reason), and `by` whom. A link that is ignored is not checked; with
a `code` of `pipeline.codes` only what has that code is ignored, and the link is checked.
"""

import fnmatch
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from typing import Any, Final

from pipeline.codes import codes_of, meanings
from pipeline.errors import ConfigurationError
from pipeline.records.catalog import Finding, Paper
from pipeline.records.links import LinkHealth, Occurrence
from pipeline.records.lists import ParsedList

MAX_URL: Final = 2_000
"""Characters; no pattern is tried on a longer URL, for a regular expression may take long on it."""

_KEYS: Final = frozenset({"url", "pattern", "code", "reason", "expires", "by"})
_HEADER: Final = re.compile(r"[ \t]*\[\[[ \t]*(?:ignore|\"ignore\"|'ignore')[ \t]*\]\]")


@cache
def url_pattern(text: str) -> re.Pattern[str]:
    """Compile a shell pattern over a whole URL, or an expression (`re:…`); may raise `re.error`."""
    if text.startswith("re:"):
        return re.compile(text[3:])
    return re.compile(r"\A" + fnmatch.translate(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreRule:
    """One rule of an ignore file: either `url` or `pattern` is set."""

    file: str
    line: int
    """Of its `[[ignore]]`."""
    url: str | None = None
    pattern: str | None = None
    code: str | None = None
    """What alone is ignored about the link; None where the link is."""
    reason: str
    expires: date
    """The last day on which it holds."""
    by: str | None = None

    def __post_init__(self) -> None:
        if self.pattern is not None:
            url_pattern(self.pattern)

    @property
    def words(self) -> str:
        """The reason, and who gives it."""
        return f"{self.reason} ({self.by})" if self.by else self.reason

    def matches(self, url: str) -> bool:
        """Say whether a rule is about a URL as written, expired or not."""
        if self.pattern is None:
            return url == self.url
        return len(url) <= MAX_URL and url_pattern(self.pattern).search(url) is not None

    def holds(self, today: date) -> bool:
        """Say whether it has not expired."""
        return today <= self.expires


def parse_ignores(text: str, name: str) -> tuple[IgnoreRule, ...]:
    """Read an ignore file; `ConfigurationError` names it and the line of the wrong `[[ignore]]`."""
    text = text.removeprefix("\ufeff")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{name}: {error}") from error
    tables = data.pop("ignore", [])
    if data:
        raise ConfigurationError(
            f"{name}: there is nothing but [[ignore]], and no {next(iter(data))!r}"
        )
    lines = [n for n, line in enumerate(text.split("\n"), 1) if _HEADER.match(line)]
    if not isinstance(tables, list) or len(lines) != len(tables):
        raise ConfigurationError(f"{name}: every rule is a table of its own, below [[ignore]]")
    return tuple(_rule(table, name, line) for table, line in zip(tables, lines, strict=True))


def _rule(table: Mapping[str, Any], name: str, line: int) -> IgnoreRule:
    fault = _fault(table)
    if fault is not None:
        raise ConfigurationError(f"{name}:{line}: {fault}")
    try:
        reason = " ".join(table["reason"].split())
        return IgnoreRule(file=name, line=line, **{**table, "reason": reason})
    except (re.error, RecursionError, OverflowError) as error:
        raise ConfigurationError(
            f"{name}:{line}: {table['pattern']!r} is not a valid pattern ({error})"
        ) from error


def _fault(table: Mapping[str, Any]) -> str | None:
    """Return what is wrong with a rule; None where nothing is."""
    for key, value in table.items():
        if key not in _KEYS:
            return f"a rule has no {key!r}"
        if key != "expires" and (not isinstance(value, str) or not value.strip()):
            return f"{key} should be text in quotes"
    if ("url" in table) == ("pattern" in table) or "reason" not in table:
        return "a rule has a reason, and either a url or a pattern"
    if not meanings(table.get("code", "ok")):
        return f"no code is called {table['code']!r}"
    expires = table.get("expires")
    if not isinstance(expires, date) or isinstance(expires, datetime):
        return "a rule needs the day on which it expires, without quotes: expires = 2027-06-30"
    return None


# --- what is ignored --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ignores:
    """What a run leaves alone."""

    rules: tuple[IgnoreRule, ...] = ()
    """Those that hold today."""
    lines: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    """By list: the lines with an ignore comment, and the reasons given."""
    coded: Mapping[tuple[str, int], frozenset[str]] = field(default_factory=dict)
    """By list and line: the codes that alone are ignored there."""

    def hides(self, codes: Collection[str], place: tuple[str, int], url: str | None) -> bool:
        """Say whether something with one of these codes is not to be reported at a place."""
        return not self.coded.get(place, frozenset()).isdisjoint(codes) or (
            url is not None
            and any(rule.code in codes and rule.matches(url) for rule in self.rules if rule.code)
        )

    def visible(self, links: Iterable[LinkHealth]) -> Iterator[LinkHealth]:
        """Yield the links that are to be reported, with the places where they are."""
        if not self.coded and not any(rule.code for rule in self.rules):
            yield from links
            return
        for link in links:
            codes = {link.verdict, f"link-{link.verdict}", link.reason_code}
            left = tuple(
                place
                for place in link.occurrences
                if not self.hides(codes, (place.list, place.line), link.url)
            )
            if left or not link.occurrences:
                yield replace(link, occurrences=left)

    def reason(self, url: str, places: Sequence[Occurrence] = ()) -> str | None:
        """Return why a URL, or each of its places, is ignored (no full stop); None: it is not."""
        for rule in self.rules:
            if rule.code is None and rule.matches(url):
                return rule.words.rstrip(".")
        if not places or not all(self._has(place.list, place.line) for place in places):
            return None
        words = self.lines[places[0].list][places[0].line].rstrip(".")
        return words or "by the comment in its line"

    def shown(self, places: Sequence[Occurrence]) -> tuple[Occurrence, ...]:
        """Return the places that are reported: all of them, where every one is ignored."""
        if not self.lines:
            return tuple(places)
        left = tuple(place for place in places if not self._has(place.list, place.line))
        return left or tuple(places)

    def covers(self, finding: Finding) -> bool:
        """Say whether a finding is not to be reported: for its line, or for the link in it."""
        place = finding.list, finding.line
        return (
            self._has(*place)
            or (finding.url is not None and self.reason(finding.url) is not None)
            or self.hides({finding.code}, place, finding.url)
        )

    def _has(self, list_name: str, line: int) -> bool:
        return line in self.lines.get(list_name, ())


NOTHING: Final = Ignores()


def ignores_of(rules: Iterable[IgnoreRule], lists: Iterable[ParsedList], today: date) -> Ignores:
    """Return what the rules that hold today and the comments of the lists ask for."""
    lines: dict[str, dict[int, str]] = {}
    coded: dict[tuple[str, int], frozenset[str]] = {}
    for parsed in lists:
        for line, words in parsed.ignored.items():
            if codes := codes_of(words):
                coded[parsed.name, line] = codes
            else:
                lines.setdefault(parsed.name, {})[line] = words
    return Ignores(tuple(rule for rule in rules if rule.holds(today)), lines, coded)


def is_ignored(parsed: ParsedList, line: int, code: str) -> bool:
    """Say whether the comment of a line tells to leave it alone, in whole or in this code."""
    codes = codes_of(parsed.ignored[line]) if line in parsed.ignored else None
    return codes is not None and (
        not codes or not codes.isdisjoint((code, code.removeprefix("link-")))
    )


def without_ignored(papers: Iterable[Paper], ignores: Ignores) -> list[Paper]:
    """Return the papers without the findings that are not to be reported."""
    return [_without(paper, ignores) for paper in papers]


def _without(paper: Paper, ignores: Ignores) -> Paper:
    kept = tuple(finding for finding in paper.findings if not ignores.covers(finding))
    return paper if len(kept) == len(paper.findings) else replace(paper, findings=kept)


def complaints(
    rules: Sequence[IgnoreRule], lists: Iterable[ParsedList], today: date
) -> tuple[Finding, ...]:
    """Return findings about the rules: expired, or matching no link of `lists` (all, whole)."""
    links = (link for parsed in lists if rules for link in parsed.all_links())
    urls = {url for link in links for url in (link.url, link.written) if url}
    found: list[Finding] = []
    for rule in rules:
        if not rule.holds(today):
            message = f"expired on {rule.expires.isoformat()} and ignores nothing any more"
            found.append(_complaint(rule, "ignore-expired", message))
        elif rule.url not in urls and not any(map(rule.matches, urls)):
            found.append(_complaint(rule, "ignore-unused", "matches no link of the lists"))
    return tuple(found)


def _complaint(rule: IgnoreRule, code: str, what: str) -> Finding:
    said = rule.url or rule.pattern or ""
    return Finding(
        code=code,
        severity="warning",
        message=f"the rule for {said} {what}; its reason: {rule.words}",
        list=rule.file,
        line=rule.line,
    )
