"""
What has changed from one result to the next: papers, links, repositories. Pure.

Of each result only what is compared is held, so catalogs may be streamed. Works are the same where
a key is, or a former one. A change is told only where the result before knew the opposite: what
nobody had been asked about is no news when it is asked at last.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Final, NamedTuple

from pipeline.records.catalog import Paper, RepositoryPart
from pipeline.records.events import KINDS, Change, ChangeKind
from pipeline.records.links import LinkHealth, Verdict
from pipeline.works.acceptance import accepted_in
from pipeline.works.identifiers import canonical_url
from pipeline.works.titles import title_key
from pipeline.works.withdrawals import Withdrawal, withdrawal_of, without_notice

STARS_GAINED: Final = 100
STARS_FACTOR: Final = 1.5
"""
Stars have jumped where there are at least 100 more and at least half as many again. Of one
repository that is told once for each power of two that it reaches, so a number that goes up and
down tells nothing twice.
"""
_WORKS: Final[frozenset[Verdict]] = frozenset({"alive", "moved"})
_ASKED: Final[frozenset[Verdict]] = frozenset({"alive", "moved", "failing", "blocked"})
"""Verdicts of links that were asked and were not dead."""
_REGISTRIES: Final = frozenset({"crossref", "openalex", "semanticscholar"})
"""Who tells of retractions."""
_ARXIV_ITSELF: Final = ("arxiv", "oai", "snapshot")
"""Who tells of versions, comments and withdrawals; DataCite does not."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the events so far have told, as far as the next ones depend on it."""

    ids: Collection[str] = frozenset()
    links: Mapping[str, Change] = field(default_factory=dict)
    """Of each link the last death or return that was told, by its address."""


NOTHING: Final = Told()


@dataclass(frozen=True, slots=True)
class Scope:
    """What the two results can be compared about; None: everything."""

    before: Collection[str] | None = None
    """Lists that the first one read: the papers of any other are not newly added."""
    after: Collection[str] | None = None
    """Lists that the second one read: the papers of any other are not removed."""


EVERYTHING: Final = Scope()


@dataclass(frozen=True, slots=True)
class Result:
    """One result: its papers, and its links where they are known."""

    papers: Iterable[Paper]
    links: Iterable[LinkHealth] | None = None


def changes(
    before: Result,
    after: Result,
    *,
    scope: Scope = EVERYTHING,
    told: Told = NOTHING,
    seen_alive: Collection[str] = (),
) -> list[Change]:
    """
    Return what has changed and was not told, by kind and key.

    `seen_alive`: addresses of links that were alive at some time, though `before` may not say so.
    """
    old = {one.key: one for one in map(_work, before.papers)}
    new = {one.key: one for one in map(_work, after.papers)}
    found = list(_of_works(old, new, scope))
    found += _of_repositories(old, new)
    if before.links is not None and after.links is not None:
        past = {one.url: one for one in map(_link, before.links)}
        found += _of_links(past, map(_link, after.links), new, told, seen_alive)
    fresh = {one.id: one for one in found if one.id not in told.ids}
    return sorted(fresh.values(), key=lambda one: (KINDS.index(one.kind), one.key, one.id))


# --- works ------------------------------------------------------------------------------------


_AT_A_WORKSHOP: Final = 1
_ACCEPTED: Final = 2
_PUBLISHED: Final = 3


