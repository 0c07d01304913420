"""
What is known of single hosts of the linked web: tables with a row for each oddity.

A host's row holds for its subdomains too. Sources: reports of 2024 to 2026 by users of link
checkers (lychee TROUBLESHOOTING, linkinator README, awesome-list pull requests), and the code of
anonymous.4open.science (github.com/tdurieux/anonymous_github).
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, TypeVar

from pipeline.urls import host_of
from pipeline.works.dois import DOI_IN_PATH
from pipeline.works.identifiers import HUGGING_FACE_PAGES

T = TypeVar("T")

_REFUSALS: Final[dict[str, int]] = {
    # 404 to checkers: Eventual-Inc/Daft pull request 5725; crates.io answers 404 by its Accept.
    "kaggle.com": 404,
    "crates.io": 404,
    # LightGBM pull request 6083, liferay pull request 164.
    "cochranelibrary.com": 412,
    "spiedigitallibrary.org": 500,
    "codepen.io": 503,
}
"""By which status a host turns robots away though the page is there, beside the usual ones."""
_BODY_TELLS: Final = dict.fromkeys(("mp.weixin.qq.com", "anonymous.4open.science"), True)
"""Their pages are always 200; what they say is in the body, or in an interface of theirs."""
_GUARDED: Final[dict[str, int]] = {
    **_REFUSALS,
    **_BODY_TELLS,
    **dict.fromkeys(DOI_IN_PATH, True),
    **dict.fromkeys(
        """
        oup.com mdpi.com sciencedirect.com researchgate.net medium.com reddit.com
        stackoverflow.com stackexchange.com x.com twitter.com ieee.org semanticscholar.org
        arxiv.org linkedin.com openreview.net huggingface.co github.com githubusercontent.com
        ncbi.nlm.nih.gov
        """.split(),  # noqa: SIM905  one word a line would hide the table
        True,
    ),
}
"""Hosts that refuse or throttle robots: each is asked at most once a second."""


_PAYWALLS: Final = dict.fromkeys(
    """
    springer.com nature.com cell.com thelancet.com elsevier.com jstor.org cambridge.org iop.org
    aps.org aip.org ssrn.com nytimes.com wsj.com ft.com economist.com bloomberg.com
    washingtonpost.com theatlantic.com newyorker.com wired.com forbes.com
    """.split(),  # noqa: SIM905  one word a line would hide the table
    True,
)
"""Publishers and newspapers that sell what they print: machines may wait in vain, readers not."""


def row_of(table: Mapping[str, T], host: str) -> T | None:
    """Return the row of a host or of the domain it lies in; None for an ordinary host."""
    while host and host not in table:
        host = host.partition(".")[2]
    return table.get(host)


def refuses_robots(host: str, status: int) -> bool:
    """Say whether this status means no more than "no robots" on this host."""
    return row_of(_REFUSALS, host) == status


@lru_cache(1024)  # asked several times for each link, and by its host's queue
def is_guarded(host: str) -> bool:
    """Say whether a host is known to refuse or to throttle robots, so that it gets more time."""
    return row_of(_GUARDED, host) is not None


def outlives_silence(host: str) -> bool:
    """Say whether a host's silence says nothing of its pages: it turns robots or guests away."""
    return is_guarded(host) or row_of(_PAYWALLS, host) is not None


def body_tells(host: str) -> bool:
    """Say whether HEAD tells nothing on this host, so that its pages have to be looked into."""
    return row_of(_BODY_TELLS, host) is not None


_ANONYMOUS_REPOSITORY: Final = re.compile(
    r"(https?://anonymous\.4open\.science)/(?:r|repository)/([A-Za-z0-9_-]{1,100})(?:[/?].*)?"
)
_HUGGING_FACE: Final = re.compile(
    r"https?://(?:www\.)?huggingface\.co/"
    r"(?:(papers)/(\d{4}\.\d{4,5})|(datasets|spaces)/([\w.-]+/[\w.-]+)|([\w.-]+)/(?![\w.-]+\.html)([\w.-]+))/?",
    re.ASCII,
)


def asked_url(url: str) -> str:
    """
    Return the address to ask about a link, where its own page tells nothing or costs more.

    anonymous.4open.science serves one shell for every path; `/api/repo/ID/options` says the truth:
    200, 410 expired, 404 no such repository, 425 not ready, 401 not connected. Hugging Face answers
    500 questions to its API in five minutes, and 100 to its pages (hub rate limits, 2026-09).
    """
    match = _ANONYMOUS_REPOSITORY.fullmatch(url)
    if match is not None:
        return f"{match[1]}/api/repo/{match[2]}/options"
    match = _HUGGING_FACE.fullmatch(url)
    if match is None or match[5] in HUGGING_FACE_PAGES:
        return url
    kind, name = match[1] or match[3] or "models", match[2] or match[4] or f"{match[5]}/{match[6]}"
    return f"https://huggingface.co/api/{kind}/{name}"


def hides_what_is_gone(url: str, status: int) -> bool:
    """
    Say whether a page's status means that nothing public is there.

    Hugging Face answers 401 for a model, a data set or a space that was deleted or never existed as
    for one that is private (huggingface_hub makes `RepositoryNotFoundError` of it); the page of a
    gated one is public. What lies below a gated one is 401 as well, so that says nothing.
    """
    match = _HUGGING_FACE.fullmatch(url) if status == 401 else None
    return match is not None and not match[1] and match[5] not in HUGGING_FACE_PAGES


