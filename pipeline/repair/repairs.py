"""
What the last run has found that can be repaired for certain.

Pure. The one place that says which evidence about a link is enough for a machine to write another:
`pipeline fix` writes it, and the report calls it ready to apply. It takes an answer of that run
about the address that is to be written; what a link's own spelling shows needs none
(`pipeline.urls.repaired_url`), and is left where the run was told that there is no such thing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from pipeline.links.moves import depends_on_visitor, leads_elsewhere
from pipeline.previous import Previous
from pipeline.records.catalog import Finding, Paper
from pipeline.records.links import LinkHealth, Verdict
from pipeline.records.lists import Entry
from pipeline.urls import names_user, request_key, url_fault
from pipeline.works.arxiv_links import FUSSY, Fussy
from pipeline.works.forges import FORGE_NAMES
from pipeline.works.identifiers import SCHOLARLY, Scheme, identify, lasting_addresses
from pipeline.works.repositories import repository
from pipeline.works.titles import title_key

# --- what the run was told of addresses --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answers:
    """What services have answered in one run about addresses and identifiers."""

    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    """By request (`urls.request_key`)."""
    denied: frozenset[str] = frozenset()
    """Keys of identifiers (`arxiv:…`, `doi:…`) whose registry knows no such thing."""
    confirmed: frozenset[str] = frozenset()
    """Keys of identifiers whose registry has a record of them."""
    papers: Mapping[str, Paper] = field(default_factory=dict)
    """By key."""

    def verdict(self, url: str) -> Verdict | None:
        """Return what the run found of an address; None where it was not asked."""
        return self.verdicts.get(request_key(url))

    def denies(self, url: str) -> bool:
        """Say whether an address names what its registry does not know, in whatever spelling."""
        found = identify(url)
        return found is not None and found.key in self.denied

    def confirms(self, url: str) -> bool:
        """Say whether an address was answered, or the identifier that it is the address of."""
        found = identify(url)
        return self.verdict(url) == "alive" or (found is not None and found.key in self.confirmed)


def answers_of(
    papers: Sequence[Paper],
    links: Sequence[LinkHealth],
    by_key: Mapping[str, Paper] | None = None,
    *,
    suggested_only: bool = False,
) -> Answers:
    """Return what a run was answered; with `suggested_only` of no other address than those."""
    suggested = {request_key(link.suggestion) for link in links if link.suggestion}
    keyed = ((request_key(link.url), link.verdict) for link in links)
    return Answers(
        verdicts={key: one for key, one in keyed if not suggested_only or key in suggested}
        if suggested or not suggested_only
        else {},
        denied=frozenset(_denied(papers, links)),
        confirmed=frozenset(_confirmed(papers, links)),
        papers={paper.key: paper for paper in papers} if by_key is None else by_key,
    )


_NO_SUCH: Final[Mapping[str, Scheme]] = {"no-such-paper": "arxiv", "no-such-doi": "doi"}


def _denied(papers: Iterable[Paper], links: Iterable[LinkHealth]) -> Iterator[str]:
    for link in links:
        found = identify(link.url) if link.reason_code in _NO_SUCH else None
        if found is not None and found.whole and found.scheme == _NO_SUCH[link.reason_code]:
            yield found.key
    for paper in papers:
        state = paper.sources.get("arxiv")
        if paper.arxiv is not None and state is not None and state.status == "missing":
            yield f"arxiv:{paper.arxiv.id}"


def _confirmed(papers: Iterable[Paper], links: Iterable[LinkHealth]) -> Iterator[str]:
    registered = (one for one in links if one.reason_code in ("doi-registered", "arxiv-found"))
    for found in map(identify, (link.url for link in registered)):
        if found is not None:
            yield found.key
    for paper in papers:
        fresh = {n for n, one in paper.sources.items() if one.status == "found" and not one.stale}
        if paper.arxiv is not None and "arxiv" in fresh:
            yield f"arxiv:{paper.arxiv.id}"
        if "crossref" in fresh and "title" in paper.sources["crossref"].fields:
            yield f"doi:{paper.doi}"
        published = paper.published_as
        if published is not None and published.source in fresh & {"crossref"}:
            yield f"doi:{published.doi}"


# --- what is known of one list ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Known:
    """What the last run says about the links and titles of one list."""

    moved: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """URL to code and new URL."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Repository in lower case to its name now."""
    answers: Answers = field(default_factory=Answers)
    simpler: Mapping[tuple[Fussy, str], str] = field(default_factory=dict)
    """Code and URL of what could be simpler to replacement."""
    titles: Mapping[tuple[str, frozenset[str]], str] = field(default_factory=dict)
    """A title's key and the entry's URLs to the official title."""
    seen_once: frozenset[str] = frozenset()
    """Redirects of which the last report is not certain yet; they are not in `moved`."""
    stood: Mapping[str, str] = field(default_factory=dict)
    """URLs that the last run saw in this list and that would be repaired, with their codes."""

    def official(self, entry: Entry) -> str | None:
        """Return the official title of an entry's work; None where it is not known to differ."""
        key = title_key(entry.title), frozenset(link.url for link in entry.links)
        official = self.titles.get(key)
        return official if official != entry.title else None


