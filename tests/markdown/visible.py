"""The links of a list's visible text, from the events of the Markdown parser alone."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import pyromark

from pipeline.records.lists import Link, ParsedList

_OPTIONS = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_MATH
_BARE = re.compile(
    r"(?<![\w/@.-])(?:https?://|www\.)[^\s<>\"'`\\|]*[^\s<>\"'`\\|.,;:!?(\[{)\]}*_~]", re.IGNORECASE
)
_BY_REFERENCE = frozenset({"Reference", "Collapsed", "Shortcut"})
_COUNTED_ELSEWHERE = frozenset({"image", "badge", "heading", "relative file"})


@dataclass(frozen=True, slots=True)
class Shown:
    """One link or image that a reader of the page sees."""

    kind: str
    """`link`, `reference`, `bare` or `image`."""
    url: str
    lines: range
    """The lines in which its target may stand; of a reference it stands elsewhere."""


def visible(text: str) -> Iterator[Shown]:
    """Yield every link and image of a Markdown text."""
    source = text.encode()
    starts = [0, *(match.end() for match in re.finditer(b"\n", source))]
    code = links = line = 0
    parts: list[str] = []  # emphasis splits no address, but the parser splits texts at its signs
    for event, place in pyromark.events_with_range(text, options=_OPTIONS):
        kind, name, detail = _told(event)
        if kind == "Text" and not code and not links:
            line = line if parts else bisect_right(starts, place["start"])
            parts.append(detail)
            continue
        yield from (_shown("bare", found[0], line) for found in _BARE.finditer("".join(parts)))
        parts.clear()
        at = bisect_right(starts, place["start"])
        step = 1 if kind == "Start" else -1
        if name == "CodeBlock":
            code += step
        elif name == "Link":
            links += step
        if kind == "Start" and name == "Link":
            made = "reference" if detail["link_type"] in _BY_REFERENCE else "link"
            rows = source.count(b"\n", place["start"], place["end"])
            yield _shown(made, detail["dest_url"].strip(), at, rows)
        elif kind == "Start" and name == "Image":
            yield _shown("image", detail["dest_url"], at)
        elif kind == "Start" and name == "HtmlBlock":
            yield from _of_html(source[place["start"] : place["end"]].decode(), at)
        elif kind == "InlineHtml" and not code:
            yield from _of_html(detail, at)


def _told(event: Any) -> tuple[str, str, Any]:
    """Return what an event is: its kind, the name of what starts or ends, and the rest."""
    if isinstance(event, str):
        return event, "", None
    ((kind, value),) = event.items()
    if kind not in {"Start", "End"}:
        return kind, "", value
    return kind, *((value, None) if isinstance(value, str) else next(iter(value.items())))


def _shown(kind: str, url: str, line: int, more: int = 0) -> Shown:
    return Shown(kind, url, range(line, line + more + 1))


class _Html(HTMLParser):
    """Gathers the links and images of some HTML."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.found: list[Shown] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the target of an `<a>` or `<img>`."""
        told = dict(attrs)
        line = self.line + self.getpos()[0] - 1
        rows = (self.get_starttag_text() or "").count("\n")
        if tag == "a" and (url := told.get("href")):
            self.found.append(_shown("link", url.strip(), line, rows))
        elif tag == "img":
            self.found.append(_shown("image", told.get("src") or "", line, rows))


def _of_html(html: str, line: int) -> list[Shown]:
    parser = _Html(line)
    parser.feed(html)
    parser.close()
    return parser.found


# --- what of it a parsed list has -----------------------------------------------------------------


def lost(text: str, parsed: ParsedList) -> list[Shown]:
    """
    Return what of a text's visible links has no place in a parsed list.

    A place is a link at the line, or in the entry around it; what cannot be asked may also be
    counted as not checked.
    """
    shown = list(visible(text))
    images = [one for one in shown if one.kind == "image"]
    others = [one for one in shown if one.kind != "image"]
    lines = _lines(parsed)
    missing = [one for one in others if not _is_kept(one, lines)]
    uncounted = [one for one in missing if not _is_web(one.url)]
    counted = sum(n for kind, n in parsed.unchecked.items() if kind not in _COUNTED_ELSEWHERE)
    enough = len(uncounted) <= counted
    pictures = parsed.unchecked.get("image", 0) + parsed.unchecked.get("badge", 0)
    return [
        *(one for one in missing if _is_web(one.url) or not enough),
        *(images if len(images) > pictures else ()),
    ]


def _is_web(url: str) -> bool:
    return url.lower().startswith(("http://", "https://", "www."))


def _lines(parsed: ParsedList) -> dict[str, set[int]]:
    """Return the lines in which a parsed list has each target, as written and as meant."""
    lines: dict[str, set[int]] = {}

    def keep(links: Iterable[Link], around: range = range(0)) -> None:
        for link in links:
            for url in {link.url, link.written or link.url}:
                lines.setdefault(url, set()).update({link.line, *around})

    for entry in parsed.entries:
        keep(entry.links, range(entry.line, entry.end_line + 1))
    keep([*parsed.other_links, *parsed.local, *parsed.broken])
    return lines


def _is_kept(one: Shown, lines: dict[str, set[int]]) -> bool:
    if one.kind == "reference":
        return one.url in lines
    if one.kind == "bare":  # the reader joins what a line break cut, and cuts what a sentence adds
        bare = one.url.removeprefix("http://")
        near = [url for url, places in lines.items() if not places.isdisjoint(one.lines)]
        meant = [url.removeprefix("http://") for url in near]
        return any(url.startswith(bare) or (_is_web(url) and bare.startswith(url)) for url in meant)
    # Blanks of `<…>` come as %20, and two addresses pasted into one as the first.
    names = {one.url, one.url.replace(" ", "%20")}
    if any(not lines.get(name, set()).isdisjoint(one.lines) for name in names):
        return True
    near = [url for url, places in lines.items() if not places.isdisjoint(one.lines)]
    return "http" in one.url[1:] and any(url in one.url and _is_web(url) for url in near)


def kinds(text: str) -> Counter[str]:
    """Return how many links and images of each kind a text shows."""
    return Counter(one.kind for one in visible(text))
