"""
Links → their health.

What the APIs have answered already is evidence, so arXiv papers and GitHub repositories cost no
request. All other links are asked over HTTP, once for each distinct request. What is said to be
absent for the first time is looked at again a minute later, when everything else is done. What the
evidence means is decided in `pipeline.verdicts`; here it is gathered, and what is remembered from
run to run is kept up.
"""

import fnmatch
import re
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol

from pipeline.addresses import same_address
from pipeline.errors import ConfigurationError
from pipeline.history import COUNTS_AGAIN_AFTER, LinkHistory, pruned, remember
from pipeline.hosts import host_of
from pipeline.identifiers import (
    arxiv_link,
    canonical_url,
    identify,
    repaired_url,
    repository,
    request_key,
    url_fault,
)
from pipeline.progress import Progress, Silent
from pipeline.reasons import REASONS
from pipeline.records import (
    ArxivRecord,
    Deferred,
    DoiRecord,
    Failed,
    Found,
    Link,
    LinkHealth,
    Occurrence,
    Outcome,
    Paper,
    ParsedList,
    Probe,
    RepositoryRecord,
    Skipped,
)
from pipeline.verdicts import (
    FAILURES,
    Judgement,
    Patience,
    judge,
    judge_arxiv,
    judge_probe,
    judge_repository,
    remembered,
    weigh,
)

Network = Literal["up", "down", "unproven"]
Answers = Mapping[str, Outcome[Probe]]

MANY_HOSTS: Final = 20
MOST: Final = 0.6
"""Where so large a part of many hosts is out of reach in one run, the fault is probably ours."""
OUT_OF_REACH: Final = frozenset({"dns", "connect", "timeout", "reset", "tls", "proxy"})
"""Failures that a fault of our own network causes as well."""


class Prober(Protocol):
    """Who asks the linked web: `pipeline.sources.cached_web.CachedWeb`."""

    @property
    def network(self) -> Network:
        """Whether our own network works; unproven while nobody has answered in this run."""
        ...

    def fetch_many(
        self, keys: Sequence[str], *, suspects: Collection[str] = frozenset()
    ) -> AsyncIterator[tuple[str, Outcome[Probe]]]:
        """Yield one outcome for every key. Nothing stored about `suspects` is trusted."""
        ...

    def fetch_again(self, due: Mapping[str, datetime]) -> AsyncIterator[tuple[str, Outcome[Probe]]]:
        """Ask once more, not before each key's time."""
        ...

    def last_known(self, key: str) -> Found[Probe] | None:
        """Return the last answer that was worth trust, whatever its age."""
        ...


@dataclass(frozen=True)
class CheckRules:
    """
    Settings of the stage.

    `exclude` has shell patterns over the whole URL, or `re:` and a regular expression that is
    searched in it; a bad one raises `ConfigurationError`. An API's answer is a new one only after
    `api_age`, for which the cache keeps a "no such thing".
    """

    exclude: tuple[str, ...] = ()
    patience: Patience = field(default=Patience())
    api_age: timedelta = timedelta(days=1)
    _patterns: tuple[re.Pattern[str], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_patterns", tuple(map(_pattern, self.exclude)))

    def excludes(self, url: str) -> bool:
        """Say whether a link is not to be asked."""
        return any(pattern.search(url) for pattern in self._patterns)


def _pattern(text: str) -> re.Pattern[str]:
    try:
        if text.startswith("re:"):
            return re.compile(text[3:])
        return re.compile(r"\A" + fnmatch.translate(text))
    except re.error as error:
        raise ConfigurationError(f"exclude: {text!r} is no pattern ({error})") from error


@dataclass(frozen=True, slots=True)
class Checked:
    """What the stage gives: the health of every link, the new history, what was left undone."""

    links: tuple[LinkHealth, ...]
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
    rules: CheckRules | None = None,
    progress: Progress | None = None,
) -> Checked:
    """
    Return the health of every distinct link of the papers' mentions and the lists' other links.

    `arxiv` has outcomes by canonical id, `repositories` by `owner/name` in lower case; what is in
    neither counts as not asked. `history` is that of earlier runs, by request key. Verdicts that
    come from an API have no `checked_at`: the time of a stored answer is no part of an outcome.
    """
    rules, progress = rules or CheckRules(), progress or Silent()
    places, malformed = _collected(papers, lists)
    evidence = Evidences(arxiv, repositories, dois or {}, history, now, rules)
    settled = {key: evidence.of_apis(key) for key in _keys(places, malformed, rules)}
    wanted = [key for key, judged in settled.items() if judged is None]
    progress.start("check", len(settled))
    progress.advance("check", len(settled) - len(wanted))
    first: dict[str, Outcome[Probe]] = {}
    async for key, outcome in prober.fetch_many(wanted, suspects=history.keys() & set(wanted)):
        first[key] = outcome
        progress.advance("check")
    trusting = network_of(first, prober.network) == "up"
    due = evidence.second_looks(first) if trusting else {}
    if due:
        wait = f"{rules.patience.second_look_after.total_seconds():.0f} s after the first"
        progress.note(f"check: a second look at what seems to be gone ({len(due)}), {wait}")
    second = {key: outcome async for key, outcome in prober.fetch_again(due)}
    network = network_of(first, prober.network)
    checked = {
        key: judged or evidence.of_web(key, first[key], second.get(key), network, prober)
        for key, judged in settled.items()
    }
    after = _remembered(history, checked, now, network, rules)
    health = [evidence.line(url, places[url], malformed.get(url), checked, after) for url in places]
    progress.finish("check")
    return Checked(
        links=tuple(sorted(health, key=lambda link: link.url)),
        history=after,
        deferred=_deferred(first),
    )


