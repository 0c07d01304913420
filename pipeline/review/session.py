"""
One sitting of a person: what is open, a case at a time, a key for each, every word on disk at once.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.rule import Rule
from rich.style import Style
from rich.table import Table
from rich.text import Text

from pipeline.errors import ConfigurationError
from pipeline.formats.escape import safe_url, terminal
from pipeline.formats.places import with_files
from pipeline.records.catalog import Candidate
from pipeline.records.outcomes import Outcome
from pipeline.reports.evidence import work_url
from pipeline.review.items import Case, Memory, case_of, decided, entry_lines, memory_of, restored
from pipeline.review.proof import key_of, proved
from pipeline.storage.writer import write_files
from pipeline.works.candidates import CandidateWork
from pipeline.works.decisions import (
    DECISIONS,
    Decisions,
    accept,
    no_paper,
    parse_decisions,
    reject,
    serialise_decisions,
)

END_OF_INPUT: Final = frozenset({"\x04", "\x1a"})
"""Ctrl-D and Ctrl-Z, where a terminal hands them on as keys."""
SIDE_BY_SIDE: Final = 90
"""Columns from which entry and candidates are side by side; below, one under the other."""


@dataclass(frozen=True, slots=True)
class DecisionFile:
    """The decisions below an output folder, read before every change and written whole."""

    out: Path

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self.out / DECISIONS

    def read(self) -> Decisions:
        """Return the decisions, if any; raises `ConfigurationError` for a damaged file."""
        try:
            text = self.path.read_text(encoding="utf-8", errors="surrogateescape")
        except FileNotFoundError:
            return {}
        except OSError as error:
            reason = error.strerror or error
            raise ConfigurationError(f"{self.path}: cannot be read ({reason})") from error
        return self._parsed(text)

    def change(self, change: Callable[[Decisions], Decisions]) -> Decisions:
        """Change the decisions that the file has by then, and return them."""
        decisions: Decisions = {}

        def changed(text: str) -> str:
            nonlocal decisions
            decisions = change(self._parsed(text))
            return serialise_decisions(decisions)

        write_files(self.out, {DECISIONS: changed})
        return decisions

    def _parsed(self, text: str) -> Decisions:
        decisions, faults = parse_decisions(text)
        if faults:
            raise ConfigurationError(f"{self.path}: {faults[0]}; correct or delete it first")
        return decisions


@dataclass(frozen=True, slots=True)
class Step:
    """What one key did, to be undone."""

    number: int
    """Of the case."""
    before: Memory | None
    """What had been decided before; None where the case was skipped."""


@dataclass
class Session:
    """One sitting of a person: cases in a row, a key for each."""

    cases: Sequence[Case]
    file: DecisionFile
    console: Console
    read_key: Callable[[], str]
    """`typer.getchar`, or what a test gives."""
    steps: list[Step] = field(default_factory=list)
    look_up: Callable[[str], Outcome[CandidateWork]] | None = None
    """Asks a source for the work of a key; without it no identifier can be typed."""
    read_line: Callable[[], str] = input
    paths: Mapping[str, str] = field(default_factory=dict)
    """The file of each list that has one: places are shown with it."""

    @property
    def decided(self) -> int:
        """How many cases got a word."""
        return len({step.number for step in self.steps if step.before is not None})

    @property
    def skipped(self) -> int:
        """How many cases were passed over."""
        return sum(step.before is None for step in self.steps)

    def run(self) -> bool:
        """Ask until nothing is left or the person stops; say whether it was an interrupt."""
        number: int | None = 0
        try:
            while number is not None:
                number = self._next(number)
        except EOFError:
            return False
        except KeyboardInterrupt:
            return True
        return False

    def _next(self, number: int) -> int | None:
        """Deal with one case; return the next one's number, None to stop."""
        if number == len(self.cases):
            return self._end()
        # As it is now: one word may answer several, and so may another person.
        paper, entry = self.cases[number].paper, self.cases[number].entry
        case = case_of(paper, self.file.read(), [entry.list])
        return number + 1 if case is None else self._ask(number, case)

    def _end(self) -> int | None:
        """Let the last key be taken back as well."""
        if not self.steps:
            return None
        self.console.print("That was all.  u undo  q quit")
        key = self._key({"u", "q", "\r", "\n"})
        return self._undo() if key == "u" else None

    def _key(self, keys: Collection[str]) -> str:
        """Return the next key that means something."""
        while True:
            key = self.read_key().lower()
            if key in END_OF_INPUT:
                raise EOFError
            if key in keys:
                return key

    def _ask(self, number: int, case: Case) -> int | None:
        """Show a case and do what the person says; return the next case's number, None to stop."""
        keys = self._keys(case)
        title = f"{number + 1} of {len(self.cases)} · {with_files(case.place, self.paths)}"
        undo, typed = "u" in keys, "i" in keys
        self.console.print(
            rendered(case, title, self.console.width, undo=undo, typed=typed, paths=self.paths)
        )
        match self._key(keys):
            case "q":
                return None
            case "u":
                return self._undo()
            case "s":
                self.steps.append(Step(number, None))
                return number + 1
            case "i":
                self._enter(number, case)
                return number
            case key:
                self._decide(number, case, key)
                return number

    def _keys(self, case: Case) -> set[str]:
        """Return the keys that mean something now."""
        keys = {"n", "s", "q", *(str(n) for n in range(1, len(case.candidates) + 1))}
        keys |= {"i"} if self.look_up else set()
        return keys | ({"r"} if case.candidates else set()) | ({"u"} if self.steps else set())

    def _decide(self, number: int, case: Case, key: str) -> None:
        """Write what a key says about a case."""
        keys = [one.key for one in case.candidates]
        if key == "n":
            self._write(number, case, no_paper)
        elif key == "r":
            self._write(number, case, reject, *keys)
        else:
            self._write(number, case, accept, keys[int(key) - 1])

    def _write(self, number: int, case: Case, word: Callable[..., Decisions], *keys: str) -> None:
        entries = case.paper.mentions

        def change(said: Decisions) -> Decisions:
            self.steps.append(Step(number, memory_of(said, entries)))
            return decided(said, entries, word, *keys)

        self.file.change(change)

    def _enter(self, number: int, case: Case) -> None:
        """Take an identifier that the person types, once its title has shown that it is the one."""
        self._say("Id or address of the paper (arXiv, DOI, OpenReview, ACL), empty for none:")
        try:
            text = self.read_line().strip()
        except EOFError:
            return
        if not text or self.look_up is None:
            return
        key = key_of(text)
        if key is None:
            self._say(f"{text}: is no identifier of a paper, such as 2305.00447 or 10.1145/3604915")
            return
        proof = proved(case.paper, key, self.look_up(key))
        self._say(proof.words)
        if proof.is_refused:
            return
        if not proof.is_same:
            self._say("The title does not prove it. Take it all the same?  y yes  n no")
            if self._key({"y", "n"}) == "n":
                return
        self._write(number, case, accept, key)

    def _say(self, text: str) -> None:
        self.console.print(Text(terminal(text, 1_000)))

    def _undo(self) -> int:
        """Take the last key back; return the number of its case."""
        step = self.steps.pop()
        before = step.before
        if before is not None:
            self.file.change(lambda said: restored(said, before))
        return step.number


