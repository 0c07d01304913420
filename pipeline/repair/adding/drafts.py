"""A model rewritten for the new work: its facts replaced, what the work lacks left out. Pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from pipeline.repair.adding.marks import Fact, Mark, Marks


@dataclass(frozen=True, slots=True)
class Draft:
    """What one model becomes."""

    text: str
    facts: frozenset[Fact]
    """What it says of the work."""
    left_out: frozenset[Fact]
    """What the model has and the work lacks, or nobody knows: `words` are a list's own."""


_MASKED: Final = re.compile(
    r"<[^<>]*>|\]\((?P<address>[^()\s]*)\)?|https?://\S+|&\w{2,8};|:[a-z0-9_+-]+:",
    re.ASCII | re.IGNORECASE,
)
_RUN: Final = re.compile(r"[^\W_](?:[^\n\r|<>\[\](){}*_`]*[^\W_])?")
Slot = tuple[str, str, int]
"""What stands before and behind some words, and how many are before them there."""
Phrases = Mapping[Slot, Mapping[str, int]]
"""How often each run of words stands in a slot."""
_VARIED: Final = 3
_SHARE: Final = 0.5


class Run(NamedTuple):
    """Words of a model, or an image, that are no fact of its work and no label of a link."""

    start: int
    end: int
    slot: Slot
    text: str


def runs_of(marks: Marks) -> Iterator[Run]:
    """Yield what a model says beside the facts of its work."""
    for before, (start, end), after in marks.gaps():
        gap = marks.text[start:end]
        hidden = [
            match.span("address") if match["address"] else match.span()
            for match in _MASKED.finditer(gap)
            if _VALUE.search(match[0])
        ]
        masked = _MASKED.sub(lambda match: " " * len(match[0]), gap)
        words = [match.span() for match in _RUN.finditer(masked)]
        spoken = (one for one in words if not _LABEL_END.match(gap, one[1]))
        for number, (begin, stop) in enumerate(sorted([*hidden, *spoken])):
            text = " ".join(gap[begin:stop].lower().split())
            yield Run(start + begin, start + stop, (before, after, number), text)


_VALUE: Final = re.compile(r"\d|^<img|^\]", re.IGNORECASE)
_LABEL_END: Final = re.compile(r"[*_`]{0,3}\]\(")
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def phrases_of(models: Iterable[Marks]) -> Phrases:
    """Count how often each run of words stands in its slot."""
    counts: dict[Slot, Counter[str]] = defaultdict(Counter)
    for run in (run for marks in models for run in runs_of(marks)):
        counts[run.slot][run.text] += 1
    return counts


def without_own_words(marks: Marks, phrases: Phrases) -> Marks:
    """Mark the words that are one entry's own: others have none, or other ones, in their place."""
    marked = Marks(marks.text, list(marks.found))
    for run in runs_of(marks):
        there = phrases.get(run.slot, {})
        count = there.get(run.text, 0)
        varied = len(there) >= _VARIED and count < _SHARE * sum(there.values())
        if count <= 1 or varied or _YEAR.search(run.text):
            marked.add_at(run.start, run.end, "words", None)
    return marked


def draft_of(marks: Marks, start: int = 0, end: int | None = None) -> Draft | None:
    """Return what becomes of a part of a model; None where its title would be left out."""
    end = len(marks.text) if end is None else end
    inside = [one for one in marks.found if start <= one.start and one.end <= end]
    lost = [_extent(marks.text, one, start, end) for one in inside if one.new is None]
    if any(extent is None for extent in lost):
        return None
    gone = _joined(extent for extent in lost if extent is not None)
    kept = [one for one in inside if one.new is not None and not _is_in(one, gone)]
    swallowed = [one for one in inside if one.new is not None and _is_in(one, gone)]
    if any(one.fact == "title" for one in swallowed):
        return None
    edits = [(one.start, one.end, one.new or "") for one in kept]
    edits += [(begin, stop, _GONE) for begin, stop in gone]
    text, position = "", start
    for begin, stop, new in sorted(edits):
        text += marks.text[position:begin] + new
        position = stop
    text += marks.text[position:end]
    left = frozenset(one.fact for one in inside if one.new is None)
    return Draft(_tidy(text) if gone else text, frozenset(one.fact for one in kept), left)


def _is_in(mark: Mark, extents: Iterable[tuple[int, int]]) -> bool:
    return any(begin <= mark.start and mark.end <= stop for begin, stop in extents)


def _joined(extents: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for begin, stop in sorted(extents):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(stop, found[-1][1]))
        else:
            found.append((begin, stop))
    return found


# --- leaving out --------------------------------------------------------------------------------

_PAIRS: Final = {
    "[": "]", "(": ")", "【": "】", "（": "）", "*": "*", "_": "_", "`": "`", '"': '"', "“": "”"
}  # fmt: skip
_BEFORE: Final = re.compile(
    r"[ \t]*(?:<br\s*/?>|\\?[-–—:,;|/·•.&+]|[，、；：])*[ \t]*\Z", re.IGNORECASE
)
_AFTER: Final = re.compile(
    r"[ \t]*(?:<br\s*/?>|\\?[-–—:,;|/·•&+]|[，、；：])*[ \t]*", re.IGNORECASE
)
_OPENING: Final = re.compile(r"\s*(?:#{1,6}[ \t]+)?(?:[-*+]|\d{1,5}[.)]|>|\|)?[ \t]*")
_LONGEST: Final = 400
_LONGEST_GAP: Final = 40


