"""Lists of this machine are linted by an executor, each for itself, with what lies around it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from pipeline.errors import ConfigurationError
from pipeline.executors.interface import Executor
from pipeline.formats.report_json import Diagnostic
from pipeline.links.ignores import ignores_of
from pipeline.links.rules import Rule
from pipeline.lint.rules import lint
from pipeline.records.lists import ParsedList
from pipeline.records.outcomes import Failed
from pipeline.run.on_disk import on_disk
from pipeline.sources.lists import STDIN, File, ListSource, StandardInput, read_here
from pipeline.stages.parse import parse_bytes

Job = tuple[ListSource, bytes | ConfigurationError]
"""A list and its bytes, or why it cannot be read."""


@dataclass(frozen=True, slots=True)
class Linted:
    """What is wrong with one list."""

    name: str
    entries: int
    found: tuple[Diagnostic, ...]


def lint_all(
    sources: Sequence[ListSource],
    rules: Sequence[Rule],
    today: date,
    executor: Executor | None,
    *,
    named: bool,
) -> Iterator[Linted | ConfigurationError]:
    """
    Yield what is wrong with each list, or why it cannot be read, in their order.

    What a folder holds without an entry is left out; a list that the call has `named` needs none.
    Without an executor all is done here.
    """
    work = partial(lint_one, rules=rules, today=today, named=named)
    jobs: Iterable[Job] = ((source, _bytes_of(source)) for source in sources)
    results = map(work, jobs) if executor is None else executor.map(work, jobs, weigh=weigh)
    for source, result in zip(sources, results, strict=True):
        if isinstance(result, Failed):
            yield ConfigurationError(f"{source.name}: {result.reason}")
        elif result is not None:
            yield result


def weigh(job: Job) -> int:
    """Return the microseconds that a list takes: about one for each byte."""
    return 1 if isinstance(job[1], ConfigurationError) else len(job[1])


def lint_one(
    job: Job, *, rules: Sequence[Rule], today: date, named: bool
) -> Linted | ConfigurationError | None:
    """Return what is wrong with a list, or why it is none; None for a file that holds no list."""
    source, data = job
    if isinstance(data, ConfigurationError):
        return data
    try:
        parsed = _parsed(source, data)
    except ConfigurationError as error:
        return error
    if source.found and not parsed.entries:
        return None
    if named:  # a commit may touch Markdown that is no list
        parsed = _without_no_entries(parsed)
    found = lint([parsed], ignores=ignores_of(rules, [parsed], today), today=today)
    return Linted(parsed.name, len(parsed.entries), found)


def _bytes_of(source: ListSource) -> bytes | ConfigurationError:
    if not isinstance(source.location, File | StandardInput):
        return ConfigurationError(f"{source.name}: lint reads local files only")
    try:
        return read_here(source.location)
    except ConfigurationError as error:
        return error


def _parsed(source: ListSource, data: bytes) -> ParsedList:
    """Parse a list, under its path as its name."""
    if not isinstance(source.location, File):
        return parse_bytes(data, name=STDIN)
    path = source.location.path
    return on_disk(parse_bytes(data, name=str(path)), data, path)


def _without_no_entries(parsed: ParsedList) -> ParsedList:
    kept = tuple(problem for problem in parsed.problems if problem.code != "no-entries")
    return parsed.model_copy(update={"problems": kept})
