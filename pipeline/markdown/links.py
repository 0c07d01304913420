"""
Link targets: repairing what is plainly meant, finding what Markdown did not take for a link.

A list is written by hand, so brackets are lost and doubled. What is repaired here keeps what
stood in the list beside it (`Anchor.written`).
"""

import re
from bisect import bisect_right

from pipeline.markdown.marks import LINK, LINK_END, MARKS, STYLE_MARKS, Anchor, Piece, plain
from pipeline.markdown.roles import role_of_label
from pipeline.urls import repaired_url

_URL_CHARACTER = rf"[^\s<>\"`|{MARKS}\u3000-\u303f\uff00-\uff0f\uff1a-\uff1f]"
_LINK_OR_URL = re.compile(rf"{LINK}[^{LINK_END}]*+{LINK_END}|https?://{_URL_CHARACTER}++")
_LABEL_BEFORE = re.compile(r"\[([^\[\]()\n\r]{1,80})\]?\s{0,3}\(\s{0,3}$")
_REVERSED_LABEL_BEFORE = re.compile(r"\(([^()\[\]\n\r]{1,80})\)\s?\[\s?$")
_LEAD_BEFORE = re.compile(r"(?:^|[\n\r,;|(\[])[\s*]*([^\n\r,;|()\[\]:：*]{1,24})[:：]\s?$")
_SPACED_REST = re.compile(rf"(?:[ ]{_URL_CHARACTER}{{1,80}}){{1,8}}")
_DOUBLED = re.compile(r"(?:%20|\s)+\(?(?=https?://)")
_NESTED = re.compile(r"\[[^\[\]]*\]\((https?://[^()\s]+)\)?$")
_STYLED = re.compile(f"[{STYLE_MARKS}]")
_TRAILING = ".,;:!?'\"*_~"
_MAX_TRIM = 40
_CLOSERS = {")": "(", "]": "[", "}": "{"}


class Lines:
    """Byte offsets of a source to lines and columns."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.starts = [0]
        position = source.find(b"\n")
        while position != -1:
            self.starts.append(position + 1)
            position = source.find(b"\n", position + 1)

    def line(self, offset: int) -> int:
        """Return the line of a byte, from 1."""
        return bisect_right(self.starts, offset)

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column of a byte, both from 1, the column in characters."""
        line = bisect_right(self.starts, offset)
        before = self.source[self.starts[line - 1] : offset]
        return line, len(before.decode("utf-8", "replace")) + 1


def is_web(url: str) -> bool:
    """Say whether a target is an http(s) link."""
    return url[:4].lower() == "http" and url[4:8].lower().startswith(("://", "s://"))


def repaired(url: str) -> str:
    """
    Return the URL that a target plainly means; the target itself where it is fine.

    `((http://…))` comes as `(http://…)`; a URL pasted twice ends in ` (http://…)`.
    """
    if is_web(url):
        return url if url.find("http", 7) < 0 and " " not in url else _single(url)
    nested = _NESTED.match(url) if url[:1] == "[" else None
    if nested:
        return nested[1]
    relative = len(url) < 8 or url[0] in "#./"
    return url if relative else repaired_url(url) or url


def _single(url: str) -> str:
    """Return the first of two URLs that were pasted into one target, without bare spaces."""
    if 0 < url.find("http", 7) <= 8:
        return repaired_url(url) or url
    doubled = _DOUBLED.search(url, 8)
    return (url[: doubled.start()] if doubled else url).replace(" ", "%20")


def revive(piece: Piece, source: bytes) -> None:
    """
    Turn URLs that stand as text into anchors, with the label of a broken link around them.

    Works on one piece; `source` is the whole document, to find the places.
    """
    text = piece.text
    if "://" not in text:
        return
    parts: list[str] = []
    anchors: list[Anchor] = []
    known = iter(piece.anchors)
    done, cursor = 0, piece.start
    for match in _LINK_OR_URL.finditer(text):
        start, end = match.span()
        if match.group().startswith(LINK):
            anchor = next(known)
            cursor = max(cursor, anchor.end) if piece.start <= anchor.end <= piece.end else cursor
            label = plain(match.group())
            if not label.lower().startswith("http"):
                anchors.append(anchor)
                continue
            kept_until, end = _wrapped(text, start, end, anchor, done)
            parts.append(text[done:kept_until])
        else:
            anchor, end = _bare(text, start, source, cursor, piece.end)
            cursor = anchor.end
            kept_until, end = _wrapped(text, start, end, anchor, done)
            parts.append(text[done:kept_until])
        parts.append(f"{LINK}{anchor.text}{LINK_END}")
        anchors.append(anchor)
        done = end
    parts.append(text[done:])
    piece.text = "".join(parts)
    piece.anchors = anchors


def _bare(text: str, start: int, source: bytes, cursor: int, limit: int) -> tuple[Anchor, int]:
    """Read the URL at `start` of a text; return its anchor and its end in the text."""
    match = _LINK_OR_URL.match(text, start)
    url = _trimmed(match.group() if match else "")
    end = start + len(url)
    if _LABEL_BEFORE.search(text, max(0, start - 90), start) and text[end : end + 1] == " ":
        rest = _SPACED_REST.match(text, end)
        if rest and ")" in rest.group():
            url += rest.group()[: rest.group().rindex(")")]
            end = start + len(url)
    place = source.find(url.encode(), cursor, limit)
    if place < 0:
        place = source.find(b"http", cursor, limit)
    place = cursor if place < 0 else place
    anchor = Anchor(url, place, place + len(url.encode()), text=url, exact=True, bare=True)
    return anchor, end


def _trimmed(url: str) -> str:
    """Cut what follows a bare URL in a sentence and is no part of it."""
    for _ in range(_MAX_TRIM):
        last = url[-1:]
        unopened = last in _CLOSERS and url.count(last) > url.count(_CLOSERS[last])
        if not last or not (last in _TRAILING or unopened):
            break
        url = url[:-1]
    cut = min((i for i in (url.find(")["), url.find("](")) if i > 0), default=-1)
    return url[:cut] if cut > 0 else url


def _wrapped(text: str, start: int, end: int, anchor: Anchor, floor: int) -> tuple[int, int]:
    """Take in the remains of link syntax around a URL; its label becomes the anchor's."""
    window = max(floor, start - 90)
    label = _LABEL_BEFORE.search(text, window, start)
    if label is None:
        label = _REVERSED_LABEL_BEFORE.search(text, window, start)
    if label is None:
        lead = _LEAD_BEFORE.search(_STYLED.sub("", text[window:start]))
        if lead is not None and role_of_label(lead[1].strip()) is not None:
            anchor.text, anchor.bare = lead[1].strip(), False
        return start, end
    anchor.text = plain(label[1])
    anchor.bare = False
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
