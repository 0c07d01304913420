"""
Which DOI a URL or a text names: the one grammar of DOIs, and of publishers' pages that hold one.

Pure, linear and total. A DOI may hold any printable character (section 2.2 of
https://www.doi.org/doi-handbook/HTML/; SICI: `10.1130/0091-7613(1990)018<1153:RGAEOT>2.3.CO;2`), so
it ends where the decoded path ends, less what a publisher is known to put behind it. It is never
cut by guess: half a DOI names another work, or a whole issue.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from pipeline.urls import Target, parameter

DOI_RESOLVERS: Final = frozenset({"doi.org", "dx.doi.org", "www.doi.org", "doi.acm.org"})
LONGEST: Final = 300
"""Characters of a DOI that are looked at."""


class LinkedDoi(NamedTuple):
    """A DOI that an address stands for, in lower case."""

    value: str
    whole: bool = True
    """
    False where a resolver's address has a view or version behind the DOI: it is a page about this
    work, and what the registry knows of the DOI says nothing of the address.
    """


# --- the DOI itself ---------------------------------------------------------------------------

_DOI: Final = re.compile(r"10\.[0-9]{4,9}/[!-~]*[A-Za-z0-9!#$&+=>@\]_~)-]", re.ASCII)
_PREFIX: Final = re.compile(r"10\.[0-9]{4,9}", re.ASCII)
# What Markdown and prose leave behind an address; no registered DOI has it.
_GLUED: Final = (")[", "](", "://")
_BRACKETS: Final = ("()", "[]")
_AROUND: Final = ".,;:'\"*/"


def is_doi(text: str) -> bool:
    """Say whether the whole text is a DOI, in whatever case."""
    return (
        len(text) <= LONGEST
        and _DOI.fullmatch(text) is not None
        and not any(mark in text for mark in _GLUED)
        and all(text.count(closing) <= text.count(opening) for opening, closing in _BRACKETS)
    )


def _checked(text: str) -> str | None:
    return text.lower() if is_doi(text) else None


def doi_of_path(path: Sequence[str]) -> str:
    """Return what a resolver is asked for: its decoded path in lower case, DOI or not."""
    text = "/".join(path)[: LONGEST + 5]
    return (text[4:].lstrip() if text[:4].lower() == "doi:" else text).lower()


def dois_in(text: str | None) -> Iterator[str]:
    """Yield the DOIs that a text names, in lower case and without the punctuation around them."""
    for word in (text or "")[:4000].split():
        start = _PREFIX.search(word)
        found = _checked(_bare(word[start.start() :])) if start else None
        if found is not None:
            yield found


def _bare(doi: str) -> str:
    """Drop what prose glues to a DOI; a bracket stays where its partner is in it."""
    doi = doi.rstrip(_AROUND)
    while doi and any(
        doi.endswith(closing) and doi.count(closing) > doi.count(opening)
        for opening, closing in _BRACKETS
    ):
        doi = doi[:-1].rstrip(_AROUND)
    return doi


# --- what stands around it in a path ----------------------------------------------------------

_VIEWS: Final = frozenset(
    """
    abs abstract authors citations cited citedby cited-by comments download epdf epub figure
    figures full fullhtml fulltext full-text full-xml html htm issuetoc keywords meta metrics pdf
    pdf+html pdfdirect pdfplus pdfextended pdfhtml reader ref references related summary suppinfo
    supinfo suppl suppl_file supplementary supplementary-material supplemental
    supporting-information tables text xml
    """.split()  # noqa: SIM905  one word a line would hide the table
)
"""What publishers put before or behind a DOI to show one of its pages, in lower case."""
_WITH_A_FILE: Final = frozenset(
    ["suppl_file", "suppl", "supplementary", "supplementary-material", "figure", "figures"]
)
"""Views behind which the name of a file or a number stands."""
_FILE_ENDING: Final = re.compile(r"\.(?:pdf|epub|html?|xml)\Z", re.IGNORECASE)
# bioRxiv and medRxiv glue a version and a view to it: `10.1101/2020.07.12.199554v2.full.pdf`.
_PREPRINT: Final = re.compile(
    r"(10\.(?:1101|64898)/(?:[0-9]{4}\.[0-9]{2}\.[0-9]{2}\.)?[0-9]{6,8})(?P<rest>(?![0-9]).*)",
    re.ASCII | re.DOTALL,
)
_PREPRINT_VIEW: Final = re.compile(
    r"(?:v[0-9]{1,2})?(?:[./](?:full|abstract|article|external|supplementary|figures?|pdf)[\w.+/-]*)?",
    re.ASCII,
)


def _without_views(path: Sequence[str]) -> Sequence[str]:
    """Drop the views behind a DOI, which has a prefix and at least one segment more."""
    for place in range(2, len(path)):
        if path[place].lower() not in _VIEWS:
            continue
        rest = [one.lower() for one in path[place + 1 :]]
        if path[place].lower() in _WITH_A_FILE or all(one in _VIEWS for one in rest):
            return path[:place]
    return path


def meant_doi(target: Target) -> str | None:
    """
    Return the DOI that an address of a resolver plainly means and does not name, in lower case.

    Prose has left a mark behind it, or it was pasted behind another address or prefix
    (`doi.org/10.1145/1.2.`, `doi.org/https://doi.org/10.1145/1.2`). A guess to be asked.
    """
    asked = doi_of_path(target.path)
    starts = [found.start() for found in _PREFIX.finditer(asked)]
    meant = _checked(_bare(asked[starts[-1] :])) if starts and len(asked) <= LONGEST else None
    return meant if target.host in DOI_RESOLVERS else None


def resolved_doi(target: Target) -> LinkedDoi | None:
    """Return the DOI that an address of a resolver names; arXiv's own are read elsewhere."""
    asked = doi_of_path(target.path)
    work = "/".join(_without_views(asked.split("/")))
    preprint = _PREPRINT.fullmatch(work)
    if preprint is not None and _PREPRINT_VIEW.fullmatch(preprint["rest"]):
        work = preprint[1]
    value = None if work.startswith("10.48550/arxiv.") else _checked(work)
    return LinkedDoi(value, value == asked) if value is not None else None


