"""What the answers of APIs mean for a link, whose page need not be asked then. Pure."""

from dataclasses import replace
from typing import Final

from pipeline.links import hosts
from pipeline.links.verdicts import Judgement
from pipeline.records.links import Evidence
from pipeline.records.outcomes import Blocked, Failed, Found, Missing, Outcome, Skipped, is_fresh
from pipeline.records.sources import ArxivRecord, HandleRecord, RepositoryRecord
from pipeline.urls import host_of
from pipeline.works.arxiv_links import ArxivLink, arxiv_link
from pipeline.works.dois import DOI_RESOLVERS
from pipeline.works.forges import Project
from pipeline.works.identifiers import identify
from pipeline.works.repositories import Repository

ARXIV_FOUND: Final = Judgement("alive", "arxiv-found", "arxiv")
REPOSITORY_FOUND: Final = Judgement("alive", "repository-found", "github")
NOT_ASKED: Final = Judgement("skipped", "not-asked", "none")
"""Nine of ten links come out as one of these, so they are made once."""


def judge_arxiv(link: ArxivLink, outcome: Outcome[ArxivRecord] | None) -> Judgement:
    """Return what arXiv's API says, never dead where it could not be asked; None: nobody asked."""
    if link.fault is not None:
        code = "arxiv-placeholder" if link.fault == "placeholder" else "arxiv-invalid-id"
        return Judgement("malformed", code, "none")
    if link.id is None:
        return Judgement("skipped", "arxiv-page", "none")
    if not link.exact:
        return Judgement("malformed", "arxiv-trailing-text", "none", suggestion=link.plain_url)
    if link.page == "ftp" and not isinstance(outcome, Missing):
        instead = link.plain_url if isinstance(outcome, Found) else None
        return Judgement("failing", "arxiv-not-served", "arxiv", suggestion=instead)
    if isinstance(outcome, Found):
        found = _of_record(link, outcome.value, fresh=outcome.as_of is None)
        return replace(found, evidence="history") if outcome.stale else found
    return _of_outcome(outcome, "no-such-paper", "arxiv")


def _of_record(link: ArxivLink, record: ArxivRecord, *, fresh: bool) -> Judgement:
    if link.figure:
        return Judgement("skipped", "arxiv-page", "none")
    current = record.version
    if link.version is not None and current is not None and link.version > current:
        if not fresh:
            return NOT_ASKED  # it may have come since
        return Judgement("failing", "arxiv-no-such-version", "arxiv", suggestion=link.plain_url)
    if record.withdrawn:
        newest = link.version is None or link.version == current
        if link.page == "pdf" and newest:
            return Judgement("failing", "arxiv-pdf-withdrawn", "arxiv")
        return Judgement("alive", "arxiv-withdrawn", "arxiv")
    return ARXIV_FOUND


def registered_doi(url: str) -> str | None:
    """
    Return the DOI by which the handle server can speak for a link, in lower case; None without one.

    It speaks for links to the resolver, and for pages of publishers that turn robots away. arXiv's
    own DOIs are arXiv's to judge (`judge_arxiv_doi`).
    """
    host = host_of(url)
    if host in _WITHOUT_DOIS or not (host in DOI_RESOLVERS or hosts.is_guarded(host)):
        return None
    found = identify(url)
    return found.value if found is not None and found.scheme == "doi" and found.whole else None


_WITHOUT_DOIS: Final = frozenset({"arxiv.org", "www.arxiv.org", "github.com", "www.github.com"})
"""Where half of all links lead: their addresses name other things, and need not be read for it."""


REGISTERED: Final = Judgement("alive", "doi-registered", "doi")
"""What a registry's word for a DOI is worth."""


def judge_doi(url: str, outcome: Outcome[HandleRecord] | None) -> Judgement | None:
    """
    Return what the handle server says of a link with a DOI; None where the page has to be asked.

    It speaks for links that `registered_doi` names: a figure or a PDF may be gone while the DOI is
    registered. No such DOI is the end of a link to the resolver only: a publisher's page may have
    been read wrongly. A DOI without an address leads nowhere for now: the resolver shows its state.
    """
    if registered_doi(url) is None:
        return None
    if is_fresh(outcome) and outcome.value.url is not None:
        return REGISTERED
    if isinstance(outcome, Missing) and host_of(url) in DOI_RESOLVERS:
        return _of_outcome(outcome, "no-such-doi", "doi")
    return None


def judge_arxiv_doi(url: str, outcome: Outcome[ArxivRecord] | None) -> Judgement | None:
    """Return what arXiv says of a link to the resolver with a DOI of its own; None: ask there."""
    link = arxiv_link(url)
    if link is None or link.version is not None or not link.exact:
        return None  # arXiv has one DOI for all versions of a paper (info.arxiv.org/help/doi.html)
    if host_of(url) in DOI_RESOLVERS and is_fresh(outcome):
        return ARXIV_FOUND
    return None


def judge_repository(
    repository: Repository, outcome: Outcome[RepositoryRecord] | None
) -> Judgement | None:
    """Return what GitHub's API says of a link; None where the page itself has to be asked."""
    if repository.is_root:
        if isinstance(outcome, Found):
            name, url = outcome.value.full_name, outcome.value.url
            found = REPOSITORY_FOUND
            renamed = name.lower() != repository.full_name.lower()
            if renamed and not outcome.value.former_ids:
                found = Judgement("moved", "repository-renamed", "github", None, url, url)
            return replace(found, evidence="history") if outcome.stale else found
        return _of_outcome(outcome, "no-such-repository", "github")
    if isinstance(outcome, Missing | Blocked):
        return _of_outcome(outcome, "repository-gone", "github")
    return None


def judge_project(project: Project, outcome: Outcome[RepositoryRecord] | None) -> Judgement | None:
    """
    Return what the API of another service says of a link; None where the page has to be asked.

    What is private is missing there too. Where the API could not be asked, the page tells.
    """
    if isinstance(outcome, Missing | Blocked):
        absent = "gone-or-private" if project.is_root else "repository-gone"
        return _of_outcome(outcome, absent, project.forge)
    if not project.is_root or not is_fresh(outcome):
        return None
    name, url = outcome.value.full_name, outcome.value.url
    if name.lower() != project.path.lower() and not outcome.value.former_ids:
        return Judgement("moved", "repository-renamed", project.forge, None, url, url)
    return Judgement("alive", "repository-found", project.forge)


def _of_outcome(
    outcome: Missing | Blocked | Failed | Skipped | None, absent: str, evidence: Evidence
) -> Judgement:
    """Judge what is not `Found`. One answer is a first look, two that agree are the end."""
    if outcome is None:
        return NOT_ASKED
    match outcome:
        case Missing(confirmed=confirmed):
            return Judgement("dead" if confirmed else "failing", absent, evidence)
        case Blocked():
            return Judgement("blocked", "withheld", evidence)
        case Failed(kind="offline"):
            return Judgement("unknown", "network-down", "none")
        case Failed():
            return Judgement("skipped", "source-unavailable", "none")
        case Skipped():
            return NOT_ASKED
