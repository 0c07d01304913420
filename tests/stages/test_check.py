"""The health of every link: what is asked, what is remembered, what is written."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipeline.cache import Cache
from pipeline.clock import SimulatedClock
from pipeline.errors import ConfigurationError
from pipeline.formats.jsonl import to_line
from pipeline.links.history import parse_history, serialise_history
from pipeline.network.failures import NoRouteError, ResolutionError
from pipeline.network.http_client import HttpClient
from pipeline.network.outage import Network, Outage, doubted_hosts
from pipeline.progress import Progress
from pipeline.records.catalog import Paper, Resolution
from pipeline.records.links import Hop, LinkHealth, LinkHistory, Probe
from pipeline.records.lists import Entry, Link, ParsedList, Role
from pipeline.records.outcomes import Deferred, Failed, Found, Missing, Outcome
from pipeline.records.source import SecondLooks, Source
from pipeline.records.sources import ArxivRecord, RepositoryRecord
from pipeline.sources.web.cached import CachedWeb
from pipeline.sources.web.prober import Manners, WebSource
from pipeline.stages.check import Checked, CheckRules, check

START = datetime(2026, 3, 1, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PAGE = "https://lab.example/paper"
OTHER = "https://here.example/"
WITNESS = "https://witness.example/"


class World:
    """The linked web on a simulated clock: URL to status, redirect target or failure."""

    def __init__(self, folder: Path) -> None:
        self.clock = SimulatedClock(START)
        self.pages: dict[str, Any] = {}
        self.asked: list[str] = []
        self.cache = Cache(folder, START)
        self.history: dict[str, LinkHistory] = {}
        self.arxiv: dict[str, Outcome[ArxivRecord]] = {}
        self.repositories: dict[str, Outcome[RepositoryRecord]] = {}
        self.off: str | None = None

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer as `pages` say; a list is used up from the front."""
        url = str(request.url)
        self.asked.append(f"{request.method} {url}")
        page = self.pages.get(url, 200)
        if isinstance(page, list):
            page = page.pop(0) if len(page) > 1 else page[0]
        if page == "gone host":
            raise httpx.ConnectError("x") from ResolutionError("x: no such host name")
        if isinstance(page, Exception):
            raise page
        if isinstance(page, str):
            return httpx.Response(301, headers={"location": page})
        return httpx.Response(page)

    async def check(
        self,
        *links: str | Link,
        rules: CheckRules | None = None,
        deadline: float | None = None,
        max_requests: int | None = None,
        last: Checked | None = None,
        progress: Progress | None = None,
        second: Source[Probe] | None = None,
    ) -> Checked:
        """
        Run the stage once over links of prose; the history is kept for the next run.

        `last` is what the run before has left in its files.
        """
        client = HttpClient(
            transport=httpx.MockTransport(self.answer),
            clock=self.clock,
            user_agent="test/1",
            deadline=deadline,
            max_requests=max_requests,
            witnesses=[WITNESS],
        )
        client.network.remember(doubted_hosts(last.links) if last else ())
        prober = CachedWeb(WebSource(client, Manners()), self.cache, self.clock, off=self.off)
        self.asked.clear()
        checked = await check(
            [],
            [listed(*links)],
            arxiv=self.arxiv,
            repositories=self.repositories,
            prober=prober,
            history=self.history,
            now=self.clock.now(),
            rules=rules,
            progress=progress,
            second_opinion=second,
        )
        self.history = checked.history
        return checked

    async def pass_time(self, time: timedelta) -> None:
        """Let time pass."""
        await self.clock.sleep(time.total_seconds())


def listed(*links: str | Link) -> ParsedList:
    """Return a list whose prose holds these links, one a line."""
    other = tuple(
        replace(link, line=number)
        if isinstance(link, Link)
        else Link(url=link, role="other", line=number, column=1)
        for number, link in enumerate(links, start=1)
    )
    return ParsedList(name="a-list", entries=(), other_links=other)


def of(checked: Checked, url: str) -> LinkHealth:
    """Return the line about one URL."""
    (health,) = (link for link in checked.links if link.url == url)
    return health


def said(health: LinkHealth) -> tuple[str, str]:
    """Return what is compared."""
    return health.verdict, health.reason_code


