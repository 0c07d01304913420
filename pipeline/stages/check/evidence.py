"""What is known of a link before and after its page is asked → its verdict. Pure."""

from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeVar

from pipeline.links import api_verdicts, verdicts
from pipeline.links.api_verdicts import registered_doi
from pipeline.links.hosts import asked_url
from pipeline.links.verdicts import Judgement
from pipeline.network.outage import Network
from pipeline.records.links import LinkHistory, Probe
from pipeline.records.outcomes import Found, Missing, Outcome, is_fresh, unforeseen
from pipeline.records.sources import ArxivRecord, DoiRecord, HandleRecord, RepositoryRecord
from pipeline.stages.check.places import CheckRules
from pipeline.storage.numbers import Distinct
from pipeline.urls import target_of
from pipeline.works.arxiv_links import arxiv_link, is_own_host, own_link
from pipeline.works.forges import project_of
from pipeline.works.identifiers import identify
from pipeline.works.repositories import repository_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Settled:
    """One request's verdict, and the time of the check behind it."""

    judgement: Judgement
    at: datetime | None = None
    """Of a look at the page; None where an API, the memory or nobody was asked."""
    first_seen: datetime | None = None
    """Of the first of two looks."""
    is_news: bool = False
    """Whether the history is to learn it."""
    last_alive_at: datetime | None = None


class Verdicts(Mapping[str, Settled]):
    """
    What has come of each request; most come out as many others do, so that it is held once.

    They are in the order of the requests, whoever is settled first.
    """

    def __init__(self, requests: Distinct) -> None:
        self._requests = requests
        self._which = array("i", [_OPEN]) * len(requests)
        """The number of what has come of each request."""
        self._numbers: dict[Settled, int] = {}
        self._each: list[Settled] = []

    def __setitem__(self, key: str, settled: Settled) -> None:
        request = self._requests.number(key)
        if request is None:
            raise KeyError(key)
        number = self._numbers.setdefault(settled, len(self._each))
        if number == len(self._each):
            self._each.append(settled)
        self._which[request] = number

    def __getitem__(self, key: str) -> Settled:
        request = self._requests.number(key)
        if request is None or self._which[request] == _OPEN:
            raise KeyError(key)
        return self._each[self._which[request]]

    def __iter__(self) -> Iterator[str]:
        return (key for key, number in self._numbered() if number != _OPEN)

    def __len__(self) -> int:
        return len(self._which) - self._which.count(_OPEN)

    def open(self) -> list[str]:
        """Return the requests of which nothing has come yet."""
        return [key for key, number in self._numbered() if number == _OPEN]

    def those(self, wanted: Callable[[Settled], bool]) -> Iterator[tuple[str, Settled]]:
        """Yield the requests of which something such has come, with that."""
        numbers = {number for number, one in enumerate(self._each) if wanted(one)}
        found = self._numbered() if numbers else ()
        return ((key, self._each[number]) for key, number in found if number in numbers)

    def _numbered(self) -> Iterator[tuple[str, int]]:
        return zip(self._requests, self._which, strict=True)


_OPEN: Final = -1


