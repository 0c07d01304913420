"""JUnit XML, as services agree on it (testmoapp/junitxml): what fails `--strict` fails here."""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from pipeline.formats.escape import plain, safe_url
from pipeline.formats.report_json import Diagnostic, LinkReport, file_of, files_of, marks_new
from pipeline.formats.report_json import words as text_of

ELSEWHERE: Final = "everything else"
"""The suite of what is in no list of the run."""
PLACES_SHOWN: Final = 50

# XML 1.0, production [2] Char: nothing else may be in a document, escaped or not.
_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render_junit(report: LinkReport) -> str:
    """Return a suite for each list: errors fail, others are skipped, nothing to report passes."""
    root = Element("testsuites", {"name": _text(report.headline)})
    suites: dict[str, list[Diagnostic]] = defaultdict(list)
    known = [one.name for one in report.lists]
    for one in report.diagnostics:
        name = one.locations[0].list if one.locations else ELSEWHERE
        suites[name if name in known else ELSEWHERE].append(one)
    for name in dict.fromkeys((*known, *suites)):
        _suite(root, name, suites[name], report)
    _count(root, report.diagnostics)
    root.set("tests", str(len(root.findall(".//testcase"))))
    indent(root)
    text = tostring(root, encoding="unicode")
    # The older syntax of GitHub's runner is obeyed anywhere in a line of a log: see `report_json`.
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.replace("##[", "#&#35;[")


def _suite(root: Element, name: str, found: list[Diagnostic], report: LinkReport) -> None:
    suite = SubElement(root, "testsuite", {"name": _text(name)})
    if report.generated_at:
        suite.set("timestamp", f"{report.generated_at:%Y-%m-%dT%H:%M:%S}")
    lists, marked = files_of(report), marks_new(report)
    for one in found:
        _case(suite, name, one, lists, marked=marked)
    if not found:
        SubElement(suite, "testcase", {"classname": _text(name), "name": "nothing to report"})
    _count(suite, found)
    suite.set("tests", str(len(suite)))


def _case(
    suite: Element, name: str, one: Diagnostic, lists: dict[str, str], *, marked: bool
) -> None:
    places = [f"{at.list}:{at.line}" for at in one.locations]
    subject = safe_url(one.url or "") or one.url or one.title or ""
    case = SubElement(
        suite,
        "testcase",
        {
            "classname": _text(name),
            "name": _text(" ".join(filter(None, (one.code, *places[:1], subject)))),
        },
    )
    file = file_of(one, one.locations[0], lists) if one.locations else None
    if file is not None:
        case.set("file", _text(file))
        case.set("line", str(one.locations[0].line))
    text = text_of(one, marked=marked)
    if one.severity != "error":
        SubElement(case, "skipped", {"message": _text(text)})
        return
    failure = SubElement(case, "failure", {"type": _text(one.code), "message": _text(text)})
    more = len(places) - PLACES_SHOWN
    shown = [*places[:PLACES_SHOWN], *([f"and {more} more places"] if more > 0 else [])]
    failure.text = "\n".join(map(_text, (text, *shown)))


def _count(element: Element, found: Sequence[Diagnostic]) -> None:
    failed = sum(one.severity == "error" for one in found)
    element.set("failures", str(failed))
    element.set("errors", "0")
    element.set("skipped", str(len(found) - failed))


def _text(text: str) -> str:
    """Return text on one line that XML can carry."""
    return _FORBIDDEN.sub("", plain(text, 4_000))
