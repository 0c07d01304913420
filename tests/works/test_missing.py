"""What a list may be missing: cited by its papers or in other lists, under whatever name."""

from dataclasses import replace

import pytest

from pipeline.records.catalog import ArxivPart, Paper, PublishedVersion, Resolution
from pipeline.records.lists import Entry
from pipeline.records.sources import CitedWork, ReferencesRecord
from pipeline.records.suggestions import Place, Suggestion
from pipeline.works.missing import References, asked_name, believed, most_cited, shelves, suggested

FOUND = Resolution(status="found", method="link")
CITED = "W900"


def paper(number: int, *places: tuple[str, int]) -> Paper:
    """A paper of arXiv, by its number, that stands at some places of lists."""
    title = f"A Study of Lists of Papers, Part {number}"
    mentions = tuple(
        Entry(list=name, line=line, end_line=line, title=title) for name, line in places
    )
    id_ = f"2301.0000{number}"
    return Paper(
        key=f"arxiv:{id_}",
        title=title,
        arxiv=ArxivPart(id=id_),
        mentions=mentions,
        resolution=FOUND,
        year=2023,
    )


PAPERS = [paper(1, ("a", 30)), paper(2, ("a", 5)), paper(3, ("a", 12)), paper(4, ("b", 7))]


def citing(*numbers: int, works: tuple[str, ...] = (CITED,)) -> References:
    """Say that these papers cite these works."""
    return {
        f"arxiv:2301.0000{number}": ReferencesRecord(
            openalex_id=f"W{number}",
            title=f"A Study of Lists of Papers, Part {number}",
            works=works,
        )
        for number in numbers
    }


def work(
    id_: str = CITED, title: str = "Sparse Trees for Tabular Data", **said: object
) -> CitedWork:
    """A work that nobody has."""
    fields = {
        "keys": ("arxiv:1901.00009", "doi:10.1/x"),
        "year": 2019,
        "cited_by_count": 90,
        **said,
    }
    return CitedWork(openalex_id=id_, title=title, **fields)


def found(
    references: References, *works: CitedWork, papers: list[Paper] = PAPERS, **limits: int
) -> tuple[Suggestion, ...]:
    """Return what lists are missing."""
    return suggested(papers, references, {one.openalex_id: one for one in works}, **limits)


def test_what_several_papers_of_a_list_cite_is_suggested_with_their_lines() -> None:
    """In the order of lines, by its strongest name, for that list alone."""
    [one] = found(citing(1, 2, 3, 4), work())

    assert (one.list, one.key, one.url) == (
        "a",
        "arxiv:1901.00009",
        "https://arxiv.org/abs/1901.00009",
    )
    assert [(place.list, place.line) for place in one.cited_by] == [("a", 5), ("a", 12), ("a", 30)]
    assert (one.year, one.citations, one.in_lists) == (2019, 90, ())


@pytest.mark.parametrize(("numbers", "least", "number"), [((1, 2), 3, 0), ((1, 2), 2, 1)])
def test_it_takes_so_many_papers(numbers: tuple[int, ...], least: int, number: int) -> None:
    """One that cites it twice counts once."""
    references = citing(*numbers, works=(CITED, CITED))

    assert len(found(references, work(), least_citing=least)) == number


@pytest.mark.parametrize(
    "known",
    [
        work(keys=("arxiv:2301.00001",)),
        work(keys=("doi:10.5/own",)),
        work(keys=("doi:10.5/published",)),
        work(keys=("doi:10.5/of-arxiv",)),
        work(keys=("acl:P19-1001", "arxiv:2301.00003")),
        work(keys=(), title="a study of lists of papers: part 2"),
        work(keys=(), title="The Title in the List is Another"),
        work("W3"),
        work("W777"),
        work(is_retracted=True),
        work(title=""),
    ],
)
def test_what_the_list_has_under_another_name_is_not_suggested(known: CitedWork) -> None:
    """Preprint and article, DOI and title, OpenAlex's own id; nor what was retracted."""
    first, second, third, other = PAPERS
    papers = [
        replace(
            first,
            doi="10.5/own",
            published_as=PublishedVersion(venue=None, doi="10.5/published", source="crossref"),
            identifiers={"openalex": "W777"},
        ),
        replace(second, arxiv=ArxivPart(id="2301.00002", doi="10.5/of-arxiv")),
        replace(
            third,
            mentions=(replace(third.mentions[0], title="The Title in the List is Another"),),
        ),
        other,
    ]
    references = citing(1, 2, 3, works=(known.openalex_id,))

    assert found(references, known, papers=papers) == ()


