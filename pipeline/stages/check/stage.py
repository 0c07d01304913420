"""The stage: gather the evidence, judge it as it comes, look twice, remember."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any, Final, Protocol

from pipeline.codes import REASONS
from pipeline.links.accepts import ACCEPTED
from pipeline.links.addresses import Page, page_of, same_address
from pipeline.links.api_verdicts import registered_doi
from pipeline.links.history import (
    COUNTS_AGAIN_AFTER,
    excused,
    is_failing,
    pruned,
    recovered,
    remember,
    without_future,
)
from pipeline.links.ignores import Ignores
from pipeline.links.verdicts import NETWORK_CODES, judge_probe, shared_landing, shows_page
from pipeline.network.outage import OUT_OF_REACH, Network, Outage
from pipeline.progress import Progress, Silent
from pipeline.records.catalog import Paper
from pipeline.records.links import LinkHealth, LinkHistory, Probe
from pipeline.records.lists import ParsedList
from pipeline.records.outcomes import (
    Deferred,
    Failed,
    Found,
    Outcome,
    Skipped,
    deferred_by,
    is_fresh,
)
from pipeline.records.source import SecondLooks, Source, answers_of
from pipeline.records.sources import ArxivRecord, DoiRecord, HandleRecord, RepositoryRecord
from pipeline.stages.check.evidence import (
    Evidences,
    Settled,
    Verdicts,
    or_failed,
    whole_second,
)
from pipeline.stages.check.health import LOST, THERE, Lines
from pipeline.stages.check.places import CheckRules, Places, collected
from pipeline.stages.check.second import seconded
from pipeline.storage.numbers import ByKey
from pipeline.storage.papers import look
from pipeline.storage.spool import Keep, held
from pipeline.urls import host_of

SUGGESTIONS_ASKED: Final = 50
"""DOIs in the place of lost links that are asked about, a small request each."""
ROUNDS: Final = 2
"""Where the first suggestion is denied, the second is asked about too."""
SAME_LANDING: Final = 3
"""So many pages do not become one by themselves: a portal, or a site without them, does that."""


class Prober(Protocol):
    """Who asks the linked web: `pipeline.sources.web.cached.CachedWeb`."""

    @property
    def network(self) -> Outage:
        """What speaks for and against our own network."""

    def fetch_many(
        self, keys: Sequence[str], *, suspects: Mapping[str, datetime], again: SecondLooks
    ) -> AsyncIterator[tuple[str, Outcome[Probe]]]:
        """
        Yield one outcome for every key, and a second one where `again` wants a second look.

        Nothing stored about `suspects` is trusted.
        """

    def last_known(self, key: str) -> Found[Probe] | None:
        """Return the last answer that was worth trust, whatever its age."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What the stage gives: the health of every link, the new history, what was left undone."""

    links: Sequence[LinkHealth]
    history: dict[str, LinkHistory]
    deferred: tuple[Deferred, ...] = ()


async def check(
    papers: Sequence[Paper],
    lists: Sequence[ParsedList],
    *,
    arxiv: Mapping[str, Outcome[ArxivRecord]],
    repositories: Mapping[str, Outcome[RepositoryRecord]],
    prober: Prober,
    history: Mapping[str, LinkHistory],
    now: datetime,
    dois: Mapping[str, Outcome[DoiRecord]] | None = None,
    registry: Source[HandleRecord] | None = None,
    second_opinion: Source[Probe] | None = None,
    rules: CheckRules | None = None,
    ignores: Ignores | None = None,
    progress: Progress | None = None,
    keep: Keep = held,
    places: Places | None = None,
) -> Checked:
    """
    Return the health of every distinct link of the papers' mentions and the lists' other links.

    `arxiv` has outcomes by canonical id, `repositories` by `owner/name` in lower case; what is in
    neither counts as not asked. `history` is that of earlier runs, by request key. Verdicts that
    come from an API have no `checked_at`: the time of a stored answer is no part of an outcome.
    `places` are those of the papers' links, where they are noted already.
    """
    rules, progress = rules or CheckRules(), progress or Silent()
    if places is None:
        places = Places()
        look(papers, places)
    found = places.with_lists(len(papers), lists)
    targets, keys = collected(found, rules, ignores or Ignores(), keep)
    history = without_future(history, now)
    failing = {key: past for key, past in history.items() if is_failing(past)}
    handles = await _handles(keys, dois or {}, registry)
    evidence = Evidences(arxiv, repositories, dois or {}, handles, failing, now, rules)
    settled = Verdicts(keys)
    for key in keys:
        if (one := or_failed(evidence.of_apis, key)) is not None:
            settled[key] = one
    progress.start("check", len(keys))
    progress.advance("check", len(settled))
    web = _Web(evidence, prober, progress, settled)
    await web.ask(settled.open())
    others, unheard = await seconded(settled, failing, second_opinion)
    for key, one in others.items():
        settled[key] = one
    news = settled.those(lambda one: one.is_news)
    told = ((key, one) for key, one in news if web.word(key) != "down")
    after = _remembered(history, told, now, rules)
    if not prober.network.is_down:
        after = pruned(after, settled, now)
    lines = Lines(targets, evidence, settled, after, ByKey(papers))
    links, answered = await _with_asked_suggestions(lines, registry, keep)
    progress.finish("check")
    # What the registry could not be asked is left; the pages were asked in its place.
    left = Counter(one.reason for one in answered.values() if isinstance(one, Failed | Skipped))
    deferred = (*deferred_by("web", web.undone), *unheard, *deferred_by("doi", left))
    return Checked(links=links, history=after, deferred=deferred)


