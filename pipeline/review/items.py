"""What is open for a person to decide, and what a person's word changes. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Final, Literal

from pydantic import ConfigDict, Field, ValidationError, model_validator

from pipeline.codes import in_words
from pipeline.errors import ConfigurationError
from pipeline.formats.escape import plain, terminal
from pipeline.formats.jsonl import fault_of
from pipeline.formats.places import with_files
from pipeline.records.base import Record
from pipeline.records.catalog import Candidate, Paper
from pipeline.records.lists import Entry
from pipeline.reports.evidence import URL_SHOWN, work_of, work_url
from pipeline.reports.explain import closest
from pipeline.works.decisions import (
    Decisions,
    HumanDecision,
    accept,
    decision_on,
    no_paper,
    reject,
)
from pipeline.works.titles import title_digest

MOST_CANDIDATES: Final = 9
"""One key, one candidate."""


@dataclass(frozen=True, slots=True)
class Case:
    """One work that waits for a person."""

    paper: Paper
    entry: Entry
    """The mention that is shown: of the wanted lists, the first."""
    candidates: tuple[Candidate, ...]
    """Those that no person has rejected, at most `MOST_CANDIDATES`."""
    more: int = 0
    """Candidates beyond these; they come when these are rejected."""

    @property
    def place(self) -> str:
        """The place of the entry: `list:line`."""
        return f"{self.entry.list}:{self.entry.line}"

    @property
    def why(self) -> str:
        """Say why nothing was accepted."""
        return in_words(self.paper.resolution.reason_code or "") or "It has no identifier."

    def evidence(self, candidate: Candidate) -> str:
        """Return what was found about one candidate, without what is next to it anyway."""
        for line in self.paper.resolution.evidence:
            _, named, said = f" {line}".partition(f" {candidate.key}")
            if named and said[:1] in {" ", ":"}:
                return said.rpartition(": ")[2]
        return ""

    @property
    def other_evidence(self) -> tuple[str, ...]:
        """What was found that is about no candidate."""
        keys = [candidate.key for candidate in self.paper.resolution.candidates]
        return tuple(
            line for line in self.paper.resolution.evidence if not any(key in line for key in keys)
        )


def open_cases(
    papers: Iterable[Paper],
    said: Decisions,
    lists: Sequence[str] = (),
    *,
    unidentified: bool = False,
) -> list[Case]:
    """
    Return what is open, by list and line; with `lists` (names, files) theirs, in their order.

    `unidentified`: also the papers for which nothing was found that could be chosen.
    """
    papers = list(papers)
    names = _names(papers, lists)  # a list without an open case is one all the same
    papers = [paper for paper in papers if unidentified or paper.resolution.status == "review"]

    def order(case: Case) -> tuple[int, str, int, str]:
        rank = names.index(case.entry.list) if names else 0
        return rank, case.entry.list, case.entry.line, case.paper.key

    return sorted(filter(None, (case_of(paper, said, names) for paper in papers)), key=order)


def _names(papers: Iterable[Paper], lists: Sequence[str]) -> list[str]:
    """Return the names of the wanted lists; a file is the list of its name."""
    if not lists:
        return []
    known = sorted({entry.list for paper in papers for entry in paper.mentions})
    names: list[str] = []
    for given in lists:
        spellings = (given, PurePath(given).stem, PurePath(given).parent.name)
        name = next((one for one in spellings if one in known), None)
        if name is None:
            raise ConfigurationError(_no_such_list(given, known))
        names.append(name)
    return names


def _no_such_list(name: str, known: Iterable[str]) -> str:
    return f"{plain(name)}: is not a list of the catalog; its lists are: {plain(', '.join(known))}"


def case_of(paper: Paper, said: Decisions, lists: Sequence[str] = ()) -> Case | None:
    """Return what is to be decided about a work, or may be; None where nothing is."""
    mentions = [entry for entry in paper.mentions if not lists or entry.list in lists]
    if not (paper.resolution.status == "review" or is_unidentified(paper)) or not mentions:
        return None
    known = [one for entry in paper.mentions if (one := decision_on(said, entry)) is not None]
    if any(one.accepted is not None or one.no_paper for one in known):
        return None
    rejected = {key for one in known for key in one.rejected}
    left = tuple(one for one in paper.resolution.candidates if one.key not in rejected)
    if not left and rejected:
        return None
    order = {name: number for number, name in enumerate(lists)}
    entry = min(mentions, key=lambda entry: (order.get(entry.list, 0), entry.list, entry.line))
    return Case(paper, entry, left[:MOST_CANDIDATES], max(len(left) - MOST_CANDIDATES, 0))


def is_unidentified(paper: Paper) -> bool:
    """Say whether nothing was found that a paper may be."""
    return paper.kind == "paper" and paper.resolution.status in ("missing", "failed", "skipped")


def decided(
    said: Decisions, entries: Iterable[Entry], word: Callable[..., Decisions], *keys: str
) -> Decisions:
    """Return the decisions with one word (`accept`, `reject`, `no_paper`) about all entries."""
    for entry in entries:
        said = word(said, entry, *keys)
    return said


Memory = Mapping[tuple[str, str], HumanDecision | None]
"""What had been decided at some places; None where nothing had."""


def memory_of(said: Decisions, entries: Iterable[Entry]) -> Memory:
    """Return what has been decided about entries, to be able to restore it."""
    places = [(entry.list, title_digest(entry.title or entry.name or "")) for entry in entries]
    return {place: said.get(place) for place in places}


def restored(said: Decisions, memory: Memory) -> Decisions:
    """Return the decisions as they were at these places."""
    others = {place: one for place, one in said.items() if place not in memory}
    return others | {place: one for place, one in memory.items() if one is not None}


class Word(Record):
    """A decision as a script writes it; other fields are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    list: str
    title: str
    accept: str | None = None
    reject: tuple[str, ...] = Field(default=())
    no_paper: Literal[True] | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("reject"), str):
            return {**value, "reject": [value["reject"]]}
        return value

    @model_validator(mode="after")
    def _says_one_thing(self) -> "Word":
        if sum((self.accept is not None, bool(self.reject), bool(self.no_paper))) != 1:
            raise ValueError('give one of "accept", "reject" and "no_paper"')
        return self