def _extent(text: str, mark: Mark, start: int, end: int) -> tuple[int, int] | None:
    """Return what goes with a fact that is left out: its link, brackets, and what sets it apart."""
    begin, stop = _link_around(text, mark.start, mark.end, start, end)
    while begin > start and stop < end:
        sign = 1 if text[stop] in ".,;" and stop + 1 < end else 0
        if _PAIRS.get(text[begin - 1]) != text[stop + sign]:
            break
        begin, stop = begin - 1, stop + sign + 1
    if begin > start and text[begin - 1] == "!" and text[begin] == "[":
        begin -= 1
    if begin > start and stop < end and (text[begin - 1], text[stop]) == ("[", "]"):
        return None  # the label of a link that stays
    line = max(text.rfind("\n", start, begin) + 1, start)
    opening = _OPENING.match(text, line, begin)
    edge = opening.end() if opening else line
    before = _BEFORE.search(text, max(edge, begin - _LONGEST_GAP), begin)
    if before is not None and before.start() > edge:
        rest = text[stop:end]
        keeps_gap = rest[:1].isalnum() or rest[:1] in "[(*_`{"
        own_end = _SENTENCE_END.match(rest) if "." not in before[0] else None
        stop += own_end.end() if own_end else 0
        return before.start() + bool(keeps_gap and before[0]), stop
    after = _AFTER.match(text, stop, end)
    return min(edge, begin), after.end() if after else stop


_SENTENCE_END: Final = re.compile(r"\.(?=\s*(?:[\r\n]|\Z))")
"""The full stop of words that end a line goes with them, unless a sentence before it lacks its."""


def _link_around(text: str, start: int, end: int, first: int, last: int) -> tuple[int, int]:
    """Return the link or image whose address a place is in; the place itself without one."""
    opening = text.rfind("](", max(first, start - _LONGEST), start)
    if opening >= 0 and not re.search(r"[\s)]", text[opening + 2 : start]):
        close = text.find(")", end, last)
        label = _label_start(text, opening, first)
        if close >= 0 and label is not None:
            return label, close + 1
    tag = text.rfind("<a ", max(first, start - _LONGEST), start)
    if tag >= 0 and ">" not in text[tag:start]:
        close = text.find("</a>", end, last)
        if close >= 0:
            return tag, close + len("</a>")
    angle = text[start - 1 : start] == "<" and text[end : end + 1] == ">"
    return (start - 1, end + 1) if angle else (start, end)


def _label_start(text: str, close: int, first: int) -> int | None:
    depth = 0
    for position in range(close, max(first, close - _LONGEST) - 1, -1):
        depth += (text[position] == "]") - (text[position] == "[")
        if depth == 0:
            return position
    return None


_BARE: Final = re.compile(r"[ \t]*(?:[-*+]|\d{1,5}[.)]|>)?[ \t]*(?:[\w ]{1,20}:)?[ \t.,;]*")
_GONE: Final = "\ue001"
"""Stands where something was left out, until what is empty by that is left out too."""
_INSIDE: Final = rf"[ .,;{_GONE}]{{0,20}}{_GONE}[ .,;{_GONE}]{{0,20}}"
_EMPTY: Final = re.compile(
    rf"[ \t]{{0,8}}(?:\({_INSIDE}\)|\[{_INSIDE}\](?![(\[:])|（{_INSIDE}）|【{_INSIDE}】|“{_INSIDE}”"
    rf"|`{_INSIDE}`|(?P<mark>\*{{1,2}}|_{{1,2}}){_INSIDE}(?P=mark))"
)
_SEPARATED: Final = re.compile(rf"(?<=[_*(\[“\"]){_GONE}[.,;:]{{1,3}} ?")
"""What set apart from the next what was left out at the beginning of brackets or emphasis."""
_LOOSE_END: Final = re.compile(r"[ \t]{0,8}(?:[-–—:,;|/·]|\\(?=\s*\Z))[ \t]{0,8}\Z")
_LOOSE_START: Final = re.compile(
    r"(?P<mark>\s{0,20}(?:[-*+]|\d{1,5}[.)])[ \t])[ \t]{0,8}[.,:;]+[ \t]*"
)


def _tidy(text: str) -> str:
    """Leave out brackets that hold nothing any more, and such lines below the first."""
    first, *others = re.split(
        r"(\r\n|\r|\n)", _SEPARATED.sub("", _EMPTY.sub("", text)).replace(_GONE, "")
    )
    pairs = list(zip(others[::2], others[1::2], strict=True))
    kept = [end + line for end, line in pairs if not line.strip() or not _BARE.fullmatch(line)]
    whole = (first + "".join(kept)).rstrip(" \t\r\n")
    return _LOOSE_START.sub(r"\g<mark>", _LOOSE_END.sub("", whole), count=1)