# --- the links of the lists -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a target is no URL, and what it plainly means."""

    words: str
    repaired: str | None


Places = dict[str, list[Occurrence]]


def _all_links(
    papers: Iterable[Paper], lists: Iterable[ParsedList]
) -> Iterator[tuple[Link, str, str | None]]:
    """Yield every link with its list and the key of the paper whose entry holds it."""
    for paper in papers:
        for entry in paper.mentions:
            for link in entry.links:
                yield link, entry.list, paper.key
    for parsed in lists:
        for link in parsed.other_links:
            yield link, parsed.name, None


def _collected(
    papers: Iterable[Paper], lists: Iterable[ParsedList]
) -> tuple[Places, dict[str, Fault]]:
    """
    Return where each distinct target stands, and which targets are no URLs.

    A target that is none has a line of its own, and so has what it plainly means.
    """
    places: dict[str, set[Occurrence]] = defaultdict(set)
    malformed: dict[str, Fault] = {}
    for link, list_name, paper in _all_links(papers, lists):
        place = Occurrence(
            list=list_name, line=link.line, column=link.column, role=link.role, paper=paper
        )
        places[link.url].add(place)
        if link.written is not None and link.written != link.url:
            words = url_fault(link.written) or "more than an address stands there"
            malformed[link.written] = Fault(words, link.url)
            places[link.written].add(place)
        if (words_of_url := url_fault(link.url)) is not None:
            repaired = repaired_url(link.url)
            malformed[link.url] = Fault(words_of_url, repaired)
            if repaired is not None:
                places[repaired].add(place)
    return {url: sorted(found, key=_position) for url, found in places.items()}, malformed


def _position(place: Occurrence) -> tuple[str, int, int, str, str]:
    return (place.list, place.line, place.column, place.role, place.paper or "")


def _keys(
    places: Iterable[str], malformed: Mapping[str, Fault], rules: CheckRules
) -> dict[str, None]:
    """Return the distinct requests that the targets stand for, in the order of the lists."""
    return dict.fromkeys(
        request_key(url) for url in places if url not in malformed and not rules.excludes(url)
    )