def _in_path(path: Sequence[str]) -> LinkedDoi | None:
    """Read a DOI that a publisher's path goes on with, and perhaps a view behind it."""
    return _linked(_FILE_ENDING.sub("", "/".join(_without_views(path))))


def _linked(text: str) -> LinkedDoi | None:
    value = _checked(text)
    return LinkedDoi(value) if value is not None else None


def _behind_doi(target: Target) -> LinkedDoi | None:
    """Read `/doi/…/10.…`; ACM's older pages name the DOI in a parameter."""
    path = target.path
    if path and path[-1].lower() == "citation.cfm":
        number = parameter(target.query, "doid") or parameter(target.query, "id")
        known = re.fullmatch(r"[0-9]+\.[0-9]+", number)
        return LinkedDoi(f"10.1145/{number}") if known else None
    if "doi" not in path:
        return None
    rest = path[path.index("doi") + 1 :]
    return _in_path(rest[1:] if rest and rest[0].lower() in _VIEWS else rest)


def _after_prefix(target: Target, most: int | None = None) -> LinkedDoi | None:
    """Read the DOI that begins with the first segment that is a prefix, of `most` segments."""
    path = target.path
    place = next((n for n, one in enumerate(path) if _PREFIX.fullmatch(one)), None)
    return _in_path(path[place:][:most]) if place is not None else None


def _two_segments(target: Target) -> LinkedDoi | None:
    """Read a DOI of one prefix and one segment: what follows is a part of the work."""
    return _after_prefix(target, 2)


