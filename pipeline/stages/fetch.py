"""
Papers → papers with metadata: arXiv's record of each id, GitHub's of each repository.

Both services are asked at the same time and in batches, for what entries and prose link to alike:
the answers are the evidence that the links are alive too, so that no page has to be asked for.
What abstracts call the paper's own code is asked about as well: together with the rest where the
last run knew it, else behind it. The rest is pure: `apply` puts answers into a paper.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
from pipeline.records.lists import Link, ParsedList
from pipeline.records.outcomes import Found, Missing, Outcome, Status
from pipeline.records.source import Source, answers_of
from pipeline.records.sources import ArxivRecord, DoiRecord, RepositoryRecord
from pipeline.stages.bulkhead import guarded
from pipeline.storage.papers import Each, at_once
from pipeline.works.code_links import CodeLink, own_code
from pipeline.works.dois import dois_in
from pipeline.works.forges import FORGE_NAMES, FORGES, page_of, service_of
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

_SCHEMES: Final = frozenset({"arxiv", "github", *FORGES})

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
) -> Fetched:
    """
    Ask arXiv and GitHub about everything that papers and prose link to, and fill in papers.

    `before` is the last catalog: a repository is compared with what its name was then, and those
    that abstracts named then need not wait for arXiv. `forges` are the services beside
    GitHub that are asked too, by name.
    """
    ids, names = wanted(papers, lists)
    last = before or LastCatalog()
    named = (key for id_ in ids for key in last.named.get(id_, ()))
    names = tuple(dict.fromkeys((*names, *named)))
    hosts = {"github": github, **forges}
    paths = {name: [one for one in names if service_of(one) == name] for name in hosts}
    progress.start(STAGE, len(ids) + sum(map(len, paths.values())))
    advance = partial(progress.advance, STAGE)
    async with asyncio.TaskGroup() as group:
        about_ids = group.create_task(answers_of(arxiv, ids, advance))
        about_names = [
            group.create_task(_answers_of(source, name, paths[name], advance))
            for name, source in hosts.items()
        ]
    answers = about_ids.result()
    asked = {key: outcome for task in about_names for key, outcome in task.result().items()}
    new = _newly_named(papers, answers, asked)
    for name, source in hosts.items():
        if keys := [key for key in new if service_of(key) == name]:
            asked |= await _answers_of(source, name, keys)
    known = last.parts
    repositories = {name: _with_past(outcome, known, name) for name, outcome in asked.items()}
    linked = _linked(papers, repositories)
    of_forks = frozenset(name for name in linked if are_forks_meant(linked[name].values()))
    past = _Past(known, linked, of_forks)
    fill = partial(apply, arxiv=answers, repositories=repositories, past=past)
    papers = each(papers, guarded(fill, STAGE))
    progress.finish(STAGE)
    return Fetched(papers=papers, arxiv=answers, repositories=repositories)


async def _answers_of(
    source: Source[RepositoryRecord],
    name: str,
    keys: Sequence[str],
    advance: Callable[[], None] = lambda: None,
) -> dict[str, Outcome[RepositoryRecord]]:
    """Ask a service, whose own keys have no prefix."""
    prefix = "" if name == "github" else f"{name}:"
    found = await answers_of(source, [key.removeprefix(prefix) for key in keys], advance)
    return {f"{prefix}{key}": outcome for key, outcome in found.items()}


def wanted(
    papers: Sequence[Paper], lists: Iterable[ParsedList]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the distinct arXiv ids and repositories (lower case) to ask about, as first seen."""
    ids: dict[str, None] = {}
    names: dict[str, None] = {}
    linked_ids: dict[str, None] = {}  # go behind those that the papers are known by
    linked_names: dict[str, None] = {}

    def note(link: Link) -> None:
        subject = identify(link.url)
        if subject is not None and subject.scheme == "arxiv":
            linked_ids[subject.value] = None
        elif subject is not None and subject.scheme in _SCHEMES:
            linked_names[_key(subject)] = None

    for paper in papers:
        if paper.arxiv is not None:
            ids[paper.arxiv.id] = None
        names |= dict.fromkeys(part.key for part in _listed(paper))
        for entry in paper.mentions:
            for link in entry.links:
                note(link)
    for parsed in lists:
        for link in parsed.other_links:
            note(link)
    return tuple(ids | linked_ids), tuple(names | linked_names)


