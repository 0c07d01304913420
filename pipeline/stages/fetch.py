"""
Papers → papers with metadata: arXiv's record of each id, GitHub's of each repository.

Both services are asked at the same time and in batches, for what entries and prose link to alike:
the answers are the evidence that the links are alive too, so that no page has to be asked for.
What abstracts call the paper's own code is asked about as well: together with the rest where the
last run knew it, else behind it. The rest is pure: `apply` puts answers into a paper.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from types import MappingProxyType
from typing import Any, Final

from pipeline.progress import Progress
from pipeline.records.catalog import (
    ArxivPart,
    Finding,
    Paper,
    RepositoryPart,
    Severity,
    SourceState,
)
from pipeline.records.lists import ParsedList
from pipeline.records.outcomes import Found, Missing, Outcome, Status
from pipeline.records.source import Source, take_answers
from pipeline.records.sources import ArxivRecord, DoiRecord, RepositoryRecord
from pipeline.stages.bulkhead import Guarded, together
from pipeline.stages.needs import ASKED_SCHEMES, Needs, key_of, listed
from pipeline.storage.answers import Room, found_with, in_memory, statuses
from pipeline.storage.papers import Each, Look, at_once, look, part_of
from pipeline.works.code_links import CodeLink, own_code
from pipeline.works.dois import dois_in
from pipeline.works.forges import FORGE_NAMES, page_of, service_of
from pipeline.works.identifiers import Identifier, canonical_url, identify
from pipeline.works.known import LastCatalog
from pipeline.works.repository_identity import (
    are_forks_meant,
    original_of,
    replaced,
    with_past,
)
from pipeline.works.withdrawals import withdrawal_of

STAGE: Final = "fetch"

ArxivAnswers = Mapping[str, Outcome[ArxivRecord]]
"""By arXiv id."""
RepositoryAnswers = Mapping[str, Outcome[RepositoryRecord]]
"""By `RepositoryPart.key`."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What is known after asking: the papers, and the answers themselves as evidence for links."""

    papers: Sequence[Paper]
    arxiv: ArxivAnswers
    repositories: RepositoryAnswers
    dois: Mapping[str, Outcome[DoiRecord]] = field(default_factory=dict)
    """By DOI in lower case, where a registry was asked."""


async def fetch(
    papers: Sequence[Paper],
    lists: Sequence[ParsedList],
    *,
    arxiv: Source[ArxivRecord],
    github: Source[RepositoryRecord],
    progress: Progress,
    before: LastCatalog | None = None,
    forges: Mapping[str, Source[RepositoryRecord]] = MappingProxyType({}),
    each: Each = at_once,
    look_at: Look = look,
    room: Room = in_memory,
) -> Fetched:
    """
    Ask arXiv and GitHub about everything that papers and prose link to, and fill in papers.

    `before` is the last catalog: a repository is compared with what its name was then, and those
    that abstracts named then need not wait for arXiv. `forges` are the services beside
    GitHub that are asked too, by name.
    """
    needs = Needs()
    look_at(papers, needs)
    ids, names = needs.with_prose(lists)
    last = before or LastCatalog()
    named = (key for id_ in ids for key in last.named.get(id_, ()))
    names = tuple(dict.fromkeys((*names, *named)))
    others = {name: _ByKey(name, source) for name, source in forges.items()}
    hosts: dict[str, Source[RepositoryRecord]] = {"github": github, **others}
    paths = {name: [one for one in names if service_of(one) == name] for name in hosts}
    progress.start(STAGE, len(ids) + sum(map(len, paths.values())))
    advance = partial(progress.advance, STAGE)
    answers, repositories = room(ArxivRecord), room(RepositoryRecord)
    about_names = [
        take_answers(source, paths[name], repositories, advance) for name, source in hosts.items()
    ]
    await together([take_answers(arxiv, ids, answers, advance), *about_names])
    own = _OwnCode(answers)
    if "found" in statuses(answers):  # else nobody has read what papers say of themselves
        look(papers, own)
    for name, source in hosts.items():
        asked = repositories.keys()
        if keys := [key for key in own.names if key not in asked and service_of(key) == name]:
            await take_answers(source, keys, repositories)
    for name in repositories:
        if name in last.parts:
            outcome = repositories[name]
            if (new := _with_past(outcome, last.parts[name])) != outcome:
                repositories[name] = new
    originals = _originals(needs.linked, repositories)

    def fill(share: int) -> Guarded:
        ids, names = needs.shares[share]
        keys = [*names, *(own.shares[share] if own.shares else ())]
        past = _Past(part_of(last.parts, keys), originals)
        some = part_of(answers, ids), part_of(repositories, keys)
        return Guarded(partial(apply, arxiv=some[0], repositories=some[1], past=past), STAGE)

    papers = each(papers, fill)
    progress.finish(STAGE)
    return Fetched(papers=papers, arxiv=answers, repositories=repositories)


