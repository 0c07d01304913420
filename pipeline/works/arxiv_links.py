"""
What a URL says of an arXiv paper: the one grammar of arXiv's ids and addresses.

Pure, linear in the length of the argument, and total. Rules:
https://info.arxiv.org/help/arxiv_identifier.html and arXiv's own parser
(github.com/arXiv/arxiv-base, `arxiv/identifier/__init__.py`).
"""

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Final, Literal, NamedTuple, get_args

from pipeline.urls import Target, parameter, target_of
from pipeline.works.dois import DOI_RESOLVERS, doi_of_path

ArxivPage = Literal["abs", "pdf", "html", "ftp", "other"]
ArxivFault = Literal["placeholder", "invalid"]
Fussy = Literal["version-pinned", "pdf-link"]
FUSSY: Final[tuple[Fussy, ...]] = get_args(Fussy)
"""Codes of arXiv links that work and could be simpler."""


class ArxivLink(NamedTuple):
    """What an arXiv link says; `fault` where a paper's place names none (`/abs/XXXX.XXXXX`)."""

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
        return abstract_page(self.id) if self.id is not None else None

    @property
    def fussy(self) -> Fussy | None:
        """Under which code the link could be simpler; None where it could not."""
        if self.id is None or not self.own_host or self.figure or not self.exact:
            return None
        if self.version is not None:
            return "version-pinned"
        return "pdf-link" if self.page == "pdf" else None


def abstract_page(arxiv_id: str) -> str:
    """Return the address of a paper's abstract, without version."""
    return f"https://arxiv.org/abs/{arxiv_id}"


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


class ArxivId(NamedTuple):
    """An id that was read, and what stands behind it."""

    id: str
    version: int | None
    rest: str
    """What follows the id."""


_DIGITS_OF_ID: Final = re.compile(r"[0-9]{4}", re.ASCII)


def drops_id(url: str) -> bool:
    """
    Say whether something like another identifier is glued to the id of an arXiv address.

    `2305.00447,2305.00448` and `2305.00447and10.1145/1234` are two works; the same id again is not.
    """
    link, target = arxiv_link(url), target_of(url)
    if link is None or link.exact or link.id is None or target is None:
        return False
    _, _, rest = "/".join(target.path).lower().partition(link.id)
    return _DIGITS_OF_ID.search(rest.replace(link.id, " ")) is not None


def is_arxiv_host(url: str) -> bool:
    """Return whether the URL is on a host of arXiv itself (mirrors and arXiv Labs are not)."""
    target = target_of(url)
    return target is not None and is_own_host(target.host)


def is_own_host(host: str) -> bool:
    """Return whether a host (without `www.`) is one of arXiv itself."""
    return host == "arxiv.org" or (
        host.endswith(".arxiv.org") and not host.endswith("labs.arxiv.org")
    )


_REMEMBERED: Final = 1024
"""Addresses whose reading is remembered: several rules look at those of one entry."""


def arxiv_link(url: str, *, today: date | None = None) -> ArxivLink | None:
    """Read an arXiv link, or None; given *today*, ids later than the next month are refused."""
    found = _any_link(url, None)
    if today is None or found is None or found.id is None or not _is_to_come(found.id[:4], today):
        return found
    return _any_link(url, today)


_PLAIN: Final = re.compile(
    r"https?://arxiv\.org/(?P<page>abs|pdf)/(?P<id>[0-9]{2}(?:0[1-9]|1[0-2])\.(?!00000)[0-9]{5})"
)
"""How nearly all papers are linked, from 2015 on: nothing of it need be taken apart."""


@lru_cache(_REMEMBERED)
def _any_link(url: str, today: date | None) -> ArxivLink | None:
    plain = _PLAIN.fullmatch(url)
    if plain is not None and today is None and plain["id"] > "1501":
        return ArxivLink(True, "abs" if plain["page"] == "abs" else "pdf", plain["id"])
    target = target_of(url)
    if target is None:
        return None
    if is_own_host(target.host):
        return own_link(target, today)
    found = id_elsewhere(target, today)
    if found is None:
        return None
    return ArxivLink(False, "other", found.id, found.version, exact=not found.rest)


def own_link(target: Target, today: date | None) -> ArxivLink:
    """Read an address on a host of arXiv itself."""
    if target.host in _NOT_PAPERS_HOST or not target.path:
        return ArxivLink(own_host=True, page="other")
    first = target.path[0].lower()
    if first == "ftp":
        return _judged(_ftp_id(target.path, today), "ftp", "/".join(target.path[1:]))
    if first in _PAPER_PAGES:
        tail = "/".join(target.path[1:]) or parameter(target.query, "id")
        if target.query and tail.lower() in _ARCHIVES:
            tail = f"{tail}/{parameter(target.query, 'papernum')}"
        return _judged(id_at_start(tail, today), _PAPER_PAGES[first], tail)
    found = id_at_start("/".join(target.path), today)
    return ArxivLink(own_host=True, page="other") if found is None else _judged(found, "abs", "")


