"""Whether an identifier that a person gives is that of the entry's work: by its title. Pure."""

from dataclasses import dataclass

from pipeline.formats.escape import plain
from pipeline.records.catalog import Paper
from pipeline.records.outcomes import Found, Missing, Outcome
from pipeline.reports.evidence import work_of
from pipeline.reports.explain import names_of
from pipeline.stages.resolve.by_title import query_of
from pipeline.works.candidates import CandidateWork
from pipeline.works.deciding import described
from pipeline.works.identifiers import SCHOLARLY
from pipeline.works.matching import judge, score


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known of a key that a person has given for an entry."""

    words: str
    """One sentence, safe for a terminal."""
    is_same: bool = False
    """Whether the title says that it is the entry's work."""
    is_refused: bool = False
    """Whether there is no such work."""


def key_of(text: str) -> str | None:
    """Return the key of a work that a person has typed, in any form; None for no identifier."""
    wanted = text.strip()
    whole = work_of(wanted)
    if whole is not None:
        return whole.key if whole.scheme in SCHOLARLY else None
    keys = {key for key in names_of(wanted) if (one := work_of(key)) is not None and one.key == key}
    # A bare word may be an OpenReview id as well as anything else: the other schemes come first.
    for scheme in ("arxiv", "doi", "acl", "openreview"):
        for key in sorted(keys):
            if key.startswith(f"{scheme}:"):
                return key
    return None


def proved(paper: Paper, key: str, outcome: Outcome[CandidateWork]) -> Proof:
    """Compare what a source says of a key with what the lists say of the work."""
    if isinstance(outcome, Missing):
        return Proof(
            f"{plain(key)}: there is no such work ({plain(outcome.reason)})", is_refused=True
        )
    if not isinstance(outcome, Found):
        return Proof(f"{plain(key)}: its title could not be asked for ({plain(outcome.reason)})")
    query = query_of(paper)
    found = score(query, outcome.value)
    is_same = found.exact or judge(query, found).level == "auto"
    return Proof(plain(described(found), 600), is_same=is_same)
