"""Link targets: repairing what is plainly meant, finding what Markdown did not take for a link."""

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from html import unescape
from itertools import accumulate

from pipeline.markdown.marks import (
    CODE,
    CODE_END,
    LINK,
    LINK_END,
    MARKS,
    Anchor,
    Piece,
    plain,
    unstyled,
)
from pipeline.markdown.roles import role_of_label
from pipeline.urls import repaired_url
from pipeline.works.identifiers import url_of_name
from pipeline.works.placeholders import is_placeholder

_URL_CHARACTER = rf"[^\s<>\"`|{MARKS}\u3000-\u303f\uff00-\uff0f\uff1a-\uff1f]"
_LINK_OR_URL = re.compile(
    rf"{LINK}[^{LINK_END}]*+{LINK_END}|{CODE}[^{CODE_END}]*+{CODE_END}|https?://{_URL_CHARACTER}++"
    rf"|(?<![\w/.@:-])www\.(?=[\w-]+\.){_URL_CHARACTER}++"
)
"""A link, a code span, whose addresses are no links, or a bare address (GFM 6.9: also `www.…`)."""
_LABEL_BEFORE = re.compile(r"\[([^\[\]()\n\r]{1,80})\]?\s{0,3}\(\s{0,3}$")
_REVERSED_LABEL_BEFORE = re.compile(r"\(([^()\[\]\n\r]{1,80})\)\s?\[\s?$")
_LEAD_BEFORE = re.compile(r"(?:^|[\n\r,;|(\[])[\s*]*([^\n\r,;|()\[\]:：*]{1,24})[:：]\s?$")
_SPACED_REST = re.compile(rf"(?:[ ]{_URL_CHARACTER}{{1,80}}){{1,8}}")
_OTHER_SCHEME = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*):|//|[\w.+-]+@[\w.-]+(?P<git>:)?", re.IGNORECASE | re.ASCII
)
"""RFC 3986 3.1 and 4.2, a mail address, or that of a repository (`git@github.com:owner/name`)."""
_OF_SCHEME = {"mailto": "mail address", "ftp": "ftp address", "ftps": "ftp address"}
_OF_SCHEME |= dict.fromkeys(("git", "ssh", "git+ssh"), "git address")
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|bmp)(?:[?#]|$)", re.IGNORECASE)
_BADGE_IMAGE = re.compile(
    r"shields\.io/|badge|/workflows/|\.codecov\.io|travis-ci|komarev\.com", re.IGNORECASE
)
_LINE_BREAKS = re.compile(r"[\t\r\n]")  # written as entities; browsers drop them (URL Standard 4.4)
_DOUBLED = re.compile(r"(?<!%20)(?<!\s)(?:%20|\s)++\(?(?=https?://)")
_NESTED = re.compile(r"\[[^\[\]]*\]\((https?://[^()\s]+)\)?$")
_SPACED = re.compile(r"\]\s++\($")
_CLOSED = re.compile(r"[^\n\r)]{0,200}\)")
_TRAILING = ".,;:!?'\"*_~"
_WEB = ("https://", "http://")
_MAX_TRIM = 40
_MAX_STRANGERS = 50
"""Other URLs of the source, in images and code, that are passed over to find one of the text."""
_LONE_CR = re.compile(r"\r(?!\n)")
_CONTINUATION = bytes(range(0x80, 0xC0))
"""Bytes that begin no character in UTF-8 (RFC 3629, section 3)."""
_STRIDE = 4096
_CLOSERS = {")": "(", "]": "[", "}": "{"}
_OPENERS = {opener: closer for closer, opener in _CLOSERS.items()}
_BRACKETS = re.compile(r"[()\[\]{}]|\$+")
_MAX_BEFORE = 300
"""Characters before a bare URL in which a bracket that ends it is looked for."""
_MAX_SEARCHED_AGAIN = 2000
"""Characters behind a cut URL that are read once more, for another one that is glued to it."""
ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_UNKNOWN_ENTITY = re.compile(r"&[A-Za-z0-9]{1,40};\Z")
_IN_TAG = re.compile(rb"<[A-Za-z][^<>]*\Z")


def with_line_feeds(text: str) -> str:
    """Return text with each CR alone, a line end too (CommonMark 2.1), as LF at its place."""
    return _LONE_CR.sub("\n", text) if "\r" in text else text


_FRONT_MATTER = re.compile(
    r"---[ \t]*\r?\n[\w-]+[ \t]*:.*?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL
)
_MAX_FRONT_MATTER = 20_000


def without_front_matter(text: str) -> str:
    """Blank out YAML at the start of a text, which is no content; every place stays."""
    found = _FRONT_MATTER.match(text, 0, _MAX_FRONT_MATTER)
    if found is None:
        return text
    blank = re.sub(r"[^\r\n]", " ", found.group())
    return blank + text[found.end() :]


class Lines:
    """Byte offsets of a UTF-8 source, whose lines end in LF or CRLF, to lines and columns."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.starts = array("q", [0])
        position = source.find(b"\n")
        while position != -1:
            self.starts.append(position + 1)
            position = source.find(b"\n", position + 1)
        self._ascii = source.isascii()
        self._counts: list[int] = []
        """Characters before every `_STRIDE`-th byte, so that no long line is counted twice."""

    def line(self, offset: int) -> int:
        """Return the line of a byte, from 1."""
        return bisect_right(self.starts, offset)

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column of a byte, both from 1, the column in characters."""
        line = bisect_right(self.starts, offset)
        start = self.starts[line - 1]
        if self._ascii:
            return line, offset - start + 1
        if offset - start <= _STRIDE:
            return line, _characters(self.source[start:offset]) + 1
        return line, self._characters_before(offset) - self._characters_before(start) + 1

    def _characters_before(self, offset: int) -> int:
        if not self._counts:
            blocks = range(0, len(self.source), _STRIDE)
            counts = (_characters(self.source[block : block + _STRIDE]) for block in blocks)
            self._counts = list(accumulate(counts, initial=0))
        whole = offset // _STRIDE
        return self._counts[whole] + _characters(self.source[whole * _STRIDE : offset])


def _characters(source: bytes) -> int:
    """Count the characters of UTF-8 by the bytes that begin one."""
    return len(source.translate(None, _CONTINUATION))


def is_web(url: str) -> bool:
    """Say whether a target is an http(s) link."""
    return url.startswith(_WEB) or url[:8].lower().startswith(_WEB)


HEADING = "heading"
PLACEHOLDER = "placeholder"
RELATIVE_FILE = "relative file"


def unchecked_kind(url: str) -> str | None:
    """Return what a target is that no request can check; None for web links and placeholders."""
    if is_web(url) or is_placeholder(url):
        return None
    if url.startswith("#"):
        return HEADING
    other = _OTHER_SCHEME.match(url)
    if other is None:
        return RELATIVE_FILE
    if other["scheme"]:
        return _OF_SCHEME.get(other["scheme"].lower(), "other address")
    if other["git"]:
        return "git address"
    return "other address" if other[0] == "//" else "mail address"


def is_picture(url: str) -> bool:
    """Say whether an address is that of a picture, by its ending."""
    return _PICTURE.search(url[-500:]) is not None


def image_kind(source: str) -> str:
    """Say what an image is by its address: a badge tells a state, all others show something."""
    return "badge" if _BADGE_IMAGE.search(source[:500]) else "image"


def repaired(url: str) -> str:
    """Return the URL that a target plainly means: `((http://…))` comes as `(http://…)`."""
    if is_web(url):
        return url if url.find("http", 7) < 0 and " " not in url else _single(url)
    nested = _NESTED.match(url) if url[:1] == "[" else None
    if nested:
        return nested[1]
    relative = len(url) < 8 or url[0] in "./" or (url[0] == "#" and not is_web(url[1:]))
    return url if relative else repaired_url(url) or url_of_name(url) or url


def target_of(anchor: Anchor) -> str:
    """Return the URL that an anchor plainly means."""
    if not anchor.target:
        anchor.target = repaired(anchor.url)
    return anchor.target


def _single(url: str) -> str:
    """Return the first of two URLs that were pasted into one target, without bare spaces."""
    if 0 < url.find("http", 7) <= 8:
        return repaired_url(url) or url
    doubled = _DOUBLED.search(url, 8)
    first = url[: doubled.start()] if doubled else url
    return _LINE_BREAKS.sub("", first).replace(" ", "%20")


def revive(piece: Piece, source: bytes) -> None:
    """Turn bare URLs of a piece of `source` into anchors, with the label of a broken link."""
    text = piece.text
    if "://" not in text and "www." not in text:
        return
    parts: list[str] = []
    anchors: list[Anchor] = []
    known = iter(piece.anchors)
    done, cursor, here = 0, piece.start, 0
    has_entities = source.find(b"&", piece.start, piece.end) >= 0
    while (match := _LINK_OR_URL.search(text, here)) is not None:
        start, end = match.span()
        here = end
        if match.group().startswith(CODE):
            continue
        if match.group().startswith(LINK):
            anchor = next(known)
            cursor = max(cursor, anchor.end) if piece.start <= anchor.end <= piece.end else cursor
            if not plain(match.group()).lower().startswith(("http", "www.")):
                anchors.append(anchor)
                continue
        else:
            anchor, end = _bare(text, start, source, cursor, piece.end, entities=has_entities)
            cursor = anchor.end
            here = end if end > here or here - start < _MAX_SEARCHED_AGAIN else here
        kept_until, end = _wrapped(text, start, end, anchor, done)
        parts.append(f"{text[done:kept_until]}{LINK}{anchor.text}{LINK_END}")
        anchors.append(anchor)
        done = end
    parts.append(text[done:])
    piece.text = "".join(parts)
    piece.anchors = anchors


def _bare(
    text: str, start: int, source: bytes, cursor: int, limit: int, *, entities: bool
) -> tuple[Anchor, int]:
    """Read the URL at `start` of a text; return its anchor and its end in the text."""
    match = _LINK_OR_URL.match(text, start)
    url = _trimmed(_enclosed(match.group() if match else "", text, start))
    if entities:
        url = _trimmed(_without_entities(url, source, cursor, limit))
    end = start + len(url)
    if _LABEL_BEFORE.search(text, max(0, start - 90), start) and text[end : end + 1] == " ":
        rest = _SPACED_REST.match(text, end)
        if rest and ")" in rest.group():
            url += rest.group()[: rest.group().rindex(")")]
            end = start + len(url)
    place = _place(url.encode(), source, cursor, limit)
    # One that the source writes in entities is in no place; nor is any after it.
    last = max(cursor, limit) if place is None else place + len(url.encode())
    at = cursor if place is None else place
    anchor = Anchor(url, at, last, text=url, exact=True, bare=True)
    if url.startswith("www."):
        anchor.url, anchor.written = f"http://{url}", url
    return anchor, end


def _place(url: bytes, source: bytes, cursor: int, limit: int) -> int | None:
    """Find a URL in the source, or else the next one; in bounds, or it would be quadratic."""
    first: int | None = None
    for found in _places(url[:4], source, cursor, limit):
        if source.startswith(url, found):
            return found
        first = found if first is None else first
    return first


def _places(scheme: bytes, source: bytes, cursor: int, limit: int) -> Iterator[int]:
    """Yield where URLs begin, but for those within a tag: attributes are no text."""
    found = source.find(scheme, cursor, limit)
    for _ in range(_MAX_STRANGERS):
        if found < 0:
            return
        if not _IN_TAG.search(source, max(cursor, found - _MAX_BEFORE), found):
            yield found
        found = source.find(scheme, found + 4, limit)


def _enclosed(url: str, text: str, start: int) -> str:
    """
    Cut a bare URL at the bracket whose partner stands open before it, or at the end of its math.

    What Markdown takes for math (`$[code](https://…)$`) comes as text with its brackets.
    """
    line = max(text.rfind("\n", 0, start) + 1, start - _MAX_BEFORE, 0)
    opened = dict.fromkeys((*_CLOSERS, "$"), 0)
    for mark in _BRACKETS.findall(text, line, start):
        if mark in _OPENERS:
            opened[_OPENERS[mark]] += 1
        elif mark in _CLOSERS:
            opened[mark] = max(0, opened[mark] - 1)
        else:
            opened["$"] ^= 1
    within = dict.fromkeys(_CLOSERS, 0)
    for position, char in enumerate(url):
        if char in _OPENERS:
            within[_OPENERS[char]] += 1
        elif char in _CLOSERS and within[char]:
            within[char] -= 1
        elif char in _CLOSERS and opened[char]:
            return url[:position]
    return url.rstrip("$") if opened["$"] else url


def _without_entities(url: str, source: bytes, cursor: int, limit: int) -> str:
    """Cut the entities at the end of a bare URL, which are no part of it (GFM 6.9)."""
    for place in _places(url[:4].encode(), source, cursor, limit):
        room = min(limit, place + 8 * len(url) + 40)
        kept = _kept_of(url, source[place:room].decode(errors="replace"))
        if kept is not None:
            return url[:kept]
    return url


def _kept_of(url: str, written: str) -> int | None:
    """Return how much of a URL comes before the entities at its end; None where it is another."""
    shown = position = kept = 0
    while shown < len(url):
        entity = ENTITY.match(written, position)
        meant = unescape(entity[0]) if entity else ""
        if entity and meant != entity[0] and url.startswith(meant, shown):
            shown, position = shown + len(meant), entity.end()
            continue
        position += written[position : position + 1] == "\\" != url[shown]
        if written[position : position + 1] != url[shown]:
            return None
        shown, position = shown + 1, position + 1
        kept = shown
    return kept


def _trimmed(url: str) -> str:
    """Cut what follows a bare URL in a sentence and is no part of it."""
    for _ in range(_MAX_TRIM):
        last = url[-1:]
        if last == ";" and (entity := _UNKNOWN_ENTITY.search(url, max(0, len(url) - 42))):
            url = url[: entity.start()]
            continue
        unopened = last in _CLOSERS and url.count(last) > url.count(_CLOSERS[last])
        if not last or not (last in _TRAILING or unopened):
            break
        url = url[:-1]
    cut = min((i for i in map(url.find, (")[", "](", "}{", "}$")) if i > 0), default=-1)
    return url[:cut] if cut > 0 else url


def _wrapped(text: str, start: int, end: int, anchor: Anchor, floor: int) -> tuple[int, int]:
    """Take in the remains of link syntax around a URL; its label becomes the anchor's."""
    window = max(floor, start - 90)
    label = _LABEL_BEFORE.search(text, window, start)
    if label is None:
        label = _REVERSED_LABEL_BEFORE.search(text, window, start)
    if label is None:
        lead = _LEAD_BEFORE.search(unstyled(text[window:start]))
        if lead is not None and role_of_label(lead[1].strip()) is not None:
            anchor.text, anchor.bare = lead[1].strip(), False
        return start, end
    anchor.text = plain(label[1])
    anchor.bare = False
    no_link = _SPACED.search(label[0]) is not None or _CLOSED.match(text, end) is None
    if label[0].endswith("(") and no_link:
        anchor.torn = plain(label[0])
    while end < len(text) and text[end] in ")]" and end - start < len(text):
        end += 1
    begin = label.start()
    while begin > floor and text[begin - 1] == "[":
        begin -= 1
    return begin, end


def target_offset(anchor: Anchor, source: bytes) -> int:
    """Return the byte offset of a link target's first character in the source."""
    if anchor.exact:
        return anchor.start
    raw = source[anchor.start : anchor.end]
    written = anchor.url.encode()
    found = raw.rfind(written) if written else -1
    if found < 0:
        opening = raw.rfind(b"](")
        found = opening + 2 if opening >= 0 else raw.rfind(b"http")
    return anchor.start + max(found, 0)
