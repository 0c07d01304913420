"""
What the first bytes of a page say: its text, its title, and whether it leads on to another. Pure.

The bytes are undecoded: a stranger's compression is undone here, never beyond the size of a sample.
"""

import html
import re
import zlib
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from pipeline.network.redirects import redirect_target
from pipeline.network.service import Answer

BODY_CAP: Final = 64 * 1024
"""Bytes of a page that are looked at (where its host is known to answer 200 for anything)."""

_CHARSET: Final = re.compile(r"charset=[\"']?([A-Za-z0-9_-]{2,20})", re.ASCII)
CHARSETS: Final = frozenset(
    """
    big5 cp1252 euc-jp euc-kr gb18030 gb2312 gbk iso-8859-1 iso-8859-15 koi8-r latin-1 shift_jis
    us-ascii utf-16 utf-16be utf-16le utf-8 utf8 windows-1251 windows-1252
    """.split()  # noqa: SIM905  one word a line would hide the table
)
"""Python knows codecs that are no charset, and some that take a time quadratic in the length."""
_MARKS: Final = ((BOM_UTF8, "utf-8"), (BOM_UTF16_LE, "utf-16"), (BOM_UTF16_BE, "utf-16"))
"""Byte order marks, which count for more than what is declared (Encoding Standard, section 6)."""
_CONTROLS: Final = bytes({*range(0x20)} - {*b"\t\n\v\f\r\x1b"})
"""Of no text; each is one byte in UTF-8, and part of no other character."""
MOST_ODD: Final = 0.02
"""The share of characters that are none in a text whose charset was named wrongly."""


class Page(NamedTuple):
    """The first bytes of a page as text."""

    text: str
    readable: bool
    """False where what came is no text, or in a form that we cannot read."""


def is_html(answer: Answer) -> bool:
    """Say whether an answer is a page, as far as is known."""
    return "html" in answer.headers.get("content-type", "html")


def page_of(answer: Answer) -> Page:
    """Decode a body's sample, where its coding or charset has a wrong name as browsers do."""
    if answer.method != "GET":
        return Page("", readable=True)
    coding = answer.headers.get("content-encoding", "").lower()
    return _decoded(bytes(answer.body), coding, answer.headers.get("content-type", "")[:200])


@lru_cache(16)  # an answer is read when it comes, and again when it has become evidence
def _decoded(sample: bytes, coding: str, content_type: str) -> Page:
    body, plain = _inflated(sample, coding)
    match = _CHARSET.search(content_type)
    named = match[1].lower() if match else "utf-8"
    charset = next((name for mark, name in _MARKS if body.startswith(mark)), named)
    known = charset in CHARSETS
    text = body.decode(charset if known else "utf-8", "replace")
    readable = plain and _odd(text) <= MOST_ODD * len(text) and (known or text.isascii())
    return Page(text, readable)


def _odd(text: str) -> int:
    """Count the characters that stand in no text."""
    raw = text.encode("utf-8", "surrogatepass")
    return len(raw) - len(raw.translate(None, _CONTROLS)) + text.count("\ufffd")


def size_of(answer: Answer) -> int:
    """Return the bytes of a body's sample, uncompressed where we can do that."""
    coding = answer.headers.get("content-encoding", "").lower()
    return max(len(answer.body), len(_inflated(answer.body, coding)[0]))


def _inflated(body: bytes, encoding: str) -> tuple[bytes, bool]:
    """Undo a compression, asked for or not; False where it is one that we cannot undo."""
    if encoding in ("br", "zstd", "compress", "dcb", "dcz"):
        return b"", not body
    if encoding not in ("gzip", "x-gzip", "deflate"):
        return body, True
    try:
        return zlib.decompressobj(wbits=47).decompress(body, BODY_CAP), True
    except zlib.error:
        return body, True


_TITLE: Final = re.compile(r"<title(?:\s[^<>]{0,200})?>([^<]{0,500})", re.IGNORECASE)
_HEADING: Final = re.compile(r"<h1(?:\s[^<>]{0,300})?>", re.IGNORECASE)
_HEADING_END: Final = re.compile(r"</h1|$", re.IGNORECASE)
_TAG: Final = re.compile(r"<[^<>]{0,300}>")


def page_title(text: str) -> str | None:
    """Return a page's title, else its first heading, on one line of at most 200 characters."""
    match = _TITLE.search(text)
    words = _one_line(match[1]) if match else ""
    if not words and (heading := _HEADING.search(text)):
        beginning = text[heading.end() : heading.end() + 1000]
        words = _one_line(_TAG.sub(" ", _HEADING_END.split(beginning, maxsplit=1)[0]))
    return words or None