def lines(checked: Checked) -> list[str]:
    """Return the bytes of `links.jsonl`, as far as this stage decides them."""
    return [to_line(link) for link in checked.links]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A web where everything is there."""
    world = World(tmp_path / "cache")
    yield world
    world.cache.close()


# --- which links, and where -------------------------------------------------------------------


def entry(line: int, *links: tuple[str, Role]) -> Entry:
    """Return an entry with links."""
    found = tuple(
        Link(url=url, role=role, line=line, column=column)
        for column, (url, role) in enumerate(links, start=10)
    )
    return Entry(list="a-list", line=line, end_line=line, title="A title", links=found)


def paper(key: str, *mentions: Entry) -> Paper:
    """Return a paper."""
    return Paper(
        key=key, title="A title", mentions=mentions, resolution=Resolution(status="skipped")
    )


@pytest.mark.anyio
async def test_each_place_of_a_link_is_named_with_its_paper(world: World) -> None:
    """One line for a URL, whatever many entries hold it; prose belongs to no paper."""
    prober = CachedWeb(
        WebSource(
            HttpClient(
                transport=httpx.MockTransport(world.answer), clock=world.clock, user_agent="t/1"
            )
        ),
        world.cache,
        world.clock,
    )

    checked = await check(
        [
            paper("doi:10.1/b", entry(9, (PAGE, "paper"))),
            paper("doi:10.1/a", entry(4, (OTHER, "code"), (PAGE, "project"))),
        ],
        [listed(PAGE)],
        arxiv={},
        repositories={},
        prober=prober,
        history={},
        now=START,
    )

    assert [link.url for link in checked.links] == [OTHER, PAGE]
    places = [
        (place.line, place.column, place.role, place.paper)
        for place in of(checked, PAGE).occurrences
    ]
    assert places == [
        (1, 1, "other", None),
        (4, 11, "project", "doi:10.1/a"),
        (9, 10, "paper", "doi:10.1/b"),
    ]


@pytest.mark.anyio
async def test_written_forms_of_one_request_are_asked_once(world: World) -> None:
    """Fragment, default port and the case of the host make no other request."""
    written = [PAGE, f"{PAGE}#results", "https://LAB.example:443/paper"]

    checked = await world.check(*written)

    assert world.asked == [f"GET {PAGE}"]
    assert [link.url for link in checked.links] == sorted(written)
    assert {said(link) for link in checked.links} == {("alive", "ok")}


@pytest.mark.anyio
async def test_new_address_keeps_the_fragment(world: World) -> None:
    """The reader was sent to a place in the page."""
    world.pages[PAGE] = "https://new.example/p"

    checked = await world.check(PAGE, f"{PAGE}#results")

    assert of(checked, PAGE).suggestion == "https://new.example/p"
    assert of(checked, f"{PAGE}#results").suggestion == "https://new.example/p#results"
    assert of(checked, f"{PAGE}#results").final_url == "https://new.example/p"


@pytest.mark.anyio
async def test_malformed_target_and_what_it_means_have_a_line_each(world: World) -> None:
    """The first says what to write, the second how that is."""
    world.pages["https://lab.example/gone"] = 404

    checked = await world.check("http://https://lab.example/gone", "https//lab.example/x y")

    broken = of(checked, "http://https://lab.example/gone")
    assert said(broken) == ("malformed", "no-url")
    assert broken.suggestion == "https://lab.example/gone"
    assert of(checked, "https://lab.example/gone").verdict == "dead"
    assert of(checked, "https://lab.example/gone").occurrences == broken.occurrences


@pytest.mark.anyio
async def test_target_that_the_parser_repaired_is_malformed_as_written(world: World) -> None:
    """What stood in the list is reported, what it means is asked."""
    link = Link(url=PAGE, line=1, column=1, written="((https://lab.example/paper))")

    checked = await world.check(link)

    assert of(checked, "((https://lab.example/paper))").verdict == "malformed"
    assert of(checked, "((https://lab.example/paper))").suggestion == PAGE
    assert of(checked, PAGE).verdict == "alive"
    assert world.asked == [f"GET {PAGE}"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "pattern",
    ["https://lab.example/*", "*paper", r"re:lab\.example", "https://lab.example/pape[r]"],
)
async def test_excluded_link_is_not_asked(world: World, pattern: str) -> None:
    """By a shell pattern over the whole URL, or a regular expression in it."""
    checked = await world.check(PAGE, OTHER, rules=CheckRules(exclude=(pattern,)))

    assert said(of(checked, PAGE)) == ("skipped", "excluded")
    assert world.asked == [f"GET {OTHER}"]


@pytest.mark.parametrize("pattern", ["lab.example", "https://lab.example/pap", "re:^paper"])
def test_pattern_that_does_not_match_excludes_nothing(pattern: str) -> None:
    """A shell pattern is about the whole URL."""
    assert not CheckRules(exclude=(pattern,)).excludes(PAGE)


def test_bad_pattern_is_named() -> None:
    """One sentence with the pattern in it."""
    with pytest.raises(ConfigurationError, match=r"re:\("):
        CheckRules(exclude=("re:(",))


# --- the APIs are evidence --------------------------------------------------------------------


def arxiv_record(version: int = 3) -> Found[ArxivRecord]:
    """Return arXiv's answer."""
    return Found(
        value=ArxivRecord(
            id="2305.00447",
            version=version,
            title="A title",
            authors=(),
            abstract=None,
            published=None,
            updated=None,
            primary_category=None,
        )
    )


def repository(full_name: str) -> Found[RepositoryRecord]:
    """Return GitHub's answer."""
    url = f"https://github.com/{full_name}"
    return Found(value=RepositoryRecord(full_name=full_name, url=url))


@pytest.mark.anyio
async def test_arxiv_and_repositories_cost_no_request(world: World) -> None:
    """Their answers are at hand; the written case does not matter."""
    world.arxiv = {"2305.00447": arxiv_record()}
    world.repositories = {"a/b": repository("A/b")}

    expected = {
        "https://arxiv.org/abs/2305.00447": ("alive", "arxiv-found", "arxiv"),
        "http://www.arxiv.org/pdf/2305.00447v2.pdf": ("alive", "arxiv-found", "arxiv"),
        "https://arxiv.org/list/cs.IR/recent": ("skipped", "arxiv-page", "none"),
        "https://github.com/A/B": ("alive", "repository-found", "github"),
        "https://github.com/a/b.git#readme": ("alive", "repository-found", "github"),
    }

    checked = await world.check(*expected)

    assert world.asked == []
    assert {
        link.url: (link.verdict, link.reason_code, link.evidence) for link in checked.links
    } == expected
    assert all(link.checked_at is None for link in checked.links)