class _ByKey:
    """A service beside GitHub, asked by `RepositoryPart.key`: its own keys have no prefix."""

    def __init__(self, service: str, source: Source[RepositoryRecord]) -> None:
        self.name = source.name
        self._prefix = f"{service}:"
        self._source = source

    async def fetch_many(
        self, keys: Sequence[str]
    ) -> AsyncIterator[tuple[str, Outcome[RepositoryRecord]]]:
        """See `Source`."""
        paths = tuple(key.removeprefix(self._prefix) for key in keys)
        async for path, outcome in self._source.fetch_many(paths):
            yield f"{self._prefix}{path}", outcome


class _OwnCode:
    """The repositories that papers themselves name as their code (`RepositoryPart.key`)."""

    def __init__(self, arxiv: ArxivAnswers) -> None:
        self.names: dict[str, None] = {}
        self.shares: list[Sequence[str]] = []
        """Of each share of the papers."""
        self._arxiv = arxiv

    def new(self) -> "_OwnCode":
        """See `Notes`."""
        return _OwnCode(self._arxiv)

    def note(self, number: int, paper: Paper) -> None:  # noqa: ARG002
        """See `Notes`."""
        Guarded(self._named_by, STAGE)(paper)

    def _named_by(self, paper: Paper) -> Paper:
        self.names |= dict.fromkeys(_own_code(_described(paper, self._arxiv)))
        return paper

    def add(self, share: "_OwnCode") -> None:
        """See `Notes`."""
        self.shares.append(tuple(share.names))
        self.names |= share.names


def _described(paper: Paper, arxiv: ArxivAnswers) -> Paper:
    """Return a paper with what arXiv says of it."""
    fields = _arxiv_fields(paper, arxiv)
    return replace(paper, **fields) if fields else paper


def _own_code(paper: Paper) -> dict[str, CodeLink]:
    """Return the repositories that a paper's own texts call its code, by `RepositoryPart.key`."""
    own = own_code(paper) if paper.kind == "paper" else ()
    return {link.key: link for link in own if link.key is not None}


# --- answers into papers ----------------------------------------------------------------------

# From the best to the worst answer: the worst is how the source answered for the paper.
_RANKS: Final[tuple[Status, ...]] = ("found", "missing", "blocked", "skipped", "failed")

_OWN_CODES: Final = frozenset(
    """
    arxiv-id-missing arxiv-withdrawn repository-missing repository-renamed repository-archived
    repository-replaced repository-fork
    """.split()  # noqa: SIM905  one word a line would hide the table
)


@dataclass(frozen=True, slots=True)
class _Named:
    """An arXiv id or a repository that stands in a list."""

    subject: Identifier
    list: str
    line: int


@dataclass(frozen=True, slots=True)
class _Past:
    """What is known of repositories beside the answers."""

    parts: Mapping[str, RepositoryPart] = field(default_factory=dict)
    """From the last run, by name."""
    originals: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """By list and name: the repository in whose place a fork seems to stand there."""


def _with_past(
    outcome: Outcome[RepositoryRecord], before: RepositoryPart
) -> Outcome[RepositoryRecord]:
    if not isinstance(outcome, Found) or outcome.stale:
        return outcome
    return outcome.model_copy(update={"value": with_past(outcome.value, before)})


def _originals(
    linked: Mapping[str, Iterable[str]], answers: RepositoryAnswers
) -> dict[tuple[str, str], str]:
    """Return the repositories in whose places forks seem to stand, by list and fork."""
    found: dict[tuple[str, str], str] = {}
    forks = {key for key, one in found_with(answers, '"fork_of":"') if one.fork_of is not None}
    for name, keys in linked.items():
        if forks.isdisjoint(keys):
            continue
        known = {key: one.value for key in keys if isinstance(one := answers.get(key), Found)}
        records = {f"{one.service}:{one.full_name.lower()}": one for one in known.values()}
        if not are_forks_meant(records.values()):
            for key, record in known.items():
                if (original := original_of(record, records)) is not None:
                    found[name, key] = original
    return found


