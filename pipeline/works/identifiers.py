"""
What a URL stands for: one identifier in one scheme, whatever the spelling.

Pure and without I/O. Every function is linear in the length of its argument and total: whatever a
list holds gives an answer, never an exception. The grammars of arXiv's ids, of DOIs and of GitHub's
addresses have files of their own; ACL Anthology ids: https://aclanthology.org/info/ids/
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Final, Literal
from urllib.parse import quote

from pipeline.urls import Target, parameter, target_of
from pipeline.works.arxiv_links import (
    abstract_page,
    arxiv_link,
    id_at_start,
    named_at_semantic_scholar,
)
from pipeline.works.dois import DOI_RESOLVERS, is_doi, linked_doi, meant_doi
from pipeline.works.forges import Forge, project_of
from pipeline.works.repositories import repository_of

Scheme = Literal["arxiv", "doi", "openreview", "acl", "pmid", "pmc", "github", "huggingface", Forge]

SCHOLARLY: Final[tuple[Scheme, ...]] = ("arxiv", "doi", "openreview", "acl", "pmid", "pmc")
"""Schemes of identifiers that name a work, the strongest first."""
LASTING: Final[frozenset[Scheme]] = frozenset({"arxiv", "doi", "acl"})
"""Identifiers whose addresses are made to last, so that they may stand for a lost one."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """The name of one thing in one scheme; in lower case where the scheme ignores case (DOI)."""

    scheme: Scheme
    value: str
    version: int | None = None
    """Of an arXiv id, where the link names one; no part of the identity."""
    written: str = field(default="", compare=False)
    """Of code and models: the spelling that was asked, as in `SAI990323/TALLRec`."""

    whole: bool = field(default=True, compare=False)
    """See `LinkedDoi.whole`: False where the address names a page of the work behind its DOI."""

    @property
    def key(self) -> str:
        """Key of the catalog and of the cache: `arxiv:2305.00447`."""
        return f"{self.scheme}:{self.value}"


_OPENREVIEW_PAGES: Final = frozenset({"forum", "pdf", "attachment"})
_OPENREVIEW_ID: Final = re.compile(r"[A-Za-z0-9_-]{6,20}(?![A-Za-z0-9_-])")
_ACL_OLD: Final = re.compile(r"([A-Z][0-9]{2}-[0-9]{4})(?:v[0-9])?(?:\.[a-z]{2,5})?", re.IGNORECASE)
_ACL_NEW: Final = re.compile(
    r"((?:19|20)[0-9]{2}\.[a-z0-9_]{1,30}-[a-z0-9_]{1,30}\.[1-9][0-9]{0,4})(?:v[0-9])?(?:\.[a-z]{2,5})?",
    re.IGNORECASE,
)


def _openreview(target: Target) -> Identifier | None:
    """A paper is `/forum?id=X`, `/pdf?id=X` or `/attachment?id=X`; `/group` and others are none."""
    if len(target.path) != 1 or target.path[0] not in _OPENREVIEW_PAGES:
        return None
    match = _OPENREVIEW_ID.match(parameter(target.query, "id"))
    return Identifier("openreview", match[0]) if match else None


def _acl(target: Target) -> Identifier | None:
    if target.host == "aclweb.org" and target.path[:1] not in {("anthology",), ("anthology-new",)}:
        return None
    for segment in target.path[-2:]:
        old, new = _ACL_OLD.fullmatch(segment), _ACL_NEW.fullmatch(segment)
        if new:
            return Identifier("acl", new[1].lower())
        if old and not old[1].endswith("000"):  # 000 is the front matter of a volume
            return Identifier("acl", old[1].upper())
    return None


_MEDICAL_ID: Final = {
    "pmid": re.compile(r"([1-9][0-9]{0,8})(?![0-9A-Za-z.])", re.ASCII),
    "pmc": re.compile(r"PMC([1-9][0-9]{3,8})(?![0-9A-Za-z])", re.ASCII | re.IGNORECASE),
}


def medical_id(scheme: Literal["pmid", "pmc"], text: str) -> Identifier | None:
    """Read the number that PubMed (PMID), or PubMed Central (`PMC…`), gave, at a text's start."""
    match = _MEDICAL_ID[scheme].match(text)
    if match is None:
        return None
    return Identifier(scheme, match[1] if scheme == "pmid" else f"PMC{match[1]}")


