"""
How a list's text is changed: bytes there and back, where a target is written, and how.

Pure. Every change replaces one target, in the way its place asks for (Markdown target, `<…>`,
reference definition, HTML attribute, bare URL); all other bytes stay. That it changes no more than
it should is found out by reading the text again (`pipeline.repair.proof`).
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import accumulate
from typing import Final, Literal, Self
from urllib.parse import quote

from pipeline.markdown.decode import Encoding, decode_bytes, encoding_of
from pipeline.markdown.links import ENTITY, with_line_feeds
from pipeline.records.lists import Entry, Link, ParsedList
from pipeline.urls import MAX_URL_LENGTH

# --- what is handed over ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Edit:
    """Bytes `start` to `end` of a file that are to be `new`."""

    start: int
    end: int
    new: bytes
    code: str
    line: int
    before: str
    """What stood there, as text: a URL or a title; empty where something is added."""
    after: str


IGNORED: Final = "the line has the comment `pipeline:ignore`"
"""Why something is left that has the comment beside it (`ParsedList.ignored`)."""


@dataclass(frozen=True, slots=True)
class Left:
    """What could have been repaired and was not."""

    code: str
    line: int | None
    """None where it stands no longer in the list."""
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The edits of one file, sorted and apart from one another, and what was left."""

    edits: tuple[Edit, ...] = ()
    left: tuple[Left, ...] = ()

    @property
    def counts(self) -> Counter[str]:
        """How many edits there are of each code."""
        return Counter(edit.code for edit in self.edits)


def applied(data: bytes, edits: Iterable[Edit]) -> bytes:
    """Return a file's bytes after the edits; raises ValueError where two of them overlap."""
    parts: list[bytes] = []
    position = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if edit.start < position:
            raise ValueError(f"two edits overlap at byte {edit.start}")
        parts += [data[position : edit.start], edit.new]
        position = edit.end
    return b"".join([*parts, data[position:]])


# --- bytes and text ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes of a list as text that can be written back: every character has its bytes."""

    text: str
    """As it is; stray bytes are lone surrogates."""
    shown: str
    """As it is parsed: of the same length, with U+FFFD for what is no character."""
    bom: bytes
    codec: str

    def encoded(self, text: str) -> bytes:
        """Return a part of the text, or text to put into it, as bytes of the file."""
        return text.encode(self.codec, "surrogateescape" if self.codec == "utf-8" else "strict")

    @property
    def data(self) -> bytes:
        """The whole file."""
        return self.bom + self.encoded(self.text)

    def offsets(self, positions: Collection[int]) -> dict[int, int]:
        """Return the byte offset of each of some characters."""
        ordered = sorted(set(positions))
        sizes = (
            len(self.encoded(self.text[start:end]))
            for start, end in zip([0, *ordered], ordered, strict=False)
        )
        totals = accumulate(sizes, initial=len(self.bom))
        next(totals)
        return dict(zip(ordered, totals, strict=True))


_UNREADABLE: Final = re.compile("[\x00\ud800-\udfff]")


def readable(data: bytes, name: str) -> Source | None:
    """Return text with the way back to its bytes, or None; `ConfigurationError` for no text."""
    wanted = decode_bytes(data, name=name)[0]
    encoding = encoding_of(data)
    return None if encoding is None else _decoded(data, encoding, wanted)


def _decoded(data: bytes, encoding: Encoding, wanted: str) -> Source | None:
    """Return the text of bytes that it gives back; None where something is lost on the way."""
    body, codec = data[len(encoding.bom) :], encoding.codec
    try:
        text = body.decode(codec, "surrogateescape" if codec == "utf-8" else "strict")
    except UnicodeDecodeError:
        return None
    source = Source(text, readable_text(text), encoding.bom, codec)
    # Stray bytes of one damaged character are several characters here and one in the run's text.
    read = body.decode(codec, "replace") if codec == "utf-8" else text
    return source if read.replace("\x00", "\ufffd") == wanted and source.data == data else None


def readable_text(text: str) -> str:
    """Return text as it is parsed: U+FFFD for what is no character."""
    return _UNREADABLE.sub("\ufffd", text)


