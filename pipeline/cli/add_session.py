"""What `pipeline add` and `pipeline publish add` do: look a work up, and put it into one list."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Final

from pipeline.cli.fix_session import Job
from pipeline.cli.lists import lists_by_default
from pipeline.errors import ConfigurationError, PipelineError
from pipeline.previous import Previous, read_previous
from pipeline.records.catalog import Candidate, Paper
from pipeline.repair.adding.plan import Added, Refused, added
from pipeline.repair.adding.sections import Section, shown
from pipeline.repair.adding.work import new_work
from pipeline.repair.patch import unified_diff
from pipeline.run.fixing import Fixed, Target, Wanted
from pipeline.run.look_up import LookedUp, looked_up, names_of
from pipeline.settings.model import Settings
from pipeline.stages.parse import parse_bytes
from pipeline.wiring import wire
from pipeline.works import wanted as words
from pipeline.works.identifiers import canonical_url, of_key
from pipeline.works.titles import title_key

MOST_SHOWN: Final = 40
"""Sections or candidates that are named."""


class RefusedError(PipelineError):
    """The work is not added; `lines` say what can be chosen instead, `hint` with which option."""

    def __init__(self, sentence: str, lines: Sequence[str] = (), hint: str = "") -> None:
        super().__init__(f"{sentence}; {hint}" if hint else sentence)
        self.sentence = sentence
        self.lines = tuple(lines)


@dataclass(frozen=True, slots=True)
class Addition:
    """One list with one entry more."""

    target: Target
    paper: Paper
    made: Added

    @property
    def fixed(self) -> Fixed:
        """The list as `fix` writes it."""
        patch = unified_diff(self.target.data, self.made.data, self.target.path)
        return Fixed(self.target, self.made.data, patch, (), ())

    @property
    def left_out(self) -> tuple[str, ...]:
        """What is left to a person, in words."""
        return tuple(map(_named, self.made.left_out))

    def told(self) -> list[str]:
        """Say what is added, where, and what is left to a person."""
        made = self.made
        lines = [
            f"{self.target.shown}:{made.line}: {self.paper.title}",
            f"  section {shown(made.section)}: {made.why_section}",
            f"  place: {made.order}",
        ]
        if self.left_out:
            lines.append(f"  left to you: {', '.join(self.left_out)}")
        return lines


_NAMES: Final = {
    "words": "words of your own, as other entries have them",
    "code": "its code, where it has any",
    "name": "its short name",
}


def _named(fact: str) -> str:
    return _NAMES.get(fact, f"its {fact}")


def chosen_target(job: Job, given: str | None) -> Target:
    """Return the one list that is meant: by its path, or by its name in the settings."""
    everything = lists_by_default(job.settings)
    if given is None:
        targets = job.read(everything)
    else:
        targets = _named_target(job, _targets(job, everything), given)
    if not targets:
        raise ConfigurationError(f"{given or 'no list'}: no list in Markdown could be read")
    if len(targets) > 1:
        raise ConfigurationError(f"say which list with --list; {_there_are(targets)}")
    return targets[0]


def _named_target(job: Job, known: Sequence[Target], given: str) -> list[Target]:
    """Return what is called so: by name, else by path, else by the name of its file."""
    named = [one for one in known if given in one.names]
    if named or not known:
        return named or job.read([given])
    try:
        return job.read([given])
    except ConfigurationError as error:
        named = [one for one in known if given == PurePosixPath(one.path).name]
        if named:
            return named
        raise ConfigurationError(f"{error}; {_there_are(known)}") from None


def _there_are(targets: Sequence[Target]) -> str:
    return f"there are {', '.join(one.names[0] for one in targets[:MOST_SHOWN])}"


def _targets(job: Job, given: list[str]) -> list[Target]:
    try:
        return replace(job, quiet=True).read(given)
    except PipelineError:
        return []


def look_up(
    settings: Settings, previous: Previous, typed: str, *, yes: bool, code: str | None = None
) -> Paper:
    """Return the work that a person means; raises `RefusedError` where that is not certain."""
    wanted = words.wanted(typed)
    if wanted.kind == "nothing":
        raise ConfigurationError(f"{typed}: {wanted.text}")
    found = _asked(settings, previous, wanted, code)
    if found.paper is None and found.candidates and yes:
        first = found.candidates[0]
        found = _asked(settings, previous, words.wanted(_address(first)), code)
    if found.paper is None:
        lines = [_candidate(one) for one in found.candidates[:MOST_SHOWN]]
        hint = "give the id of the one that is meant, or --yes for the first" if lines else ""
        why = f"not certain which work is meant: {found.why}" if lines else found.why
        raise RefusedError(f"{typed}: {why}", lines, hint)
    return found.paper


def _asked(
    settings: Settings, previous: Previous, wanted: words.Wanted, code: str | None
) -> LookedUp:
    with wire(settings, previous.finished_at) as wiring:
        return asyncio.run(looked_up(wiring, previous, wanted, code))


def _address(candidate: Candidate) -> str:
    found = of_key(candidate.key)
    return canonical_url(found) if found is not None else candidate.key


def _candidate(one: Candidate) -> str:
    return f"{one.key}  {one.title} ({100 * one.score:.0f} %)"


def addition(
    job: Job,
    target: Target,
    typed: str,
    section: str | None,
    *,
    yes: bool = False,
    code: str | None = None,
) -> Addition:
    """Return a list with the work that is meant; raises `PipelineError` with the reason if not."""
    previous = read_previous(job.settings.out)
    paper = look_up(job.settings, previous, typed, yes=yes, code=code)
    work = new_work(paper)
    if work is None:
        raise RefusedError(f"{typed}: the work has no identifier that an entry could link to")
    _refuse_known(target, previous, paper)
    made = added(
        target.data,
        target.names[0],
        work,
        section,
        abstract=paper.abstract or "",
        same_title=yes,
    )
    if isinstance(made, Refused):
        raise _refusal(target, made)
    return Addition(target, paper, made)


def _refuse_known(target: Target, previous: Previous, paper: Paper) -> None:
    """Refuse a work that the last run found in the list, whatever the entry says of it."""
    names = names_of(paper)
    same = (one for one in previous.papers if names & names_of(one))
    mentions = [one for paper in same for one in paper.mentions if one.list in target.names]
    if not mentions:
        return
    parsed = parse_bytes(target.data, name=target.names[0])
    lines = {title_key(entry.title): entry.line for entry in parsed.entries}
    for mention in mentions:
        line = lines.get(title_key(mention.title))
        if line is not None:
            raise RefusedError(
                f"{target.shown}:{line}: the list has it already: “{mention.title}” is"
                f" {paper.key}, as the last run found"
            )


def _refusal(target: Target, refused: Refused) -> PipelineError:
    place = f"{target.shown}:{refused.line}" if refused.line else target.shown
    if refused.reason == "section":
        hint = "--section names one of these, the likeliest first"
        return RefusedError(f"{place}: {refused.words}", lines_of(refused.sections), hint)
    return RefusedError(f"{place}: {refused.words}")


def lines_of(sections: Sequence[Section]) -> list[str]:
    """Return sections as they are named, cut where there are many."""
    lines = [shown(one) for one in sections[:MOST_SHOWN]]
    more = len(sections) - len(lines)
    return [*lines, f"… and {more} more"] if more > 0 else lines


def job_of(settings: Settings, *, quiet: bool) -> Job:
    """Return what reads and writes lists."""
    return Job(settings, Wanted(), quiet=quiet)
