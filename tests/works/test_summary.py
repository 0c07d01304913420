"""Where, when and in which venue a work appeared."""

from dataclasses import replace

import pytest

from pipeline.records.catalog import ArxivPart, Paper, PublishedVersion, Resolution
from pipeline.records.lists import Entry, Link
from pipeline.works.summary import summed_up


def paper(*urls: str, venue: str | None = None, year: int | None = None, **fields: object) -> Paper:
    """A work with one mention; the first of two links is code."""
    roles = ("code", "paper") if len(urls) > 1 else ("other",)
    links = tuple(
        Link(url=url, role=role, line=1, column=n)  # type: ignore[arg-type]
        for n, (url, role) in enumerate(zip(urls, roles, strict=False))
    )
    entry = Entry(list="l", line=1, end_line=1, title="T", venue=venue, year=year, links=links)
    found = Resolution(status="found")
    return summed_up(Paper(key="k", title="T", mentions=(entry,), resolution=found, **fields))  # type: ignore[arg-type]


def test_the_page_to_read_about_it() -> None:
    """arXiv's, then the DOI's, then the link to the paper, then any; never what is no address."""
    arxiv = ArxivPart(id="2401.01234")

    assert paper("https://a.example", arxiv=arxiv, doi="10.1/x").url == (
        "https://arxiv.org/abs/2401.01234"
    )
    assert paper(doi="10.1002/(SICI)1#2<3").url == "https://doi.org/10.1002/(SICI)1%232%3C3"
    assert paper("https://github.com/o/r", "https://p.example/x").url == "https://p.example/x"
    assert paper("https://p.example/x").url == "https://p.example/x"
    assert paper("javascript:alert(1)").url is None
    assert paper().url is None


def test_a_registry_comes_before_the_list() -> None:
    """For the year and for the venue."""
    version = PublishedVersion(venue="SIGIR", doi=None, year=2024, source="crossref")

    known = paper(venue="KDD 2022", year=2022, published="2021-05-01", published_as=version)
    assert (known.venue, known.year) == ("SIGIR", 2024)
    listed = paper(venue="KDD 2022", year=2022, published="2021-05-01")
    assert (listed.venue, listed.year) == ("KDD 2022", 2021)
    registered = replace(listed, venue="J. Lists")
    assert summed_up(registered).venue == "J. Lists"
    assert paper(year=2019).year == 2019
    assert (paper().venue, paper().year) == (None, None)


def test_a_comment_on_arxiv_comes_after_the_list() -> None:
    """It says "ICML 2022 Workshop" still, when the list has the conference of a year later."""
    said = PublishedVersion(
        venue="ICML 2022 Workshop", doi=None, year=2022, source="arxiv", state="accepted"
    )
    listed = paper(venue="KDD 2023", year=2023, published="2021-05-01", published_as=said)
    bare = paper(venue="arXiv", published="2021-05-01", published_as=said)

    assert (listed.venue, listed.year) == ("KDD 2023", 2021)
    assert (bare.venue, bare.year) == ("ICML 2022 Workshop", 2022)
    assert summed_up(bare) == bare


@pytest.mark.parametrize(
    "venue", ["arXiv", "Arxiv 2023", "arXiv preprint", "CoRR", "arxiv 2023/05", "Under review"]
)
def test_a_preprint_server_is_no_venue(venue: str) -> None:
    """Lists write it in the column of the venue."""
    assert paper(venue=venue).venue is None
