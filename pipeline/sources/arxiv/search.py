r"""
arXiv papers by title: several titles in one search.

Service and lane are those of `sources.arxiv.api`. How the search behaves was learnt by running
its published code (github.com/arXiv/arxiv-search, `classic_search_query.py`, `query_parser.py`) and
from reports of its users:

- `ti:` without quotes binds to the next word only, the others are searched everywhere, so a title
  is asked as a phrase; a quotation mark inside it breaks it; `ti:""` matches every paper;
- hyphens, colons, slashes and TeX signs part words in the index, so blanks stand for them; the
  words of `$\alpha$` stay, for the index has them; a comma between digits stays as well;
- a phrase is found in longer titles too, in those of current versions only, and accents count;
- operators have equal precedence and bind to the right, so a query holds ORs only, or brackets.

What the phrase does not find is asked once more by its longest words joined by AND. An answer is
given for a title only where the service has really searched: a page that is full before a title was
met is split, a page cut short is a failure, and an empty one counts after both questions.
"""

import html
import re
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final

from pipeline.network.http_client import HttpClient
from pipeline.network.service import Answer
from pipeline.records.outcomes import Found, Missing, Outcome, Skipped
from pipeline.records.sources import ArxivRecord
from pipeline.sources.answers import in_batches
from pipeline.sources.arxiv.api import (
    API_URL,
    CUT_SHORT,
    SERVICE,
    Api,
    Keys,
    Reply,
    halves,
    refused,
)
from pipeline.sources.arxiv.feed import page_of
from pipeline.sources.arxiv.package import Question
from pipeline.works.candidates import (
    TOO_SHORT,
    CandidateWork,
    TitleHits,
    is_same_title,
    shares_part,
    similarity,
)
from pipeline.works.matching import REVIEW_RATIO_WITH_AUTHOR
from pipeline.works.titles import title_key

SEARCH = replace(SERVICE, name="arxiv-search")
"""The same service and lane, counted apart: a search is the dearer question."""

BATCH: Final = 10
"""Titles in one query."""
AT_ONCE: Final = 1000
"""Titles that get both questions before others get the first: what a killed run asks again."""
PAGE: Final = 100
"""Results in one answer."""
MAX_QUERY: Final = 1800
"""Characters of a query: with its escapes it stays below the 8 kB that front ends take in a URL."""
SECOND_REQUESTS: Final = 4
"""
The second question is asked in so many requests, a title each; of more titles several share one, in
brackets (user manual, section 5.1). Should those ever be misread, the page is flooded or refused,
and each title is asked by itself after all.
"""
MAX_CANDIDATES: Final = 10
"""Kept for one title, the nearest first."""
MAX_AUTHORS: Final = 100
MAX_TITLE_WORDS: Final = 40


# --- queries ----------------------------------------------------------------------------------

_TEX: Final = re.compile(r'[$\\^{}"“”„«»*?`]')
_COMMA: Final = re.compile(r"(?<![0-9]),|,(?![0-9])")
_BETWEEN: Final = re.compile(r"[\s:;/()\[\]~!+=<>|&\u2010-\u2015-]+")
# Control and format characters: an answer that echoes one is no XML, and the whole batch is lost.
_HIDDEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufffe\uffff]"
)
_OPERATORS: Final = frozenset({"AND", "OR", "NOT", "ANDNOT", "TO"})
_WORD: Final = re.compile(r"[^\W_]{3,40}")
_STOP_WORDS: Final = frozenset(
    """
    and are but for from has have how into its not only that the their them then there these they
    this through towards toward under using via was what when where which while who why will with
    without your you can
    """.split()  # noqa: SIM905  one word a line would hide the table
)


def _phrase(title: str) -> str:
    """Return the words of a title as the index has them."""
    text = _COMMA.sub(" ", _TEX.sub(" ", html.unescape(title[:1000])))
    words = _HIDDEN.sub("", _BETWEEN.sub(" ", text)).split()[:MAX_TITLE_WORDS]
    return " ".join(word.lower() if word in _OPERATORS else word for word in words)[:400].strip()


def phrase_query(title: str) -> str | None:
    """Return `ti:"…"`; None for a title of a single short word, or of none."""
    phrase = _phrase(title)
    if not _WORD.search(phrase) or (len(phrase.split()) < 2 and len(phrase) < 8):
        return None
    return f'ti:"{phrase}"'


def words_query(title: str) -> str | None:
    """Join a title's six longest words by AND; None for under three, which thousands match."""
    found = dict.fromkeys(word.lower() for word in _WORD.findall(_phrase(title)))
    words = [word for word in found if word not in _STOP_WORDS]
    longest = sorted(words, key=lambda word: -len(word))[:6]
    return " AND ".join(f"ti:{word}" for word in longest) if len(longest) > 2 else None


def _any_of(queries: Sequence[str]) -> str:
    """Join queries by OR; those that hold operators are put in brackets, where there are others."""
    if len(queries) == 1:
        return queries[0]
    return " OR ".join(query if query.startswith('ti:"') else f"({query})" for query in queries)


