"""A run → its `report.json`: diagnostics, headline, what was left out or not asked. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from pipeline.formats.report_json import (
    TO_ACT_ON,
    Action,
    Diagnostic,
    LinkReport,
    acted_on,
    edit_order,
)
from pipeline.formats.run_json import ListRun, Network, RunReport
from pipeline.links.accepts import ACCEPTED
from pipeline.links.ignores import NOTHING, Ignores
from pipeline.records.catalog import Finding
from pipeline.records.links import LinkHealth
from pipeline.records.lists import ParsedList
from pipeline.records.outcomes import Deferred, Status
from pipeline.reports.context import Catalog, Context, Reasons, phrase
from pipeline.reports.diagnostics import diagnose
from pipeline.reports.overview import Overview
from pipeline.works.forges import FORGE_NAMES

_SOURCE_NAMES: Final = {
    "arxiv": "arXiv",
    "arxiv-search": "arXiv's search",
    "crossref": "Crossref",
    **FORGE_NAMES,
}


def link_report(
    overview: Overview,
    links: Sequence[LinkHealth],
    *,
    run: RunReport,
    complete: bool,
    notes: Iterable[Finding] = (),
    parsed: Iterable[ParsedList] = (),
    ignores: Ignores = NOTHING,
    previous: LinkReport | None = None,
    flags: str = "",
) -> LinkReport:
    """Return a run's `report.json`; where not `complete`, the last one dates the last such run."""
    context = Context(edit_order(run.lists), previous, run.finished_at)
    catalog = Catalog(overview, links, context)
    diagnostics = diagnose(
        catalog,
        problems=run.problems,
        notes=notes,
        parsed=parsed,
        ignores=ignores,
    )
    earlier = previous.last_complete_at if previous else None
    return LinkReport(
        version=run.version,
        generated_at=run.finished_at,
        previous_at=previous.generated_at if previous else None,
        last_complete_at=run.finished_at if complete else earlier,
        sandbox=run.sandbox,
        offline=run.offline,
        network=run.network,
        headline=headline(diagnostics, run.network),
        flags=flags,
        counts=run.counts,
        cache=run.cache,
        lists=run.lists,
        diagnostics=diagnostics,
        mended=tuple(_mended(diagnostics, previous, run)) if previous and complete else (),
        left_out=_ranked(_left_out(catalog.reasons, run.deferred)),
        not_asked=_ranked(_not_asked(overview, catalog.reasons, run.lists, run.deferred)),
        accepted_answers=_ranked(_accepted(catalog.reasons)),
    )


def _mended(
    diagnostics: Iterable[Diagnostic], previous: LinkReport, run: RunReport
) -> Iterator[Diagnostic]:
    """Yield what the last report asked for and this one does not, of lists that were read."""
    if previous.version != run.version:
        return  # another version may say the same in other words
    now = {one.fingerprint for one in diagnostics}
    read = {one.name for one in run.lists if not one.stale}
    for one in acted_on(previous):
        if one.fingerprint not in now and read.issuperset(at.list for at in one.locations):
            yield one


_COUNTED: Final[tuple[tuple[Action, str, str], ...]] = (
    ("apply", "to fix", "to fix"),
    ("replace", "to replace", "to replace"),
    ("correct", "wrong paper", "wrong papers"),
    ("decide", "to decide", "to decide"),
)


def headline(diagnostics: Collection[Diagnostic], network: Network = "up") -> str:
    """Return the title of a report: how much there is to act on, and of what kind."""
    numbers = Counter(one.action for one in diagnostics if one.action in TO_ACT_ON)
    parts = [
        f"{numbers[action]} {one if numbers[action] == 1 else many}"
        for action, one, many in _COUNTED
        if numbers[action]
    ]
    if parts:
        return f"Links: {', '.join(parts)}"
    if network == "down":
        return "Links: not checked, because there was no network"
    return "Links: nothing to act on"


def _left_out(reasons: Reasons, deferred: Iterable[Deferred]) -> Counter[str]:
    """Count what was chosen not to be asked, by what and why."""
    left: Counter[str] = Counter()
    for (verdict, _, reason), number in reasons.items():
        if verdict == "skipped":
            left[f"links skipped ({phrase(reason)})"] += number
    for one in deferred:
        if one.what != "web":  # its links are counted above, by what is said of each
            name = _SOURCE_NAMES.get(one.what, one.what)
            left[f"deferred by {name} ({phrase(one.reason)})"] += one.count
    return left


def _not_asked(
    overview: Overview,
    reasons: Reasons,
    lists: Iterable[ListRun],
    deferred: Iterable[Deferred],
) -> Counter[str]:
    """Count what could not be asked, by source and reason; what was put off is said elsewhere."""
    missed: Counter[str] = Counter()
    put_off = {one.reason for one in deferred}
    for source in lists:
        if source.stale:
            why = f" ({phrase(source.reason)})" if source.reason else ""
            missed[f"entries of {source.name} kept from the last run{why}"] += source.entries
    for evidence, number in overview.unsearched.items():
        missed[f"titles that could not be searched{_unasked(evidence)}"] += number
    for (name, status, stale, reason), number in overview.states.items():
        sentence = _of_source(_SOURCE_NAMES.get(name, name), status, reason, stale=stale)
        if sentence and reason not in put_off:
            missed[sentence] += number
    for (verdict, _, words), number in reasons.items():
        if verdict == "unknown":
            missed[f"links not checked ({phrase(words)})"] += number
    return missed


def _accepted(reasons: Reasons) -> Counter[str]:
    """Count the links that look wrong and that a rule calls right, by its words."""
    accepted: Counter[str] = Counter()
    for (_, code, reason), number in reasons.items():
        if code == ACCEPTED:
            accepted[phrase(reason)] += number
    return accepted


def _unasked(evidence: Iterable[str]) -> str:
    """Say why a title search has no result, in the words of the first source that failed."""
    said = (one.partition("SOURCE_FAILED: ")[2] for one in evidence)
    first = next(filter(None, said), "")
    name, _, why = first.partition(": ")
    return f" ({_SOURCE_NAMES.get(name, name)}: {phrase(why)})" if why else ""


def _of_source(source: str, status: Status, reason: str | None, *, stale: bool) -> str:
    """Say in a few words why a source's answer is not today's; nothing where it is."""
    why = f" ({phrase(reason)})" if reason else ""
    if status == "found" and stale:
        return f"papers with older values from {source}{why}"
    if status in ("failed", "skipped"):
        return f"papers without an answer from {source}{why}"
    return ""


def _ranked(counted: Mapping[str, int]) -> dict[str, int]:
    """Return sentences with their numbers, what concerns most first."""
    return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))
