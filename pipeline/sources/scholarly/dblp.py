"""
Computer science by title from DBLP, which has the venues that give no DOIs (NeurIPS, ICML, USENIX).

Manual: https://dblp.org/faq/How+to+use+the+dblp+search+API.html. All words of a query have to be in
the record, in any order and as beginnings of words; nothing is fuzzy. Known quirks: the numbers are
texts, `hit` is left out where there is none and is no list where there is one, and so with authors;
a title ends with a full stop, a name of many with a number (`Jens Lehmann 0001`). Who asks more
often than every few seconds gets 429.
"""

import html
import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlencode

from pipeline.network.service import Answer, Service
from pipeline.records.outcomes import Found, Missing, Outcome, Skipped
from pipeline.sources.answers import BREAKER, classifier, failed, json_at, within
from pipeline.sources.scholarly.rules import PATIENCE, plain_text
from pipeline.sources.service_source import ServiceSource
from pipeline.works.candidates import TOO_SHORT, CandidateWork, TitleHits

HITS: Final = 10
MAX_AUTHORS: Final = 100
MAX_WORDS: Final = 24
_WORD: Final = re.compile(r"[^\W_]+")
_NUMBER: Final = re.compile(r" \d{4}\Z")
_CORR: Final = re.compile(r"abs/(\d{4}\.\d{4,5})")

SERVICE: Final = Service(
    name="dblp",
    lane="dblp",
    interval=5.0,
    patience=PATIENCE,
    classify=classifier("DBLP", lambda body: _hits(body) is not None),
    breaker=BREAKER,
)


class DblpTitles(ServiceSource[TitleHits]):
    """The works of DBLP that have all words of a title; keys are titles, a request each."""

    name = "dblp-search"
    api = "https://dblp.org"

    async def _one(self, key: str) -> Outcome[TitleHits]:
        words = _WORD.findall(key[:400].lower())[:MAX_WORDS]
        if not words:
            return Skipped(reason=TOO_SHORT)
        query = urlencode({"q": " ".join(words), "format": "json", "h": HITS})
        return hits_of(await self._get(SERVICE, f"/search/publ/api?{query}"))


def hits_of(answer: Answer) -> Outcome[TitleHits]:
    """Read the answer to a search for a title."""
    hits = _hits(answer.body)
    if answer.trouble is not None or hits is None:
        return failed(answer)
    works = tuple(work for hit in hits if (work := _work(hit.get("info"))) is not None)
    if works:
        return Found(value=TitleHits(candidates=works))
    return Missing(reason="DBLP has no work with the words of this title")


def _hits(body: bytes) -> list[dict[str, Any]] | None:
    """Return the hits of an answer; None where it is no answer of DBLP."""
    hits = json_at(body, "result", "hits")
    if not isinstance(hits, dict) or "@total" not in hits:
        return None
    return [hit for hit in _many(hits.get("hit")) if isinstance(hit, dict)]


def _many(value: Any) -> list[Any]:
    """Return what is a list, one thing, or nothing as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _work(info: Any) -> CandidateWork | None:
    if not isinstance(info, dict) or not isinstance(info.get("title"), str):
        return None
    title = (plain_text(info["title"]) or "").removesuffix(".")
    key = _key(info)
    if not title or key is None:
        return None
    year = info.get("year")
    return CandidateWork(
        key=key,
        title=title,
        authors=tuple(_names(info.get("authors")))[:MAX_AUTHORS],
        published=year if isinstance(year, str) and re.fullmatch(r"[12]\d{3}", year) else None,
        source=DblpTitles.name,
    )


def _key(info: dict[str, Any]) -> str | None:
    """Return the key of a work: its arXiv id, its DOI, else DBLP's own name for it."""
    volume, doi, own = (info.get(name) for name in ("volume", "doi", "key"))
    if isinstance(volume, str) and (found := _CORR.match(volume)):
        return f"arxiv:{found[1]}"
    if isinstance(doi, str):
        return f"doi:{doi.strip().lower()}"
    return f"dblp:{own}" if isinstance(own, str) else None


def _names(authors: Any) -> Iterator[str]:
    for one in _many(within(authors, "author")):
        name = one.get("text") if isinstance(one, dict) else one
        if isinstance(name, str):
            yield _NUMBER.sub("", html.unescape(name)).strip()
