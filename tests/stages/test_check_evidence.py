"""What a run knows beside the pages: registries, other places of a work, what is left alone."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import pytest

from pipeline.links.ignores import Ignores
from pipeline.links.rules import IgnoreRule
from pipeline.network.outage import Outage
from pipeline.records.catalog import Paper, Resolution
from pipeline.records.links import LinkHealth, Probe
from pipeline.records.lists import Entry, Link, ParsedList, Role
from pipeline.records.outcomes import Failed, Found, Missing, Outcome
from pipeline.records.source import SecondLooks
from pipeline.records.sources import HandleRecord
from pipeline.stages.check import Checked, check
from pipeline.stages.check.stage import SUGGESTIONS_ASKED
from tests.stages.test_check import START, World, arxiv_record

DOI = "10.1145/3583780.3614949"
DOI_LINK = f"https://doi.org/{DOI}"


class Handles:
    """A registry with these answers."""

    name = "doi"

    def __init__(self, answers: Mapping[str, Outcome[HandleRecord]]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    async def fetch_many(
        self, keys: Sequence[str]
    ) -> AsyncIterator[tuple[str, Outcome[HandleRecord]]]:
        """See `Registry.fetch_many`."""
        for key in keys:
            self.asked.append(key)
            yield key, self.answers[key]


class Pages:
    """A prober that knows a status for every page."""

    def __init__(self, statuses: Mapping[str, int]) -> None:
        self.statuses = statuses
        self.asked: list[str] = []

    @property
    def network(self) -> Outage:
        """See `Prober.network`: it works."""
        network = Outage()
        network.sent("here.example")
        network.ended("here.example", reached=True)
        return network

    async def fetch_many(
        self, keys: Sequence[str], *, suspects: Mapping[str, datetime], again: SecondLooks
    ) -> AsyncIterator[tuple[str, Outcome[Probe]]]:
        """See `Prober.fetch_many`."""
        for key in keys:
            self.asked.append(key)
            yield key, Found(value=self.probe(key))

    def last_known(self, key: str) -> None:
        """See `Prober.last_known`."""

    def probe(self, key: str) -> Probe:
        """Return the evidence about a page."""
        hop = {"url": key, "status": self.statuses.get(key, 200)}
        return Probe.model_validate(
            {
                "method": "GET",
                "status": hop["status"],
                "hops": [hop],
                "asked_at": START,
                "answered_at": START,
            }
        )


def mention(name: str, line: int, **links: str) -> Entry:
    """Return an entry of a list with one link for each role."""
    roles: dict[str, Role] = {"paper": "paper", "code": "code", "data": "data"}
    found = [
        Link(url=url, role=roles[role], line=line, column=column)
        for column, (role, url) in enumerate(links.items(), start=3)
    ]
    return Entry(list=name, line=line, end_line=line, title="A work", links=tuple(found))


def work(key: str, *mentions: Entry, doi: str | None = None) -> Paper:
    """Return a work with its mentions."""
    resolution = Resolution(status="found", method="link", confidence=1.0)
    return Paper(key=key, title="A work", doi=doi, mentions=mentions, resolution=resolution)


async def checked_of(
    *papers: Paper,
    statuses: Mapping[str, int] | None = None,
    handles: Handles | None = None,
    ignores: Ignores | None = None,
    lists: Sequence[ParsedList] = (),
    prober: Pages | None = None,
) -> Checked:
    """Run the stage over papers."""
    return await check(
        papers,
        lists,
        arxiv={"2305.00447": arxiv_record()},
        repositories={},
        prober=prober or Pages(statuses or {}),
        registry=handles,
        ignores=ignores,
        history={},
        now=START,
    )


def by_url(checked: Checked) -> dict[str, LinkHealth]:
    """Return the lines by their URL."""
    return {link.url: link for link in checked.links}


# --- registries -------------------------------------------------------------------------------


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("outcome", "said", "pages"),
    [
        (
            Found(value=HandleRecord(doi=DOI, url="https://dl.acm.org/x")),
            ("alive", "doi-registered", "doi"),
            0,
        ),
        (Missing(reason="x", confirmed=True), ("dead", "no-such-doi", "doi"), 0),
        (Missing(reason="x"), ("failing", "no-such-doi", "doi"), 0),
        (Failed(kind="timeout", reason="x"), ("alive", "ok", "doi"), 1),
    ],
)
async def test_registry_speaks_for_a_doi(
    outcome: Outcome[HandleRecord], said: tuple[str, str, str], pages: int
) -> None:
    """Its word costs no look at the publisher's page; where it has none, the page is asked."""
    prober, handles = Pages({}), Handles({DOI: outcome})

    checked = await checked_of(
        work(f"doi:{DOI}", mention("a", 1, paper=DOI_LINK)), handles=handles, prober=prober
    )

    link = by_url(checked)[DOI_LINK]
    assert (link.verdict, link.reason_code, link.evidence) == said
    assert (len(handles.asked), len(prober.asked)) == (1, pages)