@pytest.mark.anyio
async def test_file_in_a_repository_is_asked_unless_the_repository_is_gone(world: World) -> None:
    """The repository's state first."""
    world.repositories = {"a/b": repository("a/b"), "c/d": Missing(reason="x", confirmed=True)}

    checked = await world.check(
        "https://github.com/a/b/blob/main/x.md", "https://github.com/c/d/blob/main/x.md"
    )

    assert world.asked == ["GET https://github.com/a/b/blob/main/x.md"]
    assert said(of(checked, "https://github.com/c/d/blob/main/x.md")) == ("dead", "repository-gone")


@pytest.mark.anyio
async def test_unconfirmed_absence_needs_a_new_answer(world: World) -> None:
    """The cached word of one answer is not two words; a day later it is a new one."""
    url = "https://github.com/c/d"
    world.repositories = {"c/d": Missing(reason="x")}

    first = await world.check(url)
    await world.pass_time(13 * HOUR)
    cached = await world.check(url)
    await world.pass_time(12 * HOUR)
    later = await world.check(url)

    assert [of(run, url).verdict for run in (first, cached, later)] == [
        "failing",
        "failing",
        "dead",
    ]
    assert lines(first) == lines(cached)
    assert of(later, url).consecutive_failures == 2
    assert of(later, url).first_failed_at == START


@pytest.mark.anyio
async def test_source_that_could_not_be_asked_changes_no_verdict(world: World) -> None:
    """What was dead stays dead, what nobody knows is skipped, never dead."""
    gone, new = "https://github.com/c/d", "https://github.com/e/f"
    world.repositories = {"c/d": Missing(reason="x", confirmed=True)}
    await world.check(gone)
    failed = Failed(kind="throttled", reason="x")
    world.repositories = {"c/d": failed, "e/f": failed}

    checked = await world.check(gone, new)

    assert said(of(checked, gone)) == ("dead", "no-such-repository")
    assert of(checked, gone).evidence == "history"
    assert said(of(checked, new)) == ("skipped", "source-unavailable")
    assert list(checked.history) == [gone]


@pytest.mark.anyio
async def test_renamed_repository_is_moved(world: World) -> None:
    """With its new address."""
    world.repositories = {"a/b": repository("new/b")}

    health = of(await world.check("https://github.com/a/b"), "https://github.com/a/b")

    assert said(health) == ("moved", "repository-renamed")
    assert health.suggestion == "https://github.com/new/b"


@pytest.mark.anyio
async def test_doi_of_an_arxiv_paper_needs_no_request(world: World) -> None:
    """ArXiv registers these DOIs, and its API has said that the paper is there."""
    url = "https://doi.org/10.48550/arXiv.2305.00447"
    world.arxiv = {"2305.00447": arxiv_record()}

    health = of(await world.check(url), url)

    assert world.asked == []
    assert (health.verdict, health.reason_code, health.evidence) == (
        "alive",
        "arxiv-found",
        "arxiv",
    )


@pytest.mark.anyio
async def test_redirect_to_a_paper_that_arxiv_does_not_know_is_no_life(world: World) -> None:
    """What the API says of the target counts."""
    world.pages[PAGE] = "https://arxiv.org/abs/2305.00447"
    world.arxiv = {"2305.00447": Missing(reason="x", confirmed=True)}

    assert said(of(await world.check(PAGE), PAGE)) == ("dead", "no-such-paper")


@pytest.mark.anyio
async def test_lost_link_gets_the_lasting_address_of_its_paper(world: World) -> None:
    """Only where it is another address, and for arXiv only where arXiv knows the paper."""
    world.arxiv = {"2305.00447": arxiv_record()}
    suggestions = {
        "https://www.arxiv-vanity.com/papers/2305.00447/": "https://arxiv.org/abs/2305.00447",
        "https://www.arxiv-vanity.com/papers/2305.00448/": None,
        "https://www.aclweb.org/anthology/P18-1001": "https://aclanthology.org/P18-1001/",
        "https://aclanthology.org/P18-1002": None,
        "https://lab.example/x": None,
    }
    world.pages = dict.fromkeys(suggestions, 404)

    checked = await world.check(*suggestions)

    assert {link.url: link.suggestion for link in checked.links} == suggestions


# --- dead, and how it gets there --------------------------------------------------------------


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("page", "code"), [(404, "not-found"), (410, "gone"), ("gone host", "no-such-host")]
)
async def test_absent_page_is_looked_at_twice_in_the_run(
    world: World, page: Any, code: str
) -> None:
    """The second look comes a minute after the first, when all others are done."""
    world.pages[PAGE] = page
    others = [f"https://h{number}.example/" for number in range(20)]

    checked = await world.check(PAGE, *others)

    assert said(of(checked, PAGE)) == ("dead", code)
    assert of(checked, PAGE).evidence == "http"
    assert [one for one in world.asked if one.startswith("GET")][-1] == f"GET {PAGE}"
    assert world.clock.now() - START >= timedelta(seconds=60)
    assert of(checked, PAGE).first_failed_at == START
    assert of(checked, PAGE).consecutive_failures == 1


@pytest.mark.anyio
async def test_page_that_comes_back_within_the_run_is_alive(world: World) -> None:
    """A deployment, a hiccup: nobody hears of it, and nothing is remembered."""
    world.pages[PAGE] = [404, 200]

    checked = await world.check(PAGE)

    assert said(of(checked, PAGE)) == ("alive", "ok")
    assert checked.history == {}


