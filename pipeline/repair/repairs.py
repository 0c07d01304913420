"""
What the last run has found that can be repaired for certain.

Pure. The one place that says which evidence about a link is enough for a machine to write another:
`pipeline fix` writes it, and the report calls it ready to apply. It takes an answer of that run
about the address that is to be written; what a link's own spelling shows needs none
(`pipeline.urls.repaired_url`), and is left where the run was told that there is no such thing.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final
from urllib.parse import unquote

from pipeline.formats.report_json import LinkReport
from pipeline.links.moves import depends_on_visitor, leads_elsewhere
from pipeline.records.catalog import Finding, Paper, SourceState
from pipeline.records.links import LinkHealth, Verdict
from pipeline.records.lists import Entry
from pipeline.storage.numbers import Numbers
from pipeline.urls import names_user, request_key, url_fault
from pipeline.works.arxiv_links import FUSSY, Fussy
from pipeline.works.forges import FORGE_NAMES
from pipeline.works.identifiers import SCHOLARLY, Scheme, identify, lasting_addresses
from pipeline.works.repositories import repository
from pipeline.works.titles import title_key

# --- what the run was told of addresses --------------------------------------------------------


def _untitled(_: str) -> str:
    return ""


def _unsure(_: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Answers:
    """What services have answered in one run about addresses and identifiers."""

    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    """By request (`urls.request_key`)."""
    denied: frozenset[str] = frozenset()
    """Keys of identifiers (`arxiv:…`, `doi:…`) whose registry knows no such thing."""
    confirmed: Callable[[str], bool] = _unsure
    """Says of the key of an identifier whether its registry has a record of that."""
    title_of: Callable[[str], str] = _untitled
    """The title of a paper by its key; empty for one that is not known."""

    def verdict(self, url: str) -> Verdict | None:
        """Return what the run found of an address; None where it was not asked."""
        return self.verdicts.get(request_key(url))

    def denies(self, url: str) -> bool:
        """Say whether an address names what its registry does not know, in whatever spelling."""
        found = identify(url) if self.denied else None
        return found is not None and found.key in self.denied

    def confirms(self, url: str) -> bool:
        """Say whether an address was answered, or the identifier that it is the address of."""
        found = identify(url)
        return self.verdict(url) == "alive" or (found is not None and self.confirmed(found.key))


_NO_SUCH: Final[Mapping[str, Scheme]] = {"no-such-paper": "arxiv", "no-such-doi": "doi"}
_REGISTERED: Final = frozenset({"doi-registered", "arxiv-found"})


class Heard:
    """Gathers what registries have said of identifiers, from records that are looked at once."""

    def __init__(self) -> None:
        self.denied: set[str] = set()
        self._confirmed: set[str] = set()
        """Of the papers of a share; nearly every paper is confirmed, so all are held as digests."""

    @cached_property
    def _all_confirmed(self) -> Numbers:
        return Numbers()

    def add(self, other: "Heard") -> None:
        """Take in what another has gathered of a share of the papers."""
        self.denied |= other.denied
        for key in other._confirmed:
            self._all_confirmed[key] = 0

    def confirms(self, key: str) -> bool:
        """Say whether its registry has a record of an identifier."""
        return key in self._confirmed or key in self._all_confirmed

    def take_link(self, link: LinkHealth) -> None:
        """Take in what the state of a link tells."""
        scheme = _NO_SUCH.get(link.reason_code)
        asked = scheme is not None or link.reason_code in _REGISTERED
        found = identify(link.url) if asked else None
        if found is None:
            return
        if scheme is None:
            self._all_confirmed[found.key] = 0
        elif found.whole and found.scheme == scheme:
            self.denied.add(found.key)

    def take_paper(self, paper: Paper) -> None:
        """Take in what the sources of a paper tell."""
        arxiv, crossref = paper.sources.get("arxiv"), paper.sources.get("crossref")
        if paper.arxiv is not None and arxiv is not None:
            if arxiv.status == "missing":
                self.denied.add(f"arxiv:{paper.arxiv.id}")
            elif _is_fresh(arxiv):
                self._confirmed.add(f"arxiv:{paper.arxiv.id}")
        if crossref is None or not _is_fresh(crossref):
            return
        if "title" in crossref.fields:
            self._confirmed.add(f"doi:{paper.doi}")
        published = paper.published_as
        if published is not None and published.source == "crossref":
            self._confirmed.add(f"doi:{published.doi}")


def _is_fresh(state: SourceState) -> bool:
    return state.status == "found" and not state.stale


# --- what is known of one list ----------------------------------------------------------------


Title = tuple[str, frozenset[str]]
"""The key of an entry's title, and the addresses of its links."""


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
    titles: Mapping[Title, str] = field(default_factory=dict)
    """To the official title."""
    seen_once: frozenset[str] = frozenset()
    """Redirects of which the last report is not certain yet; they are not in `moved`."""
    stood: Mapping[str, str] = field(default_factory=dict)
    """URLs that the last run saw in this list and that would be repaired, with their codes."""

    def official(self, entry: Entry) -> str | None:
        """Return the official title of an entry's work; None where it is not known to differ."""
        key = title_key(entry.title), frozenset(link.url for link in entry.links)
        official = self.titles.get(key)
        return official if official != entry.title else None


