"""
What a URL stands for: the one strict grammar of identifiers.

Pure and without I/O. Every function is linear in the length of its argument and total: whatever a
list holds gives an answer, never an exception. Sources of the rules:

- arXiv ids: https://info.arxiv.org/help/arxiv_identifier.html and arXiv's own parser
  (github.com/arXiv/arxiv-base, `arxiv/identifier/__init__.py`)
- DOI: https://www.doi.org/doi-handbook/HTML/, arXiv's DOIs https://info.arxiv.org/help/doi.html
- ACL Anthology ids: https://aclanthology.org/info/ids/
- GitHub: owner and name are looked up in any case, the answer has the owner's own

The normal form of URLs is in `pipeline.urls`; its functions are found here too.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, Literal, NamedTuple, get_args
from urllib.parse import quote

from pipeline.urls import (
    MAX_URL_LENGTH,
    Target,
    parameter,
    repaired_url,
    request_key,
    target_of,
    url_fault,
)

__all__ = [
    "FUSSY",
    "LASTING",
    "MAX_URL_LENGTH",
    "SCHOLARLY",
    "ArxivLink",
    "Fussy",
    "Identifier",
    "Repository",
    "Scheme",
    "arxiv_ids_in_text",
    "arxiv_link",
    "canonical_url",
    "identify",
    "is_arxiv_host",
    "repaired_url",
    "repository",
    "request_key",
    "same_as",
    "url_fault",
    "url_of_name",
]

Scheme = Literal["arxiv", "doi", "openreview", "acl", "github", "huggingface"]
ArxivPage = Literal["abs", "pdf", "html", "other"]
ArxivFault = Literal["placeholder", "invalid"]
Fussy = Literal["version-pinned", "pdf-link"]

SCHOLARLY: Final[tuple[Scheme, ...]] = ("arxiv", "doi", "openreview", "acl")
LASTING: Final[frozenset[Scheme]] = frozenset({"arxiv", "doi", "acl"})
"""Identifiers whose addresses are made to last, so that they may stand for a lost one."""
"""Schemes of identifiers that name a work, the strongest first."""
FUSSY: Final[tuple[Fussy, ...]] = get_args(Fussy)
"""Codes of arXiv links that work and could be simpler."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """
    The name of one thing in one scheme, in canonical form.

    `value` is in lower case where the scheme ignores case (DOI, GitHub, Hugging Face).
    """

    scheme: Scheme
    value: str
    version: int | None = None
    """Of an arXiv id, where the link names one; no part of the identity."""
    written: str = field(default="", compare=False)
    """GitHub and Hugging Face: the spelling that was asked, as in `SAI990323/TALLRec`."""

    @property
    def key(self) -> str:
        """Key of the catalog and of the cache: `arxiv:2305.00447`."""
        return f"{self.scheme}:{self.value}"


@dataclass(frozen=True, slots=True)
class ArxivLink:
    """
    What an arXiv link says.

    On arXiv's own hosts a link without `id` has a `fault` where it stands in the place of a paper
    (`/abs/XXXX.XXXXX`), and none where it is another page (`/list/cs.IR/recent`).
    """

    own_host: bool
    """False for mirrors, DOIs and badges: arXiv's answer says nothing of their health."""
    page: ArxivPage
    id: str | None = None
    """Canonical, without version."""
    version: int | None = None
    figure: bool = False
    """An image or file below the paper's HTML page (`/html/IDv1/x1.png`)."""
    exact: bool = True
    """False where something that arXiv does not read is glued to the id."""
    fault: ArxivFault | None = None

    @property
    def plain_url(self) -> str | None:
        """Address of the abstract page, without version; None without an id."""
        return canonical_url(Identifier("arxiv", self.id)) if self.id is not None else None

    @property
    def fussy(self) -> Fussy | None:
        """Under which code the link could be simpler; None where it could not."""
        if self.id is None or not self.own_host or self.figure or not self.exact:
            return None
        if self.version is not None:
            return "version-pinned"
        return "pdf-link" if self.page == "pdf" else None