async def _handles(
    addresses: Iterable[str],
    known: Mapping[str, Outcome[Any]],
    registry: Source[HandleRecord] | None,
    most: int | None = None,
) -> dict[str, Outcome[HandleRecord]]:
    """Ask the registry about the DOIs that no other source has answered for, the first `most`."""
    if registry is None:
        return {}
    named = dict.fromkeys(doi for one in addresses if (doi := registered_doi(one)) is not None)
    wanted = (doi for doi in named if not is_fresh(known.get(doi)))
    return await answers_of(registry, list(islice(wanted, most)))


async def _with_asked_suggestions(
    lines: Lines, registry: Source[HandleRecord] | None, keep: Keep
) -> tuple[Sequence[LinkHealth], Mapping[str, Outcome[HandleRecord]]]:
    """Return the lines, of whose suggestions the registry was asked, and all of its answers."""
    offered: list[str] = []

    def noted(link: LinkHealth) -> LinkHealth:
        if link.suggestion and link.verdict in LOST:
            offered.append(link.suggestion)
        return link

    links, left = keep(LinkHealth, map(noted, lines.all())), SUGGESTIONS_ASKED
    for _ in range(ROUNDS):
        dois, handles = lines.evidence.dois, lines.evidence.handles
        named = [
            one
            for one in offered
            if (doi := registered_doi(one)) not in dois and doi not in handles
        ]
        asked = await _handles(named, {}, registry, left)
        if not asked:
            break
        left -= len(asked)
        lines = replace(lines, evidence=replace(lines.evidence, handles={**handles, **asked}))
        offered.clear()
        links = keep(LinkHealth, map(noted, lines.all()))
    return links, lines.evidence.handles


