"""What a link is: from its label, its badge, the column it stands in, and its host."""

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import islice
from urllib.parse import unquote

from pipeline.markdown.marks import LINK, LINK_END, Anchor, plain, without_forged_marks
from pipeline.markdown.phrases import has_known_venue, is_web_name, year_in
from pipeline.markdown.vocabulary import (
    GENERIC_LABELS,
    HOST_ROLES,
    QUALIFIERS,
    ROLE_PARTS_CHINESE,
    ROLE_WORDS,
    SOCIAL_HOSTS,
)
from pipeline.records.lists import Role

SHORTCODE = re.compile(r":[a-z0-9_+-]{2,40}:")
"""An emoji by its name, as GitHub shows it."""
_JOINTS = str.maketrans("/_&", "   ")
_WORD = re.compile(r"[a-z][a-z+;&.-]*[a-z+]|[a-z0-9&]|[\u4e00-\u9fff]+")
_ARXIV_LABEL = re.compile(
    r"(?:arxiv:?\s*)?(?:\d{4}\.\d{4,5}|[a-z-]+/\d{7})(?:v\d+)?", re.IGNORECASE
)
_MAX_WORDS = 6
"""Words of a label; a text of more is none."""
_MAX_LABEL = 60
_MAX_CHINESE = 12
_MAX_HOST = 253
_MAX_LABELS = 5
_BADGE = re.compile(
    r"shields\.io/(?:static/v1\?|badge/|github/|badge\?)([^?&\s]*)(.*)", re.IGNORECASE
)
_LABEL_WORDS = GENERIC_LABELS | QUALIFIERS | ROLE_WORDS.keys()
_LEAD = re.compile(
    rf"[^\w\n\r{LINK}]{{0,6}}(?P<lead>[A-Za-z\u4e00-\u9fff][\w -]{{1,24}}+)\s?[:：]"
    rf"(?P<links>(?:[^\w\n\r{LINK}]{{0,6}}(?:and )?{LINK}[^{LINK_END}]*{LINK_END})+)"
)
_NOTE = re.compile(r"/(?:issues|discussions|pull)/\d+|/(?:blob|tree)/.*\.(?:md|markdown|rst)$")
"""Pages of a repository that are a text about something: an issue, a note."""
_PAPERS_ONLY = frozenset(
    {"arxiv.org", "openreview.net", "aclanthology.org", "aclweb.org", "ar5iv.org", "alphaxiv.org"}
)
"""Hosts whose pages are papers whatever a label says of them."""
_SLIDES = (".ppt", ".pptx", "slides.pdf")
_DOCUMENTS = (".pdf", ".ps", ".ps.gz", ".doc", ".docx", ".caj", ".djvu", ".epub")
_BLOG_HOST = re.compile(r"^(?:blogs?|techblog)\.|^(?:eng|engineering|tech)\.[\w-]+\.com$")
_PAPER_PATH = re.compile(r"^proceedings\.|/papers/|/proceedings/|sci-hub|/10\.\d{4,9}/")
"""Folders of papers, and DOIs."""
_EMPTY_BADGE_LABELS = frozenset({"", "img", "image", "badge", "icon", "logo", "static badge"})


@lru_cache(maxsize=1024)
def role_of_label(label: str) -> Role | None:
    """Return the role that a label of role words names, as "official code"; else `None`."""
    lowered = label.lower()
    if _is_arxiv_id(lowered.strip(" []()")):
        return "paper"
    if len(lowered) <= _MAX_CHINESE and not lowered.isascii():
        role = next((role for part, role in ROLE_PARTS_CHINESE.items() if part in lowered), None)
        if role is not None:
            return role if role != "other" else None
    words = _words(lowered)
    if not words or len(words) > _MAX_WORDS:
        return None
    named = [ROLE_WORDS[word] for word in words if word in ROLE_WORDS]
    if not named:
        return None
    strangers = sum(1 for w in words if w not in ROLE_WORDS and w not in QUALIFIERS)
    if strangers > 3 or (strangers and words[-1] not in ROLE_WORDS and len(words) > 2):
        return None
    return named[-1]


