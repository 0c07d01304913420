"""What a maintainer should know about the mentions of one work. Pure."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

from pipeline.records.catalog import Finding, Severity
from pipeline.records.lists import Entry
from pipeline.works.candidates import MIN_WORDS
from pipeline.works.titles import normalise, title_key, word_count


def repeated(
    entries: Iterable[Entry], key: Callable[[Entry], Hashable]
) -> Iterator[tuple[Entry, Entry]]:
    """Yield every further entry of one key, after the first that has it."""
    first: dict[Hashable, Entry] = {}
    for entry in entries:
        before = first.setdefault(key(entry), entry)
        if before is not entry:
            yield before, entry


def duplicates(entries: Iterable[Entry]) -> Iterator[Finding]:
    """Name every further place of a work in one list, data sets and papers each by themselves."""
    for before, entry in repeated(entries, lambda one: (one.list, one.kind)):
        yield finding_at(entry, "duplicate-entry", "info", f"same work as in line {before.line}")


def other_titles(entries: Sequence[Entry]) -> Iterator[Finding]:
    """
    Name the entries that give one id another title.

    Retitled and shortened titles are everyday, a wrong id is rare (two to six links in a thousand,
    measured on 30 public lists), so it takes two titles, no names (`MIN_WORDS`), with less than
    half of the shorter one's words in common for a warning. A data set has a name instead of a
    title, which says nothing.
    """
    first_of: dict[str, Entry] = {}
    for entry in entries if len(entries) > 1 else ():
        if entry.kind == "paper" and (key := title_key(entry.title or entry.name or "")):
            first_of.setdefault(key, entry)
    titled = list(first_of.values())
    for entry in titled[1:]:
        named = min(word_count(titled[0].title), word_count(entry.title)) < MIN_WORDS
        near = named or _share_of_words(titled[0].title, entry.title) >= 0.5
        message = (
            f"same work as {titled[0].list}:{titled[0].line}, which calls it “{titled[0].title}”"
        )
        yield finding_at(entry, "same-id-two-titles", "info" if near else "warning", message)


def _share_of_words(one: str, other: str) -> float:
    """Share of the shorter title's words that the longer one has."""
    first, second = set(normalise(one).split()), set(normalise(other).split())
    return len(first & second) / max(1, min(len(first), len(second)))


def finding_at(
    entry: Entry,
    code: str,
    severity: Severity,
    message: str,
    *,
    line: int | None = None,
    url: str | None = None,
    replacement: str | None = None,
) -> Finding:
    """Return a finding about an entry."""
    return Finding(
        code=code,
        severity=severity,
        message=message,
        list=entry.list,
        line=line or entry.line,
        url=url,
        replacement=replacement,
    )