def line_starts(text: str) -> list[int]:
    """Return where each line begins; lines end in LF, CRLF or CR, as in the parser."""
    feeds = with_line_feeds(text)
    return [0, *(match.end() for match in re.finditer("\n", feeds))]


# --- where it stands --------------------------------------------------------------------------

Place = Literal["inline", "angle", "autolink", "attribute", "definition", "bare"]
_WINDOW: Final = 400
_CONTINUED: Final = re.compile(
    r"(?!(?:&[#A-Za-z0-9]{1,32};)+(?![A-Za-z0-9/]))"  # entities at the end are text (GFM 6.9)
    r"(?:[A-Za-z0-9/%&=#+@$-]|[.,;:!?'*_~]+[A-Za-z0-9/])",
    re.ASCII,
)
"""What shows that a URL goes on behind the one that is looked for."""
_WITHIN_URL: Final = re.compile(r"://[^\s<>\"'()\[\]|]*\Z")
_BEFORE_URL: Final = frozenset("(<[\"'= \t\n\r|>`*_:,;，：（【")
_OPEN_TAG: Final = re.compile(r"<[a-z][^<>]*=\s*[\"']?\s*", re.IGNORECASE)


def written_end(text: str, start: int, url: str) -> int:
    """Return where a URL at `start` ends, or -1; it may hold escapes (CommonMark 2.4, 2.5)."""
    if text.startswith(url, start):
        return start + len(url)
    if "%20" in url and text[start - 1 : start] == "<":  # blanks as they may stand in `<…>`
        spaced = url.replace("%20", " ")
        return start + len(spaced) if text.startswith(spaced, start) else -1
    position = start
    for char in url:
        entity = ENTITY.match(text, position) if text[position : position + 1] == "&" else None
        if entity is not None and unescape(entity.group()) == char:
            position = entity.end()
        elif text[position : position + 1] == char:
            position += 1
        elif text[position : position + 2] == f"\\{char}":
            position += 2
        else:
            return -1
    return position


def span_of(text: str, starts: Sequence[int], link: Link) -> tuple[int, int] | None:
    """Return where a target is written: at the parser's column, else once in the line; or None."""
    url = target_of_link(link)
    if link.line > len(starts) or not url or len(url) > MAX_URL_LENGTH:
        return None
    begin = starts[link.line - 1]
    end = starts[link.line] if link.line < len(starts) else len(text)
    place = begin + link.column - 1
    while place < end and text[place] in " \t<":
        place += 1
    stop = written_end(text, place, url) if place < end else -1
    if stop >= 0 and not _CONTINUED.match(text, stop) and not _is_in_other_attribute(text, place):
        return place, stop
    found = list(_spans(text, begin, end, url))
    return found[0] if len(found) == 1 else None


def _spans(text: str, begin: int, end: int, url: str) -> Iterator[tuple[int, int]]:
    """Yield every place of a line where a URL is written and neither begins nor ends another."""
    position = text.find(url[:4], begin, end)
    while position >= 0:
        stop = written_end(text, position, url)
        opened = position == begin or text[position - 1] in _BEFORE_URL
        opened = opened and not _WITHIN_URL.search(text, max(begin, position - _WINDOW), position)
        whole = stop >= 0 and opened and not _CONTINUED.match(text, stop)
        if whole and not _is_in_other_attribute(text, position):
            yield position, stop
        position = text.find(url[:4], max(stop, position + 1), end)


_ATTRIBUTE: Final = re.compile(
    r"([^\s=\"'<>/]{1,80})\s*=\s*(\"[^\"]*(?:\"|\Z)|'[^']*(?:'|\Z)|[^\s\"'<>]*)"
)
_QUOTED: Final = re.compile(r"\"[^\"]*\"|'[^']*'")
_LINKING: Final = frozenset({"href", "src"})


def _is_in_other_attribute(text: str, start: int) -> bool:
    """Say whether a place is within a tag and not where its `href` or `src` begins."""
    begin = text.rfind("<", max(0, start - _WINDOW), start)
    tag = text[begin:start] if begin >= 0 else ""
    if not tag[1:2].isalpha() or ">" in _QUOTED.sub("", tag):
        return False
    last = next((one for one in _ATTRIBUTE.finditer(tag) if one.end() == len(tag)), None)
    if last is None:
        return False
    return last[1].lower() not in _LINKING or last[2].strip("\"' \t\r\n") != ""


