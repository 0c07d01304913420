"""
What is known of single hosts of the linked web: one table, one row for each oddity.

A host's row holds for its subdomains too. Sources: reports of 2024 to 2026 by users of link
checkers (lychee TROUBLESHOOTING, linkinator README, awesome-list pull requests), and the code of
anonymous.4open.science (github.com/tdurieux/anonymous_github).
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class HostRule:
    """How one host treats robots. Every host with a row is asked at most once a second."""

    refusals: frozenset[int] = frozenset()
    """Statuses by which it turns robots away though the page is there, beside the usual ones."""
    get_first: bool = False
    """HEAD tells nothing: the answer has to be looked into."""


_PLAIN: Final = HostRule()
_HOSTS: Final[dict[str, HostRule]] = {
    **dict.fromkeys(
        """
        acm.org royalsocietypublishing.org wiley.com sagepub.com tandfonline.com oup.com pnas.org
        nejm.org mdpi.com sciencedirect.com researchgate.net medium.com reddit.com
        stackoverflow.com stackexchange.com x.com twitter.com ieee.org semanticscholar.org
        arxiv.org linkedin.com openreview.net huggingface.co github.com githubusercontent.com
        ncbi.nlm.nih.gov
        """.split(),  # noqa: SIM905  one word a line would hide the table
        _PLAIN,
    ),
    # 404 to checkers: Eventual-Inc/Daft pull request 5725; crates.io answers 404 by its Accept.
    "kaggle.com": HostRule(refusals=frozenset({404})),
    "crates.io": HostRule(refusals=frozenset({404})),
    # LightGBM pull request 6083, liferay pull request 164.
    "cochranelibrary.com": HostRule(refusals=frozenset({412})),
    "spiedigitallibrary.org": HostRule(refusals=frozenset({500})),
    "codepen.io": HostRule(refusals=frozenset({503})),
    # Pages that are always 200; what they say is in the body, or in an interface of theirs.
    "mp.weixin.qq.com": HostRule(get_first=True),
    "anonymous.4open.science": HostRule(get_first=True),
}


def host_of(url: str) -> str:
    """Return the host of a URL in lower case; empty where it has none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def rule_of(host: str) -> HostRule | None:
    """Return the row of a host or of the domain it lies in; None for an ordinary host."""
    while host:
        if host in _HOSTS:
            return _HOSTS[host]
        _, _, host = host.partition(".")
    return None


def refuses_robots(host: str, status: int) -> bool:
    """Say whether this status means no more than "no robots" on this host."""
    rule = rule_of(host)
    return rule is not None and status in rule.refusals


def is_guarded(host: str) -> bool:
    """Say whether a host is known to refuse or to throttle robots, so that it gets more time."""
    return rule_of(host) is not None


def wants_get(host: str) -> bool:
    """Say whether HEAD tells nothing on this host."""
    rule = rule_of(host)
    return rule is not None and rule.get_first


_ANONYMOUS_REPOSITORY: Final = re.compile(
    r"(https?://anonymous\.4open\.science)/(?:r|repository)/([A-Za-z0-9_-]{1,100})(?:[/?].*)?"
)


def asked_url(url: str) -> str:
    """
    Return the address to ask about a link, where its own page tells nothing.

    anonymous.4open.science serves one shell for every path; `/api/repo/ID/options` says the truth:
    200, 410 expired, 404 no such repository, 425 not ready, 401 not connected.
    """
    match = _ANONYMOUS_REPOSITORY.fullmatch(url)
    return f"{match[1]}/api/repo/{match[2]}/options" if match else url


_BODY_MARKERS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    # MamaShip/Observer, src/article_checker (2022): removed posts carry the warning icon.
    "mp.weixin.qq.com": (("robots-refused", "环境异常"), ("removed", "weui-icon-warn")),
}


def body_markers(host: str, body: str) -> tuple[str, ...]:
    """Return which of a host's own signs stand in a page: `removed`, `robots-refused`."""
    table = _BODY_MARKERS.get(host, ())
    return tuple(name for name, needle in table if needle in body)