@pytest.mark.anyio
async def test_run_without_time_for_a_second_look_leaves_it_failing(world: World) -> None:
    """The next run is the second look."""
    world.pages[PAGE] = 404

    first = await world.check(PAGE, deadline=30.0)
    await world.pass_time(2 * HOUR)
    second = await world.check(PAGE)

    assert of(first, PAGE).verdict == "failing"
    assert of(second, PAGE).verdict == "dead"
    assert world.asked == [f"GET {PAGE}"]
    assert of(second, PAGE).consecutive_failures == 1


@pytest.mark.anyio
async def test_no_link_waits_for_a_minute_where_nothing_is_absent(world: World) -> None:
    """Time-outs and server errors get their second chance in the next run."""
    world.pages[PAGE] = 500

    checked = await world.check(PAGE, OTHER)

    assert said(of(checked, PAGE)) == ("failing", "server-error")
    assert world.clock.now() - START < timedelta(seconds=30)


@pytest.mark.anyio
@pytest.mark.parametrize("days", [[0, 4, 7], [0, 0.1, 0.2, 3, 8]])
async def test_link_that_fails_for_a_week_in_three_runs_is_dead(
    world: World, days: Sequence[float]
) -> None:
    """Not a run earlier."""
    world.pages[PAGE] = 503
    verdicts = []
    for day in days:
        await world.pass_time(START + day * DAY - world.clock.now())
        verdicts.append(of(await world.check(PAGE, OTHER), PAGE).verdict)

    assert verdicts == ["failing"] * (len(days) - 1) + ["dead"]


class Elsewhere:
    """Another way to the web, where every page gives one outcome, and what was asked there."""

    name = "second-opinion"

    def __init__(self, outcome: Outcome[Probe]) -> None:
        self.outcome = outcome
        self.asked: list[str] = []

    async def fetch_many(self, keys: Sequence[str]) -> AsyncIterator[tuple[str, Outcome[Probe]]]:
        """See `Source.fetch_many`."""
        for key in keys:
            self.asked.append(key)
            yield key, self.outcome


def seen_elsewhere(status: int) -> Found[Probe]:
    """Return what the page is elsewhere."""
    hops = (Hop(url=PAGE, status=status),)
    return Found(
        value=Probe(method="GET", status=status, hops=hops, asked_at=START, answered_at=START)
    )


async def dying(world: World, second: Source[Probe]) -> list[Checked]:
    """Return four weekly runs over a page that does not answer, and one that does."""
    world.pages[PAGE] = 503
    runs = []
    for _ in range(4):
        runs.append(await world.check(PAGE, OTHER, second=second))
        await world.pass_time(7 * DAY)
    return runs


@pytest.mark.anyio
async def test_page_that_answers_elsewhere_is_never_dead_of_silence(world: World) -> None:
    """It is asked there only when it is about to die; nothing of that is remembered."""
    second = Elsewhere(seen_elsewhere(200))

    runs = await dying(world, second)

    assert [said(of(run, PAGE)) for run in runs] == [
        ("failing", "server-error"),
        ("failing", "server-error"),
        ("unknown", "reached-elsewhere"),
        ("unknown", "reached-elsewhere"),
    ]
    assert second.asked == [PAGE, PAGE]
    assert runs[3].history[PAGE] == runs[1].history[PAGE]


@pytest.mark.anyio
async def test_page_that_is_silent_from_both_sides_is_dead_and_asked_there_once(
    world: World,
) -> None:
    """Later runs remember that."""
    second = Elsewhere(seen_elsewhere(503))

    runs = await dying(world, second)

    assert [of(run, PAGE).verdict for run in runs] == ["failing", "failing", "dead", "dead"]
    assert "another way" in of(runs[2], PAGE).reason
    assert of(runs[3], PAGE).reason == of(runs[2], PAGE).reason
    assert second.asked == [PAGE]


@pytest.mark.anyio
async def test_way_that_is_closed_puts_death_off_and_is_told(world: World) -> None:
    """The user wants two opinions, and there is one."""
    second = Elsewhere(Failed(kind="proxy", reason="the proxy reaches nobody"))

    runs = await dying(world, second)

    assert [of(run, PAGE).verdict for run in runs] == ["failing"] * 4
    assert runs[2].deferred == (
        Deferred(what="second-opinion", count=1, reason="the proxy reaches nobody"),
    )


@pytest.mark.anyio
async def test_link_that_recovers_fails_for_the_first_time_again(world: World) -> None:
    """What failed before is remembered, and counts for nothing."""
    world.pages[PAGE] = 503
    await world.check(PAGE)
    assert list(world.history) == [PAGE]

    world.pages[PAGE] = 200
    await world.pass_time(DAY)
    checked = await world.check(PAGE)

    past = checked.history[PAGE]
    assert (past.last_verdict, past.consecutive_failures) == ("alive", 0)
    assert past.last_verdicts == ("failing", "alive")
    assert of(checked, PAGE).consecutive_failures == 0
    assert of(checked, PAGE).first_failed_at is None

    world.pages[PAGE] = 503
    await world.pass_time(DAY)
    await world.pass_time(3 * DAY)
    again = of(await world.check(PAGE), PAGE)

    assert (again.verdict, again.consecutive_failures) == ("failing", 1)
    assert again.first_failed_at is not None
    assert again.first_failed_at - START > DAY