def batched(
    titles: Iterable[str], build: Callable[[str], str | None], size: int
) -> tuple[Keys, ...]:
    """Part titles into batches of at most `size`, each with a query of bounded length."""
    return in_batches(titles, size, lambda title: len(build(title) or "") + 6, MAX_QUERY)


# --- what an answer means ---------------------------------------------------------------------


def settle(
    titles: Sequence[str], answer: Answer, records: Sequence[ArxivRecord]
) -> Reply[TitleHits]:
    """Say what an answer means for each of the titles that were asked."""
    if answer.trouble is not None:
        return refused(titles, answer)
    works = [work_of(record) for record in records]
    hits = {title: near for title in titles if (near := _near(title, works))}
    page = page_of(answer.body)
    short = page.short or len(records) < len(page.ids)
    if not short and not (page.flooded and len(titles) > 1):
        return Reply(
            found=_kept(hits), absent=tuple(title for title in titles if title not in hits)
        )
    met = {
        title: near
        for title, near in hits.items()
        if any(is_same_title(title, work.title) for work in near)
    }
    left = tuple(title for title in titles if title not in met)
    if short and len(titles) == 1:
        return Reply(found=_kept(met), failed=dict.fromkeys(left, CUT_SHORT))
    if short:
        return Reply(found=_kept(met), again=tuple((title,) for title in left))
    again = (left,) if met else halves(left)
    return Reply(found=_kept(met), again=again if left else ())


def _kept(hits: dict[str, list[CandidateWork]]) -> dict[str, TitleHits]:
    return {title: TitleHits(candidates=tuple(works)) for title, works in hits.items()}


def _near(title: str, works: Iterable[CandidateWork]) -> list[CandidateWork]:
    """
    Return the works that *title* may mean, the nearest first.

    What no rule could even put to a person is left out: an answer of such works alone would be
    trusted for a month, and a paper that appears meanwhile would not be seen.
    """

    def rank(work: CandidateWork) -> tuple[bool, float, str]:
        return not is_same_title(title, work.title), -similarity(title, work.title), work.key

    near = (
        work
        for work in works
        if similarity(title, work.title) >= REVIEW_RATIO_WITH_AUTHOR
        or shares_part(title, work.title)
        or is_same_title(title, work.title)
    )
    return sorted(near, key=rank)[:MAX_CANDIDATES]


def work_of(record: ArxivRecord) -> CandidateWork:
    """Return a paper of arXiv as a candidate."""
    return CandidateWork(
        key=f"arxiv:{record.id}",
        title=record.title,
        authors=record.authors[:MAX_AUTHORS],
        published=record.published,
        source="arxiv-search",
    )


# --- the source -------------------------------------------------------------------------------

Pairs = AsyncIterator[tuple[str, Outcome[TitleHits]]]


class ArxivSearch:
    """
    What arXiv has under titles. The keys are titles as written (`works.candidates.search_key`).

    Where only the very title is of use, `phrases_only` saves the second question. Its answers have
    a name of their own in the cache, because they say less where they are empty.
    """

    def __init__(
        self, client: HttpClient, *, api_url: str = API_URL, phrases_only: bool = False
    ) -> None:
        self.name = "arxiv-phrase" if phrases_only else "arxiv-search"
        self._phrases_only = phrases_only
        self._api = Api(client, api_url, SEARCH)

    async def fetch_many(self, keys: Sequence[str]) -> Pairs:
        """See `Source.fetch_many`. Spellings of one title are asked once."""
        spellings: dict[str, list[str]] = {}
        for key in dict.fromkeys(keys):
            if phrase_query(key) is None:
                yield key, Skipped(reason=TOO_SHORT)
            else:
                spellings.setdefault(title_key(key), []).append(key)
        by_first = {same[0]: same for same in spellings.values()}
        for part in in_batches(list(by_first), AT_ONCE):
            async for title, outcome in self._search(part):
                for key in by_first[title]:
                    yield key, outcome

    async def _search(self, titles: Sequence[str]) -> Pairs:
        """Ask for phrases, then for the words of the titles without any."""
        empty: list[str] = []
        async for title, outcome in self._ask(titles, phrase_query, BATCH):
            if isinstance(outcome, Missing):
                empty.append(title)
            else:
                yield title, outcome
        second = [title for title in empty if words_query(title) and not self._phrases_only]
        for title in empty:
            if title not in second:
                yield title, _nothing("phrase")
        size = min(BATCH, -(-len(second) // SECOND_REQUESTS) or 1)
        async for title, outcome in self._ask(second, words_query, size):
            yield title, outcome

    async def _ask(
        self, titles: Sequence[str], build: Callable[[str], str | None], size: int
    ) -> Pairs:
        what = "phrase" if build is phrase_query else "phrase or these words"

        def question(some: Keys) -> Question:
            return Question(PAGE, query=_any_of([query for one in some if (query := build(one))]))

        async for reply in self._api.replies(batched(titles, build, size), question, settle):
            for title, hits in reply.found.items():
                yield title, Found(value=hits)
            for title in reply.absent:
                yield title, _nothing(what)
            for title, failure in reply.failed.items():
                yield title, failure


def _nothing(what: str) -> Missing:
    return Missing(reason=f"arXiv has no title near this one with this {what}")
