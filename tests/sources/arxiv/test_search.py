"""arXiv's title search: phrases in one query, floods, second questions, faults."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.sax.saxutils import escape

import httpx
import pytest

from pipeline.clock import SimulatedClock
from pipeline.network.http_client import HttpClient
from pipeline.records.outcomes import Failed, Found, Missing, Outcome, Skipped
from pipeline.sources.arxiv.search import ArxivSearch, batched, phrase_query, words_query
from pipeline.works.candidates import TitleHits

NOW = datetime(2026, 3, 1, tzinfo=UTC)

Reply = httpx.Response | Exception


def words(text: str) -> str:
    """The words of a title, as the index has them."""
    return " ".join(re.findall(r"[\w']+", text.lower()))


def entry(id_: str, title: str) -> str:
    """Return an Atom entry of a paper."""
    return (
        f"<entry><id>http://arxiv.org/abs/{id_}v1</id><title>{escape(title)}</title>"
        "<published>2023-04-30T21:00:00Z</published><updated>2023-04-30T21:00:00Z</updated>"
        '<summary>x</summary><arxiv:primary_category term="cs.IR"/><category term="cs.IR"/>'
        "<author><name>Ann Author</name></author></entry>"
    )


def feed(entries: Sequence[str], total: int, size: int = 100) -> str:
    """Return an Atom feed that announces `total` results."""
    return (
        '<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"'
        ' xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">'
        f"<id>x</id><opensearch:itemsPerPage>{size}</opensearch:itemsPerPage>"
        f"<opensearch:totalResults>{total}</opensearch:totalResults>"
        f"<opensearch:startIndex>0</opensearch:startIndex>{''.join(entries)}</feed>"
    )


@dataclass
class World:
    """A search over a few titles; phrases are found in longer titles too."""

    titles: Mapping[str, str]
    """By id, in the order in which they are returned."""
    faults: dict[int, Reply] = field(default_factory=dict)
    """By the number of the request, from 0."""
    refuses: str = ""
    """A query that holds this is answered with status 400."""
    queries: list[str] = field(default_factory=list)
    sent: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        query = request.url.params["search_query"]
        number = len(self.sent)
        self.sent.append(request)
        self.queries.append(query)
        if number in self.faults:
            fault = self.faults[number]
            if isinstance(fault, Exception):
                raise fault
            return httpx.Response(fault.status_code, content=fault.content)
        if self.refuses and self.refuses in query:
            return httpx.Response(400, text="Invalid query string")
        found = [id_ for id_, title in self.titles.items() if self._matches(query, words(title))]
        size = int(request.url.params["max_results"])
        entries = [entry(id_, self.titles[id_]) for id_ in found[:size]]
        return httpx.Response(200, text=feed(entries, len(found), size))

    @staticmethod
    def _matches(query: str, title: str) -> bool:
        if '"' in query:
            phrases = re.findall(r'ti:"([^"]*)"', query)
            return any(f" {words(phrase)} " in f" {title} " for phrase in phrases)
        groups = re.findall(r"ti:[^()]+", query.replace(" OR ", "()"))
        return any(set(re.findall(r"ti:(\w+)", group)) <= set(title.split()) for group in groups)


async def search(
    world: World, *titles: str, phrases_only: bool = False
) -> tuple[dict[str, Outcome[TitleHits]], HttpClient]:
    """Search for titles."""
    client = HttpClient(
        transport=httpx.MockTransport(world), clock=SimulatedClock(NOW), user_agent="lists/1"
    )
    async with client:
        source = ArxivSearch(client, phrases_only=phrases_only)
        pairs = [pair async for pair in source.fetch_many(titles)]
    assert len(pairs) == len(dict(pairs)), "one outcome a key"
    return dict(pairs), client


def ids(outcome: Outcome[TitleHits]) -> list[str]:
    """The candidates of an answer."""
    assert isinstance(outcome, Found), outcome
    return [work.key.removeprefix("arxiv:") for work in outcome.value.candidates]


SUBJECTS = (
    *("Weather", "Traffic", "Music", "Protein", "Robot", "Crowd"),
    *("Legal", "Speech", "Ocean", "Solar", "Garden", "Kitchen"),
)
TITLES = {
    f"2305.{number:05}": f"Gated Attention for {subject} Maps"
    for number, subject in enumerate(SUBJECTS, start=1)
}


# --- queries ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "query"),
    [
        ("Attention Is All You Need", 'ti:"Attention Is All You Need"'),
        ("BERT: Pre-training of Deep Nets", 'ti:"BERT Pre training of Deep Nets"'),
        ('They said "hi" to me\\', 'ti:"They said hi to me"'),
        (r"On $\alpha$-GAN and {GAN}s^2", 'ti:"On alpha GAN and GAN s 2"'),
        ("Maps, Charts, and 111,113 Points", 'ti:"Maps Charts and 111,113 Points"'),
        ("Q&amp;A/Chat (a study) [new] ~ 5 <b> | x", 'ti:"Q A Chat a study new 5 b x"'),
        ("What is it? A*", 'ti:"What is it A"'),
        ("To Be OR NOT to Be", 'ti:"To Be or not to Be"'),
        ("PixelRec", 'ti:"PixelRec"'),
        ("A \x1b[31mRed\x07 \u202eTi\u200btle\x9b", 'ti:"A 31mRed Title"'),
        ("P5", None),
        ("0", None),
        ("", None),
        (' "" ', None),
        ("++ -- ::", None),
        ("语言模型综述研究", 'ti:"语言模型综述研究"'),
    ],
)
def test_phrase_query(title: str, query: str | None) -> None:
    """One phrase without signs that break it; nothing where it would match everything."""
    assert phrase_query(title) == query


@pytest.mark.parametrize(
    ("title", "query"),
    [
        ("The Gated Attention for Weather", "ti:attention AND ti:weather AND ti:gated"),
        ("Deep Learning", None),
        ("Maps of maps of Maps", None),
        (
            "aaaaaaa bbbbbb ccccc dddd eee fffffffff gggggggg",
            "ti:fffffffff AND ti:gggggggg AND ti:aaaaaaa AND ti:bbbbbb AND ti:ccccc AND ti:dddd",
        ),
    ],
)
def test_words_query(title: str, query: str | None) -> None:
    """The six longest distinct words that say something, at least three."""
    assert words_query(title) == query


def test_batches_are_bounded() -> None:
    """Ten titles, fewer where they are long; none is lost."""
    long = [f"{number} " + "attention " * 40 for number in range(20)]
    batches = batched([*TITLES.values(), *long], phrase_query, 10)

    assert [title for batch in batches for title in batch] == [*TITLES.values(), *long]
    assert all(len(batch) <= 10 for batch in batches)
    assert all(sum(len(phrase_query(title) or "") for title in batch) <= 1800 for batch in batches)


# --- answers ----------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_phrases_only_saves_the_second_question() -> None:
    """Where only the very title is of use, what the phrase does not find is not there."""
    outcomes, client = await search(World({}), *TITLES.values(), phrases_only=True)

    assert client.requests == {"arxiv-search": 2}
    assert {outcome.status for outcome in outcomes.values()} == {"missing"}


@pytest.mark.anyio
async def test_twelve_titles_are_two_requests() -> None:
    """Ten phrases in one query, each answer given to its own title."""
    world = World(TITLES)
    outcomes, client = await search(world, *TITLES.values())

    assert client.requests == {"arxiv-search": 2}
    assert world.queries[0].count('ti:"') == 10
    assert world.queries[0].count(" OR ") == 9
    for id_, title in TITLES.items():
        assert ids(outcomes[title])[0] == id_


@pytest.mark.anyio
async def test_a_candidate_carries_the_evidence() -> None:
    """Key, title, authors, date and source, as the decision needs them."""
    outcomes, _ = await search(World(TITLES), TITLES["2305.00001"])
    outcome = outcomes[TITLES["2305.00001"]]
    assert isinstance(outcome, Found)

    assert outcome.value.candidates[0].model_dump() == {
        "key": "arxiv:2305.00001",
        "title": TITLES["2305.00001"],
        "authors": ("Ann Author",),
        "published": "2023-04-30",
        "source": "arxiv-search",
        "title_history": (),
    }


@pytest.mark.anyio
async def test_spellings_of_one_title_are_asked_once() -> None:
    """Each spelling has its answer."""
    one, other = "Gated Attention for Weather Maps", "gated attention for weather-maps."
    world = World(TITLES)
    outcomes, client = await search(world, one, other, one)

    assert client.requests == {"arxiv-search": 1}
    assert world.queries == [f'ti:"{one}"']
    assert ids(outcomes[one]) == ids(outcomes[other]) == ["2305.00001"]


@pytest.mark.anyio
async def test_a_title_that_cannot_be_asked() -> None:
    """No request that would match every paper; and it is not called missing."""
    outcomes, client = await search(World(TITLES), "P5", "")

    assert not client.requests
    assert all(isinstance(outcome, Skipped) for outcome in outcomes.values())


@pytest.mark.anyio
async def test_missing_takes_two_questions() -> None:
    """Phrase, then words; what neither finds is missing."""
    world = World(TITLES)
    outcomes, _ = await search(world, "A Title That Nobody Has Ever Written")

    assert world.queries == [
        'ti:"A Title That Nobody Has Ever Written"',
        "ti:written AND ti:nobody AND ti:title AND ti:ever",
    ]
    assert isinstance(outcomes["A Title That Nobody Has Ever Written"], Missing)


@pytest.mark.anyio
async def test_words_find_what_the_phrase_does_not() -> None:
    """Another preposition breaks the phrase, not the words."""
    title = "Gated Attention on Weather Maps"
    outcomes, client = await search(World(TITLES), title)

    assert ids(outcomes[title]) == ["2305.00001"]
    assert client.requests == {"arxiv-search": 2}


@pytest.mark.anyio
async def test_second_questions_share_requests_where_they_are_many() -> None:
    """Thirty titles without a hit: three requests for phrases, four for words."""
    titles = [f"Gated {number} Attention toward Nothing Known{number}" for number in range(30)]
    world = World(TITLES)
    outcomes, client = await search(world, *titles)

    assert all(isinstance(outcome, Missing) for outcome in outcomes.values())
    assert client.requests["arxiv-search"] == 3 + 4
    assert all(query.startswith("(ti:") for query in world.queries[3:])


@pytest.mark.anyio
async def test_a_generic_title_does_not_drown_the_others() -> None:
    """Where one phrase fills the page, the others are asked again without it."""
    flood = {f"2401.{number:05}": f"Deep Learning for Thing {number}" for number in range(1, 301)}
    world = World({**flood, **TITLES, "2402.00001": "Deep Learning"})
    asked = ["Deep Learning", *list(TITLES.values())[:9]]
    outcomes, client = await search(world, *asked)

    for id_, title in list(TITLES.items())[:9]:
        assert ids(outcomes[title])[0] == id_
    assert client.requests["arxiv-search"] <= 9


@pytest.mark.anyio
async def test_a_flooded_page_that_holds_every_title_is_enough() -> None:
    """There is more, but everything asked for has been met."""
    flood = {f"2401.{number:05}": f"Deep Learning for Thing {number}" for number in range(1, 301)}
    world = World({"2402.00001": "Deep Learning", **dict(list(TITLES.items())[:2]), **flood})
    asked = ["Deep Learning", *list(TITLES.values())[:2]]
    outcomes, client = await search(world, *asked)

    assert client.requests == {"arxiv-search": 1}
    assert ids(outcomes["Deep Learning"])[0] == "2402.00001"


# --- faults -----------------------------------------------------------------------------------


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (httpx.Response(429, text="Rate exceeded."), "throttled"),
        (httpx.Response(200, text="Rate exceeded."), "throttled"),
        (httpx.Response(200, text=""), "throttled"),
        (httpx.Response(406), "throttled"),
        (httpx.Response(403), "forbidden"),
        (httpx.Response(503), "server-error"),
        (httpx.Response(200, text="<html>maintenance</html>"), "bad-answer"),
        (httpx.Response(200, text=feed([], 7)), "bad-answer"),
        (httpx.ReadTimeout("x"), "timeout"),
    ],
)
async def test_a_fault_is_never_no_candidate(reply: Reply, kind: str) -> None:
    """Whatever goes wrong for good, every title has failed and none is missing."""
    asked = list(TITLES.values())
    outcomes, _ = await search(World(TITLES, faults=dict.fromkeys(range(100), reply)), *asked)

    assert set(outcomes) == set(asked)
    assert all(isinstance(outcome, Failed) for outcome in outcomes.values())
    first = outcomes[asked[0]]
    assert isinstance(first, Failed)
    assert first.kind == kind


@pytest.mark.anyio
async def test_a_fault_that_passes_costs_a_retry() -> None:
    """The answer after it counts."""
    title = TITLES["2305.00001"]
    world = World(TITLES, faults={0: httpx.Response(200, text="Rate exceeded.")})
    outcomes, client = await search(world, title)

    assert ids(outcomes[title]) == ["2305.00001"]
    assert client.requests == {"arxiv-search": 2}


@pytest.mark.anyio
async def test_a_closed_service_is_not_asked_on() -> None:
    """After four tries to slow down the rest fails without a request."""
    asked = [f"Gated Attention for Many Maps {number}" for number in range(40)]
    throttled: dict[int, Reply] = dict.fromkeys(range(100), httpx.Response(429))
    outcomes, client = await search(World(TITLES, faults=throttled), *asked)

    assert client.requests == {"arxiv-search": 4}
    assert len(outcomes) == 40


@pytest.mark.anyio
async def test_a_refused_query_is_split() -> None:
    """One title that the service cannot read spoils no other."""
    asked = list(TITLES.values())[:8]
    outcomes, _ = await search(World(TITLES, refuses="Protein"), *asked)

    for id_, title in list(TITLES.items())[:8]:
        if "Protein" in title:
            assert isinstance(outcomes[title], Failed)
        else:
            assert ids(outcomes[title])[0] == id_


@pytest.mark.anyio
async def test_a_page_cut_short_is_asked_again() -> None:
    """What it holds counts; what it lacks is asked by itself."""
    asked = list(TITLES.values())[:3]
    first, *_ = TITLES.items()
    cut = httpx.Response(200, text=feed([entry(*first)], 3))
    outcomes, client = await search(World(TITLES, faults={0: cut}), *asked)

    assert [ids(outcomes[title])[0] for title in asked] == list(TITLES)[:3]
    assert client.requests == {"arxiv-search": 3}


@pytest.mark.anyio
async def test_a_page_that_stays_short_is_a_failure() -> None:
    """The title may be in what was cut off."""
    title = TITLES["2305.00002"]
    cut = httpx.Response(200, text=feed([entry("2401.00001", "Another Thing")], 3))
    outcomes, _ = await search(World(TITLES, faults={0: cut}), title)

    outcome = outcomes[title]
    assert isinstance(outcome, Failed)
    assert "cut short" in outcome.reason


@pytest.mark.anyio
async def test_requests_are_those_of_arxiv() -> None:
    """The lane's count, GET, the page size set, an Accept header, sorted by relevance."""
    world = World(TITLES)
    await search(world, TITLES["2305.00001"])
    request = world.sent[0]

    assert request.method == "GET"
    assert request.headers["accept"] == "application/atom+xml, */*"
    assert request.url.params["max_results"] == "100"
    assert request.url.params["sortBy"] == "relevance"
    assert request.url.params["id_list"] == ""


@pytest.mark.anyio
async def test_a_title_gets_both_questions_before_many_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A run of ten thousand titles that is killed has settled those that it asked first."""
    monkeypatch.setattr("pipeline.sources.arxiv.search.AT_ONCE", 10)
    world = World({})
    titles = list(TITLES.values())

    await search(world, *titles)

    is_phrase = ['ti:"' in query for query in world.queries]
    first_words = is_phrase.index(False)
    assert is_phrase[:first_words] == [True]
    assert True in is_phrase[first_words:]