def _medical(target: Target) -> Identifier | None:
    """
    Read `pubmed…/ID`, `…/pubmed/ID`, `…/articles/PMCID` and the pages of Europe PMC.

    ncbi.nlm.nih.gov/home/tools/url (the forms of addresses), europepmc.org/LinkingtoEuropePMC
    """
    path = target.path[:4]
    for place, segment in enumerate(path):
        found = medical_id("pmc", segment)
        if found is not None and len(segment) == len(found.value):
            return found
        before = path[place - 1].lower() if place else ""
        is_place = before in {"pubmed", "med"} or (target.host.startswith("pubmed.") and not place)
        if is_place and segment.isdigit():
            return medical_id("pmid", segment)
    return None


HUGGING_FACE_PAGES: Final = frozenset(
    """
    about api blog brand changelog chat collections course datasets docs enterprise hub inference
    jobs join kernels learn login models new organizations papers posts pricing privacy search
    settings spaces storage support tasks terms-of-service tokenizers transformers
    """.split()  # noqa: SIM905  one word a line would hide the table
)
"""First segments of huggingface.co that are no owner of models."""
_HUGGING_FACE_VIEWS: Final = frozenset({"tree", "blob", "resolve", "raw", "viewer", "discussions"})
_HUGGING_FACE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}")


def _hugging_face(target: Target) -> Identifier | None:
    """Read a model `/o/n`, a data set `/datasets/o/n` (old ones: no owner) or a space."""
    path = target.path
    kind = path[0] if path and path[0] in {"datasets", "spaces"} else ""
    names = path[1:3] if kind else path[:2]
    if len(names) == 2 and names[1] in _HUGGING_FACE_VIEWS:
        names = names[:1]
    if len(names) < (1 if kind == "datasets" else 2):
        return None
    if names[0].lower() in HUGGING_FACE_PAGES or not all(map(_HUGGING_FACE_NAME.fullmatch, names)):
        return None
    written = "/".join((kind, *names) if kind else names)
    return Identifier("huggingface", written.lower(), written=written)


def _semantic_scholar(target: Target) -> Identifier | None:
    """Read what its API is asked for, `DOI:10.…` or `PMID:…`; its own ids name no other record."""
    scheme, _, value = named_at_semantic_scholar(target).partition(":")
    if scheme.lower() == "doi" and is_doi(value):
        return Identifier("doi", value.lower(), whole=False)
    if scheme.lower() == "pmid":
        return medical_id("pmid", value)
    return medical_id("pmc", f"PMC{value}") if scheme.lower() == "pmcid" else None


def _github(target: Target) -> Identifier | None:
    found = repository_of(target)
    if found is None:
        return None
    return Identifier("github", found.full_name.lower(), written=found.full_name)


def _forge(target: Target) -> Identifier | None:
    found = project_of(target)
    if found is None:
        return None
    return Identifier(found.forge, found.path.lower(), written=found.path)


# --- all together -----------------------------------------------------------------------------

_BY_HOST: Final[dict[str, Callable[[Target], Identifier | None]]] = {
    "openreview.net": _openreview,
    "aclanthology.org": _acl,
    "aclanthology.info": _acl,
    "aclweb.org": _acl,
    "anthology.aclweb.org": _acl,
    "huggingface.co": _hugging_face,
    "hf.co": _hugging_face,
    "api.semanticscholar.org": _semantic_scholar,
    **dict.fromkeys(
        ("ncbi.nlm.nih.gov", "pubmed.ncbi.nlm.nih.gov", "pmc.ncbi.nlm.nih.gov", "europepmc.org"),
        _medical,
    ),
    "github.com": _github,
    "raw.githubusercontent.com": _github,
    **dict.fromkeys(("gitlab.com", "codeberg.org", "bitbucket.org"), _forge),
}


