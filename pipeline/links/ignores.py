"""
What a maintainer has asked to leave alone: rules of a file, and lines of a list with a comment.

A link that is ignored is not checked; with a `code` of `pipeline.codes` only what has that code is
ignored, and the link is checked.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from pipeline.codes import codes_of
from pipeline.links.rules import AcceptRule, IgnoreRule, Rule
from pipeline.records.catalog import Finding, Paper
from pipeline.records.links import LinkHealth, Occurrence
from pipeline.records.lists import ParsedList
from pipeline.urls import host_of

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

    @property
    def hides_some(self) -> bool:
        """Whether anything is ignored by its code."""
        return bool(self.coded) or any(rule.code for rule in self.rules)

    def visible(self, links: Iterable[LinkHealth]) -> Iterator[LinkHealth]:
        """Yield the links that are to be reported, with the places where they are."""
        if not self.hides_some:
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
        if (
            not self.lines
            or not places
            or not all(self._has(place.list, place.line) for place in places)
        ):
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


def ignores_of(rules: Iterable[Rule], lists: Iterable[ParsedList], today: date) -> Ignores:
    """Return what the rules that hold today and the comments of the lists ask for."""
    lines: dict[str, dict[int, str]] = {}
    coded: dict[tuple[str, int], frozenset[str]] = {}
    for parsed in lists:
        for line, words in parsed.ignored.items():
            if codes := codes_of(words):
                coded[parsed.name, line] = codes
            else:
                lines.setdefault(parsed.name, {})[line] = words
    ignoring = (rule for rule in rules if isinstance(rule, IgnoreRule) and rule.holds(today))
    return Ignores(tuple(ignoring), lines, coded)


def is_ignored(parsed: ParsedList, line: int, code: str) -> bool:
    """Say whether the comment of a line tells to leave it alone, in whole or in this code."""
    codes = codes_of(parsed.ignored[line]) if line in parsed.ignored else None
    return codes is not None and (
        not codes or not codes.isdisjoint((code, code.removeprefix("link-")))
    )


def without_ignored(paper: Paper, ignores: Ignores) -> Paper:
    """Return a paper without the findings that are not to be reported."""
    kept = tuple(finding for finding in paper.findings if not ignores.covers(finding))
    return paper if len(kept) == len(paper.findings) else replace(paper, findings=kept)


def complaints(
    rules: Sequence[Rule], lists: Iterable[ParsedList], today: date, met: Collection[str] | None
) -> tuple[Finding, ...]:
    """
    Return findings about the rules: expired, or matching no link of `lists` (all, whole).

    `met`: the hosts to which redirects have led, for a rule may be about one of them; None where
    that is not known of every link, so that no rule about a host is reported.
    """
    links = (link for parsed in (lists if rules else ()) for link in parsed.all_links())
    urls = {url for link in links for url in (link.url, link.written) if url}
    judged = met is not None and any(isinstance(rule, AcceptRule) for rule in rules)
    hosts = {*(met or ()), *map(host_of, urls)} if judged else None
    found: list[Finding] = []
    for rule in rules:
        if not rule.holds(today):
            message = f"expired on {rule.expires.isoformat()} and has no effect any more"
            found.append(_complaint(rule, "ignore-expired", message))
        elif unused := _unused(rule, urls, hosts):
            found.append(_complaint(rule, "ignore-unused", unused))
    return tuple(found)


def _unused(rule: Rule, urls: Collection[str], hosts: Collection[str] | None) -> str:
    """Say in what a rule is about nothing; empty where it is about something."""
    if isinstance(rule, AcceptRule):
        lost = hosts is not None and rule.host not in hosts
        return "is about a host to which no link of the lists leads" if lost else ""
    matches = isinstance(rule, IgnoreRule) and (rule.url in urls or any(map(rule.matches, urls)))
    return "" if matches else "matches no link of the lists"


def _complaint(rule: Rule, code: str, what: str) -> Finding:
    return Finding(
        code=code,
        severity="warning",
        message=f"the rule for {rule.subject} {what}; its reason: {rule.words}",
        list=rule.file,
        line=rule.line,
    )
