"""What the reports say of all papers of a run, gathered in one look at them. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

from pipeline.formats.run_json import Counts, Tally, statuses
from pipeline.records.catalog import Finding, Paper
from pipeline.records.lists import Entry, ParsedList
from pipeline.records.outcomes import Deferred, Status
from pipeline.repair.repairs import Heard
from pipeline.reports.targets import examples
from pipeline.reports.unverified import is_unverified
from pipeline.storage.numbers import Latest
from pipeline.works.forges import FORGE_NAMES

HEARD: Final = ("sources", "repositories", "arxiv", "doi", "published_as")
"""What an overview cannot take back of a paper."""


class Overview:
    """
    Notes of papers (`storage.papers.Notes`), see above.

    Of the papers themselves nothing is held but what is to be told of them.
    """

    def __init__(self) -> None:
        self.papers: Sequence[Paper] = ()
        """All that were seen."""
        self.tally = Tally()
        self.heard = Heard()
        self.unsearched: Counter[tuple[str, ...]] = Counter()
        """The evidence of the papers whose titles could not be searched."""
        self.states: Counter[tuple[str, Status, bool, str | None]] = Counter()
        """How sources have answered: name, status, whether that is stale, the reason."""
        self._repositories: Latest[Status] = Latest()
        self._late: Latest[tuple[str, str] | None] = Latest()
        """Repositories that were left for a later run, with service and reason."""
        self._findings: dict[int, tuple[str, tuple[Finding, ...]]] = {}
        """By the numbers of the papers, with their keys."""
        self._unsure: set[int] = set()
        self._examples: dict[int, tuple[Entry, ...]] = {}

    @property
    def findings(self) -> list[tuple[str, Finding]]:
        """All findings, with the keys of their papers, in the order of the papers."""
        each = (self._findings[number] for number in sorted(self._findings))
        return [(key, finding) for key, findings in each for finding in findings]

    @property
    def unsure(self) -> list[int]:
        """The numbers of the papers of which nobody is sure which they are."""
        return sorted(self._unsure)

    def with_examples(self, lists: Iterable[ParsedList]) -> Iterator[ParsedList]:
        """Yield lists with those of their entries that have links of templates alone."""
        entries: dict[str, list[Entry]] = defaultdict(list)
        for one in chain.from_iterable(self._examples.values()):
            entries[one.list].append(one)
        for parsed in lists:
            yield parsed.model_copy(update={"entries": tuple(entries.get(parsed.name, ()))})

    def new(self) -> "Overview":
        """See `Notes`."""
        return Overview()

    def note(self, number: int, paper: Paper) -> None:
        """Take in one more paper, which has this number among all."""
        self.tally.see(paper)
        self.heard.take_paper(paper)
        for name, state in paper.sources.items():
            self.states[name, state.status, state.stale, state.reason] += 1
        for key, status in statuses(paper).items():
            self._repositories.say(key, status)
        for part in paper.repositories:  # papers may share one
            late = part.stale or part.status in ("failed", "skipped")
            self._late.say(part.key, (part.service, part.reason) if late and part.reason else None)
        self._say(number, paper)

    def add(self, share: "Overview") -> None:
        """See `Notes`."""
        self.tally.add(share.tally)
        self.heard.add(share.heard)
        self.unsearched += share.unsearched
        self.states += share.states
        self._repositories.add(share._repositories)
        self._late.add(share._late)
        self._findings |= share._findings
        self._unsure |= share._unsure
        self._examples |= share._examples

    def change(self, number: int, before: Paper, after: Paper) -> bool:
        """Take in what has become of a paper; False where that needs another look at all."""
        if any(getattr(before, name) != getattr(after, name) for name in HEARD):
            return False
        self.tally.change(before, after)
        self._findings.pop(number, None)
        self._unsure.discard(number)
        self._examples.pop(number, None)
        if before.resolution.status == "failed":
            self.unsearched -= Counter([before.resolution.evidence])
        self._say(number, after)
        return True

    def _say(self, number: int, paper: Paper) -> None:
        if paper.findings:
            self._findings[number] = paper.key, paper.findings
        resolution = paper.resolution
        if resolution.status == "failed":
            self.unsearched[resolution.evidence] += 1
        if resolution.status != "found" and not is_unverified(paper):
            self._unsure.add(number)
        if some := tuple(entry for entry in paper.mentions if any(examples(entry))):
            self._examples[number] = some

    def counts(self, verdicts: Iterable[str]) -> Counts:
        """Return the numbers of a run, with those of links by their `verdicts`."""
        return self.tally.counts(verdicts, self._repositories.counts())

    def deferred(self) -> tuple[Deferred, ...]:
        """Return what sources left for a later run, by source and reason."""
        left: Counter[tuple[str, str]] = Counter()
        for (name, status, stale, reason), number in self.states.items():
            if name not in FORGE_NAMES and (stale or status in ("failed", "skipped")) and reason:
                left[name, reason] += number
        left.update({late: number for late, number in self._late.counts().items() if late})
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
        overview.note(number, paper)
    overview.papers = papers
    return overview