def _named(paper: Paper) -> list[_Named]:
    return [
        _Named(subject, entry.list, link.line)
        for entry in paper.mentions
        for link in entry.links
        if (subject := identify(link.url)) is not None and subject.scheme in ASKED_SCHEMES
    ]


def apply(
    paper: Paper,
    arxiv: ArxivAnswers,
    repositories: RepositoryAnswers,
    past: _Past | None = None,
) -> Paper:
    """
    Put the answers into a paper: arXiv's fields, its repositories, states, and what was found.

    The title falls back to the list's; a DOI that the list links to stands before arXiv's, because
    arXiv's comes from the authors and may be of a related work.
    """
    named, past = _named(paper), past or _Past()
    described = _described(paper, arxiv)
    found = chain(
        (one for one in paper.findings if one.code not in _OWN_CODES),
        _missing_ids(paper, named, arxiv),
        _withdrawn(described),
        _about_repositories(named, repositories, past),
    )
    findings = sorted(set(found), key=lambda one: (one.list, one.line, one.code, one.message))
    return replace(
        described,
        repositories=_repositories(described, named, repositories, past),
        findings=tuple(findings),
        sources={**paper.sources, **_states(paper, named, arxiv, repositories)},
    )


def _states(
    paper: Paper, named: Iterable[_Named], arxiv: ArxivAnswers, repositories: RepositoryAnswers
) -> dict[str, SourceState]:
    ids = [paper.arxiv.id] if paper.arxiv is not None else []
    answers: dict[str, list[Outcome[Any]]] = {
        "arxiv": [arxiv[id_] for id_ in ids if id_ in arxiv],
    }
    for name in _written_names(paper, named):
        if name in repositories:
            answers.setdefault(service_of(name), []).append(repositories[name])
    return {source: state_of(told) for source, told in answers.items() if told}


_ARXIV_FIELDS: Final = set(ArxivPart.model_fields)


def _arxiv_fields(paper: Paper, answers: ArxivAnswers) -> dict[str, Any]:
    outcome = answers.get(paper.arxiv.id) if paper.arxiv else None
    if paper.arxiv is None or not isinstance(outcome, Found):
        return {}
    record = outcome.value
    return {
        "title": record.title or paper.title,
        "authors": record.authors,
        "abstract": record.abstract,
        "published": record.published,
        "updated": record.updated,
        "doi": paper.doi or next(dois_in(record.doi), None),
        "arxiv": ArxivPart(**record.model_dump(include=_ARXIV_FIELDS) | {"id": paper.arxiv.id}),
    }


def state_of(outcomes: Iterable[Outcome[Any]]) -> SourceState:
    """Return how a source answered, from its answers about one paper: the worst of them."""
    states = [SourceState.of(outcome) for outcome in outcomes]
    if len(states) == 1:
        return states[0]
    worst = max(states, key=lambda state: (_RANKS.index(state.status), state.stale))
    as_of = min((state.as_of for state in states if state.as_of), default=None)
    stale = any(state.stale for state in states)
    return worst.model_copy(update={"stale": stale, "as_of": as_of})


# --- repositories -----------------------------------------------------------------------------


def _written_names(paper: Paper, named: Iterable[_Named]) -> dict[str, str]:
    """Return the repositories of a paper: key to its first spelling in a list."""
    names = {part.key: part.renamed_from or part.full_name for part in listed(paper)}
    for one in named:
        if one.subject.scheme != "arxiv":
            names.setdefault(key_of(one.subject), one.subject.written)
    return names


def _repositories(
    paper: Paper, named: Iterable[_Named], answers: RepositoryAnswers, past: _Past
) -> tuple[RepositoryPart, ...]:
    """
    Return the repositories of a paper, each once; one that was not asked stays as it was.

    Those of the list come first, then those that its own texts name.
    """
    known = {part.key: part for part in listed(paper)}
    parts: dict[str, RepositoryPart] = {}
    for key, written in _written_names(paper, named).items():
        part = known.get(key)
        if key in answers:
            service = service_of(key)
            part = repository_part(written, answers[key], past.parts.get(key), service=service)
        if part is not None:
            name = f"{part.service}:{part.full_name.lower()}"
            parts[name] = _merged(parts[name], part) if name in parts else part
    for key, link in _own_code(paper).items():
        if key in answers:
            service, last = service_of(key), past.parts.get(key)
            part = repository_part(link.full_name, answers[key], last, service=service)
            part = part.model_copy(update={"named_by": link.origin})
            parts.setdefault(f"{service}:{part.full_name.lower()}", part)
    return tuple(parts.values())


