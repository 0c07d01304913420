"""What the reports say of all papers of a run, gathered in one look at them. Pure."""

from collections import Counter
from collections.abc import Sequence

from pipeline.formats.run_json import Tally
from pipeline.records.catalog import Finding, Paper
from pipeline.records.outcomes import Deferred, Status
from pipeline.repair.repairs import Heard
from pipeline.reports.unverified import is_unverified
from pipeline.works.forges import FORGE_NAMES


class Overview:
    """See above. Of the papers themselves nothing is held but what is to be told of them."""

    def __init__(self) -> None:
        self.papers: Sequence[Paper] = ()
        """All that were seen."""
        self.tally = Tally()
        self.heard = Heard()
        self.findings: list[tuple[str, Finding]] = []
        """With the keys of their papers, in the order of the papers."""
        self.unsure: list[int] = []
        """The numbers of the papers of which nobody is sure which they are."""
        self.unsearched: Counter[tuple[str, ...]] = Counter()
        """The evidence of the papers whose titles could not be searched."""
        self.states: Counter[tuple[str, Status, bool, str | None]] = Counter()
        """How sources have answered: name, status, whether that is stale, the reason."""
        self._late: dict[str, tuple[str, str] | None] = {}
        """Repositories that were left for a later run, with service and reason."""

    def see(self, number: int, paper: Paper) -> None:
        """Take in one more paper, which has this number among all."""
        self.tally.see(paper)
        self.heard.take_paper(paper)
        self.findings += ((paper.key, finding) for finding in paper.findings)
        for name, state in paper.sources.items():
            self.states[name, state.status, state.stale, state.reason] += 1
        for part in paper.repositories:  # papers may share one
            late = part.stale or part.status in ("failed", "skipped")
            self._late[part.key] = (part.service, part.reason) if late and part.reason else None
        resolution = paper.resolution
        if resolution.status == "failed":
            self.unsearched[resolution.evidence] += 1
        if resolution.status != "found" and not is_unverified(paper):
            self.unsure.append(number)

    def deferred(self) -> tuple[Deferred, ...]:
        """Return what sources left for a later run, by source and reason."""
        left: Counter[tuple[str, str]] = Counter()
        for (name, status, stale, reason), number in self.states.items():
            if name not in FORGE_NAMES and (stale or status in ("failed", "skipped")) and reason:
                left[name, reason] += number
        left.update(filter(None, self._late.values()))
        return tuple(
            Deferred(what=name, count=number, reason=reason)
            for (name, reason), number in sorted(left.items())
        )

    @property
    def is_incomplete(self) -> bool:
        """Whether arXiv or GitHub could not be asked about something; others are extras."""
        return bool(self.unsearched) or any(
            name in ("arxiv", "github") and (status == "failed" or stale)
            for name, status, stale, _ in self.states
        )


def overview_of(papers: Sequence[Paper]) -> Overview:
    """Look at papers."""
    overview = Overview()
    for number, paper in enumerate(papers):
        overview.see(number, paper)
    overview.papers = papers
    return overview
