"""
The one place that makes text of strangers safe to show: in Markdown, on a terminal, as a link.

What GitHub makes of Markdown is the yardstick (GitHub Flavored Markdown Spec 0.29, and its filters
for `@mentions`, `#123` and `GH-123`, which run after the escapes are resolved: only a character
put between keeps them from working, so a zero-width space is, spelt as an entity).
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from pipeline.urls import ascii_host

TEXT_LIMIT: Final = 200
"""Characters of a title or a reason that are shown."""
URL_LIMIT: Final = 70
"""Characters of a URL that are shown; the link behind them is whole."""
HREF_LIMIT: Final = 2_000
"""A longer URL is shown and no link: what browsers and mail readers still take for certain."""

_GAP: Final = "&#8203;"


class Markdown(str):
    """Text that is Markdown already; any operation gives a plain `str`, which is escaped again."""

    __slots__ = ()


def plain(text: str, limit: int = TEXT_LIMIT) -> str:
    """
    Return text on one line of at most `limit`, without control, format and surrogate characters.

    Cc, Cf and Cs (Unicode 15, table 4-4) hold escapes, direction marks, zero-width marks and tags.
    """
    shown = text[: limit * 4 + 64]
    if not (shown.isascii() and shown.isprintable()):
        shown = "".join(map(_kept, shown))
    shown = " ".join(shown.split())
    cut = len(shown) > limit or len(text) > limit * 4 + 64
    return shown[: limit - 1].rstrip() + "…" if cut else shown


def _kept(char: str) -> str:
    """Return a character as it is shown: white space as a space, invisible ones as nothing."""
    if char.isspace():
        return " "
    return "" if _is_invisible(char) else char


def _is_invisible(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cf", "Cs"}


def terminal(text: str, limit: int = TEXT_LIMIT) -> str:
    """
    Return text that a terminal shows and does not obey, on one line.

    Nor does GitHub's runner, which reads what a job prints: it takes `::` at the start of a line
    and `##[` anywhere for commands (actions/runner, `ActionCommand`).
    """
    shown = plain(text, limit).replace("##[", "# #[")
    return f": {shown[1:]}" if shown.startswith("::") else shown


_SPECIAL: Final = {
    **{char: f"\\{char}" for char in "*_[]~!"},
    # A backslash would do for a renderer, but not for one that splits table cells before.
    **{char: f"&#{ord(char)};" for char in "|\\`$"},
    "<": "&lt;",
    ">": "&gt;",
    "&": "&amp;",
    "@": f"@{_GAP}",
    "#": f"\\#{_GAP}",
}
_ESCAPES: Final = str.maketrans(_SPECIAL)
# What GitHub links by itself: "http://…", "www.…", "GH-123" (GFM 6.9, autolinked references).
_AUTOLINK: Final = re.compile(
    r"(?<=[a-z]:)(?=//)|(?<![a-z0-9])www(?=\.)|(?<![a-z0-9])GH-(?=[0-9])", re.IGNORECASE | re.ASCII
)
# What begins a list, a heading line or a rule where it begins a line (CommonMark 4.3, 5.2).
_BLOCK_START: Final = re.compile(r"(?=[-+=])|[0-9]{1,9}(?=[.)])", re.ASCII)


def markdown(text: str, limit: int = TEXT_LIMIT) -> Markdown:
    """Return text of a stranger as Markdown that shows exactly that text, on one line."""
    shown = plain(text, limit)
    escaped = shown.translate(_ESCAPES)
    escaped = _AUTOLINK.sub(lambda match: match[0] + _GAP, escaped)
    start = _BLOCK_START.match(escaped)
    if start is not None:
        escaped = f"{start[0]}\\{escaped[start.end() :]}"
    return Markdown(escaped)


def as_markdown(value: object) -> Markdown:
    """Return what a template puts out: Markdown as it is, other values escaped, None as nothing."""
    return value if isinstance(value, Markdown) else markdown("" if value is None else str(value))


_HTTP: Final = re.compile(r"(https?)://([^/?#\\]*)", re.IGNORECASE)
_AUTHORITY: Final = re.compile(r"([^:\[\]]{1,254}|\[[0-9a-fA-F:.]{2,45}\])((?::[0-9]{0,5})?)")
_ENTITY: Final = re.compile(r"&(?=#?[a-z0-9]{1,40};)", re.IGNORECASE | re.ASCII)
_HOST_CHARACTERS: Final = "abcdefghijklmnopqrstuvwxyz0123456789._-[]:"
# Everything of RFC 3986 but brackets, so that nothing ends a link, a code span or a table cell.
_URL_SAFE: Final = "/?#%=&+,;:@!$*~-._'()"


@lru_cache(maxsize=256)  # a paper's few addresses stand in many of its places
def safe_url(url: str) -> str | None:
    """
    Return an http(s) URL as ASCII that nothing breaks out of, or None where it is none.

    The host comes in punycode, so that no look-alike letter deceives; user names before a host
    are dropped, for `https://github.com@evil.example` is read as github.com.
    """
    text = url.strip()
    if not (text.isascii() and text.isprintable()):
        text = "".join(char for char in text if not _is_invisible(char))
    match = _HTTP.match(text)
    if match is None:
        return None
    host = _authority(match[2].rpartition("@")[2])
    if host is None:
        return None
    rest = text[match.end() :]
    if rest.startswith("\\"):  # a slash to browsers: left in, it would belong to the host
        rest = f"/{rest[1:]}"
    return f"{match[1].lower()}://{host}{quote(rest, safe=_URL_SAFE)}"


def _authority(written: str) -> str | None:
    """Return `host:port` with the host as it is asked, None where it is none."""
    match = _AUTHORITY.fullmatch(written)
    host = ascii_host(match[1]) if match else None
    return f"{host}{match[2]}" if match and host is not None else None


def shown_url(url: str, limit: int = URL_LIMIT) -> str:
    """Return a URL as it is read: no `https://`, cut behind the host. No http(s) URL: as text."""
    safe = safe_url(url)
    if safe is None:
        return plain(url, limit)
    shown = safe.removeprefix("https://")
    if shown.removeprefix("http://").count("/") == 1:
        shown = shown.removesuffix("/")
    if len(shown) <= limit:
        return shown
    # The host is never cut, for its end is what counts.
    host_end = len(shown) - len(shown.removeprefix("http://").lstrip(_HOST_CHARACTERS))
    head = max(host_end, limit * 2 // 3)
    tail = max(limit - head - 1, 0)
    return f"{shown[:head]}…{shown[len(shown) - tail :]}"


def spelt(text: str) -> str:
    """Return text with what is not seen in it spelt out, as in a Python string."""
    return "".join(
        char.encode("unicode_escape").decode()
        if _is_invisible(char) or (char.isspace() and char != " ")
        else char
        for char in text[: 4 * HREF_LIMIT]
    )


def markdown_url(url: str, limit: int = URL_LIMIT, *, other: str = "") -> Markdown:
    """
    Return a URL as a Markdown link with the shortened URL as text, whole where `other` looks alike.

    Only http and https up to `HREF_LIMIT` become links; anything else is shown as text.
    """
    safe = safe_url(url)
    if safe is None:
        return markdown(spelt(url) if other else url, limit)
    shown = shown_url(url, limit)
    same = bool(other) and shown_url(other, limit) == shown
    if same and safe != url:
        return markdown(spelt(url))
    if safe.startswith("https://") and (same or (other and safe_url(other) is None)):
        shown = f"https://{shown}"
    text = f"`{shown}`"
    if len(safe) > HREF_LIMIT:
        return Markdown(text)
    return Markdown(f"[{text}](<{_ENTITY.sub('&amp;', safe)}>)")


def markdown_link(text: str, url: str | None) -> Markdown:
    """Return text of a stranger as a Markdown link; as text alone where the URL is none to link."""
    shown, safe = markdown(text), safe_url(url or "")
    if safe is None or len(safe) > HREF_LIMIT:
        return shown
    return Markdown(f"[{shown}](<{_ENTITY.sub('&amp;', safe)}>)")
