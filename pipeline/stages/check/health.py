"""Verdicts → the lines of `links.jsonl`, with what to write instead. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from pipeline.links.addresses import same_address
from pipeline.links.verdicts import left_out, malformed
from pipeline.records.catalog import Paper
from pipeline.records.links import LinkHealth, LinkHistory, Occurrence, Verdict
from pipeline.stages.check.evidence import Evidences, Settled, failed_on
from pipeline.stages.check.places import Places
from pipeline.works.identifiers import LASTING, Identifier, canonical_url, identify, of_key

LOST: frozenset[Verdict] = frozenset({"dead", "failing"})
THERE: frozenset[Verdict] = frozenset({"alive", "moved"})


@dataclass(frozen=True, slots=True)
class Lines:
    """Makes the lines of a run."""

    places: Places
    evidence: Evidences
    settled: Mapping[str, Settled]
    """By request."""
    history: Mapping[str, LinkHistory]
    """After this run."""
    papers: Mapping[str, Paper]
    """By key."""

    def all(self) -> list[LinkHealth]:
        """Return the health of every target, sorted."""
        return [self._spared(url) for url in sorted(self.places.of)]

    def _spared(self, url: str) -> LinkHealth:
        try:
            return self._line(url)
        except Exception:  # noqa: BLE001  the last line of defence
            return _health(url, self.places.of[url], failed_on(url))

    def _line(self, url: str) -> LinkHealth:
        """Return the health of one target as written."""
        found = self.places.of[url]
        if url in self.places.left:
            return _health(url, found, Settled(left_out(*self.places.left[url])))
        fault = self.places.malformed.get(url)
        if fault is not None:
            return _health(url, found, Settled(malformed(fault.words)), None, fault.repaired)
        key = self.places.key_of[url]
        settled = self.settled[key]
        suggestion = _with_fragment(settled.judgement.suggestion, url)
        if settled.judgement.verdict in LOST and suggestion is None:
            suggestion = self._lasting(url) or self._of_work(url, found) or self._twin(found)
        return _health(url, found, settled, self.history.get(key), suggestion)

    def _lasting(self, url: str) -> str | None:
        """Return the lasting address of what a link stands for, where it is another one."""
        identifier = identify(url, today=self.evidence.now.date())
        return _another(canonical_url(identifier), url) if self._lasts(identifier) else None

    def _lasts(self, identifier: Identifier | None) -> TypeGuard[Identifier]:
        if identifier is None or identifier.scheme not in LASTING:
            return False
        return identifier.scheme != "arxiv" or self.evidence.knows_paper(identifier.value)

    def _of_work(self, url: str, found: Iterable[Occurrence]) -> str | None:
        """Return the lasting address of the paper that a lost paper link stood for."""
        papers = [self.papers.get(one.paper or "") for one in found if one.role == "paper"]
        for paper in filter(None, papers):
            identifier = of_key(paper.key)
            if self._lasts(identifier):
                return _another(canonical_url(identifier), url)
            if paper.doi is not None:
                return _another(canonical_url(Identifier("doi", paper.doi)), url)
        return None

    def _twin(self, found: Iterable[Occurrence]) -> str | None:
        """Return what the same work has in another place of the lists for the same purpose."""
        offered = {
            link.url
            for one in found
            if one.role != "other" and (paper := self.papers.get(one.paper or "")) is not None
            for entry in paper.mentions
            for link in entry.links
            if link.role == one.role and self._is_there(link.url)
        }
        return offered.pop() if len(offered) == 1 else None

    def _is_there(self, url: str) -> bool:
        settled = self.settled.get(self.places.key_of.get(url, ""))
        return settled is not None and settled.judgement.verdict in THERE


def _another(address: str, url: str) -> str | None:
    return None if same_address(address, url) else address


def _health(
    url: str,
    places: Sequence[Occurrence],
    checked: Settled,
    past: LinkHistory | None = None,
    suggestion: str | None = None,
) -> LinkHealth:
    """Return a line of `links.jsonl`; a failure has the time of the check that counted."""
    judged = checked.judgement
    failure = past if judged.verdict in LOST else None
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
        first_failed_at=failure.first_failed_at if failure else None,
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