@dataclass(frozen=True, slots=True)
class Repository:
    """A GitHub repository that a URL lies in. Owner and name as written."""

    owner: str
    name: str
    is_root: bool
    """True where the URL is the repository itself, so that its state is the link's state."""

    @property
    def full_name(self) -> str:
        """`owner/name` as written."""
        return f"{self.owner}/{self.name}"

    @property
    def key(self) -> str:
        """`github:owner/name` in lower case."""
        return f"github:{self.full_name.lower()}"

    @property
    def url(self) -> str:
        """Address of the repository."""
        return f"https://github.com/{self.full_name}"


# --- arXiv ------------------------------------------------------------------------------------

_ARCHIVES: Final = frozenset(
    """
    acc-phys adap-org alg-geom ao-sci astro-ph atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas
    cond-mat cs dg-ga funct-an gr-qc hep-ex hep-lat hep-ph hep-th math math-ph mtrl-th nlin nucl-ex
    nucl-th patt-sol physics plasm-ph q-alg q-bio quant-ph solv-int supr-con
    """.split()  # noqa: SIM905  one word a line would hide the table
)
_ARCHIVE_WITHOUT_HYPHEN: Final = {name.replace("-", ""): name for name in _ARCHIVES}
_VERSION: Final = r"(?:v(?P<version>[1-9][0-9]{0,2})(?![0-9]))?"
_NEW_ID: Final = re.compile(
    rf"(?P<yymm>[0-9]{{4}})\.(?P<number>[0-9]{{4,5}})(?![0-9]){_VERSION}", re.IGNORECASE | re.ASCII
)
_OLD_ID: Final = re.compile(
    r"(?P<archive>[a-z]{1,8}(?:-{1,2}[a-z]{2,8})?)(?:\.[a-z-]{2,12})?/"
    rf"(?P<yymm>[0-9]{{4}})(?P<number>[0-9]{{3}})(?![0-9]){_VERSION}",
    re.IGNORECASE | re.ASCII,
)
_NOT_PAPERS_HOST: Final = frozenset(
    f"{name}.arxiv.org" for name in ("info", "blog", "static", "status", "oaipmh", "rss", "help")
)
_PAPER_PAGES: Final[dict[str, ArxivPage]] = {
    "abs": "abs",
    "pdf": "pdf",
    "html": "html",
    **dict.fromkeys(
        ("ps", "src", "e-print", "format", "tb", "bibtex", "refs", "cits", "dvi"), "other"
    ),
}
_IGNORED_AFTER_ID: Final = re.compile(r"(?:\.(?:pdf|ps|gz|ps\.gz))?/?", re.IGNORECASE)


class _ArxivId(NamedTuple):
    id: str
    version: int | None
    rest: str
    """What follows the id."""


def is_arxiv_host(url: str) -> bool:
    """Return whether the URL is on a host of arXiv itself (mirrors and arXiv Labs are not)."""
    target = target_of(url)
    return target is not None and _is_own_host(target.host)


def _is_own_host(host: str) -> bool:
    return host == "arxiv.org" or (
        host.endswith(".arxiv.org") and not host.endswith("labs.arxiv.org")
    )


def arxiv_link(url: str, *, today: date | None = None) -> ArxivLink | None:
    """
    Read an arXiv link; None where the URL has nothing to do with an arXiv paper.

    Ids of months after the next one do not exist yet and are refused when *today* is given.
    """
    target = target_of(url)
    if target is None:
        return None
    if _is_own_host(target.host):
        return _own_link(target, today)
    found = _elsewhere(target, today)
    if found is None:
        return None
    return ArxivLink(False, "other", found.id, found.version, exact=not found.rest)