# --- the evidence -----------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True)
class Evidences:
    """All that is known before the web is asked."""

    arxiv: Mapping[str, Outcome[ArxivRecord]]
    repositories: Mapping[str, Outcome[RepositoryRecord]]
    dois: Mapping[str, Outcome[DoiRecord]]
    history: Mapping[str, LinkHistory]
    now: datetime
    rules: CheckRules

    def of_apis(self, key: str) -> Settled | None:
        """Return the verdict that needs no request; None where the page has to be asked."""
        judgement = self._by_api(key)
        if judgement is None:
            return None
        past = self.history.get(key)
        nothing_new = judgement.evidence == "none" and judgement.verdict in ("skipped", "unknown")
        if nothing_new and past is not None and judgement.reason_code != "arxiv-page":
            return Settled(remembered(past))
        patience = replace(self.rules.patience, second_look_after=self.rules.api_age)
        weighed = weigh(judgement, past, self.now, patience=patience)
        return Settled(weighed, is_news=judgement.evidence in ("arxiv", "github"))

    def _by_api(self, key: str) -> Judgement | None:
        link = arxiv_link(key, today=self.now.date())
        if link is not None and link.own_host:
            return judge_arxiv(link, self.arxiv.get(link.id or ""))
        found = repository(key)
        if found is None:
            return self._by_registry(key)
        return judge_repository(found, self.repositories.get(found.full_name.lower()))

    def _by_registry(self, key: str) -> Judgement | None:
        """Take a registry's word for a DOI: publishers' own pages turn robots away."""
        named = identify(key)
        outcome = self.dois.get(named.value) if named and named.scheme == "doi" else None
        if isinstance(outcome, Found) and not outcome.stale:
            return Judgement("alive", "doi-registered", "doi")
        return None

    def of_probe(self, probe: Probe, past: LinkHistory | None, first: Probe | None) -> Judgement:
        """Return what a look at the page says; where it leads to arXiv, arXiv's API decides."""
        judgement = judge(probe, past, first_look=first, patience=self.rules.patience)
        if judgement.reason_code != "arxiv-redirect":
            return judgement
        link = arxiv_link(probe.unasked or "", today=self.now.date())
        if link is None or self.arxiv.get(link.id or "") is None:
            return judgement
        known = judge_arxiv(link, self.arxiv[link.id or ""])
        return judgement if known.verdict in ("alive", "skipped", "unknown") else known

    def second_looks(self, first: Answers) -> dict[str, datetime]:
        """Return what is to be asked again, each with the earliest time."""
        due: dict[str, datetime] = {}
        for key, outcome in first.items():
            if not isinstance(outcome, Found) or outcome.stale:
                continue
            judged = judge(outcome.value, self.history.get(key), patience=self.rules.patience)
            if judged.verdict == "failing" and judged.absent:
                due[key] = outcome.value.answered_at + self.rules.patience.second_look_after
        return due

    def of_web(
        self,
        key: str,
        first: Outcome[Probe],
        second: Outcome[Probe] | None,
        network: Network,
        prober: Prober,
    ) -> Settled:
        """Return the verdict of a link that was asked over HTTP."""
        past = self.history.get(key)
        if not isinstance(first, Found):
            return Settled(remembered(past) if past else _unasked(first))
        if first.stale:
            return _of_stale(first)
        if _is_doubtful(first.value, network):
            return self._in_doubt(key, network, prober)
        earlier, probe = None, first.value
        if isinstance(second, Found) and not _is_doubtful(second.value, network):
            earlier, probe = first.value, second.value
        judgement = self.of_probe(probe, past, earlier)
        if judgement.verdict == "unknown" and past is not None:
            return Settled(remembered(past))
        return Settled(
            judgement,
            at=None if judgement.evidence == "none" else _second(probe.answered_at),
            first_seen=_second(earlier.answered_at) if earlier else None,
            is_news=judgement.evidence != "none",
            last_alive_at=_last_alive(key, prober) if judgement.failure and not past else None,
        )

    def _in_doubt(self, key: str, network: Network, prober: Prober) -> Settled:
        """Keep what was known: that a host is out of reach may be our own fault."""
        if key in self.history:
            return Settled(remembered(self.history[key]))
        known = prober.last_known(key)
        if known is not None:
            return _of_stale(known)
        code = "network-down" if network == "down" else "network-unproven"
        return Settled(Judgement("unknown", code, "none"))

    def line(
        self,
        url: str,
        places: Sequence[Occurrence],
        fault: Fault | None,
        checked: Mapping[str, Settled],
        history: Mapping[str, LinkHistory],
    ) -> LinkHealth:
        """Return the health of one target as written."""
        if fault is not None:
            judged = Judgement("malformed", "no-url", "none", detail=fault.words)
            return _health(url, places, Settled(judged), None, fault.repaired)
        if self.rules.excludes(url):
            judged = Judgement("skipped", "excluded", "none")
            return _health(url, places, Settled(judged), None, None)
        key = request_key(url)
        found = checked[key]
        suggestion = _with_fragment(found.judgement.suggestion, url)
        if found.judgement.verdict in ("dead", "failing") and suggestion is None:
            suggestion = self._replacement(url)
        return _health(url, places, found, history.get(key), suggestion)

    def _replacement(self, url: str) -> str | None:
        """Return the lasting address of what a lost link stands for, where it is another one."""
        identifier = identify(url, today=self.now.date())
        if identifier is None or identifier.scheme not in ("arxiv", "doi", "acl"):
            return None
        known = isinstance(self.arxiv.get(identifier.value), Found)
        if identifier.scheme == "arxiv" and not known:
            return None
        lasting = canonical_url(identifier)
        return None if same_address(lasting, url) else lasting


