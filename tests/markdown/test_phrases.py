"""Venues, dates and authors in short texts."""

import pytest

from pipeline.markdown.phrases import date_year, is_authors, is_person, is_venue, year_in


@pytest.mark.parametrize(
    "text",
    [
        "RecSys 2023 Short Paper",
        "arxiv 2023",
        "arvix 2021",
        "SIGIR 24",
        "TKDE'13",
        "SOSP' 24",
        "in CVPR",
        "PGAI@CIKM 2023",
        "IEEE Data Engineering Bulletin 2023",
        "Nature",
        "T-PAMI",
        "ICLR2018",
        "Unheard Symposium 2020",
        "MADiMa 2023",
        "otRW 2021",
        "otRW2021",
        "OtterConf'2021",
        "Annual-Rivers'2021",
        "cvpr 2019",
        "The International Journal of Robotics Research",
        "NeurIPS 2025 spotlight",
        "Journal of Physics: Conference Series",
        "Proceedings of the Royal Society B: Biological Sciences",
    ],
)
def test_venues(text: str) -> None:
    """Known names, and capitals with a year, are venues."""
    assert is_venue(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2023",
        "Google, UCB",
        "Provider Fairness",
        "and language- and item-based preferences",
        "Box out: Beyond Counting Persons in Crowds",
        "What is an image?",
        "Plagiarism",
        "fast and accurate models",
        "otters 2021",
        "otters'2021",
        "https://arxiv.org",
    ],
)
def test_no_venues(text: str) -> None:
    """Organisations, parts of titles and sentences are none."""
    assert not is_venue(text)


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2023", 2023),
        ("2023-05-13", 2023),
        ("2024.06", 2024),
        ("[2017/06]", 2017),
        ("16 Oct 2023", 2023),
        ("Aug. 2017", 2017),
        ("March 27, 2026", 2026),
        ("2023年5月", 2023),
        ("23.05", 2023),
        ("CVPR 2023", None),
        ("GPT-4", None),
        ("2312.00001", None),
        ("", None),
    ],
)
def test_dates(text: str, year: int | None) -> None:
    """A text that is a date and nothing else gives its year."""
    assert date_year(text) == year


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("WSDM 2018/08", 2018),
        ("TKDE'13", 2013),
        ("SIGIR 24", 2024),
        ("Jan 25", None),
        ("arXiv preprint arXiv:1207.0580 (2012)", 2012),
        ("arXiv:2012.01234", None),
        ("IEEE Access", None),
    ],
)
def test_years_of_venues(text: str, year: int | None) -> None:
    """The year of a venue may have two digits; that of an arXiv id is none."""
    assert year_in(text) == year


@pytest.mark.parametrize(
    "text",
    [
        "Ashish Vaswani, Noam Shazeer",
        "Hinton, Geoffrey E., Simon Osindero, and Yee-Whye Teh",
        "Donahue, Jeff and Krahenbuhl, Philipp and Darrell, Trevor",
        "Biagio Brattoli*, Uta Büchler*, and Björn Ommer",
        "Xin Wang; Qiuyuan Huang; Lei Zhang",
        "Aaron van den Oord, Oriol Vinyals",
        "Vaswani et al.",
        "A. Author, B. C. Author",
        "Ruohan Gao, University of Texas; Kristen Grauman, Facebook",
        "王喆, 张伟楠",
    ],
)
def test_authors(text: str) -> None:
    """Lists of names in the ways in which they are written are authors."""
    assert is_authors(text)


@pytest.mark.parametrize(
    "text",
    [
        "Attention Is All You Need",
        "Provider Fairness, Fake News Detection with Neural Networks",
        "One Person, One Model, One World: Learning Continual User Representation",
        "Code, Data",
        "",
    ],
)
def test_no_authors(text: str) -> None:
    """Titles with commas are no authors."""
    assert not is_authors(text)


def test_one_person_needs_a_name_of_two_words() -> None:
    """A name alone is a person; one word, or a venue, is none."""
    assert is_person("Tinghui Zhou")
    assert not is_person("Transformers")
    assert not is_person("Nature Medicine")