def _own_link(target: Target, today: date | None) -> ArxivLink:
    if target.host in _NOT_PAPERS_HOST or not target.path:
        return ArxivLink(own_host=True, page="other")
    first = target.path[0].lower()
    if first == "ftp":
        return _judged(_ftp_id(target.path, today), "other", "/".join(target.path[1:]))
    if first in _PAPER_PAGES:
        tail = "/".join(target.path[1:]) or parameter(target.query, "id")
        if target.query and tail.lower() in _ARCHIVES:
            tail = f"{tail}/{parameter(target.query, 'papernum')}"
        return _judged(_id_at_start(tail, today), _PAPER_PAGES[first], tail)
    found = _id_at_start("/".join(target.path), today)
    return ArxivLink(own_host=True, page="other") if found is None else _judged(found, "abs", "")


def _judged(found: _ArxivId | None, page: ArxivPage, tail: str) -> ArxivLink:
    if found is None:
        fault: ArxivFault = "placeholder" if _is_placeholder(tail) else "invalid"
        return ArxivLink(own_host=True, page=page, fault=fault)
    figure = page == "html" and len(found.rest.strip("/")) > 0 and found.rest.startswith("/")
    exact = figure or _IGNORED_AFTER_ID.fullmatch(found.rest) is not None
    return ArxivLink(True, page, found.id, found.version, figure=figure, exact=exact)


def _id_at_start(text: str, today: date | None) -> _ArxivId | None:
    """Read the id that `text` begins with, `arXiv:` before it or not."""
    text = text.lstrip()
    if text[:6].lower() == "arxiv:":
        text = text[6:].lstrip()
    match = _NEW_ID.match(text) or _OLD_ID.match(text)
    return None if match is None else _checked(match, text[match.end() :], today)


def _checked(match: re.Match[str], rest: str, today: date | None) -> _ArxivId | None:
    """Turn a match of one of the two forms into a canonical id, if there can be such an id."""
    yymm, number, version = match["yymm"], match["number"], match["version"]
    if not "01" <= yymm[2:] <= "12" or int(number) == 0:
        return None
    if "archive" in match.re.groupindex:
        id_ = _old_id(match["archive"].lower().replace("--", "-"), yymm, number)
    else:
        id_ = _new_id(yymm, number, today)
    return _ArxivId(id_, int(version) if version else None, rest) if id_ else None


def _old_id(archive: str, yymm: str, number: str) -> str | None:
    """Form `archive/YYMMNNN`: July 1991 to March 2007, the subject class is no part of it."""
    archive = archive if archive in _ARCHIVES else _ARCHIVE_WITHOUT_HYPHEN.get(archive, "")
    if not archive or "0703" < yymm < "9107":
        return None
    return f"{archive}/{yymm}{number}"


def _new_id(yymm: str, number: str, today: date | None) -> str | None:
    """
    Form `YYMM.NNNN` for 0704 to 1412, `YYMM.NNNNN` from 1501 on.

    A superfluous zero (`0808.05394`) is dropped. A missing one is added for 2015 only, when five
    digits were new (`1501.0001`, as arXiv's own parser does): later, four digits are a lost digit.
    """
    if yymm < "0704" or _is_future(yymm, today):
        return None
    if yymm < "1501":
        number = number[1:] if len(number) == 5 and number[0] == "0" else number
        return f"{yymm}.{number}" if len(number) == 4 else None
    number = number.zfill(5) if yymm < "1601" else number
    return f"{yymm}.{number}" if len(number) == 5 else None


def _is_future(yymm: str, today: date | None) -> bool:
    """Later than next month: at a month's turn arXiv is ahead of a clock elsewhere."""
    if today is None:
        return False
    months = (2000 + int(yymm[:2])) * 12 + int(yymm[2:])
    return months > today.year * 12 + today.month + 1


def _ftp_id(path: tuple[str, ...], today: date | None) -> _ArxivId | None:
    """Read `/ftp/arxiv/papers/2205/2205.02302.pdf` and `/ftp/hep-th/papers/9901/9901001.pdf`."""
    if len(path) < 5 or path[2] != "papers":
        return None
    archive, month, name = path[1].lower(), path[3], path[4]
    if archive == "arxiv":
        return _id_at_start(name, today)
    number = name if name.startswith(month) else month + name
    return _id_at_start(f"{archive}/{number}", today)