@pytest.mark.anyio
async def test_last_time_alive_is_remembered(world: World) -> None:
    """A report can say since when."""
    await world.check(PAGE)
    await world.pass_time(5 * DAY)
    world.pages[PAGE] = 503

    checked = await world.check(PAGE)

    assert checked.history[PAGE].last_alive_at == START


# --- a second run -----------------------------------------------------------------------------


@pytest.mark.anyio
async def test_second_run_asks_only_what_fails_and_writes_the_same(world: World) -> None:
    """One request for each dead or failing link, no byte changed, in file and history."""
    world.arxiv = {"2305.00447": arxiv_record()}
    world.repositories = {"a/b": repository("new/b"), "c/d": Missing(reason="x")}
    world.pages = {
        PAGE: 404,
        "https://slow.example/": httpx.ReadTimeout(""),
        "https://moved.example/a": "https://new.example/b",
        "https://wall.example/": 403,
        "https://busy.example/": 429,
        "https://gone.example/": "gone host",
        "https://broken.example/": 500,
        "https://inward.example/": "http://10.0.0.1/",
        "http://localhost.example/": "http://127.0.0.1/",
        "http://127.0.0.1:8080/": 200,
    }
    urls = [
        *world.pages,
        OTHER,
        "https://arxiv.org/abs/2305.00447",
        "https://github.com/a/b",
        "https://github.com/c/d",
        "not a url",
    ]

    first, history = await world.check(*urls), serialise_history(world.history)
    await world.pass_time(timedelta(seconds=5))
    second = await world.check(*urls)

    assert lines(second) == lines(first)
    assert serialise_history(world.history) == history
    assert {request.split()[1] for request in world.asked} == {
        PAGE,
        "https://slow.example/",
        "https://gone.example/",
        "https://broken.example/",
    }
    assert len(world.asked) == 6


@pytest.mark.anyio
async def test_history_survives_its_file(world: World) -> None:
    """What is written and read back leads to the same verdicts."""
    world.pages[PAGE] = 404
    await world.check(PAGE)
    world.history, faults = parse_history(serialise_history(world.history))
    await world.pass_time(DAY)

    checked = await world.check(PAGE)

    assert faults == []
    assert of(checked, PAGE).verdict == "dead"
    assert of(checked, PAGE).consecutive_failures == 2


# --- our own side -----------------------------------------------------------------------------


@pytest.mark.anyio
async def test_second_look_without_a_network_is_none(world: World) -> None:
    """Pages were absent, then nothing could be reached: that is no second word on any of them."""
    pages = [f"https://h{number}.example/gone" for number in range(6)]
    world.pages = {page: [404, "gone host"] for page in pages}
    world.pages[WITNESS] = "gone host"

    checked = await world.check(*pages)

    assert len(world.asked) > len(pages)
    assert {of(checked, page).verdict for page in pages} <= {"failing", "unknown"}
    assert all(past.consecutive_failures == 1 for past in checked.history.values())


@pytest.mark.anyio
async def test_clock_that_was_wrong_keeps_no_failure_from_counting(world: World) -> None:
    """A run in the year 2030 has left its time in the history; the next ones count all the same."""
    world.pages[PAGE] = httpx.ReadTimeout("x")
    await world.check(PAGE, OTHER)
    (past,) = world.history.values()
    wrong = START + 1500 * DAY
    world.history = {past.url: past.model_copy(update={"last_failed_at": wrong})}

    verdicts = []
    for _ in range(4):
        await world.pass_time(4 * DAY)
        verdicts.append(of(await world.check(PAGE, OTHER), PAGE).verdict)

    assert verdicts == ["failing", "failing", "dead", "dead"]


@pytest.mark.anyio
async def test_without_network_nothing_is_blamed_and_nothing_is_remembered(world: World) -> None:
    """What was known stays, the rest is unknown, and it takes seconds."""
    await world.check("https://known.example/")
    world.pages["https://old.example/"] = 404
    await world.check("https://old.example/")
    before = dict(world.history)
    new = [f"https://h{number}.example/" for number in range(30)]
    world.pages = dict.fromkeys([*new, "https://known.example/"], httpx.ConnectTimeout(""))
    world.pages["https://old.example/"] = world.pages[WITNESS] = httpx.ConnectTimeout("")
    await world.pass_time(5 * DAY)
    began = world.clock.now()

    checked = await world.check("https://known.example/", "https://old.example/", *new)

    assert {said(of(checked, url)) for url in new} == {("unknown", "network-down")}
    assert said(of(checked, "https://known.example/")) == ("alive", "ok")
    assert of(checked, "https://known.example/").evidence == "history"
    assert said(of(checked, "https://old.example/")) == ("dead", "not-found")
    assert checked.history == before
    assert world.clock.now() - began < timedelta(seconds=20)
    assert sum(deferred.count for deferred in checked.deferred) >= 28


@pytest.mark.anyio
async def test_links_that_are_all_gone_are_unknown_where_no_witness_answers(world: World) -> None:
    """One silent host and no proof of our own network are no verdict."""
    world.pages = {PAGE: "gone host", WITNESS: httpx.ConnectTimeout("x")}

    checked = await world.check(PAGE)

    assert of(checked, PAGE).verdict == "unknown"
    assert checked.history == {}


