"""
Draw `docs/issue.svg`: the head of the issue that a run over the sandbox's lists would open.

Title, label and text are those of `pipeline publish issue`; only what differs between two runs
(times) and what says "sandbox" is set. Text with few styles: no font has to be loaded.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pyromark

from pipeline.enrich import enrich
from pipeline.formats.files import REPORT_JSON
from pipeline.formats.report import render_report
from pipeline.formats.report_json import LinkReport
from pipeline.progress import Silent
from pipeline.publishing.issue import plan_issue
from pipeline.publishing.marks import LABEL
from pipeline.settings.loading import load

PICTURE = Path(__file__).parent / "issue.svg"
SEEN: Final = "2026-11-23T05:23:00Z"
WIDTH, MARGIN, STEP, LINES = 880, 28, 21, 28
SANS: Final = "-apple-system, Segoe UI, Helvetica, Arial, sans-serif"
MONO: Final = "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace"
STYLES: Final = {
    "text": ('fill="#1f2328"', 7.9),
    "bold": ('fill="#0969da" font-weight="600"', 8.4),
    "link": ('fill="#0969da"', 7.9),
    "code": (f'fill="#0969da" font-family="{MONO}" font-size="12.5"', 7.7),
    "heading": ('fill="#1f2328" font-weight="600" font-size="18"', 11.0),
}
"""Style to its attributes in SVG and a width of one character that no usual font exceeds."""


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of a line that is not broken, or an end of line."""

    text: str
    style: str = "text"


def issue() -> tuple[str, str]:
    """Return title and text of the issue that a sandbox run would open."""
    with TemporaryDirectory() as folder:
        place = Path(folder)
        enrich(
            load({"sandbox": True, "out": place / "out", "cache_dir": place / "cache"}),
            [],
            progress=Silent(),
        )
        told: dict[str, Any] = json.loads((place / "out" / REPORT_JSON).read_text("utf-8"))
    found = [
        one | {"first_seen_at": SEEN if one["first_seen_at"] else None}
        for one in told["diagnostics"]
    ]
    report = LinkReport.model_validate(
        told | {"diagnostics": found, "generated_at": SEEN, "sandbox": False, "flags": ""}
    )
    plan = plan_issue(
        report, [], render_report, place_url=lambda file, line: f"https://example.org/{file}#{line}"
    )
    return plan.fields["title"], plan.fields["body"]


def words(text: str) -> Iterator[list[Word]]:
    """Yield the paragraphs of a Markdown text as words, as far as its first block of HTML."""
    styles, line = ["text"], list[Word]()
    event: Any
    for event in pyromark.events(text, options=pyromark.Options.ENABLE_TASKLISTS):
        (kind, value) = (event, None) if isinstance(event, str) else next(iter(event.items()))
        begun = value if isinstance(value, str) else next(iter(value), "") if value else ""
        if kind == "Html" and str(value).startswith("<details"):
            return
        if kind == "Start" and begun in ("Strong", "Link", "Heading"):
            styles.append({"Strong": "bold", "Link": "link", "Heading": "heading"}[begun])
        elif kind == "End" and begun in ("Strong", "Link", "Heading"):
            styles.pop()
        elif kind == "TaskListMarker":
            line.append(Word("☐ "))
        elif kind in ("Text", "Code"):
            style = "code" if kind == "Code" else styles[-1]
            parts = str(value).replace("\u200b", "").split(" ")
            spaced = [f"{part} " for part in parts[:-1]] + parts[-1:]
            line += [Word(part, style) for part in spaced if part]
        elif kind in ("SoftBreak", "HardBreak"):
            line.append(Word(" ") if kind == "SoftBreak" else Word("\n"))
        if kind == "End" and begun in ("Heading", "Paragraph", "Item") and line:
            yield line
            line = []


def lines(paragraph: list[Word]) -> Iterator[list[Word]]:
    """Yield the lines of a paragraph, each as wide as the picture allows."""
    row, width = list[Word](), 0.0
    indented = paragraph[0].text.startswith("☐")
    for word in paragraph:
        size = len(word.text.rstrip()) * STYLES[word.style][1]
        if word.text == "\n" or (row and width + size > WIDTH - 2 * MARGIN - 20 * indented):
            yield row
            row, width = [], 0.0
        if word.text != "\n" and (row or word.text != " "):
            row.append(word)
            width += len(word.text) * STYLES[word.style][1]
    yield row


def drawn() -> str:
    """Return the picture."""
    title, body = issue()
    parts, top = list[str](), 118
    for paragraph in list(words(body))[1:]:  # the first heading is the title again
        top += 14 if paragraph[0].style == "heading" else 5
        for number, row in enumerate(lines(paragraph)):
            is_below = number > 0 and paragraph[0].text.startswith("☐")
            parts.append(_row(row, MARGIN + 20 * is_below, top))
            top += STEP
        if top > LINES * STEP:
            break
    inner = "\n".join(parts)
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{top}" \
viewBox="0 0 {WIDTH} {top}" role="img" font-family="{SANS}" font-size="14" xml:space="preserve">
<title>{escape(title)}</title>
<rect x="0.5" y="0.5" width="{WIDTH - 1}" height="{top - 1}" rx="8" fill="#ffffff" \
stroke="#d1d9e0"/>
<text x="{MARGIN}" y="42" font-size="22" fill="#1f2328">{escape(title)} \
<tspan fill="#59636e">#12</tspan></text>
<rect x="{MARGIN}" y="58" width="62" height="24" rx="12" fill="#1f883d"/>
<text x="{MARGIN + 31}" y="75" text-anchor="middle" fill="#ffffff" font-weight="600">Open</text>
<rect x="{MARGIN + 74}" y="60" width="84" height="20" rx="10" fill="#ddf4ff" stroke="#54aeff"/>
<text x="{MARGIN + 116}" y="75" text-anchor="middle" fill="#0969da" font-size="12">{LABEL}</text>
<line x1="{MARGIN}" y1="98" x2="{WIDTH - MARGIN}" y2="98" stroke="#d1d9e0"/>
{inner}
</svg>
"""


def _row(row: list[Word], left: int, top: int) -> str:
    """Return one line: neighbours of one style are one piece."""
    pieces: list[Word] = []
    for word in row:
        if pieces and pieces[-1].style == word.style:
            pieces[-1] = Word(pieces[-1].text + word.text, word.style)
        else:
            pieces.append(word)
    inner = "".join(f"<tspan {STYLES[one.style][0]}>{escape(one.text)}</tspan>" for one in pieces)
    return f'<text x="{left}" y="{top}">{inner}</text>'