@lru_cache(maxsize=1024)
def is_label(label: str) -> bool:
    """Say whether a link's text only says what the link is, so that it is no title."""
    lowered = label.lower()
    lowered = (SHORTCODE.sub(" ", lowered) if ":" in lowered else lowered).strip(" []()")
    if _is_address(lowered) or _is_arxiv_id(lowered) or lowered.isdigit():
        return True
    first = _WORD.search(lowered.translate(_JOINTS))
    if first is None:
        return not any(map(str.isalpha, lowered))
    if first.group() in _LABEL_WORDS:
        words = _words(lowered)
        if len(words) <= _MAX_WORDS and _LABEL_WORDS.issuperset(words):
            return True
    return len(lowered) <= 8 and any(part in lowered for part in ROLE_PARTS_CHINESE)


def _words(lowered: str) -> list[str]:
    """Return the words of a label, and of a longer text as many as show that it is none."""
    joined = lowered.translate(_JOINTS)
    if len(lowered) < _MAX_LABEL:
        return _WORD.findall(joined)
    return [word.group() for word in islice(_WORD.finditer(joined), _MAX_WORDS + 1)]


def _is_arxiv_id(text: str) -> bool:
    return text[-1:].isdigit() and _ARXIV_LABEL.fullmatch(text) is not None


def _is_address(text: str) -> bool:
    """Say whether a text is empty or a URL."""
    bare_host = text.startswith("www.") and (text.count(".") > 1 or "/" in text)
    return not text or bare_host or text.startswith(("http://", "https://"))


def role_of_host(host: str, path: str) -> Role | None:
    """Return the role of a page by its host and path; `None` where they tell nothing."""
    if len(host) > _MAX_HOST:  # no name at all (RFC 1035, section 2.3.4)
        return None
    lowered = path.lower()
    for role, applies in _HOST_RULES.get(host, ()):
        if applies(lowered):
            return role
    if lowered.endswith(_SLIDES) or "(ppt)" in lowered:
        return "slides"
    if lowered.endswith(_DOCUMENTS):
        return "paper"
    known = _role_of_domain(host)
    if known is None and "/blog/" in f"{lowered}/":
        return "blog"
    return "paper" if known is None and _PAPER_PATH.search(f"{host}{lowered}") else known


@lru_cache(maxsize=1024)
def _role_of_domain(host: str) -> Role | None:
    """Return what is known of a host: by its name, or of a domain above it."""
    if _BLOG_HOST.search(host):
        return "blog"
    labels = host.split(".")[-_MAX_LABELS:]
    domains = (".".join(labels[start:]) for start in range(len(labels) - 1))
    return next((HOST_ROLES[domain] for domain in domains if domain in HOST_ROLES), None)


_HOST_RULES: dict[str, list[tuple[Role, Callable[[str], object]]]] = {
    "huggingface.co": [
        ("paper", lambda path: path.startswith("/papers/")),
        ("blog", lambda path: path.startswith("/blog")),
        ("data", lambda path: "/datasets/" in f"{path}/"),
    ],
    "kaggle.com": [("data", lambda path: "/datasets/" in f"{path}/")],
    "scholar.google.com": [("other", lambda path: "/scholar" not in path)],
    "github.com": [("blog", _NOTE.search)],
    "docs.google.com": [("slides", lambda path: "/presentation" in path)],
}
"""What a path tells before its host does: the first that applies."""


def split_host(url: str) -> tuple[str, str]:
    """Return a URL's host, without `www.`, and its path, unquoted."""
    place = url.partition("://")[2].partition("?")[0].partition("#")[0]
    authority, slash, path = place.partition("/")
    host = authority.rpartition("@")[2].partition(":")[0].lower().removeprefix("www.")
    return host, unquote(slash + path) if "%" in path else slash + path


