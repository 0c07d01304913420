"""
Workflow commands: what GitHub shows beside the lines of a list and above a job.

One line for one thing, as GitHub's runner reads it (docs.github.com, “Workflow commands for GitHub
Actions”; escapes as in actions/toolkit, `core/src/command.ts`). Titles of a list are text of
strangers, and a line break in one would be a command of theirs.
"""

from collections import Counter
from typing import Final

from pipeline.formats.escape import plain
from pipeline.formats.report_json import Diagnostic, LinkReport, by_severity, file_of, files_of
from pipeline.formats.report_json import words as told

SHOWN: Final = 10
"""Of errors and of warnings in a step; GitHub drops the rest without a word."""
MESSAGE_LIMIT: Final = 4_000
"""Characters: an annotation takes 64 KB."""
PROPERTY_LIMIT: Final = 1_000


def render_annotations(report: LinkReport) -> str:
    """
    Return the worst errors and warnings as workflow commands, and a line that sums up.

    What is only good to know is counted. A list that is no file here has annotations without one.
    """
    lists = files_of(report)
    shown: Counter[str] = Counter()
    lines: list[str] = []
    for one in by_severity(report):
        if one.severity != "info" and shown[one.severity] < SHOWN:
            shown[one.severity] += 1
            lines.append(_annotation(one, lists))
    lines.append(_command("notice", {"title": report.headline}, _summary(report, shown.total())))
    return "".join(f"{line}\n" for line in lines)


def _annotation(one: Diagnostic, lists: dict[str, str]) -> str:
    """Return one command; the first place that is in a file here is the one that is marked."""
    properties: dict[str, str] = {}
    marked = next((at for at in one.locations if file_of(one, at, lists)), None)
    if marked is not None:
        properties["file"] = (file_of(one, marked, lists) or "").removeprefix("./")
        properties["line"] = str(marked.line)
        if marked.column is not None:
            properties["col"] = str(marked.column)
    properties["title"] = one.code
    others = [f"{at.list}:{at.line}" for at in one.locations if at is not marked]
    return _command(one.severity, properties, told(one) + _also(others, alone=marked is None))


def _also(places: list[str], *, alone: bool) -> str:
    if not places:
        return ""
    more = f" and {len(places) - SHOWN} more places" if len(places) > SHOWN else ""
    return f" ({'at' if alone else 'also at'} {', '.join(places[:SHOWN])}{more})"


def _summary(report: LinkReport, shown: int) -> str:
    numbers = Counter(one.severity for one in report.diagnostics)
    new = sum(one.is_new for one in report.diagnostics) if report.previous_at else 0
    parts = [_counted(numbers["error"], "error"), _counted(numbers["warning"], "warning")]
    parts += [f"{numbers['info']} to know", *([f"{new} new"] if new else [])]
    return f"{', '.join(parts)}; {shown} shown here, all of them in report.md and report.json"


def _counted(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}"


def _command(name: str, properties: dict[str, str], message: str) -> str:
    said = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {said}::{_data(plain(message, MESSAGE_LIMIT))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(plain(text, PROPERTY_LIMIT)).replace(":", "%3A").replace(",", "%2C")
