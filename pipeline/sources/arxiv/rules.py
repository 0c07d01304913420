"""
What the sources of arXiv papers share: the pace of arXiv, its troubles, and how fields are read.

arXiv's API and its OAI-PMH service count as one for the terms of use (one request every three
seconds and one connection, summed: https://info.arxiv.org/help/api/tou.html), and both stand behind
one front that sheds load in its own ways. DataCite keeps a copy of the same fields. Pure.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from pipeline.network.retry import (
    Backoff,
    RetryPolicy,
    Trouble,
    retry_after,
    trouble_of_failure,
    trouble_of_status,
)
from pipeline.network.service import Answer
from pipeline.records.outcomes import Missing
from pipeline.works.dois import dois_in
from pipeline.works.identifiers import identify

LANE = "arxiv"
"""The lane that arXiv's API and its OAI-PMH service share."""

INTERVAL = 3.0
"""Seconds from start to start (terms of use, above)."""

POLICY = RetryPolicy(
    attempts=4,
    transient=Backoff(first=5.0, factor=3.0, cap=45.0),
    throttled=Backoff(first=30.0, factor=2.0, cap=300.0),
)
"""Waits of 5, 15, 45 s after a fault, of 30, 60, 120 s after being told to slow down."""

NOT_AN_ID: Final = Missing(reason="not an arXiv identifier")
"""What a source says of a key that `is_arxiv_id` refuses."""


def is_arxiv_id(key: str) -> bool:
    """Say whether `key` is an arXiv id in canonical form, without version."""
    found = identify(f"https://arxiv.org/abs/{key}")
    return found is not None and found.scheme == "arxiv" and found.value == key


def trouble_at_the_front(answer: Answer, now: datetime) -> Trouble | None:
    """
    Judge an answer of arXiv by everything but the meaning of its body.

    - 403 is the last word: going on after `Access denied` is treated as an attack
      (https://info.arxiv.org/help/robots.html).
    - 406 and 429 mean the same, and `Rate exceeded.` and an empty body also come with status 200
      (ropensci/aRxiv #66, openags/paper-search-mcp #81, blazickjp/arxiv-mcp-server #277). None of
      them says that a paper does not exist.
    """
    if answer.failure is not None:
        return trouble_of_failure(answer.failure, answer.detail)
    status = answer.status or 0
    start = answer.body[:100].strip().lower()
    if status == 403:
        return Trouble("stop", "forbidden", "arXiv refuses access (HTTP 403)")
    if status in (406, 429) or start.startswith(b"rate exceeded") or (status == 200 and not start):
        wait = retry_after(answer.headers, now)
        return Trouble(
            "throttled", "throttled", f"arXiv reports too many requests (HTTP {status})", wait
        )
    if answer.truncated:
        return Trouble("refused", "bad-answer", f"more than {len(answer.body)} bytes")
    return trouble_of_status(status, answer.headers, now)


class _WithoutDoctype(TreeBuilder):
    """Builds the tree of a document that declares nothing: no entities, so none to expand."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        """Refuse the document."""
        raise ParseError(f"a document type declaration: {name}, {pubid}, {system}")


def read_xml(body: bytes) -> Element | None:
    """Return the root of a complete XML document, or None where `body` is none."""
    parser = XMLParser(target=_WithoutDoctype())  # noqa: S314 no DOCTYPE, no entities: see above
    try:
        parser.feed(body)
        root = parser.close()
    except (ParseError, ValueError, LookupError):  # LookupError: an encoding nobody knows
        return None
    return root if isinstance(root, Element) else None


# --- fields -----------------------------------------------------------------------------------


_CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)?(?:\.[A-Za-z]+(?:-[A-Za-z]+)?)?", re.ASCII)


def categories(terms: Iterator[str]) -> tuple[str, ...]:
    """Return the distinct arXiv categories; older feeds hold MSC classes (`14J32 (Primary)`)."""
    return tuple(dict.fromkeys(term for term in terms if _CATEGORY.fullmatch(term)))


def publisher_doi(text: str | None) -> str | None:
    """Return the first DOI (of several, or in a URL) that is not arXiv's own, in lower case."""
    return next((doi for doi in dois_in(text) if not doi.startswith("10.48550/")), None)


_BY_WHOM = r"\bwithdrawn by (?:the )?(?:authors?\b|arxiv)"
_SUBMISSION = r"\bthis submission has been (?:withdrawn|removed)\b"
_PAPER = r"(?:paper|article|submission|manuscript|preprint|e-?print|work|version|thesis|note)s?"
_IN_COMMENT = re.compile(
    rf"^\W*withdrawn\b|\b(?:has|have) been withdrawn\b|\b(?:is|was) withdrawn\b"
    rf"|\b{_PAPER} withdrawn\b|{_BY_WHOM}|{_SUBMISSION}",
    re.IGNORECASE,
)
_IN_ABSTRACT = re.compile(
    rf"\b{_PAPER} (?:has been|have been|is|was) (?:now )?withdrawn\b|{_BY_WHOM}|{_SUBMISSION}",
    re.IGNORECASE,
)


def is_withdrawn(comment: str | None, abstract: str | None) -> bool:
    """
    Say whether the latest version is a withdrawal notice. Takes squeezed texts.

    arXiv gives withdrawn papers as ordinary entries, so their wording is all there is (cases:
    0704.0213, 0704.0480, 0704.0525, 2101.10016). An abstract may speak of a drug that was
    withdrawn, so there the sentence must be about a paper.
    """
    return bool(_IN_COMMENT.search(comment or "") or _IN_ABSTRACT.search(abstract or ""))
