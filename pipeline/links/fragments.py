"""
What the part of a URL after `#` points at, and what a page has to point at. Pure, linear, total.

Rules: the HTML Standard's ("find a potential indicated element") and GitHub's (`user-content-…`,
letter case does not count). Doubt speaks for the page: people switch off a check that cries wolf
(lychee #1729, #2179; open-telemetry/opentelemetry-collector-contrib #46170).
"""

import html
import re
from typing import Final
from urllib.parse import quote, unquote

from pipeline.links.hosts import is_guarded
from pipeline.records.sources import AnchorRecord
from pipeline.urls import host_of, parameter, target_of
from pipeline.works.arxiv_links import is_arxiv_host
from pipeline.works.repositories import repository

LONGEST_NAME: Final = 300
MOST_NAMES: Final = 20_000
GITHUB_PREFIX: Final = "user-content-"

_NO_SECTION: Final = re.compile(
    r"[!/?~:].*"  # `#!app`, `#/route`, `#:~:text=`
    r"|.*[=&].*"  # `#page=3`, `#t=10`, `#gid=0`, `#heading=h.x`
    r"|[LR][0-9]+(?:C[0-9]+)?(?:-[LR]?[0-9]+(?:C[0-9]+)?)?"  # lines of a file
    r"|top|readme|.*-ov-file|issuecomment-[0-9]+|discussion_?r?[0-9]+|start-of-content",
    re.IGNORECASE | re.DOTALL,
)
_FILE: Final = re.compile(
    r"\.(?:pdf|ps|gz|zip|tar|png|jpe?g|gif|svg|webp|mp4|webm|mp3|pptx?|docx?|xlsx?|csv|json|ipynb)$",
    re.IGNORECASE,
)
MARKDOWN: Final = (".md", ".markdown", ".mdown", ".mkd")


def section_of(url: str) -> str | None:
    """Return the section that a URL's fragment names, as written; None where it names none."""
    fragment = url.partition("#")[2].partition(":~:")[0]
    if not fragment or len(fragment) > LONGEST_NAME or _NO_SECTION.fullmatch(fragment):
        return None
    return fragment


def is_readable(url: str) -> bool:
    """Say whether we may read a page's anchors: its host takes robots, or GitHub shows Markdown."""
    target = target_of(url)
    if target is None or is_arxiv_host(url):
        return False
    if target.host == "github.com":
        return readme_query(url) is not None
    named_like_file = bool(target.path) and _FILE.search(target.path[-1]) is not None
    return not named_like_file and not is_guarded(host_of(url))


def readme_query(url: str) -> str | None:
    """
    Return the path and query of GitHub's interface for the Markdown that a page of its shows.

    `/repos/o/r/readme` for a repository, `…/readme/dir?ref=branch` for a folder, `…/contents/…` for
    a file (docs.github.com/rest/repos/contents); None where the page shows none. A branch with a
    slash in its name cannot be told from a folder: the answer is then 404, which says nothing.
    """
    found, target = repository(url), target_of(url)
    if found is None or target is None or target.host != "github.com":
        return None
    base = f"/repos/{found.full_name}"
    if found.is_root:
        return f"{base}/readme"
    kind, *rest = target.path[2:] or [""]
    # `..` (written `%2f..%2f`) would lead, with our token, to another part of the interface.
    if kind not in ("blob", "tree") or not rest or {".", ".."} & set(rest):
        return None
    branch, *path = (quote(segment, safe="") for segment in rest)
    place = "/".join(path)
    if kind == "tree":
        return f"{base}/readme{'/' if place else ''}{place}?ref={branch}"
    if parameter(target.query, "plain") or not place.lower().endswith(MARKDOWN):
        return None
    return f"{base}/contents/{place}?ref={branch}"


# --- what a page has --------------------------------------------------------------------------

_VALUE: Final = r"\s{0,3}=\s{0,3}(?:\"([^\"<>]{1,300})\"|'([^'<>]{1,300})'|([^\s\"'<>=`]{1,300}))"
_ID: Final = re.compile(rf"[\s\"'/]id{_VALUE}", re.IGNORECASE)
_NAME: Final = re.compile(rf"<a\s(?:[^<]{{0,2000}}?[\s\"'])?name{_VALUE}", re.IGNORECASE)
_SECTION: Final = re.compile(
    r"<(?:h[1-6]|section|article|dt|a)\s(?:[^<>]{0,1000}?[\s\"'])?(?:id|name)\s{0,3}=",
    re.IGNORECASE,
)
_LATE: Final = re.compile(
    r"anchor(?:js|\.min\.js|s\.add\()|enable javascript|requires? javascript|__NEXT_DATA__"
    r"|<div id=[\"']?(?:root|app|__next|__nuxt|___gatsby|q-app|svelte)[\"']?>\s{0,20}</div>"
    r"|<app-root>",
    re.IGNORECASE,
)
"""Signs of a page that gets its text, or its headings' ids, from a script in the browser."""


def anchors_of(page: str, *, url: str, whole: bool = True, github: bool = False) -> AnchorRecord:
    """
    Return what fragments can point at in an HTML page, in comments and scripts too.

    `whole`: nothing was cut off. `github`: rendered by GitHub, ids count without the prefix too.
    """
    found = (match for kind in (_ID, _NAME) for match in kind.finditer(page))
    names = {html.unescape(next(filter(None, match.groups()), "").strip()) for match in found}
    if github:
        names = {name.removeprefix(GITHUB_PREFIX) for name in names}
    says_all = github or (_SECTION.search(page) is not None and _LATE.search(page) is None)
    few_enough = len(names) <= MOST_NAMES
    return AnchorRecord(
        url=url,
        names=tuple(sorted(names)) if few_enough else (),
        telling=whole and says_all and bool(names) and few_enough,
        any_case=github,
    )


def lacks(page: AnchorRecord, section: str) -> bool:
    """Say whether a page is known not to have a section; False where that is doubtful."""
    if not page.telling:
        return False
    spellings = {section, unquote(section, errors="replace")}
    spellings |= {name.removeprefix(GITHUB_PREFIX) for name in spellings if page.any_case}
    if page.any_case:
        return {name.lower() for name in spellings}.isdisjoint(map(str.lower, page.names))
    return spellings.isdisjoint(page.names)