@pytest.mark.anyio
@pytest.mark.parametrize("page", ["gone host", httpx.ConnectTimeout("x"), httpx.ConnectError("x")])
@pytest.mark.parametrize("number", [1, 2, 5, 19])
async def test_links_that_are_all_gone_are_judged_where_a_witness_answers(
    world: World, number: int, page: Any
) -> None:
    """Somebody outside the list proves our network; the doubt does not last for ever."""
    urls = [f"https://h{number}.example/" for number in range(number)]
    world.pages = dict.fromkeys(urls, page)

    checked = await world.check(*urls)

    verdict = "dead" if page == "gone host" else "failing"
    assert {of(checked, url).verdict for url in urls} == {verdict}
    assert set(checked.history) == set(urls)


@pytest.mark.anyio
@pytest.mark.parametrize("known", [0, 30])
async def test_doubt_about_most_of_many_hosts_ends_with_the_second_run(
    world: World, known: int
) -> None:
    """Also where an old answer hides it: what could not be settled once is judged the next time."""
    urls = [f"https://h{number}.example/" for number in range(30)]
    await world.check(*urls[:known])
    world.pages = dict.fromkeys(urls, httpx.ConnectTimeout("x"))
    await world.pass_time(9 * DAY)

    first = await world.check(*urls)
    assert first.history == {}
    await world.pass_time(DAY)
    second = await world.check(*urls, last=first)

    assert {of(second, url).verdict for url in urls} == {"failing"}


@pytest.mark.anyio
async def test_doubt_does_not_end_while_no_witness_answers(world: World) -> None:
    """A second run without a network is no second run."""
    urls = [f"https://h{number}.example/" for number in range(30)]
    world.pages = dict.fromkeys(urls, httpx.ConnectTimeout("x"))
    first = await world.check(*urls)
    world.pages[WITNESS] = httpx.ConnectTimeout("x")

    second = await world.check(*urls, last=first)

    assert {of(second, url).verdict for url in urls} == {"unknown"}
    assert second.history == {}


@pytest.mark.anyio
async def test_dead_host_stays_dead_where_it_is_the_only_one_asked(world: World) -> None:
    """A second run asks only the dead, and a witness whether our network works: it counts."""
    world.pages[PAGE] = "gone host"
    first = await world.check(PAGE, OTHER)
    await world.pass_time(DAY)

    second = await world.check(PAGE, OTHER)

    assert world.asked == [f"GET {PAGE}", f"HEAD {WITNESS}"]
    assert said(of(second, PAGE)) == said(of(first, PAGE)) == ("dead", "no-such-host")
    assert of(second, PAGE).consecutive_failures == 2


@pytest.mark.anyio
async def test_dead_host_is_not_held_against_it_where_nobody_can_be_reached(world: World) -> None:
    """A second run asks only the dead, and our own network is gone: nothing changes."""
    world.pages[PAGE] = "gone host"
    first = await world.check(PAGE, OTHER)
    await world.pass_time(DAY)
    world.pages[WITNESS] = httpx.ConnectTimeout("x")

    second = await world.check(PAGE, OTHER)

    assert said(of(second, PAGE)) == ("dead", "no-such-host")
    assert second.history == first.history


@pytest.mark.anyio
async def test_host_whose_only_address_this_machine_has_no_way_to_is_unknown(world: World) -> None:
    """IPv6 from a machine without it: said, and never counted, however often."""
    no_route = httpx.ConnectError("x")
    no_route.__cause__ = NoRouteError("x")
    world.pages[PAGE] = no_route
    for _ in range(4):
        checked = await world.check(PAGE, OTHER)
        await world.pass_time(5 * DAY)

    assert said(of(checked, PAGE)) == ("unknown", "no-route")
    assert checked.history == {}


@pytest.mark.anyio
async def test_time_budget_defers_the_rest(world: World) -> None:
    """It is said how many, and why; nothing is blamed."""
    urls = [f"https://lab.example/{number}" for number in range(20)]

    checked = await world.check(*urls, deadline=1.0)

    skipped = [link for link in checked.links if link.reason_code == "no-time"]
    assert 10 < len(skipped) < 20
    assert checked.deferred == (
        Deferred(
            what="web",
            count=len(skipped),
            reason="no time left for this run",
        ),
    )


@pytest.mark.anyio
async def test_off_line_tells_what_is_known(world: World) -> None:
    """The cache and the history, and skipped for the rest."""
    world.pages[PAGE] = 404
    await world.check(PAGE, OTHER)
    await world.pass_time(9 * DAY)
    world.off = "off line"

    checked = await world.check(PAGE, OTHER, "https://new.example/")

    assert world.asked == []
    assert said(of(checked, PAGE)) == ("dead", "not-found")
    assert said(of(checked, OTHER)) == ("alive", "ok")
    assert said(of(checked, "https://new.example/")) == ("skipped", "not-asked")


@pytest.mark.anyio
async def test_proxy_that_refuses_changes_no_verdict(world: World) -> None:
    """Our own proxy's rules say nothing about a link: what was known stays."""
    world.pages[PAGE] = 404
    await world.check(PAGE)
    before = dict(world.history)
    world.pages = dict.fromkeys([PAGE, "https://new.example/"], httpx.ProxyError("403 Forbidden"))
    await world.pass_time(DAY)

    checked = await world.check(PAGE, "https://new.example/", OTHER)

    assert said(of(checked, PAGE)) == ("dead", "not-found")
    assert said(of(checked, "https://new.example/")) == ("unknown", "proxy-refused")
    assert checked.history == before


