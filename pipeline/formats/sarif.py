"""
SARIF 2.1.0, for code scanning: every finding that has a place in a local file.

Section numbers are the OASIS standard's; limits are those of “SARIF support for code scanning”
on docs.github.com. GitHub refuses a result without a file: remote lists are only counted.
"""

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import quote

from pipeline.codes import meanings
from pipeline.formats.jsonl import safe_json
from pipeline.formats.report_json import (
    Diagnostic,
    LinkReport,
    Location,
    by_severity,
    file_of,
    files_of,
    marks_new,
    unobeyed_json,
)
from pipeline.formats.report_json import words as text_of
from pipeline.records.catalog import Severity

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
MAX_RESULTS: Final = 25_000
"""A file with more in a run is refused."""
MAX_LOCATIONS: Final = 1_000

_LEVELS: Final[Mapping[Severity, str]] = {"error": "error", "warning": "warning", "info": "note"}


def render_sarif(report: LinkReport) -> str:
    """Return one run with its rules and results, the worst first where there are too many."""
    lists = files_of(report)
    placed = [(one, _locations(one, lists)) for one in by_severity(report)]
    kept = [(one, places) for one, places in placed if places][:MAX_RESULTS]
    codes = list(dict.fromkeys(one.code for one, _ in kept))
    run = {
        "tool": {"driver": _driver(report, codes, [one for one, _ in kept])},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report, len(placed) - len(kept))],
        "results": [
            _result(one, places, codes.index(one.code), marked=marks_new(report))
            for one, places in kept
        ],
    }
    sarif = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return unobeyed_json(safe_json(sarif, indent=1)) + "\n"


def _driver(
    report: LinkReport, codes: Iterable[str], found: Iterable[Diagnostic]
) -> dict[str, Any]:
    """Return the tool and its rules, each with the level of its first result (3.19, 3.49)."""
    levels: dict[str, str] = {}
    for one in found:
        levels.setdefault(one.code, _LEVELS[one.severity])
    driver: dict[str, Any] = {"name": "paper-list-pipeline"}
    if report.version:
        driver["version"] = report.version
    return driver | {"rules": [_rule(code, levels[code]) for code in codes]}


def _rule(code: str, level: str) -> dict[str, Any]:
    known = meanings(code)
    meaning = known[0].meaning if known else code
    to_do = known[0].to_do if known else "See `pipeline explain`."
    return {
        "id": code,
        "shortDescription": {"text": meaning},
        "help": {"text": f"{to_do} (`pipeline explain {code}`)"},
        "defaultConfiguration": {"level": level},
    }


def _invocation(report: LinkReport, left_out: int) -> dict[str, Any]:
    """Say whether the run came to its end, and what is not among the results (3.20)."""
    invocation: dict[str, Any] = {"executionSuccessful": True}
    if report.generated_at:
        invocation["endTimeUtc"] = f"{report.generated_at:%Y-%m-%dT%H:%M:%SZ}"
    if left_out:
        text = f"{left_out} more in report.json: they have no place in a file here, or no room."
        notification = {"level": "note", "message": {"text": text}}
        invocation["toolExecutionNotifications"] = [notification]
    return invocation


def _result(
    one: Diagnostic, places: list[dict[str, Any]], rule: int, *, marked: bool
) -> dict[str, Any]:
    """Return one result (3.27); `marked`: with whether the last report had it (3.27.24)."""
    result = {
        "ruleId": one.code,
        "ruleIndex": rule,
        "level": _LEVELS[one.severity],
        "message": {"text": _message(text_of(one))},
        "locations": places,
        # They stay when lines move. The first is the one name that GitHub compares.
        "partialFingerprints": {
            "primaryLocationLineHash": f"{one.fingerprint}:1",
            "diagnostic/v1": one.fingerprint,
        },
    }
    state = {"baselineState": "new" if one.is_new else "unchanged"}
    return result | state if marked else result


def _message(text: str) -> str:
    """Return plain text in which nothing is a link or a placeholder (3.11.5, 3.11.6)."""
    for char in "\\[]":
        text = text.replace(char, f"\\{char}")
    return text.replace("{", "{{").replace("}", "}}")


def _locations(one: Diagnostic, lists: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the places of one diagnostic that are in files: all are to be changed (3.27.12)."""
    found = ((at, file_of(one, at, lists)) for at in one.locations)
    return [_location(at, file) for at, file in found if file][:MAX_LOCATIONS]


def _location(at: Location, file: str) -> dict[str, Any]:
    region = {"startLine": max(1, at.line)}
    if at.column is not None:
        region["startColumn"] = max(1, at.column)
    return {"physicalLocation": {"artifactLocation": _artifact(file), "region": region}}


def _artifact(file: str) -> dict[str, str]:
    """Return the URI of a file: relative to the repository, unless the path is absolute (3.4)."""
    path = PurePosixPath(file)
    text = quote(str(path), safe="/!$&'()*+,;=@~", errors="replace")
    if path.is_absolute():
        return {"uri": f"file://{text}"}
    return {"uri": text, "uriBaseId": "%SRCROOT%"}