@dataclass
class _Web:
    """The part of the links that has to be asked over HTTP. Only verdicts are kept, no answers."""

    evidence: Evidences
    prober: Prober
    progress: Progress
    settled: Verdicts
    _out_of_reach: dict[str, str] = field(default_factory=dict)
    """Links out of reach, with the address where the way ended."""
    _failed: set[str] = field(default_factory=set)
    """What failed in this run, and not in the one before."""
    _landings: defaultdict[str, dict[str, Page]] = field(default_factory=lambda: defaultdict(dict))
    """By page: the links that end there though they lead to another host, with that host."""
    _absent: dict[str, Found[Probe]] = field(default_factory=dict)
    """What was said to be absent for the first time."""
    undone: Counter[str] = field(default_factory=Counter)
    """What could not be asked, by the reason."""

    async def ask(self, keys: Sequence[str]) -> None:
        """Ask about all keys, and again about what seems to be gone."""
        known = self.evidence.history
        suspects = {key: known[key].last_failed_at for key in keys if key in known}
        async for key, outcome in self.prober.fetch_many(keys, suspects=suspects, again=self):
            if key in self.settled:
                self._take_second(key, outcome)
            else:
                self._take(key, outcome)
                self.progress.advance("check")
        self._leave_in_doubt()
        self._judge_landings()

    def word(self, key: str) -> Network:
        """Return whether our own network works, as far as it leads to a link's host."""
        return self.prober.network.word(host_of(key))

    def _take(self, key: str, outcome: Outcome[Probe]) -> None:
        """Judge one answer."""
        settled = or_failed(self.evidence.of_web, key, outcome)
        failed = settled.judgement.failure is not None
        fails_anew = failed and key not in self.evidence.history
        if fails_anew:
            self._failed.add(key)
        if not is_fresh(outcome):
            self.undone[_why_undone(outcome)] += 1
        else:
            self._learn(key, outcome.value, well=not failed)
            if fails_anew:
                settled = replace(settled, last_alive_at=self._last_alive(key))
        self.settled[key] = settled

    def _learn(self, key: str, probe: Probe, *, well: bool) -> None:
        """Take in what an answer says of our network, and where the link ended."""
        asked, page = probe.hops[0].url, probe.final_url
        lost = probe.failure in OUT_OF_REACH
        if probe.answered_at >= self.evidence.now:  # a stored answer says nothing of our network
            self.prober.network.fared(host_of(key), reached=not lost, well=well)
        if lost:
            self._out_of_reach[key] = page
        if probe.failure is None and not same_address(asked, page):
            self._landings[page][key] = page_of(asked)

    def _judge_landings(self) -> None:
        """Judge links that end where links to other pages end too: nobody's own page."""
        for ends in self._landings.values():
            for key in ends if len(set(ends.values())) >= SAME_LANDING else ():
                settled = self.settled[key]
                accepted = settled.judgement.reason_code == ACCEPTED
                if settled.judgement.verdict in THERE and not accepted:
                    self.settled[key] = replace(
                        settled, judgement=shared_landing(settled.judgement)
                    )

    def due(self, key: str, outcome: Outcome[Probe]) -> datetime | None:
        """Return when to look a second time at what seems gone: dead is said twice or never."""
        rules = self.evidence.rules
        if rules.quick or not is_fresh(outcome) or shows_page(outcome.value):
            return None
        judgement = or_failed(self.evidence.of_web, key, outcome).judgement
        if judgement.verdict != "failing" or not judgement.absent:
            return None
        self._absent[key] = outcome
        return outcome.value.answered_at + rules.patience.second_look_after

    def waits(self, number: int, seconds: float) -> None:
        """Say what is waited for when nothing else is left to do."""
        pages = "1 page" if number == 1 else f"{number} pages"
        self.progress.wait("check", f"second look at {pages}", seconds)

    def _take_second(self, key: str, outcome: Outcome[Probe]) -> None:
        """Judge a link by two looks of this run; nobody is asked in a network that is gone."""
        first = self._absent.get(key)
        if first is None or not is_fresh(outcome):
            return
        if outcome.value.failure not in OUT_OF_REACH or self.word(key) == "up":
            again = or_failed(self.evidence.of_web, key, first, outcome)
            self.settled[key] = replace(again, last_alive_at=self.settled[key].last_alive_at)

    def _leave_in_doubt(self) -> None:
        """Blame nobody for what may be our own network's fault."""
        for key in self._out_of_reach.keys() | self._failed:
            network = self.word(key)
            if network == "up" and key in self._out_of_reach:
                network = self.word(self._out_of_reach[key])
            if network != "up":
                last = self.prober.last_known(key)
                self.settled[key] = self.evidence.in_doubt(key, last, network)
                self.undone[REASONS[NETWORK_CODES[network]]] += 1

    def _last_alive(self, key: str) -> datetime | None:
        known = self.prober.last_known(key)
        if known is None or judge_probe(known.value).verdict not in ("alive", "moved"):
            return None
        return whole_second(known.value.answered_at)


def _why_undone(outcome: Outcome[Probe]) -> str:
    """Return why nothing new is known of a link; what differs from host to host is left out."""
    if isinstance(outcome, Failed) and outcome.kind in ("closed", "throttled"):
        return REASONS["host-closed"]
    return outcome.reason or REASONS["not-asked"]


def _remembered(
    history: Mapping[str, LinkHistory],
    news: Iterable[tuple[str, Settled]],
    now: datetime,
    rules: CheckRules,
) -> dict[str, LinkHistory]:
    """Return the history after what was learnt in this run."""
    after = dict(history)
    for key, settled in news:
        past, at = history.get(key), settled.at or whole_second(now)
        failure = settled.judgement.failure
        if failure is not None:
            after[key] = remember(
                past,
                key,
                failure,
                at,
                first_seen=settled.first_seen,
                counts_again_after=COUNTS_AGAIN_AFTER if settled.at else rules.api_age,
                last_alive_at=settled.last_alive_at,
            )
        elif past is not None and settled.judgement.verdict in THERE:
            after[key] = recovered(past, at)
        elif past is not None and settled.judgement.verdict == "blocked":
            after[key] = excused(past)
    return after