class _Publication(NamedTuple):
    """Where a work is published, or is going to be."""

    source: str
    where: str
    rank: int
    """Only what is more than it was is news."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """What of a paper is compared."""

    key: str
    former: tuple[str, ...]
    title: str
    url: str | None
    lists: tuple[str, ...]
    section: tuple[str, ...]
    added: date | None
    is_found: bool
    is_official: bool
    """Whether a registry has given the title; DataCite's copy of arXiv's may be an old one."""
    asked: frozenset[str]
    """Sources that have answered about it."""
    published: _Publication | None
    version: int | None
    comment: str | None
    withdrawn: Withdrawal | None
    retracted: str | None
    """According to whom; None where it is not."""
    repositories: tuple[RepositoryPart, ...]


def _work(paper: Paper) -> _Work:
    first, arxiv = paper.mentions[0] if paper.mentions else None, paper.arxiv
    is_arxivs = arxiv is not None and arxiv.metadata_source in _ARXIV_ITSELF
    answered = {name for name, one in paper.sources.items() if one.status in ("found", "missing")}
    of_registry = any("title" in one.fields for one in paper.sources.values())
    return _Work(
        key=paper.key,
        former=paper.former_keys,
        title=paper.title,
        url=paper.url,
        lists=tuple(dict.fromkeys(entry.list for entry in paper.mentions)),
        section=first.section if first else (),
        added=min((entry.added for entry in paper.mentions if entry.added), default=None),
        is_found=paper.resolution.status == "found",
        is_official=of_registry or is_arxivs,
        asked=frozenset(answered - {"arxiv"} | ({"arxiv"} if is_arxivs else set())),
        published=_published(paper),
        version=arxiv.version if arxiv else None,
        withdrawn=withdrawal_of(paper),
        comment=arxiv.comment if arxiv else None,
        retracted=next((one.message for one in paper.findings if one.code == "retracted"), None),
        repositories=paper.repositories,
    )


def _published(paper: Paper) -> _Publication | None:
    """Return where a paper is published or accepted, whatever version wrote its catalog."""
    version, arxiv = paper.published_as, paper.arxiv
    if version is not None and version.state == "published" and (version.venue or version.doi):
        year = str(version.year or "")
        parts = (version.venue, "" if year in (version.venue or "") else year, version.doi)
        return _Publication(version.source, ", ".join(filter(None, parts)), _PUBLISHED)
    if arxiv is not None and (arxiv.journal_ref or arxiv.doi):
        return _Publication("arxiv", arxiv.journal_ref or arxiv.doi or "", _PUBLISHED)
    accepted = accepted_in(arxiv.comment) if arxiv is not None else None
    if accepted is None:
        return None
    rank = _AT_A_WORKSHOP if accepted.kind == "workshop" else _ACCEPTED
    year = (
        f", {accepted.year}" if accepted.year and str(accepted.year) not in accepted.venue else ""
    )
    return _Publication("arxiv", f"{accepted.venue}{year}", rank)


def _of_works(old: Mapping[str, _Work], new: Mapping[str, _Work], scope: Scope) -> Iterator[Change]:
    past = _matched(old, new)
    for work in new.values():
        before = past.get(work.key)
        if before is not None:
            yield from _of_work(before, work)
        elif _reads(scope.before, work):
            yield _about(work, "added")
    kept = {one.key for one in past.values()} | {key for one in new.values() for key in one.former}
    for work in old.values():
        if work.key not in kept and _reads(scope.after, work):
            yield _about(work, "removed")


def _matched(old: Mapping[str, _Work], new: Mapping[str, _Work]) -> dict[str, _Work]:
    """Return what each new work was before, by its key: the same, else one of its former ones."""
    by_former = {key: one for one in old.values() for key in one.former}
    found: dict[str, _Work] = {}
    for work in new.values():
        keys = (work.key, *reversed(work.former))
        same = next((old[key] for key in keys if key in old), by_former.get(work.key))
        if same is not None:
            found[work.key] = same
    return found


def _reads(lists: Collection[str] | None, work: _Work) -> bool:
    return lists is None or any(name in lists for name in work.lists)


def _of_work(before: _Work, now: _Work) -> Iterator[Change]:
    if now.is_found and not before.is_found:
        yield _about(now, "identified", before=before.title, after=now.title)
    if before.key != now.key:
        return  # what is now known of it is of another record
    if before.is_official and now.is_official and _differ(before.title, now.title):
        yield _about(now, "retitled", now.title, before=before.title, after=now.title)
    yield from _of_publication(before, now)
    if now.retracted is not None and before.retracted is None and before.asked & _REGISTRIES:
        yield _about(now, "retracted", after=now.retracted.partition(", ")[2] or None)
    if "arxiv" not in before.asked:
        return
    if now.withdrawn is not None and before.withdrawn is None:
        told = _about(now, "withdrawn", after=now.withdrawn.reason or now.comment)
        successor = now.withdrawn.successor
        yield told.model_copy(update={"successor": canonical_url(successor) if successor else None})
    elif before.version and now.version and now.version > before.version:
        versions = str(before.version), str(now.version)
        yield _about(now, "new-version", versions[1], before=versions[0], after=versions[1])


def _of_publication(before: _Work, now: _Work) -> Iterator[Change]:
    was, is_ = before.published, now.published
    if is_ is None or is_.source not in before.asked or (was is not None and was.rank >= is_.rank):
        return
    if is_.rank == _PUBLISHED:
        yield _about(now, "published", after=is_.where)
    else:
        beside = ("workshop",) if is_.rank == _AT_A_WORKSHOP else ()
        yield _about(now, "accepted", *beside, after=is_.where)


def _differ(one: str, other: str) -> bool:
    return one != other and title_key(without_notice(one)) != title_key(without_notice(other))


def _about(
    work: _Work,
    kind: ChangeKind,
    *news: str,
    before: str | None = None,
    after: str | None = None,
) -> Change:
    return Change(
        id=_digest(kind, work.key, *news),
        kind=kind,
        key=work.key,
        title=work.title,
        url=work.url,
        lists=work.lists,
        section=work.section,
        before=before,
        after=after,
        added=work.added,
    )


def _digest(kind: str, key: str, *news: str) -> str:
    return sha256(repr((kind, key, *news)).encode("utf-8", "replace")).hexdigest()[:16]


# --- repositories -----------------------------------------------------------------------------


def _of_repositories(old: Mapping[str, _Work], new: Mapping[str, _Work]) -> Iterator[Change]:
    past = {
        (part.service, part.full_name.lower()): part
        for work in old.values()
        for part in work.repositories
        if part.status == "found" or part.id is not None
    }
    for work in new.values():
        for part in work.repositories:
            names = (part.full_name, part.renamed_from or "")
            known = (past.get((part.service, name.lower())) for name in names)
            before = next(filter(None, known), None)
            if before is not None:
                yield from _of_repository(before, part, work)


def _of_repository(before: RepositoryPart, now: RepositoryPart, work: _Work) -> Iterator[Change]:
    old, new = before.full_name, now.full_name
    if now.status == "missing" and before.status == "found":
        yield _about_repository(now, work, "repository-gone")
    if now.status != "found":
        return
    if before.id is not None and before.id in now.former_ids:
        yield _about_repository(now, work, "repository-replaced", str(now.id))
        return
    if old.lower() != new.lower() and not now.former_ids:
        yield _about_repository(now, work, "repository-renamed", old, before=old, after=new)
    if now.archived and before.archived is False:
        yield _about_repository(now, work, "repository-archived")
    if before.stars is None or now.stars is None:
        return
    if now.stars - before.stars >= STARS_GAINED and now.stars >= STARS_FACTOR * before.stars:
        stars, power = (str(before.stars), str(now.stars)), str(now.stars.bit_length())
        yield _about_repository(now, work, "stars-jumped", power, before=stars[0], after=stars[1])


def _about_repository(
    part: RepositoryPart,
    work: _Work,
    kind: ChangeKind,
    *news: str,
    before: str | None = None,
    after: str | None = None,
) -> Change:
    key = f"{part.service}:{part.full_name.lower()}"
    return Change(
        id=_digest(kind, key, *news),
        kind=kind,
        key=key,
        title=work.title,
        url=part.url,
        lists=work.lists,
        section=work.section,
        before=before,
        after=after,
    )


# --- links ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Link:
    """What of a link is compared."""

    url: str
    verdict: Verdict
    reason: str
    final_url: str | None
    paper: str | None
    lists: tuple[str, ...]


def _link(health: LinkHealth) -> _Link:
    places = health.occurrences
    return _Link(
        url=health.url,
        verdict=health.verdict,
        reason=health.reason,
        final_url=health.final_url,
        paper=next((place.paper for place in places if place.paper), None),
        lists=tuple(dict.fromkeys(place.list for place in places)),
    )


def _of_links(
    past: Mapping[str, _Link],
    links: Iterable[_Link],
    works: Mapping[str, _Work],
    told: Told,
    seen_alive: Collection[str],
) -> Iterator[Change]:
    for now in links:
        before = past.get(now.url)
        if before is None:
            continue  # a new link: what is wrong with it, the report says
        work, last = works.get(now.paper or ""), told.links.get(now.url)
        # What was told last makes the next death another one, with an id of its own.
        after = last.id if last else ""
        was_dead = last.kind == "link-dead" if last else before.verdict == "dead"
        if now.verdict == "dead":
            if not was_dead and (before.verdict in _ASKED or now.url in seen_alive):
                yield _about_link(now, work, "link-dead", after, after=now.reason)
        elif now.verdict in _WORKS and was_dead:
            yield _about_link(now, work, "link-back", after, after=now.final_url)
        elif (
            now.verdict == "moved"
            and before.verdict in _WORKS
            and now.final_url
            and (before.verdict, before.final_url) != ("moved", now.final_url)
        ):
            yield _about_link(
                now, work, "link-moved", now.final_url, before=now.url, after=now.final_url
            )


def _about_link(
    link: _Link,
    work: _Work | None,
    kind: ChangeKind,
    *news: str,
    before: str | None = None,
    after: str | None = None,
) -> Change:
    return Change(
        id=_digest(kind, link.url, *news),
        kind=kind,
        key=link.url,
        title=work.title if work else "",
        url=link.url,
        lists=link.lists,
        section=work.section if work else (),
        before=before,
        after=after,
    )
