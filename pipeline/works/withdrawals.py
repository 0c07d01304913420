"""
Why a paper was withdrawn, and which work takes its place, in the authors' own words. Pure, linear.

arXiv has no field for either: the comment, or the abstract that has become a notice, says it
("This article has been withdrawn because it has been merged with …", 0704.0213). A work that is
named takes its place only where the sentence says so: others are what it overlaps with, or copied.
"""

import re
from dataclasses import dataclass
from typing import Final

from pipeline.records.catalog import Paper
from pipeline.works.arxiv_links import id_at_start
from pipeline.works.dois import dois_in
from pipeline.works.identifiers import Identifier

LONGEST: Final = 2_000
"""Characters of a text that are looked at."""
REASON: Final = 300
"""Characters of a reason."""
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_NOTICE: Final = re.compile(r"\bwithdr(?:aw|ew)|\bremoved by arxiv|\bretract", re.IGNORECASE)
_CAUSE: Final = re.compile(
    r"\b(?:due to|because|since|as (?:it|the|this|we)|owing to|reason|error|mistake|flaw|wrong"
    r"|incorrect|plagiar\w*|overlap|dispute|copyright|duplicat\w*|supersed\w*|replaced|subsumed"
    r"|merged|incomplete|gap|bug|by arxiv)\b",
    re.IGNORECASE,
)
_SUCCEEDED: Final = re.compile(
    r"\b(?:supersed\w+|replac\w+|subsum\w+|merg\w+|incorporated|included|contained|absorbed"
    r"|combined|covered|moved|resubmitted|re-?submission|duplicate of|new (?:version|article|paper)"
    r"|(?:improved|updated|corrected|extended|later|latest|final|full) version|instead"
    r"|(?:is|are) now|now (?:available|part|in)|part of|please (?:see|refer|read|cite|use)"
    r"|refer to|see)\b",
    re.IGNORECASE,
)
_OTHERS: Final = re.compile(
    r"\b(?:plagiar\w*|overlap\w*|copied|similar to|verbatim|stolen|without (?:citing|permission)"
    r"|error in|contradict\w*|known from|counter-?example|comment on"
    r"|already (?:known|proved|shown))",
    re.IGNORECASE,
)
_LABEL: Final = re.compile(
    r"(?:arxiv(?:\.org)?\s?(?:[:.]\s?|/(?:abs|pdf)/|\s)|\babs/)", re.IGNORECASE
)
_TITLE_NOTICE: Final = re.compile(
    r"\s*(?:\[\s*(?:retracted|withdrawn)(?: article)?\s*\]\s*:?"
    r"|(?:retracted|withdrawn)(?: article)?\s*:)\s*(?=\S)",
    re.IGNORECASE,
)


def without_notice(title: str) -> str:
    """Return a title without the word that publishers put before one that was retracted."""
    return _TITLE_NOTICE.sub("", title, count=1) if _TITLE_NOTICE.match(title) else title


_MARK: Final = re.compile(
    r"\s*(?:RETRACTED|WITHDRAWN)\s*:|(?i:\s*(?:\[\s*(?:retracted|withdrawn)"
    r"|(?:retracted|withdrawn) article\s*:))"
)


def is_marked(title: str) -> bool:
    """
    Say whether a title has the mark that publishers put before that of a retracted article.

    It is in capitals or in brackets, or says `article` (ScienceDirect, Springer, Wiley, ACM and
    others: acl-org/acl-anthology#3024). `Retracted: …` is how Hindawi calls its notices.
    """
    return without_notice(title) != title and _MARK.match(title) is not None


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What a notice says."""

    reason: str | None
    """The sentence that tells why; None where none does."""
    successor: Identifier | None
    """The work that takes its place."""


def withdrawal_of(paper: Paper) -> Withdrawal | None:
    """Return what is said of the withdrawal of a paper; None where it is not withdrawn."""
    if paper.arxiv is None or not paper.arxiv.withdrawn:
        return None
    texts = [
        " ".join((one or "")[:LONGEST].split()) for one in (paper.arxiv.comment, paper.abstract)
    ]
    sentences = [_SENTENCE.split(text) for text in texts if _NOTICE.search(text)]
    found = (part for text in sentences for one in text for part in one.split(";"))
    successors = filter(None, (_successor(one, paper.arxiv.id) for one in found))
    return Withdrawal(_reason(sentences), next(successors, None))


def _reason(texts: list[list[str]]) -> str | None:
    """Return the sentence with the notice and a cause, else one with a cause beside a notice."""
    for sentences in texts:
        told = [one for one in sentences if _CAUSE.search(one)]
        best = next((one for one in told if _NOTICE.search(one)), next(iter(told), None))
        if best is not None:
            return best if len(best) <= REASON else f"{best[: REASON - 1].rstrip()}…"
    return None


def _successor(sentence: str, own: str) -> Identifier | None:
    if not _SUCCEEDED.search(sentence) or _OTHERS.search(sentence):
        return None
    for label in _LABEL.finditer(sentence):
        found = id_at_start(sentence[label.end() : label.end() + 40], None)
        if found is not None and found.id != own:
            return Identifier("arxiv", found.id)
    doi = next((one for one in dois_in(sentence) if not one.startswith("10.48550/")), None)
    return Identifier("doi", doi) if doi else None
