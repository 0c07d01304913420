"""
How well entries are added: leave one out.

    python -m benchmarks.adding LISTS TITLES [--each 6] [--only NAME] [--show]

LISTS is a folder of Markdown lists, TITLES a JSON Lines file (`.gz`) with `id`, `title`, `authors`
of works. From each list some entries with a known arXiv id are taken out, one at a time, and added
again from what is known of them: the official title and authors, and the venue, year and code that
the entry named. Lists are parted by their names into two halves, of which one was never looked at.
"""

import argparse
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigurationError
from pipeline.markdown.entries import read_list
from pipeline.records.lists import Entry, ParsedList
from pipeline.repair.adding.places import number_of
from pipeline.repair.adding.plan import Added, Refused, added
from pipeline.repair.adding.proof import held_by
from pipeline.repair.adding.siblings import Sibling, siblings_of
from pipeline.repair.adding.work import Day, NewWork, day_of
from pipeline.repair.rewriting import line_starts, readable
from pipeline.works.identifiers import identify
from pipeline.works.repositories import repository
from pipeline.works.titles import title_key

Records = dict[str, dict[str, Any]]
UNTRIED = {"apart", "read otherwise without it", "twice in the list"}


@dataclass
class Trial:
    """One entry, taken out and added again."""

    outcome: str
    """`added`, or the reason of the refusal."""
    in_order: bool = False
    keeps_order: bool = False
    same_place: bool = False
    same_bytes: bool = False
    same_text: bool = False
    same_words: bool = False
    section: str = ""
    """`right`, `wrong` or `none`, where none was given."""


def is_unseen(name: str) -> bool:
    """Say whether a list is one of those that were not looked at."""
    return sha256(name.encode()).digest()[0] % 2 == 1


def titles(path: Path) -> dict[str, dict[str, Any]]:
    """Return the official records by arXiv id."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return {one["id"]: one for one in map(json.loads, file) if "id" in one}


def arxiv_of(entry: Entry) -> str | None:
    """Return the arXiv id of an entry's first paper link."""
    for link in entry.links:
        found = identify(link.url) if link.role == "paper" else None
        if found is not None and found.scheme == "arxiv":
            return found.value
    return None


def facts_of(sibling: Sibling, record: dict[str, Any]) -> NewWork:
    """Return what is known of the work of an entry."""
    entry, arxiv = sibling.entry, record["id"]
    day = day_in(sibling.text, day_of(None, arxiv))
    linked = (repository(link.url) for link in entry.links if link.role == "code")
    code = [found for found in linked if found is not None]
    preprint = sibling.is_preprint or not sibling.venue
    return NewWork(
        title=record["title"],
        ids={"arxiv": arxiv},
        authors=authors_of(entry, record),
        day=day,
        venue=None if preprint else sibling.venue,
        year=entry.year or (day.year if day else None),
        code=code[0].full_name if len(code) == 1 else None,
    )


def authors_of(entry: Entry, record: dict[str, Any]) -> tuple[str, ...]:
    """Return the authors; some records have the first alone, and then those of the entry count."""
    official = tuple(record["authors"] or ())
    named = re.split(r",? and |,? & |, |; ", entry.authors or "")
    whole = len(named) > 1 and "et al" not in (entry.authors or "")
    if len(official) < 2 and whole and all(" " in name for name in named):
        return tuple(named)
    return official if len(official) != 1 else (*official, "Somebody Else", "A. N. Other")


def without(text: str, siblings: list[Sibling], one: Sibling) -> str | None:
    """Return a text without an entry and the gap behind or before it; numbers close up."""
    group = [other for other in siblings if other.family == one.family]
    place = group.index(one)
    if place + 1 < len(group) and not text[one.end : group[place + 1].start].strip():
        return _renumbered(text, one.start, group[place + 1].start, group[place + 1 :], one)
    if place and not text[group[place - 1].end : one.start].strip():
        return text[: group[place - 1].end] + text[one.end :]
    return None


def _renumbered(text: str, start: int, end: int, later: list[Sibling], one: Sibling) -> str:
    number, rest, position = number_of(one), "", end
    if number is not None:
        for expected, other in enumerate(later, start=number[0] + 1):
            found = number_of(other)
            if found is None or found[0] != expected:
                break
            rest += text[position : other.start + found[1]] + str(expected - 1)
            position = other.start + found[2]
    return text[:start] + rest + text[position:]


_DAYS = re.compile(
    r"(?P<y>\d{4})[-./]?(?P<m>\d\d)[-./]?(?P<d>\d\d)(?!\d)|(?P<day>\d\d?) (?P<word>[A-Z][a-z]{2})"
)
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def day_in(text: str, day: Day | None) -> Day | None:
    """Return the day that an entry names, where it lies in the month of its identifier."""
    for match in _DAYS.finditer(text):
        word = match["word"]
        month = _MONTHS.index(word) + 1 if word in _MONTHS else int(match["m"] or 0)
        if day is not None and month == day.month:
            return Day(day.year, month, int(match["d"] or match["day"]))
    return day


