"""
What the answers on the way to a page tell: a chain of answers → a `Probe`. Pure.

Of a page only the first bytes are there, undecoded: a stranger's compression is undone here, never
beyond the size of a sample.
"""

import html
import re
import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pipeline.links import hosts
from pipeline.network.http_client import Answer
from pipeline.network.redirects import has_wandered, location_of, redirect_target
from pipeline.network.transport import NO_SUCH_HOST
from pipeline.records.links import Hop, Probe
from pipeline.urls import MAX_URL_LENGTH, host_of

BODY_CAP: Final = 64 * 1024
"""Bytes of a page that are looked at (where its host is known to answer 200 for anything)."""
TELLING_HEADERS: Final = ("cf-mitigated", "content-type", "retry-after", "server")


def is_no_such_host(answer: Answer) -> bool:
    """Say whether the resolver said with authority that the name does not exist."""
    return answer.failure == "dns" and answer.detail.endswith(NO_SUCH_HOST)


def left_alone(answer: Answer) -> str | None:
    """Return the target of a redirect that was not followed on purpose."""
    location = location_of(answer)
    return None if location is None else redirect_target(answer.url, location)


def evidence(chain: Sequence[Answer], asked_at: datetime, answered_at: datetime) -> Probe:
    """Return what the answers on the way to a page tell. `chain` is not empty."""
    last = chain[-1]
    unasked = left_alone(last)
    if last.failure == "refused-address" and len(chain) > 1:
        unasked = last.url
    text = _text(last) if last.method == "GET" else ""
    return Probe(
        method="GET" if last.method == "GET" else "HEAD",
        status=last.status,
        hops=tuple(Hop(url=answer.url[:MAX_URL_LENGTH], status=answer.status) for answer in chain),
        unasked=unasked,
        failure=last.failure,
        detail=last.detail[:200],
        no_such_host=is_no_such_host(last),
        wandered=has_wandered(last),
        headers={
            name: last.headers[name][:200] for name in TELLING_HEADERS if name in last.headers
        },
        title=page_title(text) if "html" in last.headers.get("content-type", "html") else None,
        markers=hosts.body_markers(host_of(last.url), text),
        length=len(last.body) if last.method == "GET" and last.failure is None else None,
        complete=_is_whole(last),
        asked_at=asked_at,
        answered_at=answered_at,
    )


_CONTENT_RANGE: Final = re.compile(r"bytes 0-\d{1,12}/(\d{1,12})", re.ASCII)


def _is_whole(answer: Answer) -> bool:
    """Say whether the sample is all of the page (RFC 9110 14.4 for a part that is the whole)."""
    if answer.status == 200:
        return not answer.truncated
    match = _CONTENT_RANGE.fullmatch(answer.headers.get("content-range", "")[:60])
    return answer.status == 206 and match is not None and int(match[1]) <= len(answer.body)


# --- the first bytes of a page ----------------------------------------------------------------

_CHARSET: Final = re.compile(r"charset=[\"']?([A-Za-z0-9_-]{2,20})", re.ASCII)
CHARSETS: Final = frozenset(
    """
    big5 cp1252 euc-jp euc-kr gb18030 gb2312 gbk iso-8859-1 iso-8859-15 koi8-r latin-1 shift_jis
    us-ascii utf-8 windows-1251 windows-1252
    """.split()  # noqa: SIM905  one word a line would hide the table
)
"""Python knows codecs that are no charset, and some that take a time quadratic in the length."""


def _text(answer: Answer) -> str:
    """Decode the sample of a body as well as it goes."""
    content_type = answer.headers.get("content-type", "")
    match = _CHARSET.search(content_type[:200])
    charset = match[1].lower() if match else "utf-8"
    body = _inflated(answer.body, answer.headers.get("content-encoding", "").lower())
    return body.decode(charset if charset in CHARSETS else "utf-8", "replace")


def _inflated(body: bytes, encoding: str) -> bytes:
    """Undo a compression that we said we do not take, never beyond the size of a sample."""
    if encoding in ("", "identity"):
        return body
    if encoding not in ("gzip", "x-gzip", "deflate"):
        return b""
    try:
        return zlib.decompressobj(wbits=47).decompress(body, BODY_CAP)
    except zlib.error:
        return b""


_TITLE: Final = re.compile(r"<title(?:\s[^<>]{0,200})?>([^<]{0,500})", re.IGNORECASE)


def page_title(text: str) -> str | None:
    """Return the title of an HTML page, on one line, at most 200 characters; None without one."""
    match = _TITLE.search(text)
    if match is None:
        return None
    words = " ".join(html.unescape(match[1]).split())
    return "".join(char for char in words if char.isprintable())[:200] or None
