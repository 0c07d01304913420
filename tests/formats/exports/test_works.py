"""The flat view that every export is made from."""

from dataclasses import replace
from datetime import date

from pipeline.formats.exports.tables import TABLES
from pipeline.formats.exports.works import Choice, works_of
from pipeline.records.catalog import Paper
from tests.formats.exports.works_by_hand import (
    ATTACK,
    ATTENTION,
    DATASET,
    FOUND,
    LINKS,
    PAPERS,
    PUBLISHED,
    entry,
    work,
    works,
)


def test_a_preprint() -> None:
    """Its own DOI and page; arXiv is no venue; the abstract is one line."""
    one = work(ATTENTION)

    assert one.cite == "vaswani2017attention"
    assert (one.doi, one.url) == ("10.48550/arXiv.1706.03762", "https://arxiv.org/abs/1706.03762")
    assert (one.venue, one.is_published, one.year) == ("", False, 2017)
    assert (one.published, one.updated) == (date(2017, 6, 12), date(2023, 8, 2))
    assert one.abstract == "The dominant models are based on networks."
    assert one.lists == ("seeds", "other")
    assert [name.whole for name in one.authors] == list(ATTENTION.authors)


def test_a_published_work() -> None:
    """The registry's venue and year come before the list's."""
    one = work(PUBLISHED)

    assert (one.venue, one.is_published, one.year) == ("SIGIR 2023", True, 2023)
    assert one.url == "https://doi.org/10.1145/3539618.3591600"


def test_links_with_health_and_places() -> None:
    """A link of two mentions is one with two places; what is no web address is left out."""
    first, second = work(ATTENTION).links

    assert (first.url, first.verdict) == ("https://arxiv.org/abs/1706.03762", "alive")
    assert [(place.list, place.line) for place in first.places] == [("seeds", 4), ("other", 9)]
    assert (second.role, second.verdict) == ("code", "unknown")
    assert work(ATTACK).links == ()
    assert work(DATASET).url == "https://grouplens.org/datasets/movielens/"


def test_authors_of_the_list_where_no_registry_knows_any() -> None:
    """Better than none."""
    paper = replace(DATASET, mentions=(entry("T", 1, authors="Jane Sun, Wei Li", year=2020),))

    assert work(paper).cite == "sun2020movielens"


def test_a_choice_of_lists_and_sections() -> None:
    """A heading in any case, with what is below it; keys are those of the whole catalog."""
    in_other = tuple(works_of(PAPERS, LINKS, Choice(lists=("other",))))

    assert [one.key for one in in_other] == ["arxiv:1706.03762"]
    assert in_other[0].cite == works()[0].cite
    assert len(in_other[0].mentions) == 1
    assert len(tuple(works_of(PAPERS, choice=Choice(section="papers")))) == 3
    assert tuple(works_of(PAPERS, choice=Choice(section="none such"))) == ()


def of(key: str, title: str, published: str = "2020-01-01") -> Paper:
    """A paper by Jane Sun."""
    return Paper(
        key=key,
        title=title,
        authors=("Jane Sun",),
        published=published,
        year=2020,
        mentions=(entry(title, 1),),
        resolution=FOUND,
    )


def test_citation_keys_are_told_apart_in_the_order_of_identifiers() -> None:
    """The first keeps its plain key when another is added."""
    papers = [of(f"arxiv:2001.{number:05}", "The Deep-Learning Way") for number in range(28)]
    keys = [one.cite for one in works_of(papers)]

    assert keys[:3] == ["sun2020deep", "sun2020deepb", "sun2020deepc"]
    assert keys[25:] == ["sun2020deepz", "sun2020deepaa", "sun2020deepab"]
    assert [one.cite for one in works_of(papers[:1])] == ["sun2020deep"]


def test_a_key_without_authors_year_or_words() -> None:
    """There is always one, of letters and digits."""
    paper = replace(DATASET, title="的", mentions=(entry("的", 1),))

    assert work(paper).cite == "anonymous"
    assert all(one.cite.isascii() and one.cite.isalnum() for one in works())


def test_day_on_which_a_work_came_to_a_list() -> None:
    """The first of its mentions' that is known; every table of mentions has each."""
    days = (None, date(2024, 5, 6), date(2023, 1, 2))
    mentions = tuple(replace(entry("T", n), added=day) for n, day in enumerate(days, start=1))

    (work,) = works_of([replace(DATASET, mentions=mentions)])

    assert work.added == date(2023, 1, 2)
    (table,) = (one for one in TABLES if one.name == "mentions")
    column = [one.name for one in table.columns].index("added")
    assert [row[column] for row in table.rows(work)] == [None, "2024-05-06", "2023-01-02"]