def place_of(text: str, start: int, end: int) -> Place:
    """Say in which kind of place a target stands."""
    before = text[max(0, start - _WINDOW) : start]
    if before.endswith("<") and text[end : end + 1] == ">":
        return "angle" if re.search(r"\]\(\s{0,9}<$|\]:\s{0,9}<$", before) else "autolink"
    tag = before.rfind("<")
    if tag >= 0 and _OPEN_TAG.fullmatch(before[tag:]):
        return "attribute"
    if before.rstrip(" \t\r\n").endswith(("](", "(")):
        return "inline"
    return "definition" if re.search(r"\]:\s{0,9}$", before) else "bare"


_SAFE: Final = "!#$%&'*+,-./:;=?@[]_~()"
_UNSAFE_IN: Final[Mapping[Place, str]] = {"inline": "()", "bare": "()[]*'", "attribute": "'"}


def as_written(url: str, place: Place, old: str) -> str | None:
    """Return a URL that ends no link, cell or tag, `&` as in `old`; None for a non-ASCII host."""
    head, slashes, rest = url.partition("://")
    host = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if not slashes or not host.isascii():
        return None
    safe = "".join(char for char in _SAFE if char not in _UNSAFE_IN.get(place, ""))
    text = head + slashes + host + quote(rest[len(host) :], safe=safe)
    if place == "autolink" or "&" not in text:
        return text
    bare = old.count("&") > len(ENTITY.findall(old))
    escape = "&" in old and not bare
    if place == "attribute" and "&" not in old:
        escape = True
    return text.replace("&", "&amp;") if escape or unescape(text) != text else text


def twin_of(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return where a link's own text is its target once more: `[URL](URL)`, `<a href=…>URL</a>`."""
    raw = text[start:end]
    opening = start - 1 if text[start - 1 : start] == "<" else start
    begin = opening - 2 - len(raw)
    if text[begin:opening] == f"{raw}](" and begin > 0 and text[begin - 1] == "[":
        return begin, begin + len(raw)
    close = text.find(">", end, end + _WINDOW)
    if text[start - 1 : start] in {'"', "'"} and close >= 0:
        after = close + 1
        if text.startswith(raw, after) and text.startswith("</", after + len(raw)):
            return after, after + len(raw)
    return None


# --- changes of one text ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """Characters `start` to `end` of a text that are to be `new`."""

    start: int
    end: int
    new: str
    code: str
    line: int
    before: str
    after: str
    twin: bool = False
    """Whether this is the text of a link whose target is another change."""


@dataclass(frozen=True, slots=True)
class Proposals:
    """What is to be done to one text, and what cannot be."""

    groups: tuple[tuple[Change, ...], ...] = ()
    """Changes that belong together: a target and the link text that repeats it."""
    left: tuple[Left, ...] = ()

    @classmethod
    def of(cls, found: Iterable[tuple[str, int, str, Change | str]]) -> Self:
        """Return single changes, and what is left: its code, line and what it is, and why."""
        groups: list[tuple[Change, ...]] = []
        left: list[Left] = []
        for code, line, what, change in found:
            if isinstance(change, Change):
                groups.append((change,))
            else:
                left.append(Left(code, line, what, change))
        return cls(tuple(groups), tuple(left))


def with_changes(text: str, changes: Iterable[Change]) -> str:
    """Return a text after changes that do not overlap."""
    parts: list[str] = []
    position = 0
    for change in sorted(changes, key=lambda one: (one.start, one.end)):
        parts += [text[position : change.start], change.new]
        position = change.end
    return "".join([*parts, text[position:]])


def links_of(parsed: ParsedList) -> Iterator[tuple[Link, Entry | None]]:
    """Yield every link of a list with its entry; None for prose."""
    yield from ((link, entry) for entry in parsed.entries for link in entry.links)
    yield from ((link, None) for link in (*parsed.other_links, *parsed.local))


def target_of_link(link: Link) -> str:
    """Return what a list has in the place of a link's target."""
    return link.written or link.url