_REMEMBERED: Final = 1024
"""Addresses whose meaning is remembered: each stage asks several times about those of one entry."""


@lru_cache(_REMEMBERED)
def identify(url: str, *, today: date | None = None) -> Identifier | None:
    """Return what a URL stands for, under every public spelling and mirror; None for no scheme."""
    link = arxiv_link(url, today=today)
    if link is not None:
        return Identifier("arxiv", link.id, link.version) if link.id else None
    target = target_of(url)
    if target is None:
        return None
    rule = _BY_HOST.get(target.host)
    if rule is not None:
        return rule(target)
    doi = linked_doi(target)
    if doi is None:
        return None
    # A resolver takes every slash for a part of the DOI; here empty segments are gone.
    odd = target.host in DOI_RESOLVERS and _ODD_SLASH.search(url) is not None
    return Identifier("doi", doi.value, whole=doi.whole and not odd)


_ODD_SLASH: Final = re.compile(r"(?<!:)//|^[^?#]*/(?:[?#]|$)")


def lasting_addresses(url: str, *, today: date | None = None) -> Iterator[str]:
    """
    Yield the lasting addresses of what a URL stands for, or plainly means, the surest first.

    The last is of a DOI in an address that names none, or two (`meant_doi`): a guess to be asked.
    """
    found, target = identify(url, today=today), target_of(url)
    if found is not None and found.scheme in LASTING:
        yield canonical_url(found)
    doi = meant_doi(target) if target is not None else None
    if doi is not None and (found is None or (found.whole and found.value != doi)):
        yield canonical_url(Identifier("doi", doi))


def url_of_name(text: str) -> str | None:
    """Return the address of a name that stands alone (`arXiv:2006.11239`, `10.1145/…`), or None."""
    if len(text) > 300:
        return None
    scheme, _, rest = text.partition(":")
    if scheme.lower() == "arxiv":
        found = id_at_start(rest, None)
        if found is None or found.rest:
            return None
        version = f"v{found.version}" if found.version is not None else ""
        return f"{abstract_page(found.id)}{version}"
    if scheme.lower() in {"pmid", "pmcid"}:
        medical = medical_id("pmid" if scheme.lower() == "pmid" else "pmc", rest.strip())
        return canonical_url(medical) if medical is not None else None
    value = rest.strip() if scheme.lower() == "doi" else text
    return canonical_url(Identifier("doi", value.lower(), written=value)) if is_doi(value) else None


def same_as(identifier: Identifier) -> Identifier | None:
    """Return the same paper's id in another scheme: ACL papers have DOIs `10.18653/v1/<id>`."""
    if identifier.scheme == "doi" and identifier.value.startswith("10.18653/v1/"):
        return _acl(Target("aclanthology.org", (identifier.value[12:],), ""))
    return None


def of_key(key: str) -> Identifier | None:
    """Return what a key of the catalog names; None for `title:…` and for what is no key."""
    scheme, _, value = key.partition(":")
    known = next((one for one in _ADDRESSES if one == scheme), None)
    return Identifier(known, value) if known and value else None


def canonical_url(identifier: Identifier) -> str:
    """Return the address to link to: for arXiv the abstract page, without version."""
    value = identifier.written or identifier.value
    if identifier.scheme == "doi":
        value = quote(value, safe="/:;()._-")
    return _ADDRESSES[identifier.scheme].format(value)


_ADDRESSES: Final[dict[Scheme, str]] = {
    "arxiv": "https://arxiv.org/abs/{}",
    "doi": "https://doi.org/{}",
    "openreview": "https://openreview.net/forum?id={}",
    "acl": "https://aclanthology.org/{}/",
    "pmid": "https://pubmed.ncbi.nlm.nih.gov/{}/",
    "pmc": "https://pmc.ncbi.nlm.nih.gov/articles/{}/",
    "github": "https://github.com/{}",
    "gitlab": "https://gitlab.com/{}",
    "codeberg": "https://codeberg.org/{}",
    "bitbucket": "https://bitbucket.org/{}",
    "huggingface": "https://huggingface.co/{}",
}
