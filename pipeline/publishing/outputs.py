"""The outputs of a workflow step, from what a run has left. Pure."""

from pathlib import Path
from typing import Final

from pipeline.errors import ACTIONABLE, INCOMPLETE, ConfigurationError, PipelineError
from pipeline.formats.escape import plain
from pipeline.formats.files import CATALOG, CATALOG_FILE, REPORT
from pipeline.formats.report_json import LinkReport, actionable
from pipeline.formats.run_json import RunReport
from pipeline.publishing.issue import is_incomplete

FAIL: Final = ("never", "actionable", "new", "incomplete")

NAMES: Final = (
    "has-changes",
    "resolved",
    "needs-review",
    "dead",
    "moved",
    "wrong-paper",
    "failed-sources",
    "report-path",
    "catalog-path",
    "exit-code",
)


def outputs(
    run: RunReport | None,
    report: LinkReport | None,
    out: Path,
    *,
    exit_code: int,
    in_parts: bool = False,
) -> dict[str, str]:
    """
    Return every output, on one line; without a run no number, as 0 would say all is well.

    Of a catalog `in_parts` the path is that of the folder where they lie.
    """
    values: dict[str, str] = dict.fromkeys(NAMES, "") | {"exit-code": str(exit_code)}
    if run is None or report is None:
        return values
    wrong = sum(one.code == "wrong-paper" for one in report.diagnostics)
    values |= {
        "has-changes": str(run.has_changes).lower(),
        "resolved": str(run.counts.resolved),
        "needs-review": str(run.counts.review),
        "dead": str(run.counts.links.get("dead", 0)),
        "moved": str(run.counts.links.get("moved", 0)),
        "wrong-paper": str(wrong),
        "failed-sources": ",".join(sorted(_failed(run, report))),
        "report-path": (out / REPORT).as_posix(),
        "catalog-path": (out / (CATALOG_FILE.folder if in_parts else CATALOG)).as_posix(),
    }
    return {name: plain(value, 4_000) for name, value in values.items()}


def _failed(run: RunReport, report: LinkReport) -> set[str]:
    """Return what was put off, and the title search where a source of it did not answer."""
    found = {late.what for late in run.deferred}
    if any(one.reason_code == "SOURCE_FAILED" for one in report.diagnostics):
        found.add("title-search")
    return found


def verdict(
    exit_code: int,
    run: RunReport | None,
    report: LinkReport | None,
    *,
    fail: str,
    fail_if_empty: bool,
) -> int:
    """
    Return what the step ends with: the run's own code where it is not 0.

    3 where something is to be done (`actionable`; `new`: that the last report did not have), 4
    where the result is incomplete, 2 where the lists are empty, 1 where a run has left nothing.
    """
    if exit_code != 0:
        return exit_code
    if run is None or report is None:
        return PipelineError.exit_code
    if fail_if_empty and not sum(source.entries for source in run.lists):
        return ConfigurationError.exit_code
    if fail == "incomplete":
        incomplete = is_incomplete(report) or report.network == "down" or run.deferred
        return INCOMPLETE if incomplete else 0
    fails = fail != "never" and actionable(report, new_only=fail == "new")
    return ACTIONABLE if fails else 0
