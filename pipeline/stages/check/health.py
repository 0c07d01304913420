"""Verdicts → the lines of `links.jsonl`, with what to write instead. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.links.addresses import same_address
from pipeline.links.verdicts import left_out, malformed
from pipeline.records.catalog import Paper
from pipeline.records.links import LinkHealth, LinkHistory, Occurrence, Verdict
from pipeline.stages.check.evidence import Evidences, Settled, failed_on
from pipeline.stages.check.places import Target
from pipeline.urls import request_key
from pipeline.works.identifiers import (
    LASTING,
    Identifier,
    canonical_url,
    identify,
    lasting_addresses,
    of_key,
)

LOST: frozenset[Verdict] = frozenset({"dead", "failing"})
THERE: frozenset[Verdict] = frozenset({"alive", "moved"})


@dataclass(frozen=True, slots=True)
class Lines:
    """Makes the lines of a run."""

    targets: Sequence[Target]
    evidence: Evidences
    settled: Mapping[str, Settled]
    """By request."""
    history: Mapping[str, LinkHistory]
    """After this run."""
    papers: Mapping[str, Paper]
    """By key."""

    def all(self) -> Iterator[LinkHealth]:
        """Yield the health of every target, in the order of the targets."""
        return map(self._spared, self.targets)

    def _spared(self, target: Target) -> LinkHealth:
        try:
            return self._line(target)
        except Exception:  # noqa: BLE001  the last line of defence
            return _health(target.url, target.places, failed_on(target.url))

    def _line(self, target: Target) -> LinkHealth:
        """Return the health of one target as written."""
        url, found, fault, key = target.url, target.places, target.fault, target.key
        if target.left is not None:
            return _health(url, found, Settled(left_out(*target.left)))
        if fault is not None or key is None:
            words, repaired = fault or ("", None)
            return _health(url, found, Settled(malformed(words)), None, repaired)
        settled = self.settled[key]
        suggestion = _with_fragment(settled.judgement.suggestion, url)
        if settled.judgement.verdict in LOST and suggestion is None:
            suggestion = next(self._offers(url, found), None)
        confirmed = suggestion is not None and self.evidence.knows_doi(suggestion) is True
        line = _health(url, found, settled, self.history.get(key), suggestion)
        return replace(line, suggestion_confirmed=True) if confirmed else line

    def _offers(self, url: str, found: Sequence[Occurrence]) -> Iterator[str]:
        """Yield what may stand in a lost link's place, the surest first; nothing that is denied."""
        today = self.evidence.now.date()
        for address in (*lasting_addresses(url, today=today), *self._of_work(found)):
            identifier = identify(address, today=today)
            if self._lasts(identifier) and _is_another(address, url):
                yield address
        twin = self._twin(found)
        if twin is not None:
            yield twin

    def _lasts(self, identifier: Identifier | None) -> bool:
        if identifier is None or identifier.scheme not in LASTING:
            return False
        if identifier.scheme == "doi":
            return self.evidence.knows_doi(canonical_url(identifier)) is not False
        return identifier.scheme != "arxiv" or self.evidence.knows_paper(identifier.value)

    def _of_work(self, found: Iterable[Occurrence]) -> Iterator[str]:
        """Yield the lasting addresses of the papers that a lost paper link stood for."""
        papers = [self.papers.get(one.paper or "") for one in found if one.role == "paper"]
        for paper in filter(None, papers):
            identifiers = of_key(paper.key), paper.doi and Identifier("doi", paper.doi)
            yield from (canonical_url(one) for one in identifiers if one)

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
        settled = self.settled.get(request_key(url))
        return settled is not None and settled.judgement.verdict in THERE


def _is_another(address: str, url: str) -> bool:
    """Say whether an address leads elsewhere; to a resolver, a slash at the end is a part of it."""
    found = identify(url)
    resolved = found is not None and not found.whole
    return address != url if resolved else not same_address(address, url)


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