def _newly_named(
    papers: Iterable[Paper], arxiv: ArxivAnswers, asked: RepositoryAnswers
) -> tuple[str, ...]:
    """Return the repositories, in lower case, that papers name and nobody was asked about."""
    named: dict[str, None] = {}

    def note(paper: Paper) -> Paper:
        described = replace(paper, **_arxiv_fields(paper, arxiv))
        named.update(dict.fromkeys(_own_code(described)))
        return paper

    for _ in map(guarded(note, STAGE), papers) if _some_found(arxiv) else ():
        pass  # without arXiv's answers nobody has read what papers say of themselves
    return tuple(name for name in named if name not in asked)


def _some_found(answers: Mapping[str, Outcome[Any]]) -> bool:
    return any(isinstance(outcome, Found) for outcome in answers.values())


def _own_code(paper: Paper) -> dict[str, CodeLink]:
    """Return the repositories that a paper's own texts call its code, by `RepositoryPart.key`."""
    own = own_code(paper) if paper.kind == "paper" else ()
    return {link.key: link for link in own if link.key is not None}


def _key(subject: Identifier) -> str:
    """Return the key of a repository (`RepositoryPart.key`)."""
    return subject.value if subject.scheme == "github" else subject.key


def _listed(paper: Paper) -> list[RepositoryPart]:
    return [part for part in paper.repositories if part.named_by == "list"]


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
    linked: Mapping[str, Mapping[str, RepositoryRecord]] = field(default_factory=dict)
    """By list: the repositories that it links, by `service:name`."""
    of_forks: frozenset[str] = frozenset()
    """Lists that are about forks."""


def _with_past(
    outcome: Outcome[RepositoryRecord], before: Mapping[str, RepositoryPart], name: str
) -> Outcome[RepositoryRecord]:
    if not isinstance(outcome, Found) or outcome.stale:
        return outcome
    return outcome.model_copy(update={"value": with_past(outcome.value, before.get(name))})


def _linked(
    papers: Iterable[Paper], answers: RepositoryAnswers
) -> dict[str, dict[str, RepositoryRecord]]:
    """Return the repositories that each list links and that are known, by `service:name`."""
    linked: dict[str, dict[str, RepositoryRecord]] = {}
    known = _some_found(answers)
    for one in (one for paper in papers for one in _named(paper)) if known else ():
        if isinstance(outcome := answers.get(_key(one.subject)), Found):
            record = outcome.value
            name = f"{record.service}:{record.full_name.lower()}"
            linked.setdefault(one.list, {})[name] = record
    return linked


def _named(paper: Paper) -> list[_Named]:
    return [
        _Named(subject, entry.list, link.line)
        for entry in paper.mentions
        for link in entry.links
        if (subject := identify(link.url)) is not None and subject.scheme in _SCHEMES
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
    fields = _arxiv_fields(paper, arxiv)
    described = replace(paper, **fields) if fields else paper
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
    names = {part.key: part.renamed_from or part.full_name for part in _listed(paper)}
    for one in named:
        if one.subject.scheme != "arxiv":
            names.setdefault(_key(one.subject), one.subject.written)
    return names


def _repositories(
    paper: Paper, named: Iterable[_Named], answers: RepositoryAnswers, past: _Past
) -> tuple[RepositoryPart, ...]:
    """
    Return the repositories of a paper, each once; one that was not asked stays as it was.

    Those of the list come first, then those that its own texts name.
    """
    known = {part.key: part for part in _listed(paper)}
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
        asked, place, key = one.subject.written, (one.list, one.line), _key(one.subject)
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
        beside = past.linked.get(one.list, {})
        original = original_of(record, beside)
        if original is not None and one.list not in past.of_forks:
            yield _finding("repository-fork", "info", f"{name} is a fork of {original}", *place)
        if record.archived:
            yield _finding("repository-archived", "info", f"{name} is archived", *place)
