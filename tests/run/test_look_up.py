"""Which work is meant, from the last catalog and from the services."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from pipeline.previous import Previous
from pipeline.records.catalog import ArxivPart, Paper, RepositoryPart, Resolution
from pipeline.records.outcomes import Found, Missing, Outcome, Skipped
from pipeline.records.sources import ArxivRecord, DoiRecord, RepositoryRecord
from pipeline.repair.adding.work import Day, new_work
from pipeline.run.look_up import known_work, looked_up
from pipeline.wiring import Wiring
from pipeline.works.wanted import wanted

pytestmark = pytest.mark.anyio

TITLE = "A Strange Method for Reading Lists"
DOI = "10.1145/1.2"


def paper(key: str = "arxiv:2403.01234", **fields: Any) -> Paper:
    """Return a work of the catalog."""
    given: dict[str, Any] = {
        "key": key,
        "title": TITLE,
        "authors": ("Ann Author",),
        "arxiv": ArxivPart(id="2403.01234") if key.startswith("arxiv") else None,
        "mentions": (),
        "resolution": Resolution(status="found", method="link"),
    }
    return Paper(**given | fields)


def repository(name: str) -> RepositoryPart:
    """Return a repository of a work."""
    return RepositoryPart(full_name=name, url=f"https://github.com/{name}", status="found")


@pytest.mark.parametrize(
    "typed",
    [
        "2403.01234v2",
        "https://arxiv.org/pdf/2403.01234",
        "https://doi.org/10.1145/1.2",
        "a strange method for reading LISTS",
        "https://github.com/Me/Mine",
        "https://openreview.net/forum?id=former_1",
    ],
)
def test_catalog_knows_a_work_by_all_its_names(typed: str) -> None:
    """Identifiers of now and of before, title, code."""
    one = paper(
        doi=DOI, repositories=(repository("me/mine"),), former_keys=("openreview:former_1",)
    )
    found = known_work(wanted(typed), Previous(papers=(one,)))
    assert found is not None
    assert found.paper == one


def test_what_the_catalog_is_not_sure_of_is_asked() -> None:
    """A work under review, one without authors, two of one title."""
    review = paper(resolution=Resolution(status="review"))
    assert known_work(wanted("2403.01234"), Previous(papers=(review,))) is None
    assert known_work(wanted("2403.01234"), Previous(papers=(paper(authors=()),))) is None
    twins = Previous(papers=(paper(), paper("doi:10.1/2")))
    assert known_work(wanted(TITLE), twins) is None


def test_repository_without_or_with_many_papers_is_refused() -> None:
    """With the papers that use it."""
    url = wanted("https://github.com/me/mine")
    none = known_work(url, Previous(papers=(paper(),)))
    assert none is not None
    assert "no paper is known" in none.why
    code = (repository("Me/Mine"),)
    two = Previous(papers=(paper(repositories=code), paper("doi:10.1/2", repositories=code)))
    many = known_work(url, two)
    assert many is not None
    assert [one.key for one in many.candidates] == ["arxiv:2403.01234", "doi:10.1/2"]


class Source:
    """A service with these answers."""

    def __init__(self, name: str, answers: Mapping[str, Any]) -> None:
        self.name, self.answers = name, answers
        self.asked: list[str] = []

    async def fetch_many(self, keys: Sequence[str]) -> AsyncIterator[tuple[str, Outcome[Any]]]:
        """Answer from the table."""
        for key in keys:
            self.asked.append(key)
            yield key, self.answers.get(key, Missing(reason="unknown"))


class Services:
    """What a look-up needs of `Wiring`."""

    started = datetime(2026, 5, 4, tzinfo=UTC)

    def __init__(self, **answers: Mapping[str, Any]) -> None:
        self.sources = {
            name: Source(name, answers.get(name, {})) for name in ("arxiv", "github", "crossref")
        }
        self.client = nullcontext()

    def arxiv(self, _: Previous) -> Source:
        """See `Wiring.arxiv`."""
        return self.sources["arxiv"]

    def github(self, _: Previous) -> Source:
        """See `Wiring.github`."""
        return self.sources["github"]

    def supplements(self) -> dict[str, Source]:
        """See `Wiring.supplements`."""
        return {"crossref": self.sources["crossref"]}

    def title_search(self, _: Previous) -> None:
        """See `Wiring.title_search`."""
        return

    @contextmanager
    def title_index(self) -> Any:
        """See `Wiring.title_index`."""
        yield None


ARXIV = ArxivRecord(
    id="2403.01234",
    version=1,
    title=TITLE,
    authors=("Ann Author", "Bo Writer"),
    abstract="Lists are read.",
    published="2024-03-05T10:00:00Z",
    updated=None,
)


async def test_arxiv_and_github_are_asked() -> None:
    """For the record, and whether the code that somebody names is there."""
    code = RepositoryRecord(full_name="Me/Mine", url="https://github.com/Me/Mine")
    services = Services(
        arxiv={"2403.01234": Found(value=ARXIV)}, github={"me/mine": Found(value=code)}
    )
    wiring = cast("Wiring", services)
    found = await looked_up(wiring, Previous(), wanted("2403.01234"), "https://github.com/me/mine")
    assert found.paper is not None
    work = new_work(found.paper)
    assert work is not None
    assert (work.title, work.authors, work.day) == (TITLE, ARXIV.authors, Day(2024, 3, 5))
    assert (work.ids, work.code) == ({"arxiv": "2403.01234"}, "Me/Mine")


async def test_code_that_github_does_not_know_is_not_told() -> None:
    """Whoever names it."""
    wiring = cast("Wiring", Services(arxiv={"2403.01234": Found(value=ARXIV)}))
    found = await looked_up(wiring, Previous(), wanted("2403.01234"), "https://github.com/me/mine")
    assert found.paper is not None
    work = new_work(found.paper)
    assert work is not None
    assert work.code is None


@pytest.mark.parametrize(
    ("typed", "doi"),
    [(DOI, DOI), ("https://aclanthology.org/2020.acl-main.1/", "10.18653/v1/2020.acl-main.1")],
)
async def test_registry_tells_of_a_doi(typed: str, doi: str) -> None:
    """Of a publisher's, and of that of the ACL Anthology."""
    record = DoiRecord(
        doi=doi,
        title=TITLE,
        authors=("Ann Author",),
        venue="Journal of Lists",
        published="2020-07",
        type="journal-article",
        url=f"https://doi.org/{doi}",
    )
    wiring = cast("Wiring", Services(crossref={doi: Found(value=record)}))
    found = await looked_up(wiring, Previous(), wanted(typed))
    assert found.paper is not None
    work = new_work(found.paper)
    assert work is not None
    assert (work.title, work.authors, work.year) == (TITLE, ("Ann Author",), 2020)
    assert work.venue == "Journal of Lists"


async def test_identifier_of_which_nobody_tells_is_refused() -> None:
    """Unknown, or not asked."""
    for outcome in (Missing(reason="unknown"), Skipped(reason="offline run")):
        wiring = cast("Wiring", Services(arxiv={"2403.01234": outcome}))
        found = await looked_up(wiring, Previous(), wanted("2403.01234"))
        assert found.paper is None
        assert "2403.01234" in found.why
    silent = await looked_up(
        cast("Wiring", Services()), Previous(), wanted("https://openreview.net/forum?id=abcdef_1")
    )
    assert silent.paper is None
    assert "openreview:abcdef_1" in silent.why