def _nature(target: Target) -> LinkedDoi | None:
    path = target.path
    if len(path) < 2 or path[0] != "articles":
        return None
    name = re.match(r"[a-z][a-z0-9.-]*[0-9][a-z0-9-]*", path[1].removesuffix(".pdf"), re.ASCII)
    return LinkedDoi(f"10.1038/{name[0].lower()}") if name else None


_EARLY: Final = re.compile(r"early/[0-9]{4}/[0-9]{2}/[0-9]{2}/([0-9]{6,8})")


def _preprint_server(target: Target) -> LinkedDoi | None:
    """Read `/content/10.1101/IDvN` and the older `/content/early/YYYY/MM/DD/ID`."""
    path = "/".join(target.path)[:LONGEST]
    start = path.find("10.")
    match = _PREPRINT.fullmatch(path[start:]) if start >= 0 else None
    if match:
        return LinkedDoi(match[1])
    early = _EARLY.search(path)
    return LinkedDoi(f"10.1101/{early[1]}") if early else None


_IJCAI: Final = re.compile(
    r"proceedings[/-](20[0-9]{2})/0*([1-9][0-9]{0,4})(?:\.pdf)?", re.IGNORECASE
)


def _ijcai(target: Target) -> LinkedDoi | None:
    """IJCAI has DOIs since 2017: `/proceedings/2017/316` and `/2017/0316.pdf` are one paper."""
    match = _IJCAI.fullmatch("/".join(target.path))
    known = match is not None and match[1] >= "2017"
    return LinkedDoi(f"10.24963/ijcai.{match[1]}/{match[2]}") if match and known else None


def _elsewhere(target: Target) -> LinkedDoi | None:
    """Read the DOI that a service is asked for by its path: another address than the work's own."""
    found = _after_prefix(target)
    return found._replace(whole=False) if found is not None else None


# --- by host ----------------------------------------------------------------------------------

DOI_IN_PATH: Final = tuple(
    """
    acm.org acs.org ahajournals.org ametsoc.org annualreviews.org ascelibrary.org degruyter.com
    degruyterbrill.com direct.mit.edu emerald.com informs.org liebertpub.com mitpressjournals.org
    nejm.org physiology.org pnas.org royalsocietypublishing.org sagepub.com science.org
    sciencemag.org siam.org tandfonline.com wiley.com worldscientific.com
    """.split()  # noqa: SIM905  one word a line would hide the table
)
"""Atypon's platform (`/doi/10.1145/…`, `/doi/abs/10.1145/…`) and those that write the same."""
_BELOW_THESE: Final = tuple(f".{domain}" for domain in DOI_IN_PATH)
_RULES: Final[dict[str, Callable[[Target], LinkedDoi | None]]] = {
    **dict.fromkeys(DOI_RESOLVERS, resolved_doi),
    "link.springer.com": _two_segments,
    "frontiersin.org": _two_segments,
    "journals.aps.org": _after_prefix,
    "iopscience.iop.org": _after_prefix,
    "nature.com": _nature,
    "journals.plos.org": lambda target: _linked(parameter(target.query, "id")),
    "biorxiv.org": _preprint_server,
    "medrxiv.org": _preprint_server,
    **dict.fromkeys(
        ("oadoi.org", "unpaywall.org", "doi.ieeecomputersociety.org", "api.crossref.org"),
        _elsewhere,
    ),
    "ijcai.org": _ijcai,
    "static.ijcai.org": _ijcai,
}


def linked_doi(target: Target) -> LinkedDoi | None:
    """Return the DOI that an address names; None where it names none for certain."""
    rule = _RULES.get(target.host)
    if rule is None and f".{target.host}".endswith(_BELOW_THESE):
        rule = _behind_doi
    if rule is None and target.host.startswith("sci-hub."):
        rule = _elsewhere
    if rule is None and target.host.endswith((".biomedcentral.com", ".springeropen.com")):
        rule = _two_segments
    return rule(target) if rule else None
