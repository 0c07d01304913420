"""
What the last run has found that can be repaired for certain.

Pure. The one place that says which evidence about a link is enough for a machine to write another:
`pipeline fix` writes it, and the report calls it ready to apply. What a link's own spelling shows
needs no evidence (`pipeline.urls.repaired_url`).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pipeline.formats.report_json import LinkReport
from pipeline.previous import Previous
from pipeline.records.catalog import Finding, Paper
from pipeline.records.links import LinkHealth
from pipeline.records.lists import Entry
from pipeline.urls import names_user, url_fault
from pipeline.works.arxiv_links import FUSSY, Fussy
from pipeline.works.identifiers import LASTING, SCHOLARLY, Identifier, canonical_url, identify
from pipeline.works.repositories import repository
from pipeline.works.titles import title_key


@dataclass(frozen=True, slots=True)
class Known:
    """What the last run says about the links and titles of one list."""

    moved: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """URL to code and new URL."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Repository in lower case to its name now."""
    dead: frozenset[str] = frozenset()
    simpler: Mapping[tuple[Fussy, str], str] = field(default_factory=dict)
    """Code and URL of what could be simpler to replacement."""
    titles: Mapping[tuple[str, frozenset[str]], str] = field(default_factory=dict)
    """A title's key and the entry's URLs to the official title."""
    seen_once: frozenset[str] = frozenset()
    """Redirects of which the last report is not certain yet; they are not in `moved`."""
    stood: Mapping[str, str] = field(default_factory=dict)
    """URLs that the last run saw in this list and that would be repaired, with their codes."""


def known_of(previous: Previous, name: str, *, hasty: bool = False) -> Known:
    """
    Return what the last run says about the list of this name.

    Redirects that were seen once are left for the next run; with `hasty` they count as well.
    """
    renamed = _renamed_repositories(previous)
    dead = frozenset(link.url for link in previous.links if link.verdict == "dead")
    moved = dict(_moved(previous))
    waiting = frozenset[str]() if hasty else frozenset(_seen_once(previous.report)) & moved.keys()
    moved = {url: found for url, found in moved.items() if url not in waiting}
    mentions = [one for paper in previous.papers for one in paper.mentions if one.list == name]
    findings = [one for paper in previous.papers for one in paper.findings if one.list == name]
    simpler = {
        (one.code, one.url): one.replacement
        for one in findings
        if one.url and one.replacement and one.code in FUSSY
    }
    here = {link.url for link in previous.links if any(o.list == name for o in link.occurrences)}
    stood = {url: code for url, (code, _) in moved.items() if url in here}
    stood |= {url: code for code, url in simpler}
    return Known(
        moved=moved,
        renamed=renamed,
        dead=dead,
        simpler=simpler,
        titles=dict(_official_titles(mentions, findings)),
        seen_once=waiting,
        stood=stood,
    )


def certain_replacement(
    health: LinkHealth, papers: Sequence[Paper] = (), links: Sequence[LinkHealth] = ()
) -> tuple[str, str] | None:
    """
    Return the code and the address under which a link is repaired by what the last run says of it.

    None where nothing is certain enough: evidence that is remembered only, an address that is none,
    a redirect to another work, a link that is malformed (its spelling decides). For a dead link the
    run's `papers` must have the identifier, see `_lasting`.
    """
    target = health.suggestion
    if not target or url_fault(target) is not None or target == health.url or names_user(target):
        return None  # the latter is `https://github.com@evil.example/`
    if health.verdict == "moved" and health.reason_code == "repository-renamed":
        return ("repository-renamed", target) if health.evidence == "github" else None
    if health.verdict == "moved":
        permanent = health.evidence == "http" and health.reason_code == "permanent-redirect"
        return ("link-moved", target) if permanent and not _is_other(health.url, target) else None
    if health.verdict == "dead" and _lasting(health, papers, links):
        return "link-dead", target
    return None


def _is_other(url: str, target: str) -> bool:
    """Say whether a redirect leads from one work to another of the same scheme."""
    old, new = identify(url), identify(target)
    if old is None or new is None or old.scheme not in SCHOLARLY:
        return False
    return old.scheme == new.scheme and old.value != new.value


def _lasting(health: LinkHealth, papers: Sequence[Paper], links: Sequence[LinkHealth]) -> bool:
    """
    Say whether a dead link may become the lasting address of what it names.

    The identifier stands in the URL itself, the catalog has the work under it, and nothing bad is
    known of the lasting address: an identifier that is derived from a path is a guess.
    """
    found = identify(health.url)
    if found is None or found.scheme not in LASTING:
        return False
    lasting = canonical_url(found)
    if lasting != health.suggestion or found.value.lower() not in health.url.lower():
        return False
    if any(link.url == lasting and link.verdict in _BAD for link in links):
        return False
    return any(_is_of(paper, found) for paper in papers)


_BAD: Final = frozenset({"dead", "failing", "malformed"})


def _is_of(paper: Paper, found: Identifier) -> bool:
    if paper.resolution.status != "found":
        return False
    arxiv = f"arxiv:{paper.arxiv.id}" if paper.arxiv is not None else None
    return found.key in (paper.key, arxiv, f"doi:{paper.doi}")


def _moved(previous: Previous) -> Iterator[tuple[str, tuple[str, str]]]:
    for health in previous.links:
        found = certain_replacement(health, previous.papers, previous.links)
        if found is not None:
            yield health.url, found


def _seen_once(report: LinkReport | None) -> Iterator[str]:
    """Yield the redirects that people were told to wait for: the next check may see another."""
    for one in report.diagnostics if report else ():
        if one.code == "link-moved" and one.url and not one.certain:
            yield one.url


def _renamed_repositories(previous: Previous) -> dict[str, str]:
    """Return the new names of repositories, in GitHub's own case, by the old in lower case."""
    names: dict[str, str] = {}
    for paper in previous.papers:
        for part in paper.repositories:
            if part.renamed_from and part.status == "found" and not part.stale:
                names[part.renamed_from.lower()] = part.full_name
    for health in previous.links:
        found = certain_replacement(health)
        if found is not None and found[0] == "repository-renamed":
            old, new = repository(health.url), repository(found[1])
            if old is not None and new is not None:
                names[old.full_name.lower()] = new.full_name
    return {old: new for old, new in names.items() if old != new.lower()}


def _official_titles(
    mentions: Iterable[Entry], findings: Iterable[Finding]
) -> Iterator[tuple[tuple[str, frozenset[str]], str]]:
    titles = {one.line: one.replacement for one in findings if one.code == "retitled"}
    entries = tuple(mentions)
    sharing = Counter(entry.line for entry in entries)
    for entry in entries:
        official = titles.get(entry.line)
        if official and sharing[entry.line] == 1:  # a finding names its line, not its entry
            yield (title_key(entry.title), frozenset(link.url for link in entry.links)), official