# `2401.XXXXX`, `YYMM.NNNNN`; the two numbers that everybody makes up; all zeros.
_TEMPLATE_ID: Final = re.compile(r"[0-9v.]*[xyn?#_*…][0-9xymnv?#_*….\-]*", re.IGNORECASE)
_MADE_UP_ID: Final = re.compile(r"(?:1234\.5678|1234\.56789|0+\.0+)(?:v[0-9])?", re.IGNORECASE)


def _is_placeholder(tail: str) -> bool:
    """Tell a place kept free for an id from an id with a mistake in it."""
    tail = tail[:100].removesuffix(".pdf").strip("/ ")
    if "://" in tail or ":/" in tail:
        return False
    if not any(char.isdigit() for char in tail) or any(char in "{}<>[]$" for char in tail):
        return True
    return bool(_TEMPLATE_ID.fullmatch(tail) or _MADE_UP_ID.fullmatch(tail))


# Hosts that keep a copy of each paper, and where in the path the id stands.
_COPIES: Final[dict[str, tuple[str, ...]]] = {
    "xxx.lanl.gov": ("abs", "pdf", "ps", "html"),
    "128.84.21.199": ("abs", "pdf", "ps", "html"),
    "arxiv.xilesou.top": ("abs", "pdf", "html"),
    "arxiv.longhoe.net": ("abs", "pdf", "html"),
    "ar5iv.org": ("abs", "html", "pdf"),
    "ar5iv.labs.arxiv.org": ("abs", "html", "pdf"),
    "alphaxiv.org": ("abs", "overview", "pdf", "html", "resources", "benchmarks", "audio"),
    "arxiv-vanity.com": ("papers",),
    "huggingface.co": ("papers",),
    "hf.co": ("papers",),
    "scirate.com": ("arxiv",),
    "papers.cool": ("arxiv",),
    "semanticscholar.org": ("arxiv",),
}


def _elsewhere(target: Target, today: date | None) -> _ArxivId | None:
    """Read the arXiv id of a mirror, a reader's site, a DOI or a badge."""
    if target.host in _DOI_RESOLVERS:
        return _arxiv_doi(_doi_of("/".join(target.path)), today)
    if target.host == "img.shields.io" and target.path[:1] == ("badge",):
        return _badge_id("/".join(target.path[1:]), today)
    if target.host == "api.semanticscholar.org" and target.path:
        prefixed = target.path[0].lower().startswith("arxiv:")
        return _id_at_start("/".join(target.path), today) if prefixed else None
    pages = _COPIES.get(target.host, ())
    if len(target.path) < 2 or target.path[0].lower() not in pages:
        return None
    return _id_at_start("/".join(target.path[1:]), today)


def _arxiv_doi(doi: str, today: date | None) -> _ArxivId | None:
    """Read `10.48550/arXiv.ID`."""
    prefix = "10.48550/arxiv."
    return _id_at_start(doi[len(prefix) :], today) if doi.startswith(prefix) else None


def _badge_id(text: str, today: date | None) -> _ArxivId | None:
    """Read the id in a shields.io badge, whose text writes `-` as `--` and ` ` as `_`."""
    if "arxiv" not in text.lower():
        return None
    for pattern in (_NEW_ID, _OLD_ID):
        match = pattern.search(text[:200])
        if match and (match.start() == 0 or not text[match.start() - 1].isalnum()):
            return _checked(match, "", today)
    return None


_IN_TEXT: Final = re.compile(
    r"(?<![a-z0-9])arxiv(?:\.org)?[ \t]?(?:[:.][ \t]{0,2}|/abs/|[ \t])"
    r"(?=[0-9]{4}\.|[a-z-]{2,17}[./])",
    re.IGNORECASE | re.ASCII,
)


