"""
The lines of single entries as they should be, for whoever proposes them to its writer. Pure.

What `pipeline fix` is certain of is taken from there; an address or a title that a finding names is
written too, for a person looks at it before it is applied. All is proven by reading the list again.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from pipeline.links.ignores import Ignores
from pipeline.records.lists import Entry, ParsedList
from pipeline.records.reviews import Mend
from pipeline.repair.adding.plan import Added, added
from pipeline.repair.adding.work import NewWork
from pipeline.repair.conform import form_proposals, keeps_entries
from pipeline.repair.fixes import planned
from pipeline.repair.proof import changes_only_links, plan_of
from pipeline.repair.repairs import LastRun
from pipeline.repair.rewriting import (
    Change,
    Proposals,
    Source,
    applied,
    as_written,
    line_starts,
    place_of,
    readable,
    span_of,
    target_of_link,
)

CODES: Final = (
    "link-malformed",
    "repository-renamed",
    "link-moved",
    "link-dead",
    "arxiv-spelling",
    "retitled",
)
NAMED: Final = frozenset({"wrong-paper", "arxiv-id-missing"})
"""Findings whose replacement is the address of the work that is meant."""

LARGEST: Final = 1_500_000
READ_AGAIN: Final = 20_000_000
LEAST_READINGS: Final = 8
"""Bytes of a list that is mended, and how much of it is read again to prove it: whoever opens a
pull request chooses how long that takes."""


def readings_of(data: bytes) -> int:
    """Return how often a list may be read again."""
    return max(LEAST_READINGS, READ_AGAIN // (len(data) + 1))


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of a list that belong together, and the addresses that should be others there."""

    line: int
    end_line: int
    urls: Mapping[str, str]


def mended(
    data: bytes, name: str, known: LastRun, wanted: Sequence[Lines], ignores: Ignores
) -> bytes:
    """
    Return a list in which nothing but these lines is mended.

    `known` is what has just been found about the list. Raises `ConfigurationError` where the bytes
    are no text.
    """
    numbers = {n for one in wanted for n in range(one.line, one.end_line + 1)}
    if len(data) > LARGEST:
        return data
    readings = readings_of(data)
    plan = planned(data, name, known, CODES, ignores=ignores, lines=numbers, readings=readings)
    data = applied(data, plan.edits)

    def propose(source: Source, parsed: ParsedList) -> Proposals:
        return Proposals.of(_of_named(source.shown, parsed.entries, wanted))

    data = applied(data, plan_of(data, name, propose, changes_only_links, readings).edits)

    def conform(source: Source, parsed: ParsedList) -> Proposals:
        return form_proposals(source, parsed, numbers)

    return applied(data, plan_of(data, name, conform, keeps_entries, readings).edits)


def _of_named(
    text: str, entries: Iterable[Entry], wanted: Sequence[Lines]
) -> Iterable[tuple[str, int, str, Change | str]]:
    starts = line_starts(text)
    for one in wanted:
        for entry in entries if one.urls else ():
            for link in entry.links if one.line <= entry.line <= one.end_line else ():
                old, new = target_of_link(link), one.urls.get(link.url)
                span = span_of(text, starts, link) if new is not None else None
                if new is None or span is None:
                    continue
                put = as_written(new, place_of(text, *span), text[slice(*span)])
                if put is not None:
                    yield (
                        "wrong-paper",
                        link.line,
                        old,
                        Change(*span, put, "wrong-paper", link.line, old, new),
                    )


def mend_between(before: bytes, after: bytes, name: str, line: int, end_line: int) -> Mend | None:
    """
    Return what has become of some lines, as few of them as differ; None where none does.

    The lines must be as many as before.
    """
    old, new = _lines(before, name), _lines(after, name)
    if len(old) != len(new) or end_line > len(old):
        return None
    changed = [n for n in range(line, end_line + 1) if old[n - 1] != new[n - 1]]
    if not changed:
        return None
    first, last = changed[0], changed[-1]
    return Mend(first, last, tuple(new[first - 1 : last]))


def _lines(data: bytes, name: str) -> list[str]:
    """Return the lines of a list's text without their ends; none where it cannot be written."""
    source = readable(data, name)
    if source is None:
        return []
    starts = [*line_starts(source.text), len(source.text)]
    spans = pairwise(starts)
    return [source.text[start:end].rstrip("\r\n") for start, end in spans]


# --- in the form of the entries around ----------------------------------------------------------


def rewritten(data: bytes, name: str, entry: Entry, work: NewWork) -> Mend | None:
    """
    Return an entry as `pipeline add` would write its work there, with the venue and year it lacks.

    None where that says less than the entry does, or lacks them too.
    """
    source = readable(data, name) if len(data) <= LARGEST else None
    if source is None:
        return None
    starts = [*line_starts(source.text), len(source.text)]
    start, end = starts[entry.line - 1], starts[min(entry.end_line, len(starts) - 1)]
    without = source.text[:start] + source.text[end:]
    rest = source.bom + source.encoded(without)
    result = added(rest, name, work, entry.section, same_title=True)
    if not isinstance(result, Added) or {"venue", "date"} & set(result.left_out):
        return None
    old, new = source.text[start:end], result.text
    says_all = _words(old) <= _words(new) and all(link.url in new for link in entry.links)
    return Mend(entry.line, entry.end_line, tuple(new.split("\n"))) if says_all else None


def _words(text: str) -> set[str]:
    return {word.lower() for word in re.findall(r"\w{3,}", text)}