def words_of(text: str) -> str:
    """Return the words of a page on one line, its parts set apart by bars."""
    return " | ".join(filter(None, map(str.strip, _TAG.split(_head(text, whole=True)))))


def _one_line(markup: str) -> str:
    words = " ".join(html.unescape(markup).split())
    return "".join(char for char in words if char.isprintable())[:200]


# --- a page that leads on ---------------------------------------------------------------------


class Refresh(NamedTuple):
    """What a page or its header says of the page to show in its place (HTML Standard 4.2.5.3)."""

    delay: float
    """Seconds until then."""
    location: str


LONGEST_DELAY: Final = 5.0
"""A page that stays longer is there to be read."""
REFRESH_HEADER: Final = "refresh"
SMALL: Final = 2048
"""Characters of a page that may be there only to lead on."""

_IN_TAG: Final = r"[\s/]((?:[^<>\"']|\"[^\"]{0,1000}+\"|'[^']{0,1000}+'){0,2000}+)>"
_META: Final = re.compile(rf"<meta{_IN_TAG}", re.IGNORECASE)
_BASE: Final = re.compile(rf"<base{_IN_TAG}", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(
    r"([a-z-]{1,40})\s{0,3}=\s{0,3}(?:\"([^\"]{0,1000})\"|'([^']{0,1000})'|([^\s\"'>]{1,1000}))",
    re.IGNORECASE,
)
_PASSED_OVER: Final = re.compile(
    r"<!--|<(noscript|script|style|template|title|textarea)\b|<body\b", re.IGNORECASE
)
_DECLARED: Final = re.compile(
    r"\s*([0-9]{1,9})?(?:\.[0-9.]*)?(?:\s*[;,]\s*|\s+)(?:url\s*=\s*)?(?:\"([^\"]*)|'([^']*)|(.*))",
    re.IGNORECASE | re.DOTALL,
)


def refresh_of(answer: Answer) -> Refresh | None:
    """Return where a page leads within seconds, by header or head, as on GitHub Pages, or None."""
    if answer.status not in (200, 203, 206):
        return None
    header = answer.headers.get(REFRESH_HEADER)
    declared = [header] if header else _metas(page_of(answer).text) if is_html(answer) else ()
    read = (_declared(text) for text in declared)
    found = next((one for one in read if one is not None and one.delay <= LONGEST_DELAY), None)
    return found if found is None or header else _from_base(found, answer)


def _from_base(refresh: Refresh, answer: Answer) -> Refresh:
    """Return where a page leads, seen from the address that its first `<base href>` names."""
    tags = _BASE.finditer(_head(page_of(answer).text))
    href = next((one for tag in tags if (one := _attributes(tag[1]).get("href"))), None)
    base = redirect_target(answer.url, href) if href else None
    target = redirect_target(base, refresh.location) if base else None
    return refresh._replace(location=target) if target else refresh


@lru_cache(16)  # like `_decoded`
def _metas(text: str) -> Sequence[str]:
    """Return what the `refresh` tags in a page's head declare."""
    if "refresh" not in text.lower():
        return ()
    # Browsers look for it everywhere; what is written in a long page is mostly written about.
    tags = _META.finditer(_head(text, whole=len(text) < SMALL))
    return [
        attributes.get("content", "")
        for attributes in (_attributes(tag[1]) for tag in tags)
        if attributes.get("http-equiv", "").strip().lower() == "refresh"
    ]


def _attributes(tag: str) -> dict[str, str]:
    """Return a tag's attributes; of two with one name the first counts (HTML 13.2.5.33)."""
    found: dict[str, str] = {}
    for one in _ATTRIBUTE.finditer(tag):
        value = next(filter(None, one.groups()[1:]), "")
        found.setdefault(one[1].lower(), html.unescape(value))
    return found


def _head(text: str, *, whole: bool = False) -> str:
    """Return a page's head, or all of it, without what browsers with scripts do not show."""
    kept, lower, here = [], text.lower(), 0
    while (found := _PASSED_OVER.search(lower, here)) is not None:
        kept.append(text[here : found.start()])
        end = f"</{found[1]}" if found[1] else "-->"
        if found[0] == "<body" and whole:
            here = found.end()
            continue
        after = -1 if found[0] == "<body" else lower.find(end, found.end())
        if after < 0:
            return "".join(kept)
        here = after + len(end)
    return "".join(kept) + text[here:]


def _declared(text: str) -> Refresh | None:
    """Read `0; url=/new` (HTML Standard 4.2.5.3, "shared declarative refresh steps")."""
    text = text.strip()[:2000]
    match = _DECLARED.match(text)
    if match is None or (match[1] is None and not text.startswith(".")):
        return None
    location = next(filter(None, match.groups()[1:]), "").strip()
    return Refresh(float(match[1] or 0), location) if location else None