class LastRun:
    """
    What a run has found out that the repairs of its lists need.

    Its records are gone through once, whatever the number of lists, and only what repairs need of
    them is held. `hasty`: redirects that were seen once count, too.
    """

    def __init__(
        self,
        papers: Iterable[Paper] = (),
        links: Iterable[LinkHealth] = (),
        report: LinkReport | None = None,
        *,
        hasty: bool = False,
    ) -> None:
        self.lists: set[str] = set()
        """The names of the lists that it has read."""
        self._simpler: defaultdict[str, list[Finding]] = defaultdict(list)
        self._titles: defaultdict[str, list[tuple[int, Title, str]]] = defaultdict(list)
        self._sharing: defaultdict[str, Counter[int]] = defaultdict(Counter)
        """How many entries of each list begin in a line."""
        self._names: dict[str, str] = {}
        self._heard = Heard()
        verdicts: dict[str, Verdict] = {}
        suggesting: list[LinkHealth] = []
        for link in links:
            self._heard.take_link(link)
            verdicts[request_key(link.url)] = link.verdict
            if link.suggestion:
                suggesting.append(link)
            self.lists.update(one.list for one in link.occurrences)
        wanted = {one.paper for link in suggesting for one in link.occurrences}
        titles: dict[str, str] = {}
        for paper in papers:
            self._take(paper)
            if paper.key in wanted:
                titles[paper.key] = paper.title
        denied, confirms = frozenset(self._heard.denied), self._heard.confirms
        self._answers = Answers(verdicts, denied, confirms, lambda key: titles.get(key, ""))
        self._judge(suggesting, report if not hasty else None)

    def _take(self, paper: Paper) -> None:
        self._heard.take_paper(paper)
        for entry in paper.mentions:
            self.lists.add(entry.list)
            self._sharing[entry.list][entry.line] += 1
        for finding in paper.findings:
            if finding.code == "retitled" and finding.replacement:
                for entry in paper.mentions:
                    if (entry.list, entry.line) == (finding.list, finding.line):
                        title = title_key(entry.title), frozenset(one.url for one in entry.links)
                        self._titles[entry.list].append((entry.line, title, finding.replacement))
            elif finding.code in FUSSY and finding.url and finding.replacement:
                self._simpler[finding.list].append(finding)
        for part in paper.repositories:
            is_sure = part.status == "found" and part.service == "github"
            is_sure = is_sure and not (part.stale or part.former_ids)
            if part.renamed_from and is_sure:
                self._names[part.renamed_from.lower()] = part.full_name

    def _judge(self, suggesting: Iterable[LinkHealth], report: LinkReport | None) -> None:
        """Find what is certain of the links for which another address is suggested."""
        told = ((one, certain_replacement(one, self._answers)) for one in suggesting)
        certain = [(link, found) for link, found in told if found is not None]
        moved = {link.url: found for link, found in certain}
        # The redirects that people were told to wait for: the next check may see another.
        told_of = report.diagnostics if report else ()
        once = {one.url for one in told_of if one.code == "link-moved" and not one.certain}
        self._waiting = frozenset(moved.keys() & once)
        self._moved = {url: found for url, found in moved.items() if url not in self._waiting}
        self._stood: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for link, (code, target) in certain:
            for place in link.occurrences if link.url in self._moved else ():
                self._stood[place.list][link.url] = code
            is_renamed = code == "repository-renamed"
            old, new = (repository(link.url), repository(target)) if is_renamed else (None, None)
            if old is not None and new is not None:
                self._names[old.full_name.lower()] = new.full_name
        # A new name that is an old one too is none: the answers are of different days.
        names = self._names
        self._renamed = {old: new for old, new in names.items() if new.lower() not in names}

    def known_of(self, name: str) -> Known:
        """Return what the run says of a list."""
        simpler = {
            (one.code, one.url): one.replacement
            for one in self._simpler.get(name, ())
            if one.code in FUSSY
            and one.url
            and one.replacement
            and self._answers.confirms(one.replacement)
        }
        sharing = self._sharing.get(name, Counter[int]())
        return Known(
            moved=self._moved,
            renamed=self._renamed,
            answers=self._answers,
            simpler=simpler,
            # A finding names its line, not its entry.
            titles={
                title: official
                for line, title, official in self._titles.get(name, ())
                if sharing[line] == 1
            },
            seen_once=self._waiting,
            stood=self._stood.get(name, {}) | {url: code for code, url in simpler},
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
    titles = (answers.title_of(one.paper) if one.paper else "" for one in health.occurrences)
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