def network_of(answers: Answers, network: Network) -> Network:
    """
    Return whether failures may be blamed on hosts, after what they answered.

    Where most of many hosts are out of reach at once, they may not, though somebody has answered.
    """
    if network != "up":
        return network
    reached: dict[str, bool] = {}
    for outcome in answers.values():
        if isinstance(outcome, Found):
            host = host_of(outcome.value.hops[0].url)
            lost = outcome.value.failure in OUT_OF_REACH
            reached[host] = reached.get(host, False) or not lost
    lost_hosts = sum(not answered for answered in reached.values())
    many = len(reached) >= MANY_HOSTS
    return "unproven" if many and lost_hosts > MOST * len(reached) else "up"


def _is_doubtful(probe: Probe, network: Network) -> bool:
    return network != "up" and probe.failure in OUT_OF_REACH


def _unasked(outcome: Outcome[Probe]) -> Judgement:
    """Judge a link that nobody could ask and nobody knows."""
    if isinstance(outcome, Failed):
        verdict, code = FAILURES.get(outcome.kind, ("skipped", "not-asked"))
        return Judgement(verdict, code, "none")
    return Judgement("skipped", "not-asked", "none")


def _of_stale(found: Found[Probe]) -> Settled:
    judgement = replace(judge_probe(found.value), evidence="history")
    return Settled(judgement, at=_second(found.value.answered_at))


def _last_alive(key: str, prober: Prober) -> datetime | None:
    known = prober.last_known(key)
    if known is None or judge_probe(known.value).verdict not in ("alive", "moved"):
        return None
    return _second(known.value.answered_at)


def _second(time: datetime) -> datetime:
    """Drop the fraction: files are to be read by people."""
    return time.replace(microsecond=0)


# --- what is remembered, what is written ------------------------------------------------------


def _remembered(
    history: Mapping[str, LinkHistory],
    checked: Mapping[str, Settled],
    now: datetime,
    network: Network,
    rules: CheckRules,
) -> dict[str, LinkHistory]:
    """Return the history after this run; as it was, where our own network is down."""
    if network == "down":
        return dict(history)
    after = dict(history)
    for key, settled in checked.items():
        if not settled.is_news:
            continue
        after.pop(key, None)
        failure = settled.judgement.failure
        if failure is not None:
            after[key] = remember(
                history.get(key),
                key,
                failure,
                settled.at or _second(now),
                first_seen=settled.first_seen,
                counts_again_after=COUNTS_AGAIN_AFTER if settled.at else rules.api_age,
                last_alive_at=settled.last_alive_at,
            )
    return pruned(after, checked, now)


def _health(
    url: str,
    places: Sequence[Occurrence],
    checked: Settled,
    past: LinkHistory | None,
    suggestion: str | None,
) -> LinkHealth:
    """
    Return one line of `links.jsonl`.

    A failure has the time of the check that counted, so that one that repeats it within twelve
    hours changes no byte.
    """
    judged = checked.judgement
    failure = past if judged.verdict in ("failing", "dead") else None
    looked_at = checked.at is not None or judged.evidence == "history"
    return LinkHealth(
        url=url,
        verdict=judged.verdict,
        reason_code=judged.reason_code,
        reason=judged.reason,
        status_code=judged.status_code,
        final_url=judged.final_url,
        evidence=judged.evidence,
        checked_at=failure.last_failed_at if failure and looked_at else checked.at,
        first_failed_at=failure and failure.first_failed_at,
        consecutive_failures=failure.consecutive_failures if failure else 0,
        suggestion=suggestion,
        occurrences=tuple(places),
    )


def _with_fragment(suggestion: str | None, url: str) -> str | None:
    """Carry the written fragment over to the new address, as browsers do (RFC 9110 10.2.2)."""
    fragment = url.partition("#")[2]
    if suggestion is None or not fragment or "#" in suggestion:
        return suggestion
    return f"{suggestion}#{fragment}"


def _deferred(answers: Answers) -> tuple[Deferred, ...]:
    """Count what could not be asked, by the reason."""
    reasons = Counter(
        REASONS[_unasked(outcome).reason_code]
        if not isinstance(outcome, Found)
        else outcome.reason or REASONS["not-asked"]
        for outcome in answers.values()
        if isinstance(outcome, Failed | Skipped) or (isinstance(outcome, Found) and outcome.stale)
    )
    return tuple(
        Deferred(what="web", count=count, reason=reason)
        for reason, count in sorted(reasons.items())
    )