def test_works_of_other_lists_are_suggested_without_any_request() -> None:
    """In so many lists at least; what is no paper, or not certain, is not."""
    shared = paper(5, ("b", 1), ("c", 2), ("c", 9), ("d", 3))
    papers = [
        paper(1, ("a", 1)),
        shared,
        paper(6, ("b", 4)),
        replace(paper(7, ("b", 5), ("c", 5)), kind="dataset"),
        replace(paper(8, ("b", 6), ("c", 6)), resolution=Resolution(status="review")),
    ]

    [one] = [one for one in found({}, papers=papers) if one.list == "a"]

    assert one.key == shared.key
    assert [(place.list, place.line) for place in one.in_lists] == [("b", 1), ("c", 2), ("d", 3)]
    assert [one for one in found({}, papers=papers, least_lists=4) if one.list == "a"] == []


def test_evidence_of_both_kinds_is_put_together() -> None:
    """The cited work is in another list under its other id."""
    other = replace(PAPERS[3], doi="10.1/x")

    [one] = found(citing(1, 2, 3), work(keys=("doi:10.1/x",)), papers=[*PAPERS[:3], other])

    assert (len(one.cited_by), one.in_lists) == (
        3,
        (Place(list="b", line=7, title=PAPERS[3].title),),
    )


def test_works_of_the_field_stand_before_what_everybody_cites_and_the_order_is_fixed() -> None:
    """Fewer citations from anywhere, then the newer, then the key; `limit` counts by list."""
    references = citing(1, 2, 3, works=("W901", "W902", "W903", "W904"))
    works = [
        work("W901", "Everybody Cites This Optimizer", keys=("doi:10.1/a",), cited_by_count=90_000),
        work("W902", "A Work of the Field Itself", keys=("doi:10.1/b",), cited_by_count=40),
        work(
            "W903",
            "An Equal Work that is Newer",
            keys=("doi:10.1/c",),
            cited_by_count=40,
            year=2022,
        ),
        work("W904", "An Equal Work by its Key", keys=("doi:10.1/d",), cited_by_count=40),
    ]

    order = [one.key for one in found(references, *works)]

    assert order == ["doi:10.1/c", "doi:10.1/b", "doi:10.1/d", "doi:10.1/a"]
    assert [one.key for one in found(references, *reversed(works), limit=2)] == order[:2]


def test_work_without_a_known_name_is_suggested_by_openalexs() -> None:
    """With its page there."""
    [one] = found(citing(1, 2, 3), work(keys=()))

    assert (one.key, one.url) == ("openalex:W900", "https://openalex.org/W900")


def test_records_of_another_title_are_not_believed() -> None:
    """The right DOI, and another paper."""
    known = {
        "2301.00001": ReferencesRecord(openalex_id="W1", title=PAPERS[0].title, works=("W9",)),
        "2301.00002": ReferencesRecord(openalex_id="W2", title="On Whales", works=("W9",)),
    }

    assert believed(PAPERS, known).keys() == {"arxiv:2301.00001"}


def test_papers_are_asked_by_arxiv_id_or_doi() -> None:
    """Others have no name there."""
    bare = replace(PAPERS[0], arxiv=None)

    assert [asked_name(one) for one in (PAPERS[0], replace(bare, doi="10.1/x"), bare)] == [
        "2301.00001",
        "doi:10.1/x",
        None,
    ]


def test_only_the_most_cited_works_are_asked_about() -> None:
    """A hundred of a list: one request."""
    references = citing(1, 2, 3, works=tuple(f"W{9000 + n}" for n in range(150)))
    [first, _] = shelves(PAPERS, references)

    assert len(most_cited(first, references, 3)) == 100