def _judged(found: ArxivId | None, page: ArxivPage, tail: str) -> ArxivLink:
    if found is None:
        fault: ArxivFault = "placeholder" if _is_placeholder(tail) else "invalid"
        return ArxivLink(own_host=True, page=page, fault=fault)
    figure = page == "html" and len(found.rest.strip("/")) > 0 and found.rest.startswith("/")
    exact = figure or _IGNORED_AFTER_ID.fullmatch(found.rest) is not None
    return ArxivLink(True, page, found.id, found.version, figure=figure, exact=exact)


def id_at_start(text: str, today: date | None) -> ArxivId | None:
    """Read the id that `text` begins with, `arXiv:` before it or not."""
    text = text.lstrip()
    if text[:6].lower() == "arxiv:":
        text = text[6:].lstrip()
    match = _NEW_ID.match(text) or _OLD_ID.match(text)
    return None if match is None else _checked(match, text[match.end() :], today)


def _checked(match: re.Match[str], rest: str, today: date | None) -> ArxivId | None:
    """Turn a match of one of the two forms into a canonical id, if there can be such an id."""
    yymm, number, version = match.group("yymm", "number", "version")
    if not "01" <= yymm[2:] <= "12" or int(number) == 0:
        return None
    if match.re is _OLD_ID:
        id_ = _old_id(match["archive"].lower().replace("--", "-"), yymm, number)
    else:
        id_ = _new_id(yymm, number, today)
    return ArxivId(id_, int(version) if version else None, rest) if id_ else None


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
    if yymm < "0704" or (today is not None and _is_to_come(yymm, today)):
        return None
    if yymm < "1501":
        number = number[1:] if len(number) == 5 and number[0] == "0" else number
        return f"{yymm}.{number}" if len(number) == 4 else None
    number = number.zfill(5) if yymm < "1601" else number
    return f"{yymm}.{number}" if len(number) == 5 else None


def _is_to_come(yymm: str, today: date) -> bool:
    """Say whether new ids begin so later than next month: at its turn arXiv's clock is ahead."""
    limit = today.year * 12 + today.month + 1
    return yymm.isdecimal() and (2000 + int(yymm[:2])) * 12 + int(yymm[2:]) > limit


def _ftp_id(path: tuple[str, ...], today: date | None) -> ArxivId | None:
    """Read `/ftp/arxiv/papers/2205/2205.02302.pdf` and `/ftp/hep-th/papers/9901/9901001.pdf`."""
    if len(path) < 5 or path[2] != "papers":
        return None
    archive, month, name = path[1].lower(), path[3], path[4]
    if archive == "arxiv":
        return id_at_start(name, today)
    number = name if name.startswith(month) else month + name
    return id_at_start(f"{archive}/{number}", today)


def year_of_id(arxiv_id: str) -> int | None:
    """Return the year in which a canonical id was given: `hep-th/9901001` in 1999."""
    year = arxiv_id.rpartition("/")[2][:2]
    if not (year.isascii() and year.isdigit() and len(year) == 2):
        return None
    is_old = "/" in arxiv_id and year >= "91"
    return int(year) + (1900 if is_old else 2000)


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
    "emergentmind.com": ("papers",),
    "catalyzex.com": ("paper",),
    "huggingface.co": ("papers",),
    "hf.co": ("papers",),
    "scirate.com": ("arxiv",),
    "papers.cool": ("arxiv",),
    "semanticscholar.org": ("arxiv",),
}


# DBLP's records of arXiv papers have the id in their key: `rec/journals/corr/abs-2312-02228`.
_DBLP: Final = frozenset(
    {"dblp.org", "dblp.uni-trier.de", "dblp.dagstuhl.de", "dblp2.uni-trier.de"}
)
_CORR: Final = re.compile(
    r"rec/(?:[a-z]{1,9}[0-9]?/)?journals/corr/abs-"
    r"(?:(?P<new>[0-9]{4}-[0-9]{4,5})|(?P<archive>[a-z]{2,8}(?:-[a-z]{2,3})?)-(?P<old>[0-9]{7}))"
    r"(?:\.[a-z]{1,5})?",
    re.ASCII,
)

# The SAO/NASA Astrophysics Data System: `2017arXiv170603762V`, `2013arXiv1301.3781M`, and of old
# ids `1998astro.ph..5201R` (astro-ph/9805201): ui.adsabs.harvard.edu/help/actions/bibcode
_ADS: Final = frozenset({"ui.adsabs.harvard.edu", "adsabs.harvard.edu", "cdsads.u-strasbg.fr"})
_BIBCODE: Final = re.compile(
    r"(?:19|20)(?P<year>[0-9]{2})(?:arXiv(?P<new>[0-9]{4}\.?[0-9]{4,5})"
    r"|(?P<archive>[a-z]{2,5}\.[a-z]{2,3})\.{0,4}(?P<old>[0-9]{4,5}))[A-Z.]",
    re.ASCII,
)