@pytest.mark.anyio
async def test_page_of_a_publisher_with_an_unknown_doi_is_asked_itself() -> None:
    """What the registry does not know may be a misread address of a page that is there."""
    url, prober = f"https://dl.acm.org/doi/{DOI}", Pages({})
    handles = Handles({DOI: Missing(reason="x", confirmed=True)})

    checked = await checked_of(
        work(f"doi:{DOI}", mention("a", 1, paper=url)), handles=handles, prober=prober
    )

    assert by_url(checked)[url].verdict == "alive"
    assert prober.asked == [url]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "url",
    [
        "https://pubs.acs.org/doi/10.1021/acs.jcim.3c00123?ref=pdf",
        "https://pubs.acs.org/doi/suppl/10.1021/acs.jcim.3c00123/suppl_file/x_si_001.pdf",
        "https://www.science.org/doi/full/10.1021/acs.jcim.3c00123",
        "https://journals.ametsoc.org/doi/abs/10.1021/acs.jcim.3c00123#s1",
    ],
)
async def test_publisher_with_the_doi_in_its_address_is_left_in_peace(url: str) -> None:
    """Those on this platform turn robots away, each of them."""
    doi = "10.1021/acs.jcim.3c00123"
    known: Outcome[HandleRecord] = Found(value=HandleRecord(doi=doi, url="https://pubs.acs.org/x"))
    prober, handles = Pages({}), Handles({doi: known})

    checked = await checked_of(
        work(f"doi:{doi}", mention("a", 1, paper=url)), handles=handles, prober=prober
    )

    assert by_url(checked)[url].reason_code == "doi-registered"
    assert (handles.asked, prober.asked) == ([doi], [])


# --- what to write instead --------------------------------------------------------------------

KNOWN: Outcome[HandleRecord] = Found(value=HandleRecord(doi=DOI, url="https://dl.acm.org/x"))
DENIED = Missing(reason="x", confirmed=True)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "path",
    [
        f"{DOI}.",
        f"{DOI}/",
        f"{DOI}),",
        f"10.1145/{DOI}",
        f"https://doi.org/{DOI}",
        f"doi.org/{DOI}",
        f"DOI%20{DOI}",
    ],
)
@pytest.mark.parametrize(
    ("answer", "expected"),
    [(KNOWN, (DOI_LINK, True)), (DENIED, (None, False)), (None, (DOI_LINK, False))],
)
async def test_doi_with_something_around_it_is_looked_up(
    path: str, answer: Outcome[HandleRecord] | None, expected: tuple[str | None, bool]
) -> None:
    """What the address means is offered, unless its registry denies that as well."""
    url = f"https://doi.org/{path}"
    registry = Handles({f"10.1145/{DOI}": DENIED} | ({DOI: answer} if answer else {}))

    checked = await checked_of(
        work("title:x", mention("a", 1, data=url)), statuses={url: 404}, handles=registry
    )

    link = by_url(checked)[url]
    assert (link.suggestion, link.suggestion_confirmed) == expected


@pytest.mark.anyio
@pytest.mark.parametrize("host", ["doi.org", "dx.doi.org", "www.doi.org"])
async def test_denied_doi_is_not_offered_in_another_spelling(host: str) -> None:
    """Nor is that of the work, which is the same."""
    url = f"https://{host}/{DOI}"
    checked = await checked_of(
        work(f"doi:{DOI}", mention("a", 1, paper=url), doi=DOI), handles=Handles({DOI: DENIED})
    )

    assert by_url(checked)[url].verdict == "dead"
    assert by_url(checked)[url].suggestion is None


@pytest.mark.anyio
async def test_dead_page_of_a_publisher_gets_the_doi_that_its_registry_knows() -> None:
    """So that it may be written without a person."""
    url = f"https://link.springer.com/chapter/{DOI}"
    registry = Handles({DOI: KNOWN})

    checked = await checked_of(
        work("title:x", mention("a", 1, data=url)), statuses={url: 404}, handles=registry
    )

    link = by_url(checked)[url]
    assert (link.suggestion, link.suggestion_confirmed) == (DOI_LINK, True)
    assert registry.asked == [DOI]


