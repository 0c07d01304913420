"""Answers that a maintainer has accepted for one host (`[[accept]]` of the ignore file). Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from pipeline.links.rules import AcceptRule, Rule
from pipeline.links.verdicts import OK_STATUS, Judgement, judge_probe, landing, sign
from pipeline.records.links import Probe
from pipeline.urls import host_of

ACCEPTED: Final = "accepted-answer"
"""The reason code of a link that is alive because a rule says so."""


@dataclass(frozen=True, slots=True)
class Accepts:
    """The rules that hold today."""

    rules: tuple[AcceptRule, ...] = ()
    met: set[str] = field(default_factory=set, compare=False)
    """The hosts that were asked for what was judged, those of redirects too."""

    @property
    def statuses(self) -> dict[str, frozenset[int]]:
        """The statuses that are right, by host."""
        found: dict[str, frozenset[int]] = {}
        for rule in self.rules:
            found[rule.host] = found.get(rule.host, frozenset()) | rule.statuses
        return found

    def judge(self, probe: Probe) -> Judgement | None:
        """
        Return that a link is alive where a rule accepts what came back; None where none does.

        A status is accepted of the host that sent it, a redirect of the host that the link names.
        The rest is judged as always: a redirect that no rule names, a page that says it is none.
        """
        if not self.rules:
            return None
        self.met.update(host_of(hop.url) for hop in probe.hops)
        if probe.status is None or probe.unasked is not None:
            return None
        usual = judge_probe(probe)
        if usual.verdict == "alive":
            return None
        asked, final, status = probe.hops[0].url, probe.final_url, probe.status
        of_status, of_way = None, None
        if status not in OK_STATUS:
            of_status = self._rule(final, lambda rule: status in rule.statuses)
        if len(probe.hops) > 1:
            of_way = self._rule(asked, lambda rule: rule.leads_right(final))
        if status not in OK_STATUS and of_status is None:
            return None
        fault = None if of_way else landing(asked, final)
        fault = fault or (sign(probe) if of_status is None else None)
        rule = of_status or of_way
        if rule is None or fault is not None:
            return None
        what = f"HTTP {status}" if of_status else "the redirect"
        detail = f"{what} of {rule.host}, {rule.words.rstrip('.')}"
        return Judgement("alive", ACCEPTED, usual.evidence, status, detail=detail)

    def _rule(self, url: str, fits: Callable[[AcceptRule], bool]) -> AcceptRule | None:
        host = host_of(url)
        return next((rule for rule in self.rules if rule.host == host and fits(rule)), None)


NOTHING_ACCEPTED: Final = Accepts()


def accepts_of(rules: Iterable[Rule], today: date) -> Accepts:
    """Return what the rules accept that hold today."""
    accepting = (rule for rule in rules if isinstance(rule, AcceptRule) and rule.holds(today))
    return Accepts(tuple(accepting))
