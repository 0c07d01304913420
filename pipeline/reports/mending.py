"""
The lines of new entries as they should be, from what is said of them: one proposal an entry. Pure.

An entry that the list has already is left out. Of another one the addresses, the title and the form
are mended first; then it is written with the venue and year that it lacks; then it is moved.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from pipeline.links.ignores import Ignores
from pipeline.markdown.decode import decode_bytes, encoding_of
from pipeline.records.catalog import Finding, Paper
from pipeline.records.links import LinkHealth
from pipeline.records.lists import ParsedList
from pipeline.records.reviews import ChangedList, Mend, Remark
from pipeline.repair.adding.work import new_work
from pipeline.repair.mends import NAMED, Lines, mend_between, mended, readings_of, rewritten
from pipeline.repair.order import Misplaced, misplaced, moved
from pipeline.repair.repairs import LastRun
from pipeline.reports.remarks import Touched, is_alike
from pipeline.reports.same_work import Place, Works, place_of

_LACKING: Final = frozenset({"venue-missing", "year-missing"})


def known_now(papers: Iterable[Paper], links: Sequence[LinkHealth]) -> LastRun:
    """Return what has just been found, as what repairs are made from."""
    return LastRun(map(_with_title, papers), links)


def _with_title(paper: Paper) -> Paper:
    """Return a paper whose title is to be written where the list's is shortened, or like it."""
    titles = {entry.line: entry.title for entry in paper.mentions}
    told = (_told(finding, titles.get(finding.line, "")) for finding in paper.findings)
    return replace(paper, findings=tuple(filter(None, told)))


def _told(finding: Finding, title: str) -> Finding | None:
    if finding.code not in ("retitled", "shortened"):
        return finding
    alike = finding.replacement is not None and is_alike(title, finding.replacement)
    return finding.model_copy(update={"code": "retitled"}) if alike else None


def mends_of(
    changed: ChangedList,
    parsed: ParsedList,
    said: Sequence[tuple[Touched, Sequence[Remark]]],
    *,
    works: Works,
    known: LastRun,
    ignores: Ignores,
) -> list[Mend | None]:
    """
    Return for each touched entry its lines as they should be; None where none are known.

    None at all of a list that is not UTF-8: GitHub would write a suggestion in that.
    """
    encoding = encoding_of(changed.data)
    if encoding is None or encoding.codec != "utf-8":
        return [None] * len(said)
    wanted = [Lines(one.line, one.end_line, dict(_named(told))) for one, told in said if told]
    after = mended(changed.data, changed.name, known, wanted, ignores) if wanted else changed.data
    mending = _Mending(changed, parsed, after, works)
    mending.find_order([(one, told) for one, told in said if one.entry is not None])
    return [mending.mend(one, {each.code for each in told}) for one, told in said]


def _named(said: Iterable[Remark]) -> Iterator[tuple[str, str]]:
    """Yield the addresses that lead to another work, and those of the works that are meant."""
    for one in said:
        if one.code in NAMED and one.url is not None and one.replacement is not None:
            yield one.url, one.replacement


class _Mending:
    """One list, and the same after what can be mended in the lines of its new entries."""

    def __init__(
        self, changed: ChangedList, parsed: ParsedList, after: bytes, works: Works
    ) -> None:
        self.changed, self.parsed, self.after, self.works = changed, parsed, after, works
        self.text = decode_bytes(after, name=changed.name)[0]
        self._orders: dict[Place, Misplaced] = {}
        self._readings = readings_of(after)
        lines = (range(one.line, one.end_line + 1) for one in parsed.entries)
        self._held = Counter(line for own in lines for line in own)

    def find_order(self, said: Sequence[tuple[Touched, Sequence[Remark]]]) -> None:
        """Find where the entries belong that are told to be out of order."""
        told = any(each.code == "out-of-order" for _, remarks in said for each in remarks)
        new = {place_of(one.entry) for one, _ in said if one.entry is not None}
        entries = self.parsed.entries
        numbers = [n for n, one in enumerate(entries) if place_of(one) in new] if told else []
        text = decode_bytes(self.changed.data, name=self.changed.name)[0]
        found = misplaced(text, self.parsed, numbers)
        self._orders = {place_of(entries[number]): to for number, to in found.items()}

    def mend(self, one: Touched, codes: set[str]) -> Mend | None:
        """Return the lines of one entry as they should be."""
        alone = all(self._held[line] <= 1 for line in range(one.line, one.end_line + 1))
        if "duplicate-entry" in codes:
            return Mend(one.line, one.end_line, ()) if alone else None
        data, name = self.changed.data, self.changed.name
        mend = mend_between(data, self.after, name, one.line, one.end_line)
        if one.entry is None or not alone:
            return mend
        if codes & _LACKING and self._may_prove():
            mend = self._whole(one) or mend
        to = self._orders.get(place_of(one.entry))
        if to is None or not self._may_prove():
            return mend
        at_place = moved(self.text, name, one.entry, mend, to)
        return at_place if at_place is not None and self._is_shown(at_place) else mend

    def _may_prove(self) -> bool:
        """Say whether the list may be read twice more, as it was and as it would be."""
        self._readings -= 2
        return self._readings >= 0

    def _whole(self, one: Touched) -> Mend | None:
        """Return the entry with the venue and year that it lacks, where its work is certain."""
        paper = self.works.paper_of(one.entry) if one.entry is not None else None
        if one.entry is None or paper is None or paper.resolution.status != "found":
            return None
        work = new_work(paper)
        return rewritten(self.after, self.changed.name, one.entry, work) if work else None

    def _is_shown(self, mend: Mend) -> bool:
        """Say whether GitHub's difference shows all the lines: else no suggestion can be made."""
        return any(mend.line in run and mend.end_line in run for run in self.changed.shown)