@pytest.mark.anyio
@pytest.mark.parametrize("page", [404, 503, httpx.ConnectTimeout("x")])
async def test_most_of_many_hosts_failing_at_once_leave_no_verdict(world: World, page: Any) -> None:
    """A gateway may speak for them; what was known before does not hide it, and it is said."""
    known = [f"https://k{number}.example/" for number in range(70)]
    await world.check(*known)
    await world.pass_time(DAY)
    urls = [f"https://h{number}.example/" for number in range(30)]
    world.pages = dict.fromkeys(urls, page)

    checked = await world.check(*known, *urls)

    assert {said(of(checked, url)) for url in urls} == {("unknown", "network-unproven")}
    assert checked.history == {}
    assert [one.count for one in checked.deferred] == [30]


@pytest.mark.anyio
async def test_failing_links_do_not_keep_others_from_being_asked(world: World) -> None:
    """Who was asked lately waits where there are requests for some only."""
    bad = [f"https://bad{number}.example/" for number in range(6)]
    good = [f"https://good{number}.example/" for number in range(6)]
    world.pages = dict.fromkeys(bad, 503)
    await world.check(*bad)
    await world.pass_time(DAY)

    checked = await world.check(*bad, *good, max_requests=6)

    assert {of(checked, url).verdict for url in good} == {"alive"}


@pytest.mark.anyio
async def test_host_that_turns_robots_away_is_there(world: World) -> None:
    """Being out of reach before and after does not make a link dead."""
    silent = httpx.ConnectTimeout("x")
    for day, page in enumerate([silent, silent, 403, 403, 403, 403, 403, silent, silent]):
        world.pages = {PAGE: page}
        checked = await world.check(PAGE, f"https://new{day}.example/")
        await world.pass_time(timedelta(days=1 if page is silent or day < 6 else 8))

    assert of(checked, PAGE).verdict in ("failing", "blocked")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("hosts", "said_of_all"), [(2, ("moved", "permanent-redirect")), (3, ("failing", "soft-404"))]
)
async def test_page_where_unrelated_hosts_end_is_nobodys(
    world: World, hosts: int, said_of_all: tuple[str, str]
) -> None:
    """A portal before our network, or a seller of names, answers for all of them."""
    urls = [f"https://h{number}.example/paper" for number in range(hosts)]
    world.pages = dict.fromkeys(urls, "https://portal.example/welcome-to-the-net")

    checked = await world.check(*urls, OTHER)

    assert {said(of(checked, url)) for url in urls} == {said_of_all}
    assert {of(checked, url).suggestion is None for url in urls} == {hosts == 3}