@pytest.mark.anyio
async def test_suggestions_that_are_asked_about_are_bounded() -> None:
    """A publisher that dies does not cost a request for each of its pages."""
    urls = {f"https://link.springer.com/chapter/10.1007/978-{n}": 404 for n in range(80)}
    registry = Handles({f"10.1007/978-{n}": KNOWN for n in range(80)})
    works = [work("title:x", mention("a", n, data=url)) for n, url in enumerate(urls, start=1)]

    checked = await checked_of(*works, statuses=urls, handles=registry)

    assert len(registry.asked) == SUGGESTIONS_ASKED
    assert sum(link.suggestion_confirmed for link in checked.links) == SUGGESTIONS_ASKED
    assert all(link.suggestion for link in checked.links)


@pytest.mark.anyio
async def test_lost_paper_link_gets_the_address_of_its_work() -> None:
    """The identifier that the work was found by, else its DOI."""
    lost, other = "https://lab.example/a.pdf", "https://lab.example/b.pdf"
    checked = await checked_of(
        work("arxiv:2305.00447", mention("a", 1, paper=lost)),
        work("openreview:abc", mention("a", 2, paper=other), doi=DOI),
        statuses={lost: 404, other: 404},
    )

    assert by_url(checked)[lost].suggestion == "https://arxiv.org/abs/2305.00447"
    assert by_url(checked)[other].suggestion == DOI_LINK


@pytest.mark.anyio
async def test_lost_link_gets_that_of_the_same_work_elsewhere() -> None:
    """A link for the same purpose that is there, and only where there is one such link."""
    lost, there = "https://lab.example/data", "https://new.example/data"
    code = "https://lab.example/code"
    checked = await checked_of(
        work(
            "title:0011223344556677",
            mention("a", 1, data=lost, code=code),
            mention("b", 7, data=there),
        ),
        statuses={lost: 404, code: 404},
    )

    assert by_url(checked)[lost].suggestion == there
    assert by_url(checked)[code].suggestion is None


@pytest.mark.anyio
async def test_two_links_elsewhere_are_no_suggestion() -> None:
    """Which of them is meant, only a person can tell."""
    lost = "https://lab.example/data"
    checked = await checked_of(
        work(
            "title:0011223344556677",
            mention("a", 1, data=lost),
            mention("b", 7, data="https://one.example/"),
            mention("c", 9, data="https://two.example/"),
        ),
        statuses={lost: 404},
    )

    assert by_url(checked)[lost].suggestion is None


# --- left alone -------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_ignored_link_is_not_asked() -> None:
    """A rule's reason and end stand in the report of links; other links are asked."""
    left, asked = "https://lab.example/private", "https://lab.example/public"
    rule = IgnoreRule(
        file="ignore.toml", line=1, url=left, reason="a beta", expires=date(2027, 1, 31)
    )
    prober = Pages({})

    checked = await checked_of(
        work("title:0011223344556677", mention("a", 1, paper=left, code=asked)),
        ignores=Ignores(rules=(rule,)),
        prober=prober,
    )

    assert prober.asked == [asked]
    assert (by_url(checked)[left].verdict, by_url(checked)[left].reason_code) == (
        "skipped",
        "ignored",
    )
    assert "a beta" in by_url(checked)[left].reason


@pytest.mark.anyio
async def test_link_on_an_ignored_line_is_asked_where_it_stands_elsewhere_too() -> None:
    """A comment speaks for its own line only."""
    url = "https://lab.example/paper"
    ignores = Ignores(lines={"a": {1: ""}})

    alone = await checked_of(work("title:00", mention("a", 1, paper=url)), ignores=ignores)
    both = await checked_of(
        work("title:00", mention("a", 1, paper=url), mention("a", 5, paper=url)), ignores=ignores
    )

    assert by_url(alone)[url].reason_code == "ignored"
    assert by_url(both)[url].verdict == "alive"
    assert [place.line for place in by_url(both)[url].occurrences] == [5]


@pytest.mark.anyio
async def test_links_that_come_out_alike_keep_lines_of_their_own(tmp_path: Path) -> None:
    """Thousands of links that answer alike are told apart by their addresses only."""
    world = World(tmp_path)
    urls = [f"https://h{number % 7}.example/{number}" for number in range(300)]

    checked = await world.check(*urls)
    world.cache.close()

    assert [link.url for link in checked.links] == sorted(urls)
    assert {link.verdict for link in checked.links} == {"alive"}
