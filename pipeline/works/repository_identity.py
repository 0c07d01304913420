"""
Whether a name still belongs to the repository that a list meant when it linked it. Pure.

GitHub redirects from an old name until somebody else takes it; then the name answers with another
`id` (docs.github.com/en/repositories/creating-and-managing-repositories/renaming-a-repository).
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

from pipeline.records.catalog import RepositoryPart
from pipeline.records.sources import RepositoryRecord

FEW: Final = 50
"""Fewer stars than this may be lost without a word; more do not fall to a twentieth."""
FORKS_MEANT: Final = 3
"""So many forks, a third of what a list links or more, are what it is about."""


def with_past(record: RepositoryRecord, before: RepositoryPart | None) -> RepositoryRecord:
    """Return a record with the ids that its name had before; none where the first is back."""
    if before is None:
        return record
    if record.id is None:  # GitHub has not said which it is
        return record.model_copy(update={"id": before.id, "former_ids": before.former_ids})
    ids = before.former_ids if before.id is None else (*before.former_ids, before.id)
    past = () if record.id == next(iter(ids), None) else tuple(dict.fromkeys(ids))
    return record.model_copy(update={"former_ids": tuple(one for one in past if one != record.id)})


def replaced(record: RepositoryRecord, before: RepositoryPart | None) -> str | None:
    """
    Return why a name seems to belong to another repository now, in words; None where it does not.

    Catalogs of earlier versions have no id: there a younger repository, or stars that are gone,
    tell. That one is younger than the line that links it tells nothing: papers announce their
    code, and links are added to lines.
    """
    if record.former_ids:
        return f"its id is {record.id}, and was {record.former_ids[-1]} in an earlier run"
    if before is None or before.id is not None:
        return None
    then, now = _day(before.created_at), _day(record.created_at)
    if then is not None and now is not None and now > then:
        return f"it was created on {now}, and that of the last run on {then}"
    had, has = before.stars, record.stars
    if had is not None and has is not None and had >= FEW and has * 20 <= had:
        return f"it has {has} stars, and had {had} in the last run"
    return None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def are_forks_meant(records: Collection[RepositoryRecord]) -> bool:
    """Say whether a list that links these repositories is one of forks."""
    forks = sum(record.fork_of is not None for record in records)
    return forks >= FORKS_MEANT and 3 * forks >= len(records)


def original_of(record: RepositoryRecord, linked: Mapping[str, object]) -> str | None:
    """
    Return the repository in whose place a fork seems to stand; None where it is meant.

    It is where the original is `linked` beside it (`service:name`, in lower case), or has no more
    stars than the fork.
    """
    original = record.fork_of
    if original is None or f"{record.service}:{original.lower()}" in linked:
        return None
    theirs, ours = record.original_stars, record.stars
    overtaken = theirs is not None and ours is not None and ours >= theirs
    return None if overtaken else original
