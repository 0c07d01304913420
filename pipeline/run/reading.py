"""The first step of a run: every list is read and parsed, and one that cannot be stays as known."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from pipeline.errors import ConfigurationError, PipelineError
from pipeline.formats.run_json import ListRun, digest, unread_of
from pipeline.links.changes import restricted
from pipeline.previous import last_entries
from pipeline.records.lists import ParsedList
from pipeline.records.outcomes import Failed
from pipeline.run.local import in_repository
from pipeline.run.parsing import Parsed, parse_all
from pipeline.run.state import Run
from pipeline.run.texts import ListTexts, Unread
from pipeline.sources.github.folders import base_of, lists_in
from pipeline.sources.github.many_lists import ManyLists
from pipeline.sources.lists import File, GitHubFolder, ListSource, StandardInput
from pipeline.stages.supplement import writes_venues
from pipeline.storage.spool import Spool

_SHOWN = 5
MUCH: Final = 3_000_000
"""Bytes of lists from which on what they hold lies on disk: some 15,000 entries."""

Dated = Callable[[ParsedList, ListRun], ParsedList]
"""What puts days into the entries of a list."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What has become of one list."""

    source: ListSource
    content: ParsedList | Failed
    usage: bool = False
    """Whether the call is at fault where it failed, and not a service."""
    digest: str | None = None
    """Of the bytes that were read."""


async def read_lists(
    run: Run, given: Sequence[ListSource], dated: Dated | None = None
) -> Sequence[ParsedList]:
    """
    Read and parse every list; of one that cannot be read, keep the last entries.

    What a folder holds without an entry is no list. `dated` puts days into the entries of a list.
    Raises `PipelineError` where no list could be read: a `ConfigurationError` where that is the
    fault of the call.
    """
    sources = [one for source in given for one in await _lists_in(run, source)]
    texts = ListTexts(run, sources)
    run.progress.start("parse", len(texts.remote) + len(sources))
    await texts.fetch()
    lists: list[ParsedList] | Spool[ParsedList] = []
    if sum(texts.sizes) > MUCH:
        lists = Spool(ParsedList)
    parsed = parse_all(
        [one.name for one in sources],
        texts.sizes,
        texts.take,
        run.wiring.executor,
        partial(run.progress.advance, "parse"),
    )
    others: list[str] = []
    failed: list[_Outcome] = []
    heard: list[str] = []
    for source, content in zip(sources, parsed, strict=True):
        if isinstance(content, Unread):
            one = _Outcome(source, content.failure, usage=content.usage)
        else:
            one = await _judged(run, source, *content, texts.github)
        if _is_other(run, one):
            others.append(source.name)
            continue
        if isinstance(one.content, Failed):
            failed.append(one)
        known = _noted(run, one, heard)
        lists.append(dated(known, run.lists[-1]) if dated is not None else known)
        if writes_venues(known.entries):
            run.with_venues.add(known.name)
        run.bare.append(known.model_copy(update={"entries": ()}))
    run.progress.finish("parse")
    run.warnings += [*_left_out(others), *heard]
    if all(one.stale for one in run.lists):
        raise _nothing_read(run, failed)
    return lists


async def _lists_in(run: Run, source: ListSource) -> list[ListSource]:
    """Return the lists of a folder on GitHub; where it cannot be asked, those known of it."""
    folder = source.location
    if not isinstance(folder, GitHubFolder):
        return [source]
    client = None if run.wiring.off else run.wiring.client
    heard: list[str] = []
    found = await lists_in(source, client, run.wiring.settings.github_url, heard.append)
    run.warnings += [f"{source.name}: {words}" for words in heard]
    if not isinstance(found, Failed):
        return found
    base = base_of(source, folder)
    names = {entry.list for paper in run.previous.papers for entry in paper.mentions}
    known = sorted(name for name in names if name == base or name.startswith(f"{base}/"))
    if known:
        run.warnings.append(f"{source.name}: not read ({found.reason})")
    return [ListSource(name, folder) for name in known] or [source]


async def _judged(
    run: Run, source: ListSource, data: bytes, parsed: Parsed, lists: ManyLists
) -> _Outcome:
    """Return what a parsed list counts as; a remote one that is no text counts as not read."""
    at = source.location
    local = isinstance(at, File | StandardInput)
    if isinstance(parsed, ConfigurationError):
        place = f"{at.path}: " if isinstance(at, File) else ""
        return _Outcome(source, Failed(kind="bad-answer", reason=f"{place}{parsed}"), usage=local)
    lost = isinstance(parsed, ParsedList) and not parsed.entries and not local
    if lost and _is_known(run, source.name):
        # An error page with status 200 must not wipe what is known of a remote list.
        reason = "the answer has no entry, and the list had some"
        return _Outcome(source, Failed(kind="bad-answer", reason=reason))
    if isinstance(parsed, ParsedList):
        parsed = await in_repository(run, parsed, data, at, lists)
    return _Outcome(source, parsed, digest=digest(data))


def _is_known(run: Run, name: str) -> bool:
    return name in run.known_lists


def _is_other(run: Run, one: _Outcome) -> bool:
    """Say whether it is what a folder holds without any entry, and no list."""
    empty = isinstance(one.content, ParsedList) and not one.content.entries
    return one.source.found and empty and not _is_known(run, one.source.name)


def _left_out(others: Sequence[str]) -> Iterator[str]:
    if others:
        shown = ", ".join(others[:_SHOWN])
        more = f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
        yield f"not read as lists, because they have no entry: {shown}{more}"


def _noted(run: Run, one: _Outcome, heard: list[str]) -> ParsedList:
    """Return what is known of a list now, and note how it was read."""
    name, at, content = one.source.name, one.source.location, one.content
    path = str(at.path) if isinstance(at, File) else None
    note = partial(ListRun, name=name, path=path, sha256=one.digest)
    if isinstance(content, Failed):
        heard.append(f"list {name}: not read ({content.reason})")
        parsed = last_entries(name, run.previous)
        run.lists.append(note(entries=len(parsed.entries), stale=True, reason=content.reason))
        return parsed
    wanted = restricted(content, None if run.added is None else run.added[name])
    run.problems += wanted.problems
    counts = {"found": content.found, "missing": content.missing, "unchecked": content.unchecked}
    unread = unread_of(content.unread)
    run.lists.append(note(entries=len(content.entries), unread=unread, **counts))
    return content


def _nothing_read(run: Run, outcomes: Sequence[_Outcome]) -> PipelineError:
    reasons = "; ".join(run.warnings)
    if not run.lists:
        return ConfigurationError(f"no list: none of the files has an entry ({reasons})")
    failed = [one.content.reason for one in outcomes if isinstance(one.content, Failed)]
    if any(one.usage for one in outcomes):
        return ConfigurationError("; ".join(failed))
    return PipelineError(f"no list could be read: {reasons}")
