"""
Where a paper has been accepted according to OpenReview's `venue` and `venueid`. Pure, linear.

The id is a path: `ICLR.cc/2024/Conference` for what was accepted, with `/Rejected_Submission`,
`/Withdrawn_Submission`, `/Desk_Rejected_Submission` or `/Submission` behind it for what was not
(openreview-py, `venue/helpers.py`), `TMLR` for the journal and `TMLR/Under_Review` before that.
Until decisions are out a submission may have the id of the conference already, and only the words
say "Submitted to ICLR 2024". `dblp.org/journals/CORR/2024` is arXiv.
"""

import re
from typing import Final

from pipeline.works.acceptance import Acceptance

_NOT_YET: Final = re.compile(
    r"(?:\A|[/_])(?:submi\w*|under_review|rejected\w*|withdrawn\w*|desk_\w+|pending|decision_\w+"
    r"|retracted|archive|public_article|anonymous_preprint|arr)(?:\Z|[/_])",
    re.IGNORECASE,
)
_IN_WORDS: Final = re.compile(
    r"\b(?:submitted|under review|rejected|withdrawn|corr)\b", re.IGNORECASE
)
_CORR: Final = re.compile(r"dblp\.org/journals/corr\b", re.IGNORECASE)
_JOURNALS: Final = frozenset({"tmlr", "jmlr", "dmlr", "mloss"})
_YEAR: Final = re.compile(r"(?:19|20)\d\d")


def accepted_at(venue: str | None, venueid: str | None) -> Acceptance | None:
    """Return the venue that has accepted a paper; None where none has, or nobody can tell."""
    path = [part for part in (venueid or "")[:300].split("/") if part]
    if not path or _NOT_YET.search(venueid or "") or _CORR.match(venueid or ""):
        return None
    if _IN_WORDS.search(venue or ""):
        return None
    if path[0].lower() in _JOURNALS and len(path) == 1:
        return Acceptance(path[0].upper(), None, "journal")
    dated = next((n for n, part in enumerate(path) if n and _YEAR.fullmatch(part)), None)
    if dated is None or path[0].lower().startswith("dblp."):
        return None
    name, year = path[dated - 1].partition(".")[0], int(path[dated])
    behind = " ".join(path[dated + 1 :]).replace("_", " ")
    if "workshop" in behind.lower():
        return Acceptance(f"{name} {year} {behind}", year, "workshop")
    return Acceptance(f"{name} {year}", year, "conference") if behind else None
