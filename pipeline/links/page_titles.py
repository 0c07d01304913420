"""
What the title of a web page says when the page is not what was asked for. Pure.

Only a part made of an error page's words alone counts: papers are called “404 Ways to …”.
"""

import re
from typing import Final

LONGEST: Final = 120
"""Error pages have short titles."""

_SEPARATOR: Final = re.compile(r"\s[-–—~/]\s|\s?[|·•»«>‹›]\s?|\s?::\s?")
_WORD: Final = re.compile(r"[^\W_]+(?:['’][a-z]{1,2})?", re.IGNORECASE)

_CORES: Final = (
    *(("not", "found"), ("not", "exist"), ("doesn't", "exist"), ("not", "available")),
    *(("no", "longer"), ("isn't", "available"), ("can't", "find"), ("can't", "found")),
    *(("cannot", "found"), ("cannot", "find"), ("couldn't", "find"), ("couldn't", "found")),
    *(("page", "missing"), ("missing", "page"), ("page", "unavailable"), ("page", "removed")),
    *(("video", "unavailable"), ("account", "suspended"), ("has", "deleted")),
)
"""In this order, each says by itself that something is not there; a number alone is less sure."""
_NUMBERS: Final = frozenset({"404", "410"})
_FILLERS: Final = frozenset(
    """
    1 404 410 a account an anymore are at available be been can can't cannot code content could
    couldn't dataset deleted directory document does doesn't down error exist exists file files
    find for found gone has have here hmm http https in is isn't it item link longer looking
    location looks like missing moved no not object of oh on oops ooops or our page pages post
    product profile project removed repository request requested resource resources result results
    server site sorry space status suspended temporarily that the there this to uh unavailable
    unknown url user video was we we're web website were whoops you you're your
    """.split()  # noqa: SIM905
)
_ELSEWHERE: Final = (
    *("页面不存在", "找不到页面", "找不到网页", "找不到文件", "页面未找到", "页面找不到"),
    *("网页不存在", "無法找到", "找不到頁面"),
    *("ページが見つかりません", "ページは見つかりません", "페이지를 찾을 수 없"),
    *("seite nicht gefunden", "page non trouvée", "page introuvable", "página no encontrada"),
    *("página não encontrada", "pagina non trovata", "pagina niet gevonden"),
    "страница не найдена",
)
"""“Page not found” in the languages that lists link to; each is a sentence, not a word."""
_SERVERS: Final = (
    "welcome to nginx",
    "apache2 ubuntu default page",
    "apache2 debian default page",
    "apache http server test page",
    "test page for the apache http server",
    "iis windows server",
)
"""Titles of a fresh server's own page: whatever was there is not there any more."""
MOST_WORDS_BESIDE: Final = 8
"""A site's name is short; beside a bare number it may have half as many words."""


def says_missing(title: str) -> bool:
    """Say whether a title is that of a page which says that there is no such page."""
    words = title.strip().lower().replace("’", "'")
    if len(words) > LONGEST:
        return False
    if words.startswith(_SERVERS) or any(phrase in words for phrase in _ELSEWHERE):
        return True
    parts = [part for part in _SEPARATOR.split(words) if part.strip()]
    lengths = [len(_WORD.findall(part)) for part in parts]
    for part, length in zip(parts, lengths, strict=True):
        sureness = _sureness(_WORD.findall(part))
        if sureness and sum(lengths) - length <= MOST_WORDS_BESIDE * sureness // 2:
            return True
    return False


def _sureness(words: list[str]) -> int:
    """Return 2 for the words of an error page, 1 for a bare error number, 0 for all others."""
    if not words or not _FILLERS.issuperset(words):
        return 0
    if any(first in words and last in words[words.index(first) :] for first, last in _CORES):
        return 2
    return 1 if _NUMBERS.intersection(words) else 0


_FOR_SALE: Final = re.compile(
    r"(?:^|[-–—|:] )(?:(?:this |the )?(?:domain(?: name)?|website) (?:(?:is|may be) )?for sale\b"
    r"|(?:this )?(?:domain(?: name)?|website|site) (?:is |has been )?parked\b"
    r"|buy this domain\b|parked (?:domain|page)\b"
    r"|(?:this )?domain (?:name )?(?:has |is )?expired\b)"
    r"|[a-z0-9-]{1,63}\.[a-z]{2,12} (?:is|may be) for sale\b",
    re.ASCII,
)
"""At the beginning of a part, because there are papers on “the Dark Side of Domain Parking”."""


def says_parked(title: str) -> bool:
    """Say whether a title is that of a domain without a site: parked, expired or for sale."""
    words = title.strip().lower()
    return len(words) <= LONGEST and _FOR_SALE.search(words) is not None


_CHALLENGES: Final = frozenset(
    {
        "just a moment",  # Cloudflare
        "attention required",  # Cloudflare
        "ddos-guard",
        "making sure you're not a bot",  # Anubis
        "client challenge",
        "vercel security checkpoint",
        "verifying you are human",
        "verify you are human",
        "human verification",
        "bot verification",
        "security verification",
        "robot or human",
        "are you a robot",
        "are you human",
        "checking your browser",
        "please wait while we verify your browser",
    }
)
_CHECKING: Final = "checking your browser before"


def says_challenge(title: str) -> bool:
    """Say whether a title is only a challenge's: papers are called “Just a Moment: …”."""
    words = title.strip().lower()[:LONGEST].replace("’", "'")
    first = _SEPARATOR.split(words)[0].strip(" .!?…")
    return first in _CHALLENGES or first.startswith(_CHECKING)