def is_social(url: str) -> bool:
    """Say whether a link leads to a person, a chat or a counter, not to a work."""
    return _page(url)[0] in SOCIAL_HOSTS


def label_of(anchor: Anchor) -> str:
    """Return what a link's text, or else its badge, says."""
    if anchor.label is None:
        label = plain(anchor.text).strip(" []()\\:：,.")
        badge = anchor.image and label.lower() in _EMPTY_BADGE_LABELS
        anchor.label = badge_label(anchor.image) if badge else label
    return anchor.label


def badge_label(image: str) -> str:
    """Return the words that a shields.io badge shows, from its address."""
    badge = _BADGE.search(image)
    if badge is None:
        return ""
    if "github/" in image[badge.start() : badge.start() + 20].lower():
        return "github"
    words = unquote(badge[1]).replace("_", " ").replace("--", "-").split("-")
    logo = re.search(r"logo=([a-z]+)", badge[2])
    label = " ".join(words[:-1]) if len(words) > 1 else " ".join(words)
    return label.strip() or (logo[1] if logo else "")


def badge_venue(image: str) -> str:
    """Return the venue that a badge names with its year, if it does: "Conference | NeurIPS'23"."""
    label = badge_label(image) if "shields.io" in image else ""
    venue = label.removeprefix("Conference ").removeprefix("Publish ").strip()
    named = venue and has_known_venue(venue) and year_in(venue)
    return without_forged_marks(venue) if named else ""


def role(
    anchor: Anchor, url: str, *, column: Role | None = None, title: bool = False, data: bool = False
) -> Role:
    """
    Decide a link's role: what its label says, else its column, else its host.

    `title`: it carries the title; `data`: its section presents data sets, so "[link]" is data.
    """
    host, path, by_host = _page(url)
    if title:
        short = data and len(anchor.text.split()) <= 3
        return by_host or ("data" if short else "paper")
    label = label_of(anchor)
    by_label = None if anchor.bare and not anchor.text else role_of_label(label)
    if host in _PAPERS_ONLY:
        by_label = "paper"
    elif by_host in {None, "project", "other"} and is_web_name(label):
        by_label = "other"
    if by_label == "project" and "project" not in label.lower() and len(path) > 1:
        by_label = "paper" if _role_of_domain(host) == "paper" else by_label  # "[page]"
    if by_label == "other" and by_host in {"paper", "code", "video", "blog", "slides"}:
        return by_host
    if by_label is not None and (by_label != "other" or column != "data"):
        return by_label
    if column is not None:
        return column
    if data and by_host in {"code", "project", None} and is_label(label):
        return "data"
    return by_host or "other"


def roles_of_leads(text: str) -> list[Role | None]:
    """Return for each link of a marked text the role that a word before it tells: "Dataset: …"."""
    found: list[Role | None] = [None] * text.count(LINK)
    first = 0
    for line in text.replace("\r", "\n").split("\n") if ":" in text or "：" in text else ():
        if lead := _LEAD.match(line):
            count = lead["links"].count(LINK)
            found[first : first + count] = [role_of_label(lead["lead"])] * count
        first += line.count(LINK)
    return found


@lru_cache(maxsize=1024)
def _page(url: str) -> tuple[str, str, Role | None]:
    """Return the host and the path of a page, and what they tell of its role."""
    host, path = split_host(url)
    return host, path, role_of_host(host, path)


def host_is_paper(url: str) -> bool:
    """Say whether a URL is on a host of papers, or a PDF."""
    return _page(url)[2] == "paper"


def is_paper(anchor: Anchor) -> bool:
    """Say whether a link leads to a host of papers, or to a PDF; found out once."""
    if anchor.paper is None:
        anchor.paper = host_is_paper(anchor.target or anchor.url)
    return anchor.paper