class Recorded:
    """A progress that remembers."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int]] = []

    def start(self, stage: str, total: int) -> None:
        """See `Progress.start`."""
        self.calls.append((f"start {stage}", total))

    def advance(self, stage: str, count: int = 1) -> None:
        """See `Progress.advance`."""
        self.calls.append((f"advance {stage}", count))

    def finish(self, stage: str) -> None:
        """See `Progress.finish`."""
        self.calls.append((f"finish {stage}", 0))

    def wait(self, stage: str, what: str, seconds: float) -> None:
        """See `Progress.wait`."""
        self.calls.append((f"wait {stage}: {what}", round(seconds)))

    def watch(self, busy: object) -> None:
        """See `Progress.watch`."""
        raise AssertionError(busy)

    def note(self, text: str) -> None:
        """See `Progress.note`."""
        raise AssertionError(text)


class Nobody:
    """A prober that can ask nobody."""

    network: Outage = Outage()

    async def fetch_many(
        self, keys: Sequence[str], *, suspects: Mapping[str, datetime], again: SecondLooks
    ) -> AsyncIterator[tuple[str, Outcome[Probe]]]:
        """See `Prober.fetch_many`."""
        for key in keys:
            outcome = Failed(kind="budget", reason="no time")
            assert again.due(key, outcome) is None
            yield key, outcome

    def last_known(self, key: str) -> Found[Probe] | None:
        """See `Prober.last_known`."""
        return None


@pytest.mark.anyio
async def test_progress_counts_every_request_to_its_end() -> None:
    """Links that cost no request are done at once."""
    progress = Recorded()

    await check(
        [],
        [listed(PAGE, OTHER, "https://arxiv.org/abs/2305.00447")],
        arxiv={},
        repositories={},
        prober=Nobody(),
        history={},
        now=START,
        progress=progress,
    )

    assert progress.calls[0] == ("start check", 3)
    assert sum(count for call, count in progress.calls if call == "advance check") == 3
    assert progress.calls[-1] == ("finish check", 0)


@pytest.mark.anyio
async def test_wait_for_the_second_look_is_told(world: World) -> None:
    """How many pages, and how long, when nothing else is left to do."""
    progress = Recorded()
    world.pages = {PAGE: 404, "https://lab.example/b": 410}

    checked = await world.check(PAGE, OTHER, "https://lab.example/b", progress=progress)

    assert {of(checked, url).verdict for url in world.pages} == {"dead"}
    assert ("wait check: second look at 2 pages", 60) in progress.calls
    assert sum(count for call, count in progress.calls if call == "advance check") == 3


@pytest.mark.anyio
async def test_quick_run_leaves_the_second_look_to_the_next(world: World) -> None:
    """Nothing is waited for; the next run, a day later, has the second word."""
    world.pages = {PAGE: 404}

    first = await world.check(PAGE, OTHER, rules=CheckRules(quick=True))
    assert said(of(first, PAGE)) == ("failing", "not-found")
    assert world.clock.now() - START < timedelta(seconds=5)

    await world.pass_time(DAY)
    second = await world.check(PAGE, OTHER, rules=CheckRules(quick=True))
    assert said(of(second, PAGE)) == ("dead", "not-found")


class Flickering(Outage):
    """A network that is there, but for a while."""

    says: Network = "up"

    def word(self, host: str) -> Network:
        """See `Outage.word`."""
        return self.says


class Absent(Nobody):
    """A prober whose first look finds nothing; by the second the host seems to be gone."""

    network: Flickering

    def __init__(self, during: Network) -> None:
        self.network = Flickering()
        self.during = during

    def probe(self, at: datetime, **fields: Any) -> Found[Probe]:
        """Return what one look has found."""
        hops = (Hop(url=PAGE, status=fields.get("status")),)
        times = {"asked_at": at, "answered_at": at}
        return Found(value=Probe(method="GET", hops=hops, **times, **fields))

    async def fetch_many(
        self, keys: Sequence[str], *, suspects: Mapping[str, datetime], again: SecondLooks
    ) -> AsyncIterator[tuple[str, Outcome[Probe]]]:
        """See `Prober.fetch_many`."""
        for key in keys:
            first = self.probe(START, status=404)
            at = again.due(key, first)
            yield key, first
            assert at is not None
            self.network.says = self.during
            yield key, self.probe(at, status=None, failure="dns", no_such_host=True)
            self.network.says = "up"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("during", "verdict"), [("up", "dead"), ("down", "failing"), ("unproven", "failing")]
)
async def test_second_look_counts_only_with_a_network(during: Network, verdict: str) -> None:
    """It was gone between the looks and is back at the end: one word was heard, not two."""
    checked = await check(
        [],
        [listed(PAGE)],
        arxiv={},
        repositories={},
        prober=Absent(during),
        history={},
        now=START,
    )

    assert of(checked, PAGE).verdict == verdict


# --- names and bare addresses -----------------------------------------------------------------


@pytest.mark.anyio
async def test_server_with_a_bare_address_proves_nothing_of_names(world: World) -> None:
    """The next room answers, the way out is closed: no name is blamed, nothing is remembered."""
    names = [f"https://h{number}.example/" for number in range(3)]
    world.pages = dict.fromkeys([*names, WITNESS], "gone host")

    checked = await world.check(*names, "https://8.8.8.8/here", "https://8.8.4.4/gone")
    assert {of(checked, name).verdict for name in names} == {"unknown"}
    assert of(checked, "https://8.8.8.8/here").verdict == "alive"
    assert checked.history == {}

    world.pages["https://8.8.4.4/lost"] = 404
    again = await world.check(*names, "https://8.8.8.8/here", "https://8.8.4.4/lost")
    assert {of(again, name).verdict for name in names} == {"unknown"}
    assert of(again, "https://8.8.4.4/lost").verdict == "dead"
    assert list(again.history) == ["https://8.8.4.4/lost"]


@pytest.mark.anyio
async def test_names_that_answer_prove_the_way_to_names(world: World) -> None:
    """One name is gone while others answer: that is its own fault."""
    world.pages["https://h0.example/"] = "gone host"

    checked = await world.check("https://h0.example/", "https://h1.example/", "https://8.8.8.8/")

    assert said(of(checked, "https://h0.example/")) == ("dead", "no-such-host")


@pytest.mark.anyio
async def test_address_that_leads_to_names_is_not_blamed_for_our_network(world: World) -> None:
    """Where a redirect ends counts: the way to names is not proven by whoever redirects there."""
    world.pages = {
        "https://8.8.8.8/out": "https://h1.example/",
        "https://8.8.4.4/out": "https://h2.example/",
        "https://h1.example/": "gone host",
        "https://h2.example/": "gone host",
        WITNESS: "gone host",
    }

    checked = await world.check("https://8.8.8.8/out", "https://8.8.4.4/out", "https://1.1.1.1/")

    assert of(checked, "https://8.8.8.8/out").verdict == "unknown"
    assert of(checked, "https://1.1.1.1/").verdict == "alive"
    assert checked.history == {}


@pytest.mark.anyio
async def test_portal_is_seen_whatever_its_victims_are_called(world: World) -> None:
    """Names and bare addresses that all end at one page."""
    urls = ["https://h1.example/a", "https://h2.example/b", "https://8.8.8.8/c"]
    world.pages = dict.fromkeys(urls, "https://portal.example/welcome-to-the-net")

    checked = await world.check(*urls)

    assert {said(of(checked, url)) for url in urls} == {("failing", "soft-404")}


@pytest.mark.anyio
async def test_pages_of_one_host_that_become_one_page_are_no_moves(world: World) -> None:
    """A site that dropped its pages leads them all to one; two spellings of a page are one page."""
    urls = [f"https://lab.example/people/{name}" for name in ("ann", "bob", "eve")]
    spellings = ["http://x.example/a", "https://x.example/a/", "https://x.example/a.pdf"]
    world.pages = {
        **dict.fromkeys(urls, "https://lab.example/about-the-new-site"),
        **dict.fromkeys(spellings, "https://x.example/papers/b"),
    }

    checked = await world.check(*urls, *spellings)

    assert {said(of(checked, url)) for url in urls} == {("failing", "soft-404")}
    assert {of(checked, url).verdict for url in spellings} <= {"alive", "moved"}
