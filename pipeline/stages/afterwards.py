"""Link health → the same with captures and missing sections, both opt-in; no verdict changes."""

from collections import Counter
from collections.abc import (
    AsyncIterator,
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Generic

from pipeline.codes import REASONS
from pipeline.links.accepts import ACCEPTED
from pipeline.links.captures import capture_at, key_of
from pipeline.links.fragments import is_readable, lacks, section_of
from pipeline.progress import Progress, Silent
from pipeline.records.catalog import Paper
from pipeline.records.links import LinkHealth
from pipeline.records.outcomes import Deferred, Failed, Found, Outcome
from pipeline.records.source import R, Source, answers_of
from pipeline.records.sources import AnchorRecord, CaptureRecord
from pipeline.storage.spool import Keep, held, mentioning
from pipeline.urls import request_key
from pipeline.works.identifiers import LASTING, identify


class Tallied(Generic[R]):
    """A source that keeps count of what it could not be asked, for a run that has to say so."""

    def __init__(self, source: Source[R]) -> None:
        self.name = source.name
        self._source = source
        self._left: Counter[str] = Counter()

    async def fetch_many(self, keys: Sequence[str]) -> AsyncIterator[tuple[str, "Outcome[R]"]]:
        """See `Source.fetch_many`."""
        async for key, outcome in self._source.fetch_many(keys):
            if isinstance(outcome, Failed) or (isinstance(outcome, Found) and outcome.stale):
                self._left[outcome.reason or "not asked"] += 1
            yield key, outcome

    def deferred(self) -> Iterator[Deferred]:
        """Yield what was left for a later run, counted by the reason."""
        for reason, count in sorted(self._left.items()):
            yield Deferred(what=self.name, count=count, reason=reason)


def added_days(papers: Iterable[Paper]) -> dict[str, date]:
    """Return when each link came to a list, the first time, as far as that is known."""
    days: dict[str, date] = {}
    for paper in mentioning(papers, '"added":"'):
        for entry in (one for one in paper.mentions if one.added is not None):
            for link in entry.links:
                days[link.url] = min(days.get(link.url, date.max), entry.added or date.max)
    return days


async def archived(
    links: Sequence[LinkHealth],
    source: Source[CaptureRecord],
    progress: Progress | None = None,
    *,
    days: Mapping[str, date] = MappingProxyType({}),
) -> tuple[LinkHealth, ...]:
    """
    Return the links, the dead ones with a good capture where nothing better is known.

    It is the nearest to the day on which the link came to the list (`days`), so that it shows what
    was meant; else the newest. `source` is asked about distinct pages (`captures.key_of`). What
    arXiv says it has never had was never archived either.
    """

    def key(link: LinkHealth) -> str:
        return key_of(request_key(link.url), days.get(link.url))

    wanted = dict.fromkeys(
        key(link) for link in links if _is_gone(link) and link.evidence != "arxiv"
    )
    captures = await _asked(source, wanted, progress or Silent(), "archive")
    return tuple(
        _with_capture(link, captures.get(key(link))) if _is_gone(link) else link for link in links
    )


def with_copies(
    links: Sequence[LinkHealth], before: Iterable[LinkHealth], keep: Keep = held
) -> Sequence[LinkHealth]:
    """Return the links with the copies that earlier runs have taken; the dead ones lead there."""
    known = {one.url: one.archived for one in mentioning(before, '"archived":"') if one.archived}
    if not known:
        return links
    copied = (_with_copy(link, known[link.url]) if link.url in known else link for link in links)
    return keep(LinkHealth, copied)


def _with_copy(link: LinkHealth, copy: str) -> LinkHealth:
    kept = replace(link, archived=copy)
    capture = capture_at(request_key(link.url), copy)
    if not _is_gone(link) or capture is None:
        return kept
    return _with_capture(kept, Found(value=capture))


async def saved(
    links: Sequence[LinkHealth],
    source: Source[CaptureRecord],
    progress: Progress | None = None,
    *,
    days: Mapping[str, date] = MappingProxyType({}),
    spared: Callable[[str], bool] = lambda _: False,
) -> tuple[LinkHealth, ...]:
    """
    Return the links with the copies that `source` has taken of those that are new and alive.

    New is what no run has taken a copy of; what came to a list last (`days`) goes first. Links of
    prose, papers under a lasting identifier, and what is `spared` by its URL are left out.
    """
    fresh = [link for link in links if _is_to_be_saved(link) and not spared(link.url)]
    fresh.sort(key=lambda link: (days.get(link.url, date.min), link.url), reverse=True)
    wanted = dict.fromkeys(request_key(link.url) for link in fresh)
    copies = await _asked(source, wanted, progress or Silent(), "save")
    urls = {link.url for link in fresh}
    return tuple(
        replace(link, archived=found.value.url)
        if link.url in urls and isinstance(found := copies.get(request_key(link.url)), Found)
        else link
        for link in links
    )


def _is_to_be_saved(link: LinkHealth) -> bool:
    if link.verdict != "alive" or link.archived or link.reason_code == ACCEPTED:
        return False
    named = identify(link.url)
    lasts = link.evidence in ("arxiv", "doi") or (named is not None and named.scheme in LASTING)
    in_an_entry = any(place.paper is not None for place in link.occurrences)
    return in_an_entry and not lasts and link.evidence not in ("history", "none")


def _is_gone(link: LinkHealth) -> bool:
    """Say whether a link is gone, perhaps only probably, and has no replacement yet."""
    gone = link.verdict == "dead" or link.reason_code == "probably-gone"
    return gone and link.suggestion is None


def _with_capture(link: LinkHealth, outcome: Outcome[CaptureRecord] | None) -> LinkHealth:
    if not isinstance(outcome, Found):
        return link
    capture = outcome.value
    fragment = link.url.partition("#")[2]
    words = f"{link.reason.removesuffix('.')} (archived copy of {capture.day})."
    suggestion = f"{capture.url}#{fragment}" if fragment and "#" not in capture.url else capture.url
    return replace(link, suggestion=suggestion, reason=words)


async def anchored(
    links: Sequence[LinkHealth], source: Source[AnchorRecord], progress: Progress | None = None
) -> tuple[LinkHealth, ...]:
    """Return the links; `fragment-missing` where a page lacks the section. One question a page."""
    wanted = dict.fromkeys(request_key(link.url) for link in links if _has_section(link))
    pages = await _asked(source, wanted, progress or Silent(), "fragments")
    return tuple(
        _judged(link, pages.get(request_key(link.url))) if _has_section(link) else link
        for link in links
    )


def _has_section(link: LinkHealth) -> bool:
    seen = link.verdict == "alive" and link.evidence in ("http", "github")
    return seen and section_of(link.url) is not None and is_readable(link.url)


def _judged(link: LinkHealth, outcome: Outcome[AnchorRecord] | None) -> LinkHealth:
    section, code = section_of(link.url), "fragment-missing"
    if section is None or not isinstance(outcome, Found) or not lacks(outcome.value, section):
        return link
    return replace(link, reason_code=code, reason=f"{REASONS[code][:-1]}: {section}.")


async def _asked(
    source: Source[R], keys: Collection[str], progress: Progress, what: str
) -> dict[str, Outcome[R]]:
    """Return one outcome for each key, in the order in which they are asked."""
    if not keys:
        return {}
    progress.start(what, len(keys))
    outcomes = await answers_of(source, keys, lambda: progress.advance(what))
    progress.finish(what)
    return outcomes
