"""
What people have decided about entries: this paper, not that one, no paper at all.

Kept in `decisions.jsonl`, one entry a line, keyed by list and title digest, so that a decision
outlives a moved line and is asked again where the title changes. It is meant to be committed: the
order is stable, so two people's decisions merge line by line, and what they both say is united.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pipeline.formats import jsonl
from pipeline.records.base import Remembered
from pipeline.records.lists import Entry
from pipeline.works.titles import former_digest, title_digest

DECISIONS: Final = "decisions.jsonl"
"""Name of the file, below the output folder."""


class HumanDecision(Remembered):
    """What a person has said about one entry of a list."""

    list: str
    digest: str
    """`pipeline.works.titles.title_digest` of the entry's title."""
    title: str
    """For readers, and for the digest where the rules of titles have changed."""
    accepted: str | None = None
    """Key of the work that is meant: `arxiv:2305.00447`, `doi:10.…`."""
    rejected: tuple[str, ...] = ()
    """Keys of works that are not meant, sorted."""
    no_paper: bool = False
    """The entry means no paper that anybody could find."""

    @property
    def place(self) -> tuple[str, str]:
        """Key of the decision: list and title digest."""
        return self.list, self.digest


Decisions = Mapping[tuple[str, str], HumanDecision]
"""By list and title digest."""

NONE: Final[Decisions] = MappingProxyType({})


def decision_on(decisions: Decisions, entry: Entry) -> HumanDecision | None:
    """Return what was decided about an entry, None where nothing was."""
    if not decisions:
        return None
    return decisions.get((entry.list, title_digest(entry.title or entry.name or "")))


def accept(decisions: Decisions, entry: Entry, key: str) -> Decisions:
    """Return the decisions with one more: the entry means the work `key`."""
    rejected = tuple(one for one in _known(decisions, entry).rejected if one != key)
    return _with(decisions, entry, accepted=key, rejected=rejected, no_paper=False)


def reject(decisions: Decisions, entry: Entry, *keys: str) -> Decisions:
    """Return the decisions with one more: the entry means none of the works `keys`."""
    known = _known(decisions, entry)
    accepted = None if known.accepted in keys else known.accepted
    rejected = tuple(sorted({*known.rejected, *keys}))
    return _with(decisions, entry, accepted=accepted, rejected=rejected)


def no_paper(decisions: Decisions, entry: Entry) -> Decisions:
    """Return the decisions with one more: the entry means no paper."""
    return _with(decisions, entry, accepted=None, no_paper=True)


def without(decisions: Decisions, entry: Entry) -> Decisions:
    """Return the decisions without the one about an entry: it is open again."""
    place = _known(decisions, entry).place
    return {key: one for key, one in decisions.items() if key != place}


def _known(decisions: Decisions, entry: Entry) -> HumanDecision:
    title = entry.title or entry.name or ""
    fresh = HumanDecision(list=entry.list, digest=title_digest(title), title=title)
    return decisions.get(fresh.place, fresh)


def _with(decisions: Decisions, entry: Entry, **said: object) -> Decisions:
    one = _known(decisions, entry).model_copy(update=said)
    return {**decisions, one.place: one}


def parse_decisions(text: str) -> tuple[Decisions, list[str]]:
    """Return decisions and faults; lines about one entry are united, the later word counts."""
    records, damaged = jsonl.parse_lines(HumanDecision, text, keep_unknown=True)
    decisions: dict[tuple[str, str], HumanDecision] = {}
    for one in records:
        if one.digest == former_digest(one.title):  # of earlier rules of titles
            one = one.model_copy(update={"digest": title_digest(one.title)})  # noqa: PLW2901
        decisions[one.place] = _united(decisions.get(one.place, one), one)
    return decisions, [f"line {fault.line}: {fault.reason}" for fault in damaged]


def _united(one: HumanDecision, later: HumanDecision) -> HumanDecision:
    spoken = later.accepted is not None or later.no_paper
    last = later if spoken else one
    if not spoken and one.accepted in later.rejected:
        last = one.model_copy(update={"accepted": None})
    rejected = {*one.rejected, *later.rejected} - {last.accepted}
    update = {"rejected": tuple(sorted(filter(None, rejected)))}
    return last.model_copy(update={**one.unknown, **later.unknown, **update})


def serialise_decisions(decisions: Decisions) -> str:
    """Return the text of `decisions.jsonl`, sorted by list and digest."""
    return jsonl.render(sorted(decisions.values(), key=lambda one: one.place))