def arxiv_ids_in_text(text: str, *, today: date | None = None) -> list[Identifier]:
    """Return the distinct ids that prose names as `arXiv:ID`, in order of appearance."""
    found: dict[str, Identifier] = {}
    for match in _IN_TEXT.finditer(text):
        id_ = _id_at_start(text[match.end() : match.end() + 40], today)
        if id_ is not None:
            found.setdefault(id_.id, Identifier("arxiv", id_.id, id_.version))
    return list(found.values())


# --- DOI --------------------------------------------------------------------------------------

_DOI_RESOLVERS: Final = frozenset({"doi.org", "dx.doi.org", "doi.acm.org"})
_DOI: Final = re.compile(r"10\.[0-9]{4,9}/[!-~]+")
_DOI_END: Final = re.compile(r"""[\s"<>{}|\\^`]|[^\x00-\x7f]|\)\[|\]\(""")
_OPENING: Final = {")": "(", "]": "["}
# The Atypon platform: `/doi/10.1145/…`, `/doi/abs/10.1145/…`.
_DOI_PATH_HOSTS: Final = (
    ".acm.org",
    ".wiley.com",
    ".sagepub.com",
    ".tandfonline.com",
    ".acs.org",
    ".science.org",
    ".sciencemag.org",
    ".pnas.org",
    ".informs.org",
    ".siam.org",
    ".royalsocietypublishing.org",
    ".annualreviews.org",
    ".liebertpub.com",
    ".direct.mit.edu",
    ".mitpressjournals.org",
    ".worldscientific.com",
)
_DOI_VIEWS: Final = frozenset(
    ["abs", "pdf", "full", "fullhtml", "epdf", "epub", "pdfdirect", "pdfplus", "reader", "html"]
)


def _doi_of(text: str) -> str:
    """Cut the DOI out of the end of a path, in lower case; empty where there is none."""
    text = text[:300].removeprefix("doi:")
    end = _DOI_END.search(text)
    text = text[: end.start()] if end else text
    match = _DOI.match(text)
    return _without_punctuation(match[0]).lower() if match else ""


def _without_punctuation(doi: str) -> str:
    """Drop what prose and Markdown glue to a DOI; a bracket stays where its partner is in it."""
    while doi:
        opening = _OPENING.get(doi[-1])
        unpaired = opening is not None and doi.count(doi[-1]) > doi.count(opening)
        if doi[-1] not in ".,;:'*/" and not unpaired:
            break
        doi = doi[:-1]
    return doi


def _doi(value: str) -> Identifier | None:
    return Identifier("doi", value) if "/" in value and not value.endswith("/") else None


def _resolver(target: Target) -> Identifier | None:
    value = _doi_of("/".join(target.path))
    return None if value.startswith("10.48550/arxiv.") else _doi(value)


def _publisher(target: Target) -> Identifier | None:
    """Read `/doi/…/10.…`; ACM's older pages name the DOI in a parameter."""
    path = target.path
    if path[:1] == ("doi",):
        rest = path[2:] if len(path) > 1 and path[1].lower() in _DOI_VIEWS else path[1:]
        return _doi(_doi_of("/".join(rest)))
    if path and path[-1].lower() == "citation.cfm":
        number = parameter(target.query, "doid") or parameter(target.query, "id")
        return _doi(f"10.1145/{number}") if re.fullmatch(r"[0-9]+\.[0-9]+", number) else None
    return None


def _first_two_segments(target: Target) -> Identifier | None:
    """Read a DOI of one prefix and one segment: Springer, Frontiers."""
    for prefix, suffix in zip(target.path, target.path[1:], strict=False):
        if re.fullmatch(r"10\.[0-9]{4,9}", prefix):
            return _doi(_doi_of(f"{prefix}/{suffix}").removesuffix(".pdf"))
    return None