_PARKING: Final = dict.fromkeys(
    """
    above.com afternic.com bodis.com brandbucket.com buydomains.com cashparking.com dan.com
    domainmarket.com hugedomains.com parkingcrew.com parkingcrew.net parklogic.com sedo.com
    sedoparking.com uniregistry.com undeveloped.com
    """.split(),  # noqa: SIM905
    True,
)
"""Who shows advertisements on names without a site, or sells them."""


def page_decides(asked: str, status: int) -> bool:
    """
    Say whether a host's interface has said no more than that it says nothing.

    Hugging Face's answers 401 for what does not exist as for what is private, and knows no papers
    that nobody has discussed: there the page itself is to be asked.
    """
    of_interface = asked.partition("://")[2].startswith("huggingface.co/api/")
    return of_interface and 400 <= status < 500 and status != 429


def is_parking_url(url: str) -> bool:
    """Say whether an address is one where domains without a site end."""
    return row_of(_PARKING, host_of(url)) is not None


_NO_ARTICLE: Final = re.compile(
    r"<h1\b[^<>]{0,200}\bid=[\"']?this_topic_does_not_exist_yet\b"
    r"|<div\b[^<>]{0,200}\bclass=[\"'][^\"'<>]{0,100}\bnoarticletext\b",
    re.IGNORECASE,
)
"""What DokuWiki and MediaWiki show for a page that nobody has written, at times with status 200."""
_OF_NO_ARTICLE: Final = ("this_topic_does_not_exist_yet", "noarticletext")
"""One of these is in every such page: to look for a word takes a twentieth of the time."""

_BODY_MARKERS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    # MamaShip/Observer, src/article_checker (2022): removed posts carry the warning icon.
    "mp.weixin.qq.com": (("robots-refused", "环境异常"), ("removed", "weui-icon-warn")),
    # Since July 2026 (`ChallengeRequiredError`): ktwu01's issue 81, TorchJD pull request 766.
    "openreview.net": (("robots-refused", "ChallengeRequired"),),
}


THIN_PAGE: Final = 512
"""Bytes below which a page says hardly anything."""


def body_markers(host: str, body: str) -> tuple[str, ...]:
    """
    Return the signs in a page: `removed`, `robots-refused`, `parked`.

    A thin one may also be one that `refers` to another; to look for that in all costs more than
    everything else that is read out of a page.
    """
    found = [name for name, needle in _BODY_MARKERS.get(host, ()) if needle in body]
    lower = body.lower()
    found += ["removed"] if _shows(_NO_ARTICLE, _OF_NO_ARTICLE, body, lower) else []
    found += ["parked"] if _is_parked(body, lower) else []
    found += ["refers"] if len(body) < THIN_PAGE and _REFERRAL.search(body) else []
    return tuple(dict.fromkeys(found))


def _shows(pattern: re.Pattern[str], words: Sequence[str], body: str, lower: str) -> bool:
    """Say whether a page has what a pattern finds, which has one of `words` in lower case."""
    return any(word in lower for word in words) and pattern.search(body) is not None


_TAG_OF_PAGE: Final = re.compile(r"<html[^<>]{0,2000}", re.IGNORECASE)
_PARKING_SCRIPT: Final = re.compile(
    r"<(?:script|iframe|frame)\b[^<>]{0,300}?\bsrc=[\"']?(?:https?:)?//(?:[a-z0-9-]{1,40}\.){0,3}"
    r"(?:sedoparking|parkingcrew|bodis|parklogic|above)\.(?:com|net)/"
    r"|<script\b[^<>]{0,300}?\bsrc=[\"']?https://img1\.wsimg\.com/parking-lander/"
    r"|<script[^<>]{0,100}>\s{0,50}window\.park\s?=\s?[\"']"
    r"|window\.location\.href\s?=\s?[\"']/lander[\"'?]",
    re.IGNORECASE | re.ASCII,
)
_OF_PARKING: Final = (
    *("sedoparking.", "parkingcrew.", "bodis.", "parklogic.", "above.", "/parking-lander/"),
    *("window.park", "/lander"),
)
_REFERRAL: Final = re.compile(
    r"<(?:script|frame|frameset|iframe|object|embed)\b|http-equiv=[\"']?refresh\b"
    r"|<(?:a|area)\s[^<>]{0,300}?\bhref\s?=|<img\s[^<>]{0,300}?\bsrc\s?=",
    re.IGNORECASE,
)


def _is_parked(body: str, lower: str) -> bool:
    """
    Say whether a page is that of a parked domain.

    Sedo, Bodis and ParkingCrew put `data-adblockkey` into the page's first tag, Bodis its data into
    `window.park`; GoDaddy leads to `/lander`. Pages about parking hold these words in their text.
    """
    page = _TAG_OF_PAGE.search(body)
    marked = page is not None and "data-adblockkey=" in page[0]
    return marked or _shows(_PARKING_SCRIPT, _OF_PARKING, body, lower)