def repository_part(
    asked: str,
    outcome: Outcome[RepositoryRecord],
    before: RepositoryPart | None = None,
    *,
    service: str = "github",
) -> RepositoryPart:
    """
    Return the catalog's view of a repository that was asked for as `asked` (`owner/name`).

    Which one it was `before` is kept while it is not found: who takes the name is another one.
    """
    if not isinstance(outcome, Found):
        return RepositoryPart(
            service=service,
            full_name=asked,
            url=page_of(service, asked),
            status=outcome.status,
            id=before.id if before else None,
            former_ids=before.former_ids if before else (),
            reason=outcome.reason,
        )
    record = outcome.value
    renamed = record.full_name.lower() != asked.lower()
    return RepositoryPart(
        **record.model_dump(exclude={"original_stars"}),
        status="found",
        renamed_from=asked if renamed else None,
        reason=outcome.reason,
        stale=outcome.stale,
        as_of=outcome.as_of if outcome.stale else None,
    )


def _merged(one: RepositoryPart, other: RepositoryPart) -> RepositoryPart:
    """Return one part for a repository that was asked for by two names; today's answer counts."""
    best = other if other.status == "found" and (one.stale or one.status != "found") else one
    return best.model_copy(update={"renamed_from": one.renamed_from or other.renamed_from})


# --- findings ---------------------------------------------------------------------------------


def _finding(code: str, severity: Severity, message: str, name: str, line: int) -> Finding:
    return Finding(code=code, severity=severity, message=message, list=name, line=line)


def _missing_ids(paper: Paper, named: Sequence[_Named], answers: ArxivAnswers) -> Iterator[Finding]:
    """
    Name every place of an id that arXiv does not know.

    The paper's own id may stand in no link (it came from words, or from another list): then every
    mention is such a place. An id that was found by title is no mistake of a list's, so no error.
    """
    own = paper.arxiv.id if paper.arxiv else ""
    places = [
        (one.subject.value, one.list, one.line) for one in named if one.subject.scheme == "arxiv"
    ]
    severity: Severity = "error"
    if own not in {arxiv_id for arxiv_id, _, _ in places}:
        places += [(own, entry.list, entry.line) for entry in paper.mentions]
        severity = "warning" if paper.resolution.method == "title" else "error"
    for arxiv_id, name, line in places:
        if isinstance(answers.get(arxiv_id), Missing):
            how_bad = severity if arxiv_id == own else "error"
            message = f"arXiv knows no paper {arxiv_id}"
            yield _finding("arxiv-id-missing", how_bad, message, name, line)


def _withdrawn(paper: Paper) -> Iterator[Finding]:
    """Name every mention of a paper that its authors or arXiv have withdrawn, and why."""
    withdrawal = withdrawal_of(paper)
    if paper.arxiv is None or withdrawal is None:
        return
    successor = canonical_url(withdrawal.successor) if withdrawal.successor else None
    message = f"arXiv:{paper.arxiv.id} has been withdrawn"
    if withdrawal.reason:
        message += f" (“{withdrawal.reason.rstrip('.')}”)"
    if successor is not None:
        message += "; another work takes its place"
    for entry in paper.mentions:
        found = _finding("arxiv-withdrawn", "warning", message, entry.list, entry.line)
        yield found.model_copy(update={"replacement": successor})


def _about_repositories(
    named: Iterable[_Named], answers: RepositoryAnswers, past: _Past
) -> Iterator[Finding]:
    """Name every place of a repository that is gone, renamed, another one, a fork or archived."""
    for one in named:
        if one.subject.scheme == "arxiv":
            continue
        asked, place, key = one.subject.written, (one.list, one.line), key_of(one.subject)
        outcome = answers.get(key)
        if isinstance(outcome, Missing):
            message = f"{FORGE_NAMES[service_of(key)]} knows no repository {asked}"
            yield _finding("repository-missing", "warning", message, *place)
        if not isinstance(outcome, Found):
            continue
        record, name = outcome.value, outcome.value.full_name
        why = replaced(record, past.parts.get(key))
        if why is not None and not outcome.stale:
            message = f"{asked} may be another repository than the list means: {why}"
            yield _finding("repository-replaced", "warning", message, *place)
        elif name.lower() != asked.lower():
            yield _finding("repository-renamed", "info", f"{asked} is now {name}", *place)
        original = past.originals.get((one.list, key))
        if original is not None:
            yield _finding("repository-fork", "info", f"{name} is a fork of {original}", *place)
        if record.archived:
            yield _finding("repository-archived", "info", f"{name} is archived", *place)