def known_of(previous: Previous, name: str, *, hasty: bool = False) -> Known:
    """Return what the last run says of a list; redirects seen once count only with `hasty`."""
    answers = answers_of(previous.papers, previous.links)
    told = ((link.url, certain_replacement(link, answers)) for link in previous.links)
    moved = {url: found for url, found in told if found is not None}
    # The redirects that people were told to wait for: the next check may see another.
    told_of = previous.report.diagnostics if previous.report and not hasty else ()
    once = {one.url for one in told_of if one.code == "link-moved" and not one.certain}
    waiting = frozenset(moved.keys() & once)
    moved = {url: found for url, found in moved.items() if url not in waiting}
    mentions = [one for paper in previous.papers for one in paper.mentions if one.list == name]
    findings = [one for paper in previous.papers for one in paper.findings if one.list == name]
    simpler = {
        (one.code, one.url): one.replacement
        for one in findings
        if one.url and one.replacement and one.code in FUSSY and answers.confirms(one.replacement)
    }
    here = {link.url for link in previous.links if any(o.list == name for o in link.occurrences)}
    stood = {url: code for url, (code, _) in moved.items() if url in here}
    stood |= {url: code for code, url in simpler}
    return Known(
        moved=moved,
        renamed=_renamed_repositories(previous, answers),
        answers=answers,
        simpler=simpler,
        titles=dict(_official_titles(mentions, findings)),
        seen_once=waiting,
        stood=stood,
    )


def certain_replacement(health: LinkHealth, answers: Answers) -> tuple[str, str] | None:
    """
    Return the code and the address under which a link is repaired by what the run says of it.

    None where nothing is certain enough: evidence that is remembered only, an address that is none
    or that was not answered for, a redirect that is for a person (`needs_person`), a link that is
    malformed (its spelling decides).
    """
    target = health.suggestion
    if not target or url_fault(target) is not None or target == health.url or names_user(target):
        return None  # the latter is `https://github.com@evil.example/`
    if answers.denies(target) or answers.verdict(target) not in (None, "alive", "skipped"):
        return None  # also where it has moved itself: round in a circle, or on to somewhere else
    if health.verdict == "moved" and health.reason_code == "repository-renamed":
        return ("repository-renamed", target) if health.evidence in FORGE_NAMES else None
    if health.verdict == "moved":
        stable = health.evidence == "http" and health.reason_code == "permanent-redirect"
        answered = request_key(target) == request_key(health.final_url or target)
        sure = stable and answered and not needs_person(health, answers)
        return ("link-moved", target) if sure else None
    if health.verdict == "dead" and _is_lasting(health.url, target):
        confirmed = health.suggestion_confirmed or answers.confirms(target)
        return ("link-dead", target) if confirmed else None
    return None


def needs_person(health: LinkHealth, answers: Answers) -> bool:
    """Say whether a person must decide: another work or owner, or it depends on the visitor."""
    target = health.suggestion or ""
    papers = (answers.papers.get(one.paper or "") for one in health.occurrences)
    titles = (paper.title if paper is not None else "" for paper in papers)
    old, new = identify(health.url), identify(target)
    return (
        (old and new and old.scheme == new.scheme in SCHOLARLY and old.value != new.value)
        or depends_on_visitor(health.url, target)
        or leads_elsewhere(health.url, target, titles)
    )


def _is_lasting(url: str, target: str) -> bool:
    """Say whether the identifier is in the URL itself: one derived from a path is a guess."""
    found = identify(target) if target in lasting_addresses(url) else None
    return found is not None and found.value.lower() in unquote(url).lower()


def _renamed_repositories(previous: Previous, answers: Answers) -> dict[str, str]:
    """
    Return the new names of repositories, in GitHub's own case, by the old in lower case.

    A new name that is an old one too is none: the answers are of different days.
    """
    names: dict[str, str] = {}
    for paper in previous.papers:
        for part in paper.repositories:
            is_sure = part.status == "found" and part.service == "github"
            is_sure = is_sure and not (part.stale or part.former_ids)
            if part.renamed_from and is_sure:
                names[part.renamed_from.lower()] = part.full_name
    for health in previous.links:
        found = certain_replacement(health, answers)
        if found is not None and found[0] == "repository-renamed":
            old, new = repository(health.url), repository(found[1])
            if old is not None and new is not None:
                names[old.full_name.lower()] = new.full_name
    return {old: new for old, new in names.items() if new.lower() not in names}


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