def tried(name: str, text: str, parsed: ParsedList, one: Sibling, record: dict[str, Any]) -> Trial:
    """Take one entry out and add it again."""
    siblings = siblings_of(text, line_starts(text), parsed)
    left = without(text, siblings, one)
    if left is None:
        return Trial("apart")
    before = read_list(left, name)
    if len(before.entries) != len(parsed.entries) - 1:
        return Trial("read otherwise without it")
    work = facts_of(one, record)
    if held_by(before, work) is not None:
        return Trial("twice in the list")
    data = left.encode("utf-8", "surrogateescape")
    chosen = added(data, name, work)
    section = "none" if isinstance(chosen, Refused) else "wrong"
    if isinstance(chosen, Added) and chosen.section == one.entry.section:
        section = "right"
    result = added(data, name, work, one.entry.section)
    if isinstance(result, Refused):
        words = f": {result.words}" if result.reason == "proof" else ""
        return Trial(f"{result.reason}{words[:60]}", section=section)
    new = result.data.decode("utf-8", "surrogateescape")
    return Trial(
        "added",
        in_order=not result.order.startswith(("no order", "numbered")),
        keeps_order=result.span[0] <= index_of(siblings, one) <= result.span[1],
        same_place=result.line == one.entry.line,
        same_bytes=new == text,
        same_text=result.text == one.text,
        same_words=_loose(result.text) == _loose(one.text),
        section=section,
    )


def index_of(siblings: list[Sibling], one: Sibling) -> int:
    """Return the place of an entry among those of its section and kind."""
    return [other for other in siblings if other.family == one.family].index(one)


def _loose(text: str) -> str:
    return re.sub(r"[\W_]+|v\d\b|https?|pdf|abs|\d+\. ", "", text.lower())


def trials(path: Path, records: Records, each: int, *, show: bool) -> Iterator[Trial]:
    """Yield what becomes of some entries of a list."""
    try:
        source = readable(path.read_bytes(), path.stem)
    except ConfigurationError:
        return
    if source is None or source.bom or source.codec != "utf-8":
        return
    text, name = source.text, path.stem
    parsed = read_list(source.shown, name)
    siblings = siblings_of(text, line_starts(text), parsed)
    known = [
        (one, records[arxiv])
        for one in siblings
        if (arxiv := arxiv_of(one.entry)) in records and one.entry.kind == "paper"
    ]
    # A retitled work is added under another title than it had: that is another question.
    known = [(one, r) for one, r in known if title_key(one.entry.title) == title_key(r["title"])]
    known.sort(key=lambda pair: sha256(f"{name}{pair[1]['id']}".encode()).digest())
    for one, record in known[:each]:
        trial = tried(name, text, parsed, one, record)
        if show:
            _show(text, parsed, one, record, trial)
        yield trial


def _show(
    text: str, parsed: ParsedList, one: Sibling, record: dict[str, Any], trial: Trial
) -> None:
    name = parsed.name
    if trial.same_bytes or trial.outcome in UNTRIED:
        return
    print(f"== {name}:{one.entry.line} {trial}")
    left = without(text, siblings_of(text, line_starts(text), parsed), one) or ""
    result = added(
        left.encode("utf-8", "surrogateescape"), name, facts_of(one, record), one.entry.section
    )
    print(f"  - {one.text!r}")
    if isinstance(result, Added):
        print(f"  + {result.text!r} line {result.line}, {result.order}, without {result.left_out}")
    else:
        print(f"  ! {result.words}")


def share(part: int, whole: int) -> str:
    """Return a share in per cent."""
    return f"{100 * part / whole:.1f} %" if whole else "-"


def report(name: str, found: list[Trial]) -> None:
    """Print the shares of one half."""
    counted = [one for one in found if one.outcome not in UNTRIED]
    outcomes = Counter(one.outcome for one in counted)
    ok = [one for one in counted if one.outcome == "added"]
    ordered = [one for one in ok if one.in_order]
    sections = Counter(one.section for one in counted)
    print(f"{name}: {len(counted)} entries ({len(found) - len(counted)} could not be taken out)")
    for outcome, number in outcomes.most_common():
        print(f"  {outcome}: {share(number, len(counted))}")
    print(
        f"  of the added: at the old line where there is an order: "
        f"{share(sum(o.same_place for o in ordered), len(ordered))} of {len(ordered)}"
    )
    print(f"  between its equals: {share(sum(o.keeps_order for o in ordered), len(ordered))}")
    print(f"  the same bytes in the same place: {share(sum(o.same_bytes for o in ok), len(ok))}")
    print(f"  the same line, wherever it stands: {share(sum(o.same_text for o in ok), len(ok))}")
    print(f"  the same words: {share(sum(o.same_words for o in ok), len(ok))}")
    chosen = sections["right"] + sections["wrong"]
    print(
        f"  section found without being told: {share(chosen, len(counted))}, of them right: "
        f"{share(sections['right'], chosen)}"
    )


def main() -> None:
    """Measure both halves."""
    parser = argparse.ArgumentParser()
    parser.add_argument("lists", type=Path)
    parser.add_argument("titles", type=Path)
    parser.add_argument("--each", type=int, default=6)
    parser.add_argument("--only", default="")
    parser.add_argument("--half", choices=("seen", "unseen", "both"), default="both")
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    records = titles(options.titles)
    halves: dict[str, list[Trial]] = {"seen": [], "unseen": []}
    for path in sorted(options.lists.glob("*.md")):
        half = "unseen" if is_unseen(path.stem) else "seen"
        if options.only in path.stem and options.half in ("both", half):
            halves[half] += trials(path, records, options.each, show=options.show)
    for half, found in halves.items():
        if found:
            report(half, found)


if __name__ == "__main__":
    main()
