"""
Workflow commands: what GitHub shows next to the lines of a list and above a job.

As GitHub's runner reads them (docs.github.com, “Workflow commands for GitHub Actions”; escapes as
in actions/toolkit, `core/src/command.ts`): a line break in a title would be a stranger's command.
"""

from collections import Counter
from typing import Final

from pipeline.formats.escape import plain
from pipeline.formats.report_json import (
    Diagnostic,
    LinkReport,
    by_severity,
    file_of,
    files_of,
    marks_new,
    number_of_new,
)
from pipeline.formats.report_json import words as text_of

SHOWN: Final = 10
"""Of errors and of warnings in a step; GitHub drops the rest without a word."""
MESSAGE_LIMIT: Final = 4_000
"""Characters: an annotation takes 64 KB."""
PROPERTY_LIMIT: Final = 1_000


def render_annotations(report: LinkReport, *, kept: bool = True) -> str:
    """
    Return the worst errors and warnings as workflow commands, and a line that sums up.

    `kept`: the report is in files too, which the last line says.
    """
    lists = files_of(report)
    shown: Counter[str] = Counter()
    lines: list[str] = []
    for one in by_severity(report):
        if one.severity != "info" and shown[one.severity] < SHOWN:
            shown[one.severity] += 1
            lines.append(_annotation(one, lists, marked=marks_new(report)))
    summary = _summary(report, shown.total(), kept=kept)
    lines.append(_command("notice", {"title": report.headline}, summary))
    return "".join(f"{line}\n" for line in lines)


def _annotation(one: Diagnostic, lists: dict[str, str], *, marked: bool) -> str:
    """Return one command; the first place that is in a file here is the one that is marked."""
    properties: dict[str, str] = {}
    here = next((at for at in one.locations if file_of(one, at, lists)), None)
    if here is not None:
        properties["file"] = (file_of(one, here, lists) or "").removeprefix("./")
        properties["line"] = str(here.line)
        if here.column is not None:
            properties["col"] = str(here.column)
    properties["title"] = one.code
    others = [f"{at.list}:{at.line}" for at in one.locations if at is not here]
    text = text_of(one, marked=marked)
    return _command(one.severity, properties, text + _also(others, alone=here is None))


def _also(places: list[str], *, alone: bool) -> str:
    if not places:
        return ""
    more = f" and {len(places) - SHOWN} more places" if len(places) > SHOWN else ""
    return f" ({'at' if alone else 'also at'} {', '.join(places[:SHOWN])}{more})"


def _summary(report: LinkReport, shown: int, *, kept: bool) -> str:
    numbers = Counter(one.severity for one in report.diagnostics)
    new = number_of_new(report)
    parts = [
        f"{numbers[one]} {one}{'' if numbers[one] == 1 else 's'}" for one in ("error", "warning")
    ]
    parts += [f"{numbers['info']} to know", *([f"{new} new"] if new else [])]
    where = ", all of them in report.md and report.json" if kept else ""
    return f"{', '.join(parts)}; {shown} shown here{where}"


def _command(name: str, properties: dict[str, str], message: str) -> str:
    text = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {text}::{_data(plain(message, MESSAGE_LIMIT))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(plain(text, PROPERTY_LIMIT)).replace(":", "%3A").replace(",", "%2C")