def _nature(target: Target) -> Identifier | None:
    path = target.path
    if len(path) < 2 or path[0] != "articles":
        return None
    name = re.match(r"[a-z][a-z0-9.-]*[0-9][a-z0-9-]*", path[1].removesuffix(".pdf"), re.ASCII)
    return _doi(f"10.1038/{name[0].lower()}") if name else None


def _plos(target: Target) -> Identifier | None:
    return _doi(_doi_of(parameter(target.query, "id")))


_BIORXIV_NEW: Final = re.compile(
    r"10\.(?:1101|64898)/(?:[0-9]{4}\.[0-9]{2}\.[0-9]{2}\.)?[0-9]{6,8}"
)
_BIORXIV_EARLY: Final = re.compile(r"early/[0-9]{4}/[0-9]{2}/[0-9]{2}/([0-9]{6,8})")


def _biorxiv(target: Target) -> Identifier | None:
    """Read `/content/10.1101/IDvN` and the older `/content/early/YYYY/MM/DD/ID`."""
    path = "/".join(target.path)
    match = _BIORXIV_NEW.search(path[:300])
    if match:
        return _doi(match[0])
    early = _BIORXIV_EARLY.search(path[:300])
    return _doi(f"10.1101/{early[1]}") if early else None


_IJCAI: Final = re.compile(
    r"proceedings[/-](20[0-9]{2})/0*([1-9][0-9]{0,4})(?:\.pdf)?", re.IGNORECASE
)


def _ijcai(target: Target) -> Identifier | None:
    """IJCAI has DOIs since 2017: `/proceedings/2017/316` and `/2017/0316.pdf` are one paper."""
    match = _IJCAI.fullmatch("/".join(target.path))
    return _doi(f"10.24963/ijcai.{match[1]}/{match[2]}") if match and match[1] >= "2017" else None


# --- OpenReview, ACL Anthology, Hugging Face, GitHub ------------------------------------------

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


_HUGGING_FACE_PAGES: Final = frozenset(
    """
    about api blog chat collections docs enterprise hub inference join learn login models new
    organizations papers posts pricing search settings spaces datasets support tasks privacy brand
    changelog jobs kernels terms-of-service
    """.split()  # noqa: SIM905  one word a line would hide the table
)
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
    if names[0].lower() in _HUGGING_FACE_PAGES or not all(map(_HUGGING_FACE_NAME.fullmatch, names)):
        return None
    written = "/".join((kind, *names) if kind else names)
    return Identifier("huggingface", written.lower(), written=written)


_NOT_OWNERS: Final = frozenset(
    """
    about account apps blog codespaces collections contact customer-stories dashboard enterprise
    events explore features gist issues join login logout marketplace new notifications orgs
    organizations pricing pulls readme resources search security settings signup site solutions
    sponsors stars team topics trending users watching
    """.split()  # noqa: SIM905  one word a line would hide the table
)
# An underscore stands in the names of enterprise managed users only (`name_company`).
_OWNER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,38}", re.ASCII)
_NAME: Final = re.compile(r"[A-Za-z0-9._-]+", re.ASCII)


def repository(url: str) -> Repository | None:
    """
    Return the GitHub repository that a URL lies in; None for profiles, topics and other hosts.

    Root is the repository's own page, whatever slash, `.git`, query or fragment it has; files,
    trees, issues and names with something glued to them are below it.
    """
    target = target_of(url)
    return None if target is None else _repository(target)


def _repository(target: Target) -> Repository | None:
    if target.host not in {"github.com", "raw.githubusercontent.com"} or len(target.path) < 2:
        return None
    owner, segment = target.path[0].strip(), target.path[1]
    match = _NAME.match(segment)
    if match is None or not _OWNER.fullmatch(owner) or owner.lower() in _NOT_OWNERS:
        return None
    name = match[0].rstrip(".").removesuffix(".git")
    if not name.strip(".") or len(name) > 100:
        return None
    whole = segment in {name, f"{name}.git"}
    is_root = target.host == "github.com" and len(target.path) == 2 and whole
    return Repository(owner, name, is_root)


