"""
What an Atom feed of arXiv's API is worth: usable, an error, cut short. Pure.

Manual: https://info.arxiv.org/help/api/user-manual.html. The papers in it are read by the `arxiv`
package (`sources.arxiv.package`); what it does not say is read here.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final, NamedTuple
from xml.etree.ElementTree import Element

from pipeline.network.retry import Trouble
from pipeline.network.service import Answer
from pipeline.sources.answers import squeezed
from pipeline.sources.arxiv.package import split_version
from pipeline.sources.arxiv.rules import read_xml, trouble_at_the_front

ATOM: Final = "{http://www.w3.org/2005/Atom}"
OPENSEARCH: Final = "{http://a9.com/-/spec/opensearch/1.1/}"


def classify(answer: Answer, now: datetime) -> Trouble | None:
    """
    Return why an answer of the API cannot be used, or None where it can.

    Usable is status 200 with a complete Atom feed that says how many results there are, is not
    empty when there are some (lukasschwab/arxiv.py #129), and holds no error entry.
    """
    if trouble := trouble_at_the_front(answer, now):
        return trouble
    feed = _feed(answer.body)
    error = _error(feed) if feed is not None else None
    if error is not None:
        return Trouble("refused", "bad-answer", f"arXiv's API: {squeezed(error) or 'error'}"[:200])
    if answer.status != 200:
        return Trouble("refused", "bad-answer", f"HTTP {answer.status}")
    expected = _expected(feed) if feed is not None else None
    if feed is None:
        fault = "not an Atom feed (HTTP 200)"
    elif expected is None:
        fault = "a feed that does not say how many results there are"
    elif expected > 0 and feed.find(f"{ATOM}entry") is None:
        fault = f"a feed without the {expected} results that it announces"
    else:
        return None
    return Trouble("transient", "bad-answer", fault)


def _expected(feed: Element) -> int | None:
    """Return how many entries this page should hold; None where the feed does not say."""
    names = ("totalResults", "startIndex", "itemsPerPage")
    total, start, size = (_number(feed, name) for name in names)
    if total is None:
        return None
    rest = total - (start or 0)
    return rest if size is None else min(rest, size)


def _number(feed: Element, name: str) -> int | None:
    text = (feed.findtext(f"{OPENSEARCH}{name}") or "").strip()
    return int(text[:9]) if text.isascii() and text.isdigit() else None


@lru_cache(maxsize=1)
def _feed(body: bytes) -> Element | None:
    """Return the feed that a body is; the questions about one answer come one after another."""
    root = read_xml(body)
    return root if root is not None and root.tag == f"{ATOM}feed" else None


def _error(feed: Element) -> str | None:
    """Return the message of an error feed; None where it is a feed of papers."""
    for entry in feed.iterfind(f"{ATOM}entry"):
        if "/api/errors" in (entry.findtext(f"{ATOM}id") or ""):
            return entry.findtext(f"{ATOM}summary") or ""
    return None


def refused_id(body: bytes, ids: Sequence[str]) -> str | None:
    """Return the id that an error feed names (`incorrect id format for abc`), if it is in `ids`."""
    feed = _feed(body)
    message = (_error(feed) or "") if feed is not None else ""
    name = message.rpartition("incorrect id format for ")[2].strip()
    return name if name in ids else None


class Page(NamedTuple):
    """How much of a result a feed holds."""

    ids: tuple[str, ...]
    """Of its entries, without version."""
    short: bool
    """It holds less than it says."""
    flooded: bool
    """There are more results than it has room for."""


def page_of(body: bytes) -> Page:
    """Return what a usable feed holds; of another body nothing."""
    feed = _feed(body)
    if feed is None:
        return Page((), short=True, flooded=False)
    urls = [entry.findtext(f"{ATOM}id") or "" for entry in feed.iterfind(f"{ATOM}entry")]
    ids = tuple(split_version(url.rpartition("/abs/")[2].strip())[0] for url in urls)
    expected, total = _expected(feed) or 0, _number(feed, "totalResults") or 0
    return Page(ids, short=len(ids) < expected, flooded=total > expected)
