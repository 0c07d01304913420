"""What the last catalog knows, read once whoever asks."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

from pipeline.records.catalog import ArxivPart, Candidate, Paper, RepositoryPart, Resolution
from pipeline.records.lists import Entry
from pipeline.works.known import LastCatalog

ENDED = datetime(2026, 11, 1, tzinfo=UTC)
LISTED = RepositoryPart(
    full_name="Ann/New", url="u", status="found", renamed_from="Ann/Old", id=7, stars=3
)
NAMED = RepositoryPart(
    service="gitlab", full_name="G/Code", url="u", status="found", named_by="abstract"
)
GONE = RepositoryPart(full_name="bob/gone", url="u", status="missing")
FIRST = Paper(
    key="arxiv:2401.00001",
    former_keys=("title:1",),
    title="The Title upstream",
    authors=("Ann Bee",),
    arxiv=ArxivPart(id="2401.00001", version=2, metadata_source="arxiv"),
    repositories=(LISTED, NAMED, GONE),
    mentions=(Entry(list="a", line=1, end_line=1, title="The Title", added=date(2026, 1, 2)),),
    resolution=Resolution(status="found", method="title"),
)
SECOND = Paper(
    key="title:2",
    title="Open Question",
    arxiv=ArxivPart(id="2401.00002"),
    mentions=(Entry(list="b", line=1, end_line=1, title="Open Question"),),
    resolution=Resolution(
        status="review", candidates=(Candidate(key="doi:10.1/x", title="Answer", score=0.9),)
    ),
)


class Counted(list[Paper]):
    """Papers that count how often they are read from first to last."""

    reads = 0

    def __iter__(self) -> Iterator[Paper]:
        self.reads += 1
        return super().__iter__()


def test_it_is_read_once_and_only_where_somebody_asks() -> None:
    """For every source, and for what is compared with the last run."""
    papers = Counted([FIRST, SECOND])
    last = LastCatalog(papers, ENDED)
    sources = (last.arxiv(), last.repositories(), last.repositories("gitlab"), last.titles())
    assert papers.reads == 0

    known = ["2401.00001", "ann/old", "g/code", "Open Question"]
    assert [key in source for key, source in zip(known, sources, strict=True)] == [True] * 4
    assert list(map(len, sources)) == [1, 1, 1, 2]
    assert last.named == {"2401.00001": ["gitlab:g/code"]}
    assert (last.knows_days, last.day_of("a", "thetitle")) == (True, date(2026, 1, 2))
    assert last.day_of("b", "openquestion") is None
    assert last.parts["ann/old"] == LISTED
    assert "ann/new" not in last.parts
    assert papers.reads == 1


def test_all_that_is_known_is_listed() -> None:
    """Each once, and the keys of each paper."""
    last = LastCatalog([FIRST, SECOND, FIRST], ENDED)
    sources = (last.arxiv(), last.repositories(), last.repositories("gitlab"), last.titles())

    assert [list(source) for source in sources] == [
        ["2401.00001"],
        ["ann/old"],
        ["g/code"],
        ["The Title", "Open Question"],
    ]
    assert list(last.parts) == ["ann/old"]
    assert list(last.keys())[:2] == [("title:1", "arxiv:2401.00001"), ("title:2",)]


def test_what_is_known_is_given_in_the_words_of_the_sources() -> None:
    """With the time of the run that knew it; what was not known is not."""
    last = LastCatalog([FIRST, SECOND], ENDED)

    paper, repository = last.arxiv()["2401.00001"], last.repositories()["ann/old"]
    assert (paper.value.title, paper.value.version, paper.as_of) == ("The Title upstream", 2, ENDED)
    assert (repository.value.full_name, repository.value.id) == ("Ann/New", 7)
    assert [one.key for one in last.titles()["The Title"].value.candidates] == ["arxiv:2401.00001"]
    assert [one.key for one in last.titles()["Open Question"].value.candidates] == ["doi:10.1/x"]
    assert last.arxiv().get("2401.00002") is None
    assert last.repositories().get("bob/gone") is None


def test_whether_it_is_known_is_told_without_reading_a_paper() -> None:
    """On disk that would take as long as what is known itself."""

    class Unread(list[Paper]):
        def __getitem__(self, place: object) -> Paper:  # type: ignore[override]
            raise AssertionError(place)

    last = LastCatalog(Unread([FIRST, SECOND]), ENDED)
    every = (last.parts, last.arxiv(), last.repositories(), last.titles())
    known = ("ann/old", "2401.00001", "ann/old", "The Title")

    assert [key in one for key, one in zip(known, every, strict=True)] == [True] * 4
    assert not any("nobody/knows" in one for one in every)
