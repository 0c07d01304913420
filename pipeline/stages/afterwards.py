"""Link health → the same with captures and missing sections, both opt-in; no verdict changes."""

from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from dataclasses import replace
from typing import Generic

from pipeline.codes import REASONS
from pipeline.links.fragments import is_readable, lacks, section_of
from pipeline.progress import Progress, Silent
from pipeline.records.links import LinkHealth
from pipeline.records.outcomes import Deferred, Failed, Found, Outcome
from pipeline.records.source import R, Source, answers_of
from pipeline.records.sources import AnchorRecord, CaptureRecord
from pipeline.urls import request_key


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


async def archived(
    links: Sequence[LinkHealth], source: Source[CaptureRecord], progress: Progress | None = None
) -> tuple[LinkHealth, ...]:
    """
    Return the links, the dead ones with the newest good capture where nothing better is known.

    `source` is asked about distinct pages (`request_key`). What arXiv says it has never had was
    never archived either.
    """
    gone = (link for link in links if _is_gone(link) and link.evidence != "arxiv")
    wanted = dict.fromkeys(request_key(link.url) for link in gone)
    captures = await _asked(source, wanted, progress or Silent(), "archive")
    return tuple(
        _with_capture(link, captures.get(request_key(link.url))) if _is_gone(link) else link
        for link in links
    )


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
