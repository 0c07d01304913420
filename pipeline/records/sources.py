"""What each service knows of one key. Field names are the services' own."""

from typing import Literal

from pipeline.records.base import Record
from pipeline.records.catalog import ArxivPart


class ArxivRecord(ArxivPart):
    """What arXiv knows of one paper. Field names are arXiv's own (API user manual, section 3.3)."""

    title: str
    authors: tuple[str, ...]
    abstract: str | None
    published: str | None
    """Date of version 1, ISO 8601, as precise as the source gives it."""
    updated: str | None
    """Date of `version`."""
    metadata_source: Literal["arxiv", "oai", "datacite", "snapshot"] = "arxiv"


class RepositoryRecord(Record):
    """What GitHub, or another service, knows of one repository."""

    service: str = "github"
    """`github`, `gitlab`, `codeberg` or `bitbucket`."""
    full_name: str
    """In the service's own case."""
    url: str
    id: int | None = None
    former_ids: tuple[int, ...] = ()
    """Which ids its name had in earlier runs, so that it was another repository's; no source's."""
    fork_of: str | None = None
    """`owner/name` of the repository that it was forked from."""
    original_stars: int | None = None
    """The stars of that one."""
    stars: int | None = None
    forks: int | None = None
    open_issues: int | None = None
    """Without pull requests; REST cannot tell them apart, so only GraphQL answers fill it."""
    open_issues_and_prs: int | None = None
    license: str | None = None
    """SPDX id; NOASSERTION where a licence file exists that GitHub does not recognise."""
    language: str | None = None
    topics: tuple[str, ...] = ()
    archived: bool | None = None
    created_at: str | None = None
    pushed_at: str | None = None
    description: str | None = None
    homepage: str | None = None


class FirstVersion(Record):
    """Version 1 of an arXiv paper: what the paper was called at first."""

    id: str
    """Canonical, without version."""
    title: str


class DoiRecord(Record):
    """What Crossref knows of one DOI."""

    doi: str
    """In lower case."""
    title: str
    """Without markup; empty where none was deposited."""
    authors: tuple[str, ...] = ()
    venue: str | None = None
    """Journal or proceedings (`container-title`)."""
    published: str | None = None
    """As precise as it was deposited: a year, a month or a day."""
    type: str | None = None
    """Crossref's own: `journal-article`, `proceedings-article`, `posted-content`, …"""
    is_preprint: bool = False
    preprint_of: str | None = None
    """DOI of the article that this preprint became."""
    has_preprint: str | None = None
    """arXiv id of the preprint that this article says it has."""
    retracted: bool = False
    url: str


class CitationRecord(Record):
    """What Semantic Scholar knows of one paper."""

    s2_id: str
    title: str
    arxiv_id: str | None = None
    """As Semantic Scholar has it, so that it can be compared with what was asked."""
    doi: str | None = None
    """The publisher's, never the 10.48550 one."""
    acl: str | None = None
    dblp: str | None = None
    corpus_id: int | None = None
    citation_count: int | None = None
    venue: str | None = None
    """None where it is arXiv."""
    year: int | None = None
    publication_date: str | None = None
    """Often the preprint's, also where the paper has been published since."""


class OpenAlexRecord(Record):
    """What OpenAlex knows of one work. Its title is compared before anything else is believed."""

    openalex_id: str
    title: str
    doi: str | None = None
    """The publisher's, never the 10.48550 one: of the published version, where one is known."""
    arxiv_id: str | None = None
    type: str | None = None
    venue: str | None = None
    """Of the published version; None where the work is known from repositories only."""
    cited_by_count: int | None = None
    is_retracted: bool = False


class ReferencesRecord(Record):
    """What OpenAlex knows of the references of one work."""

    openalex_id: str
    title: str
    works: tuple[str, ...] = ()
    """OpenAlex's ids (`W…`) of what the work cites; of many preprints none is known."""


class CitedWork(Record):
    """A work by OpenAlex's id, with what it takes to look for it in a list."""

    openalex_id: str
    title: str
    keys: tuple[str, ...] = ()
    """`arxiv:…` and `doi:…`, the preprint first."""
    authors: tuple[str, ...] = ()
    year: int | None = None
    cited_by_count: int | None = None
    is_retracted: bool = False


class HuggingFaceRecord(Record):
    """What Hugging Face's paper pages know of one arXiv paper."""

    arxiv_id: str
    title: str
    github_repo: str | None = None
    """`owner/name`, from whoever submitted the page: a hint."""


class OpenReviewRecord(Record):
    """What OpenReview knows of one forum. Its title is compared before anything is believed."""

    id: str
    title: str
    venue: str | None = None
    """In words: `ICLR 2024 poster`, `Submitted to ICLR 2024`."""
    venueid: str | None = None
    """`ICLR.cc/2024/Conference`."""


class HandleRecord(Record):
    """What the DOI system's handle server knows of one DOI."""

    doi: str
    """In lower case."""
    url: str | None = None
    """Where the DOI leads; None where it is registered without an address."""


class CaptureRecord(Record):
    """The newest good capture of a page in the Wayback Machine."""

    url: str
    """Of the capture: `https://web.archive.org/web/TIMESTAMP/ORIGINAL`."""
    timestamp: str
    """`YYYYMMDDhhmmss`, UTC."""

    @property
    def day(self) -> str:
        """The date, ISO 8601."""
        return f"{self.timestamp[:4]}-{self.timestamp[4:6]}-{self.timestamp[6:8]}"


class AnchorRecord(Record):
    """The places in a page that a fragment can point at."""

    url: str
    """Of the page."""
    names: tuple[str, ...] = ()
    """Sorted; as the page spells them, without GitHub's `user-content-`."""
    telling: bool = False
    """Whether a name that is not among them is not there: all was read, no script adds any."""
    any_case: bool = False
    """Whether letter case makes no difference, as on GitHub."""