def to_json(case: Case) -> dict[str, object]:
    """Return an open case as plain JSON values; with a decision added it is a line to apply."""
    entry = case.entry
    return {
        "list": entry.list,
        "line": entry.line,
        "title": entry.title or entry.name or "",
        "name": entry.name,
        "authors": entry.authors,
        "venue": entry.venue,
        "year": entry.year,
        "links": [{"url": link.url, "role": link.role} for link in entry.links],
        "mentions": [f"{one.list}:{one.line}" for one in case.paper.mentions],
        "key": case.paper.key,
        "reason_code": case.paper.resolution.reason_code,
        "evidence": list(case.paper.resolution.evidence),
        "candidates": [
            {
                "key": one.key,
                "title": one.title,
                "score": one.score,
                "url": work_url(one.key),
                "evidence": case.evidence(one),
            }
            for one in case.candidates
        ],
    }


def applied(papers: Sequence[Paper], said: Decisions, text: str) -> tuple[Decisions, int]:
    """Add decisions of JSON Lines, and count them; `ConfigurationError` names the first fault."""
    mentioned = _Mentioned(papers)
    number = 0
    for line_number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            said = _with(said, _word(line), mentioned)
        except ValueError as error:
            raise ConfigurationError(f"line {line_number}: {error}") from error
        number += 1
    return said, number


def _with(said: Decisions, word: Word, mentioned: "_Mentioned") -> Decisions:
    entries = mentioned.by(word)
    if word.accept is not None:
        return decided(said, entries, accept, mentioned.key(word.accept))
    if word.reject:
        return decided(said, entries, reject, *map(mentioned.key, word.reject))
    return decided(said, entries, no_paper)


def _word(line: str) -> Word:
    try:
        return Word.model_validate_json(line)
    except ValidationError as error:
        raise ValueError(fault_of(error).replace(" at line 1 column", " at column")) from error


class _Mentioned:
    """What the catalog mentions, by list and title."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        self._entries: dict[tuple[str, str], list[Entry]] = {}
        self._titles: dict[str, list[str]] = {}
        self._keys: set[str] = set()
        for paper in papers:
            self._keys.update(candidate.key for candidate in paper.resolution.candidates)
            for entry in paper.mentions:
                title = entry.title or entry.name or ""
                self._titles.setdefault(entry.list, []).append(title)
                # In review all mentions are one question; else a word is about its own list.
                meant = paper.mentions if paper.resolution.status == "review" else (entry,)
                self._entries.setdefault((entry.list, title_digest(title)), []).extend(meant)

    def by(self, word: Word) -> list[Entry]:
        """Return the entries that a word is about."""
        found = self._entries.get((word.list, title_digest(word.title)))
        if found:
            return found
        if word.list not in self._titles:
            raise ValueError(_no_such_list(word.list, self._titles))
        near = closest(word.title, self._titles[word.list])
        hint = f"; close to it: {', '.join(f'“{title}”' for title in near)}" if near else ""
        raise ValueError(f"{plain(word.list)} has no entry “{plain(word.title)}”{hint}")

    def key(self, text: str) -> str:
        """Return the key of a work, which may be given as an address as well."""
        if text in self._keys:
            return text
        found = work_of(text)
        if found is None:
            raise ValueError(f"{plain(text)}: is not a key of a work, such as arxiv:2305.00447")
        return found.key


def entry_lines(case: Case, paths: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what the list says, each with its label, safe for a terminal; see `with_files`."""
    entry = case.entry
    facts = (
        ("name", entry.name if entry.name != entry.title else None),
        ("authors", entry.authors),
        ("venue", entry.venue),
        ("year", str(entry.year) if entry.year else None),
        ("section", " > ".join(entry.section)),
    )
    yield from ((label, terminal(fact)) for label, fact in facts if fact)
    yield from ((link.role, terminal(link.url, URL_SHOWN)) for link in entry.links[:9])
    if others := [f"{one.list}:{one.line}" for one in case.paper.mentions if one is not entry]:
        yield "also in", terminal(with_files(", ".join(others), paths))
    yield from (("note", terminal(with_files(line, paths))) for line in case.other_evidence)


def plain_lines(case: Case, paths: Mapping[str, str]) -> Iterator[str]:
    """Yield an open case as plain text; `paths` has the file of each list that has one."""
    place = with_files(case.place, paths)
    yield terminal(f"{place}: {case.entry.title or case.entry.name or ''}", 400)
    yield from (f"  {label}: {fact}" for label, fact in entry_lines(case, paths))
    yield f"  open because: {case.why}"
    for number, candidate in enumerate(case.candidates, start=1):
        yield f"  {number}. {terminal(f'{candidate.key} “{candidate.title}”', 400)}"
        facts = (f"score {candidate.score:.2f}", case.evidence(candidate), work_url(candidate.key))
        yield f"     {terminal(', '.join(filter(None, facts)), URL_SHOWN)}"
    if case.more:
        yield f"  and {case.more} more"