def _github(target: Target) -> Identifier | None:
    found = _repository(target)
    if found is None:
        return None
    return Identifier("github", found.full_name.lower(), written=found.full_name)


# --- all together -----------------------------------------------------------------------------

_BY_HOST: Final[dict[str, Callable[[Target], Identifier | None]]] = {
    **dict.fromkeys(_DOI_RESOLVERS, _resolver),
    "link.springer.com": _first_two_segments,
    "frontiersin.org": _first_two_segments,
    "nature.com": _nature,
    "journals.plos.org": _plos,
    "biorxiv.org": _biorxiv,
    "medrxiv.org": _biorxiv,
    "ijcai.org": _ijcai,
    "static.ijcai.org": _ijcai,
    "openreview.net": _openreview,
    "aclanthology.org": _acl,
    "aclanthology.info": _acl,
    "aclweb.org": _acl,
    "anthology.aclweb.org": _acl,
    "huggingface.co": _hugging_face,
    "hf.co": _hugging_face,
    "github.com": _github,
    "raw.githubusercontent.com": _github,
}


def identify(url: str, *, today: date | None = None) -> Identifier | None:
    """
    Return the identifier that a URL stands for; None where it stands for none that we know.

    An arXiv paper is found under every public spelling, its DOI and the known mirrors included.
    A file in a GitHub repository gives the repository (see `repository`).
    """
    target = target_of(url)
    if target is None:
        return None
    if _is_own_host(target.host):
        link = _own_link(target, today)
        return Identifier("arxiv", link.id, link.version) if link.id else None
    found = _elsewhere(target, today)
    if found is not None:
        return Identifier("arxiv", found.id, found.version)
    rule = _BY_HOST.get(target.host)
    if rule is None and f".{target.host}".endswith(_DOI_PATH_HOSTS):
        rule = _publisher
    return rule(target) if rule else None


def url_of_name(text: str) -> str | None:
    """
    Return the address of an identifier that stands alone; None where it is none, or more.

    `arXiv:2006.11239`, `doi:10.1145/…` and `10.1145/…`: what writers take for an address.
    """
    if len(text) > 300:
        return None
    scheme, _, rest = text.partition(":")
    if scheme.lower() == "arxiv":
        found = _id_at_start(rest, None)
        if found is None or found.rest:
            return None
        version = f"v{found.version}" if found.version is not None else ""
        return f"{canonical_url(Identifier('arxiv', found.id))}{version}"
    value = rest.strip() if scheme.lower() == "doi" else text
    if not value.startswith("10.") or _doi_of(value) != value.lower():
        return None
    found_doi = _doi(value.lower())
    return canonical_url(replace(found_doi, written=value)) if found_doi else None


def same_as(identifier: Identifier) -> Identifier | None:
    """Return the same paper's id in another scheme: ACL papers have DOIs `10.18653/v1/<id>`."""
    if identifier.scheme == "doi" and identifier.value.startswith("10.18653/v1/"):
        return _acl(Target("aclanthology.org", (identifier.value[12:],), ""))
    return None


def of_key(key: str) -> Identifier | None:
    """Return what a key of the catalog names; None for `title:…` and for what is no key."""
    scheme, _, value = key.partition(":")
    known = next((one for one in get_args(Scheme) if one == scheme), None)
    return Identifier(known, value) if known and value else None


def canonical_url(identifier: Identifier) -> str:
    """Return the address to link to: for arXiv the abstract page, without version."""
    value = identifier.written or identifier.value
    match identifier.scheme:
        case "arxiv":
            return f"https://arxiv.org/abs/{value}"
        case "doi":
            return f"https://doi.org/{quote(value, safe='/:;()._-')}"
        case "openreview":
            return f"https://openreview.net/forum?id={value}"
        case "acl":
            return f"https://aclanthology.org/{value}/"
        case "github":
            return f"https://github.com/{value}"
        case "huggingface":
            return f"https://huggingface.co/{value}"