def id_elsewhere(target: Target, today: date | None) -> ArxivId | None:
    """Read the arXiv id of a mirror, a reader's site, a registry, a DOI or a badge."""
    read = _READERS.get(target.host)
    if read is not None:
        return read(target, today)
    pages = _COPIES.get(target.host, ())
    if len(target.path) < 2 or target.path[0].lower() not in pages:
        return None
    return id_at_start("/".join(target.path[1:]), today)


def _doi_id(target: Target, today: date | None) -> ArxivId | None:
    doi, prefix = doi_of_path(target.path), "10.48550/arxiv."
    return id_at_start(doi[len(prefix) :], today) if doi.startswith(prefix) else None


def _semantic_scholar_id(target: Target, today: date | None) -> ArxivId | None:
    name = named_at_semantic_scholar(target)
    return id_at_start(name, today) if name[:6].lower() == "arxiv:" else None


def named_at_semantic_scholar(target: Target) -> str:
    """Return what its API is asked for: `/arXiv:ID`, `/graph/v1/paper/DOI:10.…`; or nothing."""
    path = target.path
    start = next((n for n, one in enumerate(path[:4]) if ":" in one), len(path))
    return "/".join(path[start:])


def _dblp_id(target: Target, today: date | None) -> ArxivId | None:
    record = _CORR.fullmatch("/".join(target.path))
    if record is None:
        return None
    new = (record["new"] or "").replace("-", ".")
    return id_at_start(new or f"{record['archive']}/{record['old']}", today)


def _ads_id(target: Target, today: date | None) -> ArxivId | None:
    """Read a bibcode that holds an id, or the id itself, which ADS takes for one."""
    for segment in (*target.path[:4], parameter(target.query, "bibcode")):
        if segment[:6].lower() == "arxiv:":
            return id_at_start(segment, today)
        code = _BIBCODE.fullmatch(segment)
        if code is None:
            continue
        if code["new"] is not None:
            digits = code["new"].replace(".", "")
            return id_at_start(f"{digits[:4]}.{digits[4:]}", today)
        archive = code["archive"].replace(".", "-")
        return id_at_start(f"{archive}/{code['year']}{code['old']:0>5}", today)
    return None


def _archived_id(target: Target, today: date | None) -> ArxivId | None:
    """Read the id of a page of arXiv that the Wayback Machine keeps: `/web/2020/https://…`."""
    path = target.path[2:]
    if len(path) < 4 or path[0] not in {"http:", "https:"}:
        return None
    host = path[1].lower().removeprefix("www.")
    if not is_own_host(host):
        return None
    link = own_link(Target(host, path[2:], ""), today)
    return ArxivId(link.id, link.version, "") if link.id is not None and link.exact else None


def _badge_id(target: Target, today: date | None) -> ArxivId | None:
    """Read the id in a shields.io badge, whose text writes `-` as `--` and ` ` as `_`."""
    text = "/".join(target.path[1:])
    if target.path[:1] != ("badge",) or "arxiv" not in text.lower():
        return None
    for pattern in (_NEW_ID, _OLD_ID):
        match = pattern.search(text[:200])
        if match and (match.start() == 0 or not text[match.start() - 1].isalnum()):
            return _checked(match, "", today)
    return None


_READERS: Final[dict[str, Callable[[Target, date | None], ArxivId | None]]] = {
    **dict.fromkeys(DOI_RESOLVERS, _doi_id),
    **dict.fromkeys(_DBLP, _dblp_id),
    **dict.fromkeys(_ADS, _ads_id),
    "web.archive.org": _archived_id,
    "img.shields.io": _badge_id,
    "api.semanticscholar.org": _semantic_scholar_id,
}


_IN_TEXT: Final = re.compile(
    r"(?<![a-z0-9])arxiv(?:\.org)?[ \t]?(?:[:.][ \t]{0,2}|/abs/|[ \t])"
    r"(?=[0-9]{4}\.|[a-z-]{2,17}[./])",
    re.IGNORECASE | re.ASCII,
)


def arxiv_ids_in_text(text: str, *, today: date | None = None) -> list[ArxivId]:
    """Return the distinct ids that prose names as `arXiv:ID`, in order of appearance."""
    found: dict[str, ArxivId] = {}
    for match in _IN_TEXT.finditer(text):
        one = id_at_start(text[match.end() : match.end() + 40], today)
        if one is not None:
            found.setdefault(one.id, one)
    return list(found.values())