def rendered(
    case: Case,
    title: str,
    width: int,
    *,
    undo: bool,
    typed: bool = False,
    paths: Mapping[str, str] | None = None,
) -> RenderableType:
    """Return a case for a terminal of so many columns; `typed`: whether an id can be typed."""
    said, found = _entry(case, paths or {}), _candidates(case)
    if width >= SIDE_BY_SIDE:
        table = Table.grid(padding=(0, 2), expand=True)
        table.add_column(ratio=1, overflow="fold")
        table.add_column(ratio=1, overflow="fold")
        table.add_row(said, found)
        body: tuple[RenderableType, ...] = (table,)
    else:
        body = (said, Text(), found)
    rule = Rule(Text(terminal(title)), align="left")
    return Group(rule, *body, Text(), _legend(case, undo=undo, typed=typed))


def _entry(case: Case, paths: Mapping[str, str]) -> Text:
    text = Text(overflow="fold")
    text.append(terminal(case.entry.title or case.entry.name or "", 400), style="bold")
    for label, fact in entry_lines(case, paths):
        text.append(f"\n{label}: ", style="dim")
        text.append(fact, style=Style(link=safe_url(fact)))
    return text


def _candidates(case: Case) -> Text:
    text = Text(overflow="fold")
    text.append(f"Open because: {case.why}")
    for number, candidate in enumerate(case.candidates, start=1):
        text.append("\n\n")
        text.append(_candidate(case, candidate, number))
    if case.more:
        text.append(f"\n\nand {case.more} more, when these are rejected")
    return text


def _candidate(case: Case, candidate: Candidate, number: int) -> Text:
    text = Text(f"[{number}] ")
    text.append(terminal(candidate.title, 400), style="bold")
    text.append(f"\n    {terminal(candidate.key)}, score {candidate.score:.2f}")
    if evidence := case.evidence(candidate):
        text.append(f"\n    {terminal(evidence)}")
    if url := work_url(candidate.key):
        text.append("\n    ")
        text.append(url, style=Style(link=url))
    return text


def _legend(case: Case, *, undo: bool, typed: bool) -> Text:
    count = len(case.candidates)
    some = ["1 accept" if count == 1 else f"1-{count} accept", "r reject all"] if count else []
    some += ["i type an id"] if typed else []
    words = [*some, "n no paper", "s skip", *(["u undo"] if undo else []), "q quit"]
    return Text("  ".join(words), style="dim")