@dataclass(frozen=True, slots=True)
class Evidences:
    """All that is known before the web is asked."""

    arxiv: Mapping[str, Outcome[ArxivRecord]]
    repositories: Mapping[str, Outcome[RepositoryRecord]]
    dois: Mapping[str, Outcome[DoiRecord]]
    handles: Mapping[str, Outcome[HandleRecord]]
    history: Mapping[str, LinkHistory]
    """Of the links that failed when they were last asked."""
    now: datetime
    rules: CheckRules

    def knows_paper(self, arxiv_id: str) -> bool:
        """Say whether arXiv has answered for a paper."""
        return isinstance(self.arxiv.get(arxiv_id), Found)

    def knows_doi(self, address: str) -> bool | None:
        """Say whether a DOI's address leads somewhere; None where its registry was not asked."""
        doi = registered_doi(address)
        if doi is None:
            return None
        outcome = self.handles.get(doi)
        if is_fresh(self.dois.get(doi)) or (is_fresh(outcome) and outcome.value.url is not None):
            return True
        return False if isinstance(outcome, Missing) else None

    def of_apis(self, key: str) -> Settled | None:
        """Return the verdict that needs no request; None where the page has to be asked."""
        judgement = self._by_api(key)
        if judgement is None:
            return None
        past = self.history.get(key)
        nothing_new = judgement.evidence == "none" and judgement.verdict in ("skipped", "unknown")
        if nothing_new and past is not None and judgement.reason_code != "arxiv-page":
            return Settled(verdicts.remembered(past))
        weighed = verdicts.weigh(judgement, past, self.now, patience=self.rules.api_patience)
        return Settled(weighed, is_news=judgement.evidence not in ("history", "none"))

    def _by_api(self, key: str) -> Judgement | None:
        target = target_of(key)
        if target is None:
            return None
        if is_own_host(target.host):
            link = own_link(target, self.now.date())
            return api_verdicts.judge_arxiv(link, self.arxiv.get(link.id or ""))
        if (other := project_of(target)) is not None:
            return api_verdicts.judge_project(other, self.repositories.get(other.key))
        found = repository_of(target)
        if found is None:
            return self._by_registry(key)
        return api_verdicts.judge_repository(found, self.repositories.get(found.full_name.lower()))

    def _by_registry(self, key: str) -> Judgement | None:
        """Take a registry's word for a DOI: publishers' own pages turn robots away."""
        named = identify(key, today=self.now.date())
        if named is None or named.scheme not in ("arxiv", "doi"):
            return None
        if named.scheme == "arxiv":
            return api_verdicts.judge_arxiv_doi(key, self.arxiv.get(named.value))
        if is_fresh(self.dois.get(named.value)) and api_verdicts.registered_doi(key) is not None:
            return api_verdicts.REGISTERED
        return api_verdicts.judge_doi(key, self.handles.get(named.value))

    def of_web(
        self, key: str, first: Outcome[Probe], second: Outcome[Probe] | None = None
    ) -> Settled:
        """Return the verdict of a link that was asked over HTTP, once or twice in this run."""
        past = self.history.get(key)
        if not isinstance(first, Found):
            return Settled(verdicts.remembered(past) if past else verdicts.unasked(first))
        if first.stale:
            return self._of_stale(first)
        earlier, probe = None, first.value
        if isinstance(second, Found):
            earlier, probe = first.value, second.value
        judgement = self._of_probe(probe, past, earlier)
        if asked_url(key) != key:
            judgement = verdicts.of_interface(judgement)
        if judgement.verdict == "unknown" and past is not None:
            return Settled(verdicts.remembered(past))
        return Settled(
            judgement,
            at=None if judgement.evidence == "none" else whole_second(probe.answered_at),
            first_seen=whole_second(earlier.answered_at) if earlier else None,
            is_news=judgement.evidence != "none",
        )

    def _of_probe(self, probe: Probe, past: LinkHistory | None, first: Probe | None) -> Judgement:
        """
        Return what a look at the page says, unless a rule accepts it for its host.

        Where it leads to arXiv, arXiv's API decides.
        """
        if (accepted := self.rules.accepts.judge(probe)) is not None:
            return accepted
        judgement = verdicts.judge(probe, past, first_look=first, patience=self.rules.patience)
        if judgement.reason_code != "arxiv-redirect":
            return judgement
        link = arxiv_link(probe.unasked or "", today=self.now.date())
        if link is None or self.arxiv.get(link.id or "") is None:
            return judgement
        known = api_verdicts.judge_arxiv(link, self.arxiv[link.id or ""])
        return judgement if known.verdict in ("alive", "skipped", "unknown") else known

    def in_doubt(self, key: str, known: "Found[Probe] | None", network: Network) -> Settled:
        """Keep what was known: that a host is out of reach may be our own fault."""
        if key in self.history:
            return Settled(verdicts.remembered(self.history[key]))
        if known is not None:
            return self._of_stale(known)
        return Settled(verdicts.unproven(network))

    def _of_stale(self, found: Found[Probe]) -> Settled:
        """Judge the last answer of a link that could not be asked now."""
        probe = found.value
        judgement = self.rules.accepts.judge(probe) or verdicts.judge_probe(probe)
        return Settled(replace(judgement, evidence="history"), at=whole_second(probe.answered_at))


def or_failed(judge: Callable[..., T], key: str, *looks: Outcome[Probe]) -> T | Settled:
    """Return what `judge` says of a link; one that it fails on is its own failure."""
    try:
        return judge(key, *looks)
    except Exception:  # noqa: BLE001  the last line of defence
        return failed_on(key)


def failed_on(key: str) -> Settled:
    """Judge a link that this program has just failed on: an exception is being handled."""
    return Settled(verdicts.unasked(unforeseen(key)))


def whole_second(time: datetime) -> datetime:
    """Drop the fraction: files are to be read by people."""
    return time.replace(microsecond=0)
